//! A new node that is not admitted yet: it knocks at the doors that its invitation names, keeps what it hears of the
//! charter, and knows what it waits for (`docs/design.md` §4).

use palabre_core::admission::door::{Answer, Knock, Wants};
use palabre_core::admission::{Application, Refusal, SignedApplication, Wait};
use palabre_core::charter::{Chain, RawMandate, Rules};
use palabre_core::keys::Secret;
use palabre_net::{KnockError, Multiaddr};
use palabre_proto::{Message, v1};
use palabre_store::Home;
use palabre_web::problem::Kind;
use palabre_web::text;
use zeroize::Zeroizing;

use crate::commands::mandate;
use crate::failure::{Failure, chain, internal};
use crate::home::{self, founding, keys};

/// An application on its way.
pub(crate) struct Applicant {
    home: Home,
    application: SignedApplication,
    node: Secret,
    /// The key of the moment with which it knocks.
    seed: Zeroizing<[u8; 32]>,
    /// The digest of the last answer.
    known: Vec<u8>,
}

/// What came of a knock at one door.
#[derive(Debug)]
pub(crate) enum Knocked {
    /// The application is on its list.
    Taken,
    /// It is not.
    Refused(Refusal),
    /// Nothing was heard.
    Silent(String),
}

impl Applicant {
    /// The applicant of a home; none when nobody applied from there.
    pub(crate) fn of(home: &Home) -> Result<Option<Self>, Failure> {
        let file = home::own_application(home);
        if !file.exists() {
            return Ok(None);
        }
        let application = SignedApplication::decode(&crate::file::read(&file)?).map_err(|error| internal(&error))?;
        let node = keys::read(&keys::node_file(home))?;
        let home = home::peek(home.root())?;
        Ok(Some(Self { home, application, node, seed: keys::random()?, known: Vec::new() }))
    }

    /// What it says.
    pub(crate) const fn says(&self) -> &Application {
        self.application.unverified()
    }

    /// The application as it is signed.
    pub(crate) const fn signed(&self) -> &SignedApplication {
        &self.application
    }

    /// The doors that its invitation names.
    pub(crate) fn doors(&self) -> &[String] {
        &self.says().invitation.unverified().addresses
    }

    /// Hands the application in at one door, and keeps what it hears.
    pub(crate) async fn apply_at(&mut self, door: &str) -> Result<Knocked, Failure> {
        let wants = Wants::Application(Box::new(self.application.clone()));
        let knock = Knock { wants, known: self.known.clone() };
        let answer = match self.knock(door, &knock).await {
            Ok(answer) => answer,
            Err(silent) => return Ok(silent),
        };
        if let Some(refusal) = answer.refusal {
            return Ok(Knocked::Refused(refusal));
        }
        if let Some(heard) = answer.rules {
            self.keep(heard)?;
        }
        self.known = answer.digest;
        Ok(Knocked::Taken)
    }

    async fn knock(&self, door: &str, knock: &Knock) -> Result<Answer, Knocked> {
        let silent = |error: &dyn std::error::Error| Knocked::Silent(chain(error));
        let address: Multiaddr = door.parse().map_err(|error: multiaddr::Error| silent(&error))?;
        let frames = palabre_net::knock(self.seed.clone(), address, knock.encode());
        let frames = frames.await.map_err(|error: KnockError| silent(&error))?;
        Answer::decode(&frames).map_err(|error| silent(&error))
    }

    /// Joins what was heard to what the home has, when it is of the network that the invitation names.
    fn keep(&self, heard: Chain) -> Result<(), Failure> {
        let network = self.says().invitation.unverified().network;
        if heard.network() != Some(network) {
            return Err(Failure::new(Kind::Refused, text!("err-heard-other-network")));
        }
        let mut all = founding::own_chain(&self.home)?;
        all.extend(heard);
        let rules = founding::lay_down(all, &self.home.charter())?;
        founding::keep(&self.home, &rules)
    }

    /// The rules that the home has; none before the first answer.
    pub(crate) fn rules(&self) -> Result<Option<Rules>, Failure> {
        if founding::genesis(&self.home).exists() { founding::load(&self.home).map(Some) } else { Ok(None) }
    }

    /// What it waits for, as far as it has heard.
    pub(crate) fn waits(&self) -> Result<Option<Wait>, Failure> {
        Ok(self.rules()?.map(|rules| Wait::of(&rules, self.says())))
    }

    /// Lists the node in its administration's first mandate, where the charter has the administration's key and that key
    /// is here; false when there is nothing that this machine can do.
    pub(crate) async fn mandate_itself(&self) -> Result<bool, Failure> {
        let Some(rules) = self.rules()? else { return Ok(false) };
        let code = &self.says().administration;
        let file = keys::administration_file(&self.home);
        if Wait::of(&rules, self.says()) != Wait::Mandate || !file.exists() || rules.mandate_in_force(code).is_some() {
            return Ok(false);
        }
        let secret = keys::read(&file)?;
        let mandate = mandate::sign(code, vec![self.listed()], rules.charter(), &secret, rules.network())?;
        for door in self.doors() {
            if self.show(door, &mandate).await {
                founding::keep_mandate(&self.home, &mandate)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Its place in the mandate.
    fn listed(&self) -> v1::MandatedNode {
        v1::MandatedNode {
            key: self.node.node_key().as_bytes().to_vec(),
            label: self.says().label.clone(),
            addresses: self.says().addresses.clone(),
            sealing: self.says().sealing.clone(),
            ..v1::MandatedNode::default()
        }
    }

    async fn show(&self, door: &str, mandate: &RawMandate) -> bool {
        let rules = v1::Rules { mandates: vec![mandate.to_message()], ..v1::Rules::default() };
        let knock = Knock { wants: Wants::Shown(Box::new(rules)), known: Vec::new() };
        self.knock(door, &knock).await.is_ok_and(|answer| answer.refusal.is_none())
    }
}

/// Keeps an application in the home that applies.
pub(crate) fn keep(home: &Home, application: &SignedApplication) -> Result<(), Failure> {
    crate::file::replace(&home::own_application(home), &application.to_message().encode_to_vec())
}

//! `palabre join`: makes the home of a new node and hands its application in. Run again without an invitation, it hands
//! in the same one and says what that waits for.

mod answers;

use std::path::{Path, PathBuf};

use clap::Args;
use palabre_core::admission::{Application, InvitationError, InvitationText, Refusal, SignedApplication, Wait};
use palabre_core::id::{AdministrationKey, ApplicationId, Code, NetworkId, NodeKey};
use palabre_proto::Message;
use palabre_store::Home;
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::words::Words;
use serde::Serialize;

use super::application::{refusal_words, say_waits};
use crate::applicant::{self, Applicant, Knocked};
use crate::cli::{Speech, units};
use crate::client::block_on;
use crate::clock;
use crate::failure::{Failure, chain};
use crate::home::{self, founding, keys};
use answers::Answers;

/// `palabre join`
#[derive(Debug, Args)]
pub(crate) struct Join {
    /// The invitation; none to hand in the same application once more.
    #[arg(value_name = "INVITATION")]
    invitation: Option<String>,
    #[command(flatten)]
    answers: Answers,
    /// Where to write the application, in place of handing it in over the network.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What came of one door.
#[derive(Serialize)]
struct Door {
    address: String,
    taken: bool,
    why: Option<String>,
}

#[derive(Serialize)]
struct Joined {
    id: ApplicationId,
    home: PathBuf,
    network: NetworkId,
    administration: Code,
    node: NodeKey,
    administration_key: Option<AdministrationKey>,
    words: Words,
    file: Option<PathBuf>,
    doors: Vec<Door>,
    waits: Option<Wait>,
}

impl Join {
    /// Does it.
    pub(crate) fn run(self, place: &Path, speech: Speech) -> Result<(), Failure> {
        let mut applicant = match &self.invitation {
            Some(text) => apply(&parse(text)?, self.answers, place, speech)?,
            None => again(place)?,
        };
        if let Some(file) = self.output {
            let application = applicant.signed().to_message().encode_to_vec();
            crate::file::create(&file, &application)?;
            let done = Joined { file: Some(file), ..joined(&applicant, place)? };
            speech.answer(&done, |speech| say(&done, applicant.says(), speech));
            return Ok(());
        }
        let (doors, refusal) = block_on(hand_in(&mut applicant, speech))?;
        if !doors.iter().any(|door| door.taken) {
            return Err(refusal.map_or_else(|| silent(&doors), refused));
        }
        let done = Joined { doors, ..joined(&applicant, place)? };
        speech.answer(&done, |speech| say(&done, applicant.says(), speech));
        Ok(())
    }
}

/// The invitation in a text, as it was signed and not expired by this machine's clock.
fn parse(text: &str) -> Result<InvitationText, Failure> {
    let invitation: InvitationText = text.parse().map_err(|error: InvitationError| {
        let detail = chain(&error);
        match error {
            InvitationError::Signature(_) => Failure::new(Kind::Refused, text!("err-invitation-changed")),
            InvitationError::Code => Failure::new(Kind::Refused, text!("err-invitation-code")),
            _ => Failure::new(Kind::Usage, text!("err-invitation", detail = detail)),
        }
    })?;
    let expires = invitation.unverified().expires;
    if expires < clock::now() {
        return Err(Failure::new(Kind::Refused, text!("err-invitation-expired", until = units::moment(expires))));
    }
    Ok(invitation)
}

/// Makes the home and the application.
fn apply(invitation: &InvitationText, answers: Answers, place: &Path, speech: Speech) -> Result<Applicant, Failure> {
    let answered = answers.complete(speech)?;
    let home = home::make(place)?;
    let network = invitation.unverified().network;
    if let Some(own) = founding::own_chain(&home)?.network()
        && own != network
    {
        let file = home.root().display().to_string();
        return Err(Failure::new(Kind::Refused, text!("err-home-other-network", home = file)));
    }
    answered.adjust_settings(&home, invitation)?;
    let node = keys::read_or_draw(&keys::node_file(&home))?;
    let administration =
        answered.newcomer().map(|_| keys::read_or_draw(&keys::administration_file(&home))).transpose()?;
    let message =
        answered.message(invitation, (&node, &keys::sealing(&home)?.public()), administration.as_ref(), speech.lang());
    let signed = SignedApplication::sign(&message, &network, &node, administration.as_ref());
    let signed = signed.map_err(|error| Failure::new(Kind::Usage, text!("err-application", detail = chain(&error))))?;
    applicant::keep(&home, &signed)?;
    Applicant::of(&home)?.ok_or_else(|| nothing(place))
}

/// The applicant that this home is already.
fn again(place: &Path) -> Result<Applicant, Failure> {
    let home: Home = home::peek(place)?;
    Applicant::of(&home)?.ok_or_else(|| nothing(place))
}

fn nothing(place: &Path) -> Failure {
    Failure::new(Kind::Usage, text!("err-join-nothing", home = place.display().to_string()))
}

/// Hands the application in at every door: the administration that approves reads the list of its own node.
async fn hand_in(applicant: &mut Applicant, speech: Speech) -> Result<(Vec<Door>, Option<Refusal>), Failure> {
    let (mut doors, mut refusal) = (Vec::new(), None);
    for address in applicant.doors().to_vec() {
        let (taken, why) = match applicant.apply_at(&address).await? {
            Knocked::Taken => (true, None),
            Knocked::Refused(why) => {
                refusal = Some(why);
                (false, Some(refusal_words(why).in_lang(speech.lang())))
            }
            Knocked::Silent(why) => (false, Some(why)),
        };
        doors.push(Door { address, taken, why });
    }
    Ok((doors, refusal))
}

fn refused(refusal: Refusal) -> Failure {
    Failure::new(Kind::Refused, text!("err-application-refused", why = refusal_words(refusal)))
}

fn silent(doors: &[Door]) -> Failure {
    let tried: Vec<String> =
        doors.iter().map(|door| format!("{}: {}", door.address, door.why.as_deref().unwrap_or_default())).collect();
    Failure::new(Kind::Network, text!("err-no-door", doors = tried.join("\n")))
}

fn joined(applicant: &Applicant, place: &Path) -> Result<Joined, Failure> {
    let said = applicant.says();
    Ok(Joined {
        id: said.id,
        home: place.to_owned(),
        network: said.invitation.unverified().network,
        administration: said.administration.clone(),
        node: said.node,
        administration_key: said.newcomer.as_ref().map(|newcomer| newcomer.key),
        words: Words::of(said.fingerprint()),
        file: None,
        doors: Vec::new(),
        waits: applicant.waits()?,
    })
}

fn say(done: &Joined, said: &Application, speech: Speech) {
    speech.say(&text!("join-made", node = done.node.to_string(), administration = done.administration.to_string()));
    match &done.file {
        Some(file) => speech.say(&text!("join-file", file = file.display().to_string())),
        None => {
            for door in &done.doors {
                let address = door.address.clone();
                match &door.why {
                    None => speech.say(&text!("join-taken", address = address)),
                    Some(why) => speech.say(&text!("join-not-taken", address = address, why = why.clone())),
                }
            }
        }
    }
    let lang = said.language.as_str().parse().unwrap_or(speech.lang());
    speech.say(&text!("join-words"));
    Speech::print(&format!("\n    {}\n", done.words.in_lang(lang)));
    if let Some(waits) = &done.waits {
        say_waits(waits, &done.administration, speech);
    }
    speech.say(&text!("join-next", home = done.home.display().to_string()));
}

//! What a new node says of itself: five questions at most, each of which an option answers.

use std::net::SocketAddr;

use clap::Args;
use multiaddr::Multiaddr;
use palabre_core::admission::InvitationText;
use palabre_core::admission::application::LINE_MAX;
use palabre_core::charter::AdministrationKind;
use palabre_core::id::Code;
use palabre_core::keys::Secret;
use palabre_core::seal::SealingKey;
use palabre_proto::v1;
use palabre_store::Home;
use palabre_web::catalogue::Lang;
use palabre_web::text;

use crate::cli::{Speech, ask};
use crate::clock;
use crate::commands::init::loopback;
use crate::failure::Failure;
use crate::home::keys;
use crate::home::settings::{self, Changes, KnownPeer};

/// What the options say.
#[derive(Debug, Args)]
pub(crate) struct Answers {
    /// The administration.
    #[arg(long, value_name = "CODE")]
    administration: Option<Code>,
    /// The administration has no key in the network yet: it is made here.
    #[arg(long, conflicts_with = "listed")]
    new: bool,
    /// It has one, elsewhere.
    #[arg(long)]
    listed: bool,
    /// What a new administration is called.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// It joins as a partner.
    #[arg(long, conflicts_with = "listed")]
    partner: bool,
    /// Whom to telephone.
    #[arg(long, value_name = "TEXT")]
    contact: Option<String>,
    /// An address of the node that lasts.
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<Multiaddr>,
    /// What the administration calls the node.
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
    /// The address of the HTTP API.
    #[arg(long, value_name = "API", value_parser = loopback)]
    api: Option<SocketAddr>,
    /// Addresses where other nodes reach this one.
    #[arg(long = "listen", value_name = "ADDRESS")]
    listen: Vec<Multiaddr>,
}

/// What is known once all is answered.
pub(super) struct Answered {
    administration: Code,
    newcomer: Option<(String, AdministrationKind)>,
    contact: String,
    addresses: Vec<Multiaddr>,
    label: String,
    settings: Changes,
}

impl Answers {
    /// Asks what the options do not say.
    pub(super) fn complete(self, speech: Speech) -> Result<Answered, Failure> {
        // A program has said all that it wants to say.
        let asks = !speech.is_json();
        let administration = match self.administration {
            Some(code) => code,
            None => ask(&text!("ask-administration"), "--administration", None, speech, |answer| {
                answer.to_uppercase().parse::<Code>().map_err(|error| error.to_string())
            })?,
        };
        let new = match (self.new || self.partner, self.listed) {
            (true, _) => true,
            (_, true) => false,
            _ => ask(
                &text!("ask-new", administration = administration.to_string()),
                "--new, --listed",
                None,
                speech,
                |answer| yes_or_no(answer).ok_or_else(|| text!("ask-yes-or-no").in_lang(speech.lang())),
            )?,
        };
        let name = match self.name {
            Some(name) => name,
            None if new => ask(&text!("ask-name"), "--name", Some(administration.as_str()), speech, line)?,
            None => String::new(),
        };
        let contact = match self.contact {
            Some(contact) => contact,
            None => ask(&text!("ask-contact"), "--contact", None, speech, line)?,
        };
        let addresses = if self.addresses.is_empty() && asks {
            ask(&text!("ask-address"), "--address", Some(""), speech, |answer| {
                let parsed = (!answer.is_empty()).then(|| answer.parse::<Multiaddr>()).transpose();
                parsed.map(|address| address.into_iter().collect()).map_err(|error| error.to_string())
            })?
        } else {
            self.addresses
        };
        let kind = if self.partner { AdministrationKind::Partner } else { AdministrationKind::Member };
        Ok(Answered {
            newcomer: new.then_some((name, kind)),
            contact,
            addresses,
            label: self.label.unwrap_or_else(|| machine(&administration)),
            settings: Changes { listen: self.listen, api: self.api, mdns: None },
            administration,
        })
    }
}

fn yes_or_no(answer: &str) -> Option<bool> {
    match answer.to_lowercase().as_str() {
        "o" | "oui" | "y" | "yes" | "s" | "sim" => Some(true),
        "n" | "non" | "no" | "não" | "nao" => Some(false),
        _ => None,
    }
}

fn line(answer: &str) -> Result<String, String> {
    let fits = (1..=LINE_MAX).contains(&answer.chars().count());
    if fits { Ok(answer.to_owned()) } else { Err(format!("1 – {LINE_MAX}")) }
}

/// The name of this machine, else of the administration.
fn machine(administration: &Code) -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    line(&name).unwrap_or_else(|_| administration.to_string())
}

impl Answered {
    /// The name of a new administration, and as what it joins.
    pub(super) const fn newcomer(&self) -> Option<&(String, AdministrationKind)> {
        self.newcomer.as_ref()
    }

    /// Settings as wished, with the nodes of the invitation as known ones: one of them is the first to be spoken to.
    pub(super) fn adjust_settings(&self, home: &Home, invitation: &InvitationText) -> Result<(), Failure> {
        let addresses =
            invitation.unverified().addresses.iter().filter_map(|address| address.parse::<Multiaddr>().ok());
        let peer = |address: Multiaddr| {
            let node = palabre_net::node_in(&address)?;
            Some(KnownPeer { node, addresses: vec![address] })
        };
        let peers: Vec<KnownPeer> = addresses.filter_map(peer).collect();
        settings::adjust(home, &self.settings, &peers)
    }

    /// The application, unsigned.
    pub(super) fn message(
        self,
        invitation: &InvitationText,
        (node, sealing): (&Secret, &SealingKey),
        administration: Option<&Secret>,
        lang: Lang,
    ) -> v1::Application {
        let newcomer = self.newcomer.zip(administration).map(|((name, kind), secret)| v1::Newcomer {
            key: secret.administration_key().as_bytes().to_vec(),
            kind: kind.number(),
            names: Some(v1::Names { fr: name.clone(), en: name.clone(), pt: name }),
            languages: vec![lang.code().to_owned()],
        });
        v1::Application {
            invitation: Some(invitation.to_message()),
            administration: self.administration.to_string(),
            node: node.node_key().as_bytes().to_vec(),
            label: self.label,
            addresses: self.addresses.iter().map(ToString::to_string).collect(),
            contact: self.contact,
            language: lang.code().to_owned(),
            written: clock::now().0,
            newcomer,
            sealing: vec![keys::listed(sealing)],
        }
    }
}

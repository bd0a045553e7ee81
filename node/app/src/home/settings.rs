//! `node.toml`: the few settings of a node (`config/node.toml` explains each).

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use multiaddr::Multiaddr;
use palabre_core::id::NodeKey;
use palabre_store::Home;
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::{Deserialize, Deserializer};

use crate::failure::Failure;
use crate::file;

/// The annotated template; each of its lines has the default.
const TEMPLATE: &str = include_str!("../../../../config/node.toml");

/// The settings of a node.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Where other nodes reach it.
    #[serde(default = "default_listen")]
    pub(crate) listen: Vec<Multiaddr>,
    /// The HTTP API, on loopback.
    #[serde(default = "default_api", deserialize_with = "loopback")]
    pub(crate) api: SocketAddr,
    /// Whether to look for nodes on the local network.
    #[serde(default = "default_mdns")]
    pub(crate) mdns: bool,
    /// Whether the link is paid by volume.
    #[serde(default)]
    pub(crate) metered: bool,
    /// What the log says.
    #[serde(default)]
    pub(crate) log: LogLevel,
    /// Addresses known in advance.
    #[serde(default, rename = "peer")]
    pub(crate) peers: Vec<KnownPeer>,
}

/// A node whose addresses are known in advance. It gives no right.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownPeer {
    /// Its key.
    pub(crate) node: NodeKey,
    /// Where it is.
    pub(crate) addresses: Vec<Multiaddr>,
}

impl KnownPeer {
    /// Its block in settings.
    fn block(&self) -> String {
        format!("\n[[peer]]\nnode = \"{}\"\naddresses = {}\n", self.node, list(&self.addresses))
    }
}

/// Addresses as a list in settings.
fn list(addresses: &[Multiaddr]) -> String {
    let quoted: Vec<String> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

/// What the log says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogLevel {
    /// What failed.
    Error,
    /// And what may fail.
    Warn,
    /// And what happens.
    #[default]
    Info,
    /// And how: for the time of an inquiry.
    Debug,
}

impl LogLevel {
    /// As a filter of `tracing`. The libraries below speak only when something fails.
    pub(crate) const fn filter(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "warn,palabre=info,palabre_core=info,palabre_net=info,palabre_store=info,palabre_web=info",
            Self::Debug => {
                "info,palabre=debug,palabre_core=debug,palabre_net=debug,palabre_store=debug,palabre_web=debug"
            }
        }
    }
}

fn default_listen() -> Vec<Multiaddr> {
    use multiaddr::Protocol;
    let any = Multiaddr::from(std::net::Ipv4Addr::UNSPECIFIED);
    let port = 8710;
    vec![any.clone().with(Protocol::Tcp(port)), any.with(Protocol::Udp(port)).with(Protocol::QuicV1)]
}

fn default_api() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8700))
}

const fn default_mdns() -> bool {
    true
}

fn loopback<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    let address = SocketAddr::deserialize(from)?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(serde::de::Error::custom(format!("{address} is not on loopback (127.0.0.1 or [::1])")))
    }
}

impl Settings {
    /// Reads the settings in `file`.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(file).map_err(|error| Failure::reading(file, &error))?;
        Self::check(&text, file)
    }

    /// The settings that `text`, of `file`, says.
    pub(crate) fn check(text: &str, file: &Path) -> Result<Self, Failure> {
        Self::parse(text).map_err(|mistake| mistake.in_file(file))
    }

    fn parse(text: &str) -> Result<Self, Mistake> {
        toml::from_str(text).map_err(|error| Mistake::of(&error, text))
    }
}

/// What a command changes in settings. Nothing, by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// Where other nodes reach it; as it is, when empty.
    pub(crate) listen: Vec<Multiaddr>,
    /// The HTTP API.
    pub(crate) api: Option<SocketAddr>,
    /// Whether to look for nodes on the local network.
    pub(crate) mdns: Option<bool>,
}

impl Changes {
    /// Settings with these values in place of those that they have; all else, comments too, stays.
    fn apply(&self, text: &str) -> String {
        let values = [
            ("listen =", (!self.listen.is_empty()).then(|| list(&self.listen))),
            ("api =", self.api.map(|api| format!("\"{api}\""))),
            ("mdns =", self.mdns.map(|mdns| mdns.to_string())),
        ];
        let line = |line: &str| match values.iter().find(|(key, _)| line.starts_with(key)) {
            Some((key, Some(value))) => format!("{key} {value}\n"),
            _ => format!("{line}\n"),
        };
        text.lines().map(line).collect()
    }
}

/// Writes the settings of a home: those that it has, else the template's, with `changes`, and with `peers` in place of
/// its known ones where there are any.
pub(crate) fn adjust(home: &Home, changes: &Changes, peers: &[KnownPeer]) -> Result<(), Failure> {
    let file = home.settings();
    let before = match fs::read_to_string(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => TEMPLATE.to_owned(),
        read => read.map_err(|error| Failure::reading(&file, &error))?,
    };
    let mut text = changes.apply(&before);
    if !peers.is_empty() {
        text.truncate(text.find("\n[[peer]]").map_or(text.len(), |at| at + 1));
        text.extend(peers.iter().map(KnownPeer::block));
    }
    Settings::check(&text, &file)?;
    file::replace(&file, text.as_bytes())
}

/// What is wrong with settings, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mistake {
    line: usize,
    text: String,
    detail: String,
}

impl Mistake {
    fn of(error: &toml::de::Error, whole: &str) -> Self {
        let at = error.span().map_or(0, |span| span.start);
        let before = whole.get(..at).unwrap_or(whole);
        let line = before.matches('\n').count();
        let text = whole.lines().nth(line).unwrap_or_default().trim().to_owned();
        Self { line: line + 1, text, detail: error.message().to_owned() }
    }

    fn in_file(self, file: &Path) -> Failure {
        let file = file.display().to_string();
        let line = self.line.to_string();
        Failure::new(
            Kind::Usage,
            text!("err-settings", file = file, line = line, text = self.text, detail = self.detail),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_says_the_defaults() {
        let defaults = Settings::parse("").expect("all settings have defaults");
        assert_eq!(Settings::parse(TEMPLATE), Ok(defaults.clone()));
        assert_eq!(Settings::parse(&Changes::default().apply(TEMPLATE)), Ok(defaults));
    }

    #[test]
    fn given_values_take_the_place_of_the_defaults_and_comments_stay() {
        let listen = vec!["/ip4/127.0.0.1/tcp/9000".parse().expect("an address")];
        let api = SocketAddr::from(([127, 0, 0, 1], 9001));
        let changes = Changes { listen: listen.clone(), api: Some(api), mdns: Some(false) };
        let text = changes.apply(TEMPLATE);
        let settings = Settings::parse(&text).expect("it parses");
        assert_eq!((settings.listen, settings.api, settings.mdns), (listen, api, false));
        let comments = |text: &str| text.lines().filter(|line| line.starts_with('#')).count();
        assert_eq!(comments(&text), comments(TEMPLATE));
    }

    #[test]
    fn known_peers_take_the_place_of_those_before() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::create(dir.path().join("home")).expect("a home");
        let peer = |byte: u8| KnownPeer { node: NodeKey::from_bytes([byte; 32]), addresses: default_listen() };
        adjust(&home, &Changes::default(), &[peer(1), peer(2)]).expect("it is written");
        adjust(&home, &Changes::default(), &[peer(3)]).expect("it is written");
        assert_eq!(Settings::read(&home.settings()).expect("it reads").peers, [peer(3)]);
    }

    #[test]
    fn a_mistake_is_found_by_its_line_and_names_the_key() {
        for (text, line, quoted, said) in [
            ("mdns = true\nmtered = true\n", 2, "mtered = true", "mtered"),
            ("\n\napi = \"0.0.0.0:8700\"", 3, "api = \"0.0.0.0:8700\"", "loopback"),
            ("listen = [\"/ip4/1.2.3.4/nonsense\"]", 1, "listen = [\"/ip4/1.2.3.4/nonsense\"]", "nonsense"),
            ("log = \"loud\"", 1, "log = \"loud\"", "loud"),
            ("[[peer]]\nnode = \"00\"\naddresses = []", 2, "node = \"00\"", "32"),
            ("mdns = tru", 1, "mdns = tru", ""),
        ] {
            let mistake = Settings::parse(text).expect_err(text);
            assert_eq!((mistake.line, mistake.text.as_str()), (line, quoted));
            assert!(mistake.detail.contains(said), "{}", mistake.detail);
        }
    }
}

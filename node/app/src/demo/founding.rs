//! Homes, keys, charter and mandates of a new network; or those of an earlier run in the same folder.

use std::collections::BTreeMap;
use std::path::Path;

use multiaddr::{Multiaddr, Protocol};
use palabre_core::charter::template::{Share, Template, Threshold};
use palabre_core::charter::{Charter, CharterFile, CharterSignature, RawMandate};
use palabre_core::id::{AdministrationKey, Code, NetworkId};
use palabre_core::keys::Secret;
use palabre_proto::v1;
use palabre_store::Home;

use super::DemoNode;
use super::ports::{self, Ports};
use crate::commands::charter::{found, network_of};
use crate::commands::mandate;
use crate::failure::Failure;
use crate::file;
use crate::home::settings::{self, Changes, KnownPeer, Settings};
use crate::home::{self, founding, keys};

/// Most keyholders of the demo: as many as the region's template has.
const KEYHOLDERS_MAX: usize = 7;

/// The charter in the demo's folder: a folder that has it is started again as it is.
const CHARTER: &str = "genesis.charter";

/// The network of the demo.
pub(super) struct Network {
    pub(super) nodes: Vec<DemoNode>,
    /// Whether it was founded now: then it has no documents yet.
    pub(super) is_new: bool,
}

/// The network in `dir`: as it is there, else a new one of `count` nodes.
pub(super) fn network(dir: &Path, count: usize, port: u16) -> Result<Network, Failure> {
    let charter = dir.join(CHARTER);
    if charter.exists() {
        return Ok(Network { nodes: restart(dir, &founding::read_charter(&charter)?, port)?, is_new: false });
    }
    Ok(Network { nodes: start(dir, count, port)?, is_new: true })
}

/// A seat of the demo: an administration, its home and its key.
struct Seat {
    home: Home,
    secret: Secret,
    node: DemoNode,
}

/// Founds a network: the charter lists the whole region, the first administrations of it run.
fn start(dir: &Path, count: usize, port: u16) -> Result<Vec<DemoNode>, Failure> {
    let mut template = found::template(None)?;
    let running: Vec<Code> = template.administrations.iter().take(count).map(|a| a.code.clone()).collect();
    template.keyholders = running.iter().take(KEYHOLDERS_MAX).cloned().collect();
    template.threshold = Threshold::Share(Share::TwoThirds);
    let ports = ports::choose(running.len(), port)?;
    let seats = running.iter().zip(ports).map(|(code, ports)| take_seat(dir, code, ports));
    let seats = seats.collect::<Result<Vec<_>, _>>()?;
    let charter = sign(&template, &seats)?;
    furnish(&seats, &charter)?;
    // Last: what has this file is whole.
    file::replace(&dir.join(CHARTER), &charter.encode())?;
    Ok(seats.into_iter().map(|seat| seat.node).collect())
}

/// Gives every home the charter, all mandates and its own settings.
fn furnish(seats: &[Seat], charter: &CharterFile) -> Result<(), Failure> {
    let network = network_of(charter, Path::new(CHARTER))?;
    let rules = founding::found(charter.clone(), Path::new(CHARTER))?;
    let mandates = seats.iter().map(|seat| mandate_of(seat, &charter.charter, &network));
    let mandates = mandates.collect::<Result<Vec<_>, _>>()?;
    for seat in seats {
        founding::keep(&seat.home, &rules)?;
        mandates.iter().try_for_each(|mandate| founding::keep_mandate(&seat.home, mandate))?;
        settings::adjust(&seat.home, &seat.node.settings(), &[])?;
    }
    Ok(())
}

/// The home and keys of one administration; those of a start that was cut short are used again.
fn take_seat(dir: &Path, administration: &Code, ports: Ports) -> Result<Seat, Failure> {
    let home = home::make(&dir.join(administration.as_str()))?;
    let secret = keys::read_or_draw(&keys::administration_file(&home))?;
    let node = node_of(&home, administration, ports)?;
    Ok(Seat { home, secret, node })
}

fn node_of(home: &Home, administration: &Code, ports: Ports) -> Result<DemoNode, Failure> {
    Ok(DemoNode {
        administration: administration.clone(),
        node: keys::read_or_draw(&keys::node_file(home))?.node_key(),
        home: home.root().to_owned(),
        api: ([127, 0, 0, 1], ports.api).into(),
        port: ports.peers,
    })
}

/// The charter, signed by every keyholder.
fn sign(template: &Template, seats: &[Seat]) -> Result<CharterFile, Failure> {
    let keys: BTreeMap<Code, AdministrationKey> =
        seats.iter().map(|seat| (seat.node.administration.clone(), seat.secret.administration_key())).collect();
    let mut file = CharterFile { charter: found::found(template, &keys)?, signatures: Vec::new() };
    let network = network_of(&file, Path::new(CHARTER))?;
    for seat in seats.iter().filter(|seat| template.keyholders.contains(&seat.node.administration)) {
        file.add(CharterSignature::sign(&file.charter, &seat.secret, &network));
    }
    Ok(file)
}

fn mandate_of(seat: &Seat, charter: &Charter, network: &NetworkId) -> Result<RawMandate, Failure> {
    let node = v1::MandatedNode {
        key: seat.node.node.as_bytes().to_vec(),
        label: "demo".to_owned(),
        addresses: seat.node.addresses().iter().map(ToString::to_string).collect(),
        sealing: vec![keys::listed(&keys::sealing(&seat.home)?.public())],
        ..v1::MandatedNode::default()
    };
    mandate::sign(&seat.node.administration, vec![node], charter, &seat.secret, network)
}

/// The network of an earlier run, on its ports where they are free.
fn restart(dir: &Path, charter: &CharterFile, port: u16) -> Result<Vec<DemoNode>, Failure> {
    let mut homes = Vec::new();
    let codes = charter.charter.administrations.iter().map(|administration| &administration.code);
    for code in codes.filter(|code| dir.join(code.as_str()).is_dir()) {
        homes.push((code, home::peek(&dir.join(code.as_str()))?));
    }
    let before = homes.iter().map(|(_, home)| Settings::read(&home.settings()).map(|settings| ports_of(&settings)));
    let before = before.collect::<Result<Vec<_>, _>>()?;
    let same = ports::are_free(&before);
    let ports = if same { before } else { ports::choose(homes.len(), port)? };
    let nodes = homes.iter().zip(ports).map(|((code, home), ports)| node_of(home, code, ports));
    let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
    if !same {
        homes.iter().zip(&nodes).try_for_each(|((_, home), own)| move_ports(home, own, &nodes))?;
    }
    Ok(nodes)
}

/// The mandates name the old ports: the settings of a node name the new ones of all others.
fn move_ports(home: &Home, own: &DemoNode, nodes: &[DemoNode]) -> Result<(), Failure> {
    let others = nodes.iter().filter(|node| node.node != own.node);
    let peers: Vec<KnownPeer> =
        others.map(|node| KnownPeer { node: node.node, addresses: node.addresses().to_vec() }).collect();
    settings::adjust(home, &own.settings(), &peers)
}

/// The ports that settings name; 0, which is never taken for free, where they name none for peers.
fn ports_of(settings: &Settings) -> Ports {
    let tcp = settings.listen.iter().flat_map(Multiaddr::iter).find_map(|part| match part {
        Protocol::Tcp(port) => Some(port),
        _ => None,
    });
    Ports { api: settings.api.port(), peers: tcp.unwrap_or(0) }
}

impl DemoNode {
    fn settings(&self) -> Changes {
        Changes { listen: self.addresses().to_vec(), api: Some(self.api), mdns: Some(false) }
    }
}

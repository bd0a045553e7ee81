//! Who a node is, for whoever mandates it: a file of its home that anybody may read, handed over by whatever way.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use palabre_core::id::{IdError, NodeKey};
use palabre_core::seal::{SealingKey, SealingSecret};
use palabre_store::Home;
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::{Deserialize, Serialize};

use super::keys;
use crate::failure::{Failure, chain, internal};
use crate::file;

/// What a node is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    /// Its key.
    pub(crate) node: NodeKey,
    /// What audience keys are wrapped to for it.
    pub(crate) sealing: Option<SealingKey>,
}

/// A node as it is named on the command line: by its key, or by a file.
#[derive(Clone, Debug)]
pub(crate) enum Named {
    /// Its key.
    Key(NodeKey),
    /// The file `node.public` of its home.
    File(PathBuf),
}

impl FromStr for Named {
    type Err = IdError;

    /// What has only hexadecimal digits is a key, though it may be cut.
    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            text.parse().map(Self::Key)
        } else {
            Ok(Self::File(text.into()))
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    node: NodeKey,
    sealing: Option<String>,
}

fn place(home: &Home) -> PathBuf {
    home.root().join("node.public")
}

/// Writes who the node of this home is.
pub(crate) fn write(home: &Home, node: NodeKey, sealing: &SealingSecret) -> Result<(), Failure> {
    let written = Written { node, sealing: Some(hex::encode(sealing.public().to_bytes())) };
    let text = toml::to_string(&written).map_err(|error| internal(&error))?;
    file::replace(&place(home), text.as_bytes())
}

/// The node that is named so. Of the node of this home the sealing key is known.
pub(crate) fn of(named: &Named, home: &Home) -> Result<Card, Failure> {
    match named {
        Named::File(path) => read(path),
        Named::Key(node) => {
            let own = keys::node_file(home);
            let is_own = own.exists() && keys::read(&own)?.node_key() == *node;
            let sealing = if is_own { Some(keys::sealing(home)?.public()) } else { None };
            Ok(Card { node: *node, sealing })
        }
    }
}

fn read(path: &Path) -> Result<Card, Failure> {
    let malformed = |error: &dyn std::error::Error| {
        let file = path.display().to_string();
        Failure::new(Kind::Usage, text!("err-node-card", file = file, detail = chain(error)))
    };
    let bytes = file::read(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| malformed(&error))?;
    let written: Written = toml::from_str(text).map_err(|error| malformed(&error))?;
    let key = written.sealing.map(hex::decode).transpose().map_err(|error| malformed(&error))?;
    let sealing = key.map(|key| SealingKey::from_bytes(&key)).transpose().map_err(|error| malformed(&error))?;
    Ok(Card { node: written.node, sealing })
}

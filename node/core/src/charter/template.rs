//! The region's charter template (`config/charter.toml`): data, from which a genesis is made.

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};
use serde::Deserialize;
use thiserror::Error;

use super::invariants::least_threshold;
use super::revision::{AdministrationKind, Allowance, Charter, CharterError, Names, OfficeKind};
use crate::id::{AdministrationKey, Code};
use crate::time::Millis;

/// Why a template makes no charter.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// Not the TOML that a template is.
    #[error("the template cannot be read")]
    Toml(#[from] toml::de::Error),
    /// A key for a code that the template does not list.
    #[error("a key is given for {0}, which the template does not list")]
    Stranger(Code),
    /// What it makes is no charter.
    #[error("the template makes no charter")]
    Charter(#[from] CharterError),
}

/// A charter as data, without keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// How the network is called.
    pub name: Names,
    /// Date after which the node reminds of a review.
    pub review_by: String,
    /// How many keyholders must sign.
    pub threshold: Threshold,
    /// Whose keys count.
    pub keyholders: Vec<Code>,
    /// What one author may add in a day.
    pub allowance: Allowance,
    /// The participants.
    #[serde(rename = "administration")]
    pub administrations: Vec<Participant>,
    /// Who does what.
    #[serde(rename = "office")]
    pub offices: Vec<Holder>,
    /// The commissions.
    #[serde(rename = "commission")]
    pub commissions: Vec<Seats>,
}

/// A number of keyholders.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum Threshold {
    /// So many.
    Number(u32),
    /// A share of them.
    Share(Share),
}

/// A share of the keyholders.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Share {
    /// Two thirds, rounded up.
    TwoThirds,
}

/// A participant as data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// Its code.
    pub code: Code,
    /// What kind it is.
    pub kind: AdministrationKind,
    /// How it is called.
    pub names: Names,
    /// Languages that it works in.
    pub languages: Vec<String>,
    /// Its capital.
    pub capital: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// An office as data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Which.
    pub kind: OfficeKind,
    /// By whom.
    pub administration: Code,
}

/// A commission as data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seats {
    /// Its id.
    pub id: String,
    /// How it is called.
    pub names: Names,
    /// Who presides it.
    pub host: Code,
    /// Who sits in it.
    pub members: Vec<Code>,
}

impl Template {
    /// Parses the text of a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Ok(toml::from_str(text)?)
    }

    /// The genesis charter that this template and these keys make. Its invariants are not checked here.
    pub fn found(&self, keys: &BTreeMap<Code, AdministrationKey>, written: Millis) -> Result<Charter, TemplateError> {
        if let Some(code) = keys.keys().find(|code| !self.administrations.iter().any(|a| a.code == **code)) {
            return Err(TemplateError::Stranger(code.clone()));
        }
        let threshold = match self.threshold {
            Threshold::Number(number) => number,
            Threshold::Share(Share::TwoThirds) => {
                u32::try_from(least_threshold(self.keyholders.len())).unwrap_or(u32::MAX)
            }
        };
        let charter = v1::Charter {
            revision: 1,
            name: Some(self.name.clone().into()),
            written: written.0,
            review_by: self.review_by.clone(),
            administrations: self.administrations.iter().map(|a| a.to_message(keys.get(&a.code))).collect(),
            offices: self.offices.iter().map(Holder::to_message).collect(),
            commissions: self.commissions.iter().map(Seats::to_message).collect(),
            keyholders: texts(&self.keyholders),
            threshold,
            allowance: Some(v1::Allowance {
                entries: self.allowance.entries,
                bytes: self.allowance.bytes,
                urgent: self.allowance.urgent,
            }),
            ..v1::Charter::default()
        };
        Ok(Charter::parse(&charter.encode_to_vec())?)
    }
}

impl Participant {
    fn to_message(&self, key: Option<&AdministrationKey>) -> v1::Administration {
        v1::Administration {
            code: self.code.to_string(),
            kind: self.kind.number(),
            names: Some(self.names.clone().into()),
            languages: self.languages.clone(),
            key: key.map(|key| key.as_bytes().to_vec()).unwrap_or_default(),
            capital: self.capital.clone(),
            latitude: thousandths(self.latitude),
            longitude: thousandths(self.longitude),
            suspended: false,
        }
    }
}

impl Holder {
    fn to_message(&self) -> v1::Office {
        use v1::office::Kind;
        let kind = match self.kind {
            OfficeKind::Presidency => Kind::Presidency,
            OfficeKind::Secretariat => Kind::Secretariat,
            OfficeKind::Assessor => Kind::Assessor,
            OfficeKind::VicePresidency => Kind::VicePresidency,
        };
        v1::Office { kind: kind as i32, administration: self.administration.to_string() }
    }
}

impl Seats {
    fn to_message(&self) -> v1::Commission {
        v1::Commission {
            id: self.id.clone(),
            names: Some(self.names.clone().into()),
            host: self.host.to_string(),
            members: texts(&self.members),
        }
    }
}

impl From<Names> for v1::Names {
    fn from(names: Names) -> Self {
        Self { fr: names.fr, en: names.en, pt: names.pt }
    }
}

fn texts(codes: &[Code]) -> Vec<String> {
    codes.iter().map(Code::to_string).collect()
}

/// Degrees as the charter keeps them. Both coordinates lie within ±180, far inside an `i32` of thousandths.
#[expect(clippy::cast_possible_truncation, reason = "clamped to ±180,000 before the cast")]
fn thousandths(degrees: f64) -> i32 {
    (degrees.clamp(-180.0, 180.0) * 1000.0).round() as i32
}

//! The charter.

use std::collections::{BTreeMap, BTreeSet};

use palabre_core::charter::{AdministrationKind, Charter, Names, OfficeKind, Revisions};
use palabre_core::id::{AdministrationKey, CharterHash, Code, NetworkId};
use palabre_core::registers::proofs::YEAR;
use palabre_core::time::Millis;
use serde::{Deserialize, Serialize};

use super::{HistoryView, RevisionView};

/// `GET /api/v1/charter`, `palabre charter show --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharterView {
    /// Its number, from 1.
    pub revision: u64,
    /// BLAKE3 of its bytes without signatures.
    pub hash: CharterHash,
    /// The network: none when a later revision is read from a file, and its network is not known.
    pub network: Option<NetworkId>,
    /// How the network is called.
    pub name: Names,
    /// When it was written.
    pub written: Millis,
    /// Who holds the presidency; none in a charter that breaks this invariant.
    pub presidency: Option<Code>,
    /// Who sits in the secretariat, its leader first.
    pub secretariat: Vec<Code>,
    /// The assessors.
    pub assessors: Vec<Code>,
    /// The vice-presidency of the region, when it is not vacant.
    pub vice_presidency: Option<Code>,
    /// Whose keys count, and who of them has signed.
    pub keyholders: Vec<KeyholderView>,
    /// How many of them must sign.
    pub threshold: u32,
    /// The commissions.
    pub commissions: Vec<CommissionView>,
    /// The participants, in the charter's order.
    pub administrations: Vec<AdministrationView>,
    /// Date after which the node reminds of a review.
    pub review_by: String,
    /// Adopted revisions that stand against one another: none of them governs until they are settled.
    #[serde(default)]
    pub disputed: Vec<RevisionView>,
    /// Revisions that may still be adopted.
    #[serde(default)]
    pub proposals: Vec<RevisionView>,
    /// The network that this one goes on from.
    #[serde(default)]
    pub refounds: Option<RefoundingView>,
}

/// The network that another goes on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefoundingView {
    /// The old network.
    pub network: NetworkId,
    /// Its last undisputed revision.
    pub revision: CharterHash,
    /// Why.
    pub reason: String,
}

/// A keyholder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyholderView {
    /// Its code.
    pub administration: Code,
    /// Whether a valid signature of it stands under this revision.
    pub signed: bool,
    /// When it last showed that it has its key, by a proof or by signing a revision; none when that is not known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved: Option<Millis>,
    /// Whether that is more than a year ago, or never was; none when it is not known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<bool>,
}

/// A commission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissionView {
    /// Its id.
    pub id: String,
    /// How it is called.
    pub names: Names,
    /// Who presides it.
    pub host: Code,
    /// Who sits in it.
    pub members: Vec<Code>,
}

/// A participant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdministrationView {
    /// Its code.
    pub code: Code,
    /// What kind of participant it is.
    pub kind: AdministrationKind,
    /// How it is called.
    pub names: Names,
    /// Its key, once it has one.
    pub key: Option<AdministrationKey>,
    /// Kept in the charter, without rights.
    pub suspended: bool,
}

impl CharterView {
    /// The view of a revision that is held; of the one in force also what stands beside it.
    #[must_use]
    pub fn held(revisions: &Revisions, charter: &Charter) -> Self {
        let mut signers = revisions.signers(&charter.hash(), charter);
        if let Some(before) = charter.previous.and_then(|previous| revisions.get(&previous)) {
            signers.extend(revisions.signers(&charter.hash(), before));
        }
        let view = Self { network: Some(*revisions.network()), ..Self::of(charter, &signers) };
        if charter.hash() != revisions.in_force().hash() {
            return view;
        }
        let HistoryView { disputed, proposals, .. } = HistoryView::of(revisions);
        Self { disputed, proposals, ..view }
    }

    /// With when each keyholder last showed that it has its key.
    #[must_use]
    pub fn proved(mut self, proved: &BTreeMap<Code, Millis>, now: Millis) -> Self {
        for holder in &mut self.keyholders {
            holder.proved = proved.get(&holder.administration).copied();
            holder.overdue = Some(holder.proved.is_none_or(|at| now.0.saturating_sub(at.0) > YEAR));
        }
        self
    }

    /// Keyholders who have not shown their key for a year.
    pub fn overdue(&self) -> impl Iterator<Item = &Code> {
        self.keyholders.iter().filter(|holder| holder.overdue == Some(true)).map(|holder| &holder.administration)
    }

    /// Whether no more keyholders than must sign have shown their key within a year.
    #[must_use]
    pub fn is_at_risk(&self) -> bool {
        let overdue = self.overdue().count();
        overdue > 0 && self.keyholders.len() - overdue <= self.threshold as usize
    }

    /// The view of a charter that these keyholders have signed.
    #[must_use]
    pub fn of(charter: &Charter, signers: &BTreeSet<Code>) -> Self {
        let all = |kind| charter.holders(kind).cloned().collect::<Vec<_>>();
        let first = |kind| charter.holders(kind).next().cloned();
        Self {
            revision: charter.revision,
            hash: charter.hash(),
            network: charter.founds(),
            name: charter.name.clone(),
            written: charter.written,
            presidency: first(OfficeKind::Presidency),
            secretariat: all(OfficeKind::Secretariat),
            assessors: all(OfficeKind::Assessor),
            vice_presidency: first(OfficeKind::VicePresidency),
            keyholders: charter
                .keyholders
                .iter()
                .map(|code| KeyholderView {
                    administration: code.clone(),
                    signed: signers.contains(code),
                    proved: None,
                    overdue: None,
                })
                .collect(),
            threshold: charter.threshold,
            commissions: charter
                .commissions
                .iter()
                .map(|commission| CommissionView {
                    id: commission.id.to_string(),
                    names: commission.names.clone(),
                    host: commission.host.clone(),
                    members: commission.members.clone(),
                })
                .collect(),
            administrations: charter
                .administrations
                .iter()
                .map(|administration| AdministrationView {
                    code: administration.code.clone(),
                    kind: administration.kind,
                    names: administration.names.clone(),
                    key: administration.key,
                    suspended: administration.suspended,
                })
                .collect(),
            review_by: charter.review_by.clone(),
            disputed: Vec::new(),
            proposals: Vec::new(),
            refounds: charter.refounds.as_ref().map(|refounds| RefoundingView {
                network: refounds.network,
                revision: refounds.revision,
                reason: refounds.reason.to_string(),
            }),
        }
    }
}

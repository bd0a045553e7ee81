//! The JSON that the API answers with and that `--json` prints: stable names, in English (`docs/design.md` §9).
//!
//! Fields are only ever added. Ids, keys and hashes are hexadecimal; times are milliseconds since 1970; sizes are bytes.

mod act;
mod application;
mod charter;
mod document;
mod governance;
mod log;
mod peer;
mod status;
mod void;

pub use act::{ActView, UpholdingView};
pub use application::{ApplicationList, ApplicationView, SealingKeyView};
pub use charter::{AdministrationView, CharterView, CommissionView, KeyholderView, RefoundingView};
pub use document::{
    AudienceName, Created, DocumentList, DocumentState, DocumentSummary, DocumentView, VersionView, WithdrawalView,
};
pub use governance::{Count, HandedInView, HistoryView, ProposalView, RefusedRule, RevisionView, Standing};
pub use log::{Effect, EntryView, LogList, LogView};
pub use peer::{Address, AddressSource, PeerList, PeerState, PeerStatus, PeerWhy, Reason};
pub use status::{Concern, Digest, Health, Lag, Metrics, Obstacle, StatusView, Writing};
pub use void::void_words;

//! What a person or a program sees of a node: the HTTP API, and the catalogue of every message in French, English and
//! Portuguese (`docs/design.md` §9).
//!
//! | module | what lives there |
//! |---|---|
//! | [`catalogue`] | the languages, and texts by key |
//! | [`breaches`] | broken rules of the charter, in words |
//! | [`problem`] | what went wrong, why, and what to do next; its exit code and HTTP status |
//! | [`node`] | the trait through which the API speaks to the running node |
//! | [`views`] | the JSON that the API and `--json` print |
//! | [`words`] | a fingerprint in words |
//! | [`api`] | the routes, and who may call them |

pub mod api;
pub mod breaches;
pub mod catalogue;
pub mod node;
pub mod problem;
pub mod views;
pub mod words;

pub use api::{serve, serve_waiting};

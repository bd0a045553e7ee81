//! Why an act is void, in words.

use crate::catalogue::Argument;
use crate::text;

/// The words for the code of a reason (`palabre_core::registers::VoidReason::code`). A code that this version does not
/// know stands for itself.
#[must_use]
pub fn void_words(code: &str) -> Argument {
    match code {
        "no-act" => text!("void-no-act").into(),
        "malformed" => text!("void-malformed").into(),
        "unknown-kind" => text!("void-unknown-kind").into(),
        "wrong-place" => text!("void-wrong-place").into(),
        "foreign-after" => text!("void-foreign-after").into(),
        "broken-after" => text!("void-broken-after").into(),
        "not-mandated" => text!("void-not-mandated").into(),
        "revoked" => text!("void-revoked").into(),
        "cut-in-dispute" => text!("void-cut-in-dispute").into(),
        "suspended" => text!("void-suspended").into(),
        "not-allowed" => text!("void-not-allowed").into(),
        "opener-void" => text!("void-opener-void").into(),
        "other-kind" => text!("void-other-kind").into(),
        "withdrawn" => text!("void-withdrawn").into(),
        "other-key" => text!("void-other-key").into(),
        "not-void" => text!("void-not-void").into(),
        "not-upholdable" => text!("void-not-upholdable").into(),
        "other-audience" => text!("void-other-audience").into(),
        "outside" => text!("void-outside").into(),
        other => other.into(),
    }
}

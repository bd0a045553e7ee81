//! The words of `proto/README.md` for the errors of this crate.

use palabre_core::admission::InvitationError;
use palabre_core::charter::invariants::Breach;
use palabre_core::charter::{
    CharterError, CharterFileError, MandateError, RevisionError, RulesError, SignatureFormError, Standing,
    SuccessionBreach,
};
use palabre_core::id::IdError;
use palabre_core::keys::SignatureError;
use palabre_core::ledger::fork::ForkError;
use palabre_core::ledger::{EntryError, HeaderError, Verdict};

pub(crate) const fn signature(error: SignatureError) -> &'static str {
    match error {
        SignatureError::Key => "key",
        SignatureError::Length => "signature-length",
        SignatureError::Invalid => "signature",
    }
}

fn id(error: &IdError) -> &'static str {
    match error {
        IdError::Length { .. } => "field-length",
        IdError::Code(_) => "code",
        IdError::Hex { .. } => panic!("nothing on the wire is hexadecimal"),
    }
}

pub(crate) fn entry(error: &EntryError) -> &'static str {
    match error {
        EntryError::Header(error) => header(error),
        EntryError::Signature(error) => signature(*error),
        EntryError::PayloadSize { .. } => "payload-size",
        EntryError::PayloadHash => "payload-hash",
    }
}

fn header(error: &HeaderError) -> &'static str {
    match error {
        HeaderError::TooLong(_) => "header-too-long",
        HeaderError::Encoding(_) => "encoding",
        HeaderError::Field { source, .. } => id(source),
        HeaderError::SequenceZero => "sequence-zero",
        HeaderError::PreviousMissing(_) => "previous-missing",
        HeaderError::Priority(_) => "priority-unknown",
        HeaderError::PayloadTooLong(_) => "payload-too-long",
        HeaderError::TooManyAttachments(_) => "too-many-attachments",
    }
}

pub(crate) const fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Next => "next",
        Verdict::Ahead => "ahead",
        Verdict::Held => "held",
        Verdict::Conflict(_) => "conflict",
        Verdict::Parted => "parted",
        Verdict::Named => "named",
        Verdict::Frozen => "frozen",
        Verdict::TooFarAhead => "too-far-ahead",
    }
}

pub(crate) fn fork(error: &ForkError) -> &'static str {
    match error {
        ForkError::Missing => "missing",
        ForkError::Entry(error) => entry(error),
        ForkError::NoConflict => "no-conflict",
        ForkError::Order => "order",
    }
}

pub(crate) fn invitation(error: &InvitationError) -> &'static str {
    match error {
        InvitationError::Prefix => "prefix",
        InvitationError::TooLong => "text-too-long",
        InvitationError::Text => "base64url",
        InvitationError::Encoding => "encoding",
        InvitationError::Field { source, .. } => id(source),
        InvitationError::Addresses => "addresses",
        InvitationError::Signature(error) => signature(*error),
        InvitationError::Code => "commitment",
    }
}

pub(crate) fn charter_file(error: &CharterFileError) -> &'static str {
    match error {
        CharterFileError::Encoding(_) => "encoding",
        CharterFileError::Charter(error) => charter(error),
        CharterFileError::Signature(SignatureFormError::Name(error)) => id(error),
        CharterFileError::Signature(SignatureFormError::Signature(error)) => signature(*error),
    }
}

fn charter(error: &CharterError) -> &'static str {
    match error {
        CharterError::TooLong(_) => "charter-too-long",
        CharterError::Encoding(_) => "encoding",
        CharterError::Field { source, .. } => id(source),
        CharterError::RevisionZero => "revision-zero",
        CharterError::Previous(_) => "previous",
        CharterError::Kind { .. } => "kind-unknown",
        CharterError::Commission(_) => "commission-id",
        CharterError::Cutoff(_) => "cutoff",
        CharterError::CutoffTwice(_) => "cutoff-twice",
        CharterError::Settles => "settles",
        CharterError::TooMany(_) => "too-many-administrations",
        CharterError::RefoundsLater(_) | CharterError::Reason(_) => "refounds",
    }
}

pub(crate) const fn rules(error: &RulesError) -> &'static str {
    match error {
        RulesError::NotGenesis(_) => "not-genesis",
        RulesError::Invariants(_) => "invariants",
        RulesError::Threshold { .. } => "threshold",
    }
}

pub(crate) const fn revision(error: &RevisionError) -> &'static str {
    match error {
        RevisionError::OtherNetwork => "other-network",
        RevisionError::NotFollowing(_) => "not-following",
        RevisionError::Invariants(_) => "invariants",
        RevisionError::Succession(_) => "succession",
        RevisionError::Unsigned(_) => "unsigned",
        RevisionError::Settles(_) => "settles",
        RevisionError::Crowded => "crowded",
    }
}

pub(crate) const fn succession(breach: &SuccessionBreach) -> &'static str {
    match breach {
        SuccessionBreach::Number { .. } => "number",
        SuccessionBreach::Previous { .. } => "previous",
        SuccessionBreach::NoCutoff(..) => "no-cutoff",
        SuccessionBreach::StrangerCut(_) => "stranger-cut",
    }
}

pub(crate) const fn standing(standing: &Standing<'_>) -> &'static str {
    match standing {
        Standing::Acts { .. } => "acts",
        Standing::Unknown => "waits",
        Standing::NotMandated => "not-mandated",
        Standing::Suspended => "suspended",
        Standing::Revoked => "revoked",
        Standing::CutInDispute => "cut-in-dispute",
    }
}

pub(crate) const fn breach(breach: &Breach) -> &'static str {
    match breach {
        Breach::CodeTwice(_) => "code-twice",
        Breach::KeyTwice(_) => "key-twice",
        Breach::Unknown(_) => "unknown",
        Breach::Presidency(_) => "presidency",
        Breach::LeaderNoMember(_) => "leader-no-member",
        Breach::Secretariat(_) => "secretariat",
        Breach::Assessor(_) => "assessor",
        Breach::AssessorTwice(_) => "assessor-twice",
        Breach::RegionalOffice(_) => "regional-office",
        Breach::LeaderAbsent(_) => "leader-absent",
        Breach::Host { .. } => "host",
        Breach::Seat { .. } => "seat",
        Breach::CommissionTwice(_) => "commission-twice",
        Breach::KeyMissing(_) => "key-missing",
        Breach::Keyholder(_) => "keyholder",
        Breach::Threshold { .. } => "threshold-out-of-range",
        Breach::ReviewBy(_) => "review-by",
    }
}

pub(crate) fn mandate(error: &MandateError) -> &'static str {
    match error {
        MandateError::TooLong(_) => "mandate-too-long",
        MandateError::Encoding(_) => "encoding",
        MandateError::Field { source, .. } => id(source),
        MandateError::Number(_) | MandateError::Jump { .. } => "number",
        MandateError::TooMany => "too-many",
        MandateError::NodeTwice(_) => "node-twice",
        MandateError::NotFollowing { .. } => "not-following",
        MandateError::TooManyMandates(_) => "too-many-mandates",
        MandateError::Cutoff(_) => "cutoff",
        MandateError::Sealing(_) => "sealing-key",
        MandateError::NodeCut(_) => "node-cut",
        MandateError::Stranger(_) => "stranger",
        MandateError::Signature { source, .. } => signature(*source),
    }
}

//! The attacks by name, and what they have in common: rounds without a pause, until the process is ended.

use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;

use super::line::{Line, Over, Sync, Target};
use super::member::Member;
use super::tally::Tally;
use super::{bytes, doors, entries, frames};

/// Pause of an attacker whose connection was refused: short enough to storm, long enough to leave the machine to those
/// whom the test is about.
const AGAIN: Duration = Duration::from_millis(20);

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Attack {
    /// Packets that make no frame.
    Garbage,
    /// Packets longer than allowed.
    Oversized,
    /// Half a packet, then the end.
    Half,
    /// Packets that unpack to far more than a frame.
    Bomb,
    /// Packets of some dozen bytes that unpack to as much as a frame may have.
    Inflated,
    /// Asks for everything and reads nothing.
    NeverReads,
    /// Small frames that mean nothing, as fast as they go.
    Frames,
    /// A digest that asks for everything anew, again and again.
    EmptyFrontier,
    /// Heads of logs and sequences that do not exist.
    HugeFrontier,
    /// The rules again and again.
    Rules,
    /// Fork proofs without end.
    Forks,
    /// Wants the whole ledger again and again.
    Greedy,
    /// Wants what nobody has.
    Absent,
    /// Entries with signatures that are not their authors'.
    Forged,
    /// The same by gossip.
    ForgedGossip,
    /// Announcements of entries that never come.
    Announcements,
    /// Entries dated 1970 and the year 500,000,000.
    BackDated,
    /// Two branches of a log, told to different nodes.
    Fork,
    /// Headers without end whose payloads never come.
    Headers,
    /// A million tiny entries.
    Million,
    /// Logs without end.
    ManyLogs,
    /// Entries that name attachments which nobody has.
    Attachments,
    /// Heads of the node's own logs that it never wrote.
    OwnLogs,
    /// One gossip message again and again, below our own protocols.
    Mesh,
    /// Pings without end.
    Pings,
    /// A thousand streams on one connection.
    Streams,
    /// Connections without end.
    Connections,
    /// The same with ever new keys, of strangers.
    Strangers,
}

/// What comes of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It breaks a rule: it is named, and left alone for a while.
    Paused,
    /// An author may have done it without meaning harm: it is named with this word, and not left alone.
    Named(&'static str),
    /// It is no member: its connections are refused.
    Refused,
    /// It breaks no rule, and costs little.
    Nothing,
}

/// An attacker and one node that it attacks.
#[derive(Clone)]
pub struct Foe {
    /// Who it is.
    pub member: Member,
    /// Whom it attacks.
    pub target: Target,
    /// The how-manieth of those attacked.
    pub number: usize,
    /// What was done.
    pub tally: Tally,
    /// Logs that attacks on several nodes share.
    pub shared: Arc<entries::Shared>,
}

impl Attack {
    /// What nodes hold against who does it.
    pub const fn answer(self) -> Answer {
        match self {
            Self::Fork => Answer::Named("forked"),
            Self::Million | Self::ManyLogs => Answer::Named("share of the day"),
            Self::Pings | Self::BackDated | Self::Attachments => Answer::Nothing,
            Self::Strangers => Answer::Refused,
            _ => Answer::Paused,
        }
    }

    /// Attacks one node for ever.
    pub async fn run(self, foe: Foe) {
        match self {
            Self::Garbage => foe.rounds(bytes::garbage).await,
            Self::Oversized => foe.rounds(bytes::oversized).await,
            Self::Half => foe.rounds(bytes::half).await,
            Self::Bomb => foe.rounds(bytes::bomb).await,
            Self::Inflated => foe.rounds(bytes::inflated).await,
            Self::NeverReads => foe.lines(bytes::never_reads).await,
            Self::Frames => foe.rounds(frames::frames).await,
            Self::EmptyFrontier => foe.rounds(frames::empty_frontier).await,
            Self::HugeFrontier => foe.rounds(frames::huge_frontier).await,
            Self::Rules => foe.rounds(frames::rules).await,
            Self::Forks => foe.rounds(frames::forks).await,
            Self::Greedy => foe.rounds(frames::greedy).await,
            Self::Absent => foe.rounds(frames::absent).await,
            Self::Forged => foe.rounds(entries::forged).await,
            Self::ForgedGossip => foe.lines(entries::forged_gossip).await,
            Self::Announcements => foe.lines(entries::announcements).await,
            Self::BackDated => foe.rounds(entries::back_dated).await,
            Self::Fork => foe.rounds(entries::fork).await,
            Self::Headers => foe.rounds(entries::headers).await,
            Self::Million => foe.rounds(entries::million).await,
            Self::ManyLogs => foe.rounds(entries::many_logs).await,
            Self::Attachments => foe.rounds(entries::attachments).await,
            Self::OwnLogs => foe.rounds(frames::own_logs).await,
            Self::Mesh => foe.lines(doors::mesh).await,
            Self::Pings => foe.lines(doors::pings).await,
            Self::Streams => foe.lines(doors::streams).await,
            Self::Connections => doors::connections(&foe).await,
            Self::Strangers => doors::strangers(&foe).await,
        }
    }
}

impl Foe {
    /// Connects again and again; `round` says how each connection is used until it ends.
    pub(super) async fn lines(&self, round: impl AsyncFn(&Self, &mut Line) -> Result<(), Over>) {
        loop {
            match Line::open(&self.member.secret, self.member.network, &self.target).await {
                Ok(mut line) => {
                    self.tally.add("connections", 1);
                    drop(round(self, &mut line).await);
                }
                Err(Over) => self.tally.add("refused", 1),
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// The same on the sync stream of each connection.
    pub(super) async fn rounds(&self, round: impl AsyncFn(&Self, &mut Sync) -> Result<(), Over>) {
        self.lines(async |foe, line| {
            let mut sync = line.sync().await?;
            foe.tally.add("sessions", 1);
            round(foe, &mut sync).await
        })
        .await;
    }
}

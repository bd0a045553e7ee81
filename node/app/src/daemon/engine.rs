//! The thread that owns the rules and the store. It takes jobs as they come, has what they want durable appended with one
//! sync for all of them, goes on with other jobs meanwhile, and only then lets anybody see it.

use std::collections::BTreeMap;
use std::thread::JoinHandle;

use palabre_core::id::EntryId;
use palabre_core::ledger::Record;
use palabre_core::node::{Effect, Event, HandedIn, Node, Notice, Ticket, Write, WriteError};
use palabre_proto::v1;
use palabre_store::Store;
use palabre_store::segments::AppendError;
use palabre_web::views::Health;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{error, info, warn};

use super::DaemonError;
use super::keeper::Keeper;
use super::opening::Opened;
use super::pause::Pause;
use super::verifier::Verifier;
use crate::clock::now;

/// Jobs handled before a sync: enough to share it among many writers, few enough that none waits long.
const AT_ONCE: usize = 128;

/// Something that looks at node and store, between two jobs.
type Look = Box<dyn FnOnce(&Node, &Store) + Send>;

/// What the engine is asked to do.
pub(super) enum Job {
    /// Something happened.
    Event(Event),
    /// Somebody wants to write.
    Write(Write, oneshot::Sender<Result<EntryId, WriteError>>),
    /// Somebody hands in charter revisions, signatures or mandates.
    HandIn(Box<v1::Rules>, oneshot::Sender<Result<HandedIn, WriteError>>),
    /// Somebody wants to look.
    Look(Look),
    /// What was on its way to the disk is durable, or was refused.
    Synced,
    /// The node stops.
    Stop,
}

struct Engine {
    node: Node,
    store: Store,
    verifier: Verifier,
    effects: mpsc::UnboundedSender<Effect>,
    pause: Pause,
    writers: BTreeMap<Ticket, oneshot::Sender<Result<EntryId, WriteError>>>,
    bearers: BTreeMap<Ticket, oneshot::Sender<Result<HandedIn, WriteError>>>,
    tickets: u64,
    /// Whether the own log was opened in doubt and nothing of it is durable yet.
    unsettled: bool,
    /// Where the thread that syncs says that it is done.
    answers: mpsc::WeakSender<Job>,
    /// Records that wait for the next sync, by the append that wants them.
    appends: Vec<Vec<Record>>,
    /// Those that are on their way to the disk.
    syncing: Vec<Vec<Record>>,
    keeper: Keeper,
}

/// Starts the engine's thread.
pub(super) fn start(
    opened: Opened,
    (own_jobs, jobs): (mpsc::WeakSender<Job>, mpsc::Receiver<Job>),
    effects: mpsc::UnboundedSender<Effect>,
    health: watch::Sender<Health>,
) -> Result<JoinHandle<Result<(), DaemonError>>, DaemonError> {
    let Opened { node, store, effects: first, .. } = opened;
    let verifying = own_jobs.clone();
    let verifier = Verifier::start(move |verified| {
        if let Some(jobs) = verifying.upgrade() {
            // Without its receiver the node is stopping.
            drop(jobs.blocking_send(Job::Event(Event::Verified(verified))));
        }
    });
    let mut engine = Engine {
        verifier: verifier.map_err(DaemonError::Thread)?,
        unsettled: store.own_head_is_in_doubt(),
        keeper: Keeper::start(store.attachments().clone(), own_jobs.clone()).map_err(DaemonError::Thread)?,
        node,
        store,
        effects,
        pause: Pause::new(health),
        writers: BTreeMap::new(),
        bearers: BTreeMap::new(),
        tickets: 0,
        answers: own_jobs,
        appends: Vec::new(),
        syncing: Vec::new(),
    };
    engine.carry_out(first)?;
    std::thread::Builder::new()
        .name("ledger".to_owned())
        .spawn(move || engine.run(jobs).inspect_err(|error| error!(%error, "the node ends")))
        .map_err(DaemonError::Thread)
}

impl Engine {
    fn run(mut self, jobs: mpsc::Receiver<Job>) -> Result<(), DaemonError> {
        let done = self.work(jobs);
        self.pause.stop();
        match done {
            Ok(()) => {
                drop(self.keeper);
                Ok(self.store.close()?)
            }
            Err(error) => {
                // The process ends at once: on a disk that fails nothing may let itself be closed.
                std::mem::forget((self.keeper, self.store));
                Err(error)
            }
        }
    }

    /// Does jobs until the last.
    fn work(&mut self, mut jobs: mpsc::Receiver<Job>) -> Result<(), DaemonError> {
        let mut stopping = false;
        while !stopping {
            let Some(first) = jobs.blocking_recv() else { break };
            stopping = self.take(first)?;
            for _ in 1..AT_ONCE {
                let Ok(next) = jobs.try_recv() else { break };
                stopping |= self.take(next)?;
            }
            self.begin_sync()?;
            self.store.commit_rest()?;
        }
        // Nobody is waited for who waits for the engine.
        drop(jobs);
        self.sync_all()
    }

    /// Does one job; true when it is the last.
    fn take(&mut self, job: Job) -> Result<bool, DaemonError> {
        match job {
            Job::Event(event) => {
                // What is on its way to the disk will tell by itself.
                if matches!(event, Event::Tick) && !self.store.is_appending() {
                    self.pause.look_again(&mut self.store);
                }
                self.handle(event)?;
            }
            Job::Write(write, answer) => {
                let ticket = self.ticket();
                self.writers.insert(ticket, answer);
                self.handle(Event::Write { ticket, write })?;
            }
            Job::HandIn(rules, answer) => {
                let ticket = self.ticket();
                self.bearers.insert(ticket, answer);
                self.handle(Event::HandIn { ticket, rules })?;
            }
            Job::Look(look) => look(&self.node, &self.store),
            Job::Synced => self.end_sync()?,
            Job::Stop => return Ok(true),
        }
        Ok(false)
    }

    const fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    fn handle(&mut self, event: Event) -> Result<(), DaemonError> {
        let effects = self.node.handle(&mut self.store, event, now())?;
        self.carry_out(effects)
    }

    /// What comes of them at once is handled after the last: packets must leave in the order in which they were packed.
    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), DaemonError> {
        let mut kept = Vec::new();
        for effect in effects {
            match effect {
                Effect::Verify(entries) => {
                    self.verifier.verify(entries, &self.node).map_err(DaemonError::Thread)?;
                }
                Effect::Append(records) => self.appends.push(records),
                Effect::Keep { hash, content } => kept.extend(self.keeper.keep(hash, content)),
                Effect::Written { ticket, id } => {
                    if std::mem::take(&mut self.unsettled) {
                        self.store.settle_own_head().map_err(DaemonError::Doubt)?;
                    }
                    self.answer(ticket, Ok(id));
                }
                Effect::HandedIn { ticket, handed } => self.answer_bearer(ticket, Ok(handed)),
                Effect::Refused { ticket, reason } if self.bearers.contains_key(&ticket) => {
                    self.answer_bearer(ticket, Err(reason));
                }
                Effect::Refused { ticket, reason } => self.answer(ticket, Err(reason)),
                Effect::Report(notice) => self.report(&notice)?,
                // Without its receiver the node is stopping.
                other => drop(self.effects.send(other)),
            }
        }
        kept.into_iter().try_for_each(|done| self.handle(done))
    }

    /// Says it in the log. Own entries that are unknown here put the own head in doubt, also for the next start.
    fn report(&mut self, notice: &Notice) -> Result<(), DaemonError> {
        match notice {
            Notice::OwnEntriesUnknown { log } => {
                warn!(log = %log.log, "peers hold entries of this node that are unknown here: a new log is opened");
                self.store.doubt_own_head().map_err(DaemonError::Doubt)?;
                self.unsettled = true;
            }
            Notice::Fork { log, sequence } => {
                warn!(author = %log.author, log = %log.log, %sequence, "a log is forked: nothing of it has effect from there on");
            }
            Notice::BeyondAllowance { author } => {
                warn!(%author, "an author has more to give than its share of the day: the rest is taken on the days after");
            }
            Notice::Paused { peer, fault } => warn!(%peer, fault, "a peer is left alone for a while"),
            Notice::DamagedRecord { log, sequence } => {
                warn!(author = %log.author, log = %log.log, %sequence, "a damaged record; peers are asked for it");
            }
            Notice::Mended { log, sequence } => {
                info!(author = %log.author, log = %log.log, %sequence, "a damaged record was fetched again");
            }
        }
        Ok(())
    }

    fn answer(&mut self, ticket: Ticket, answer: Result<EntryId, WriteError>) {
        if let Some(writer) = self.writers.remove(&ticket) {
            // A writer that went away does not undo what is written.
            drop(writer.send(answer));
        }
    }

    fn answer_bearer(&mut self, ticket: Ticket, answer: Result<HandedIn, WriteError>) {
        if let Some(bearer) = self.bearers.remove(&ticket) {
            // Nor does a bearer that went away.
            drop(bearer.send(answer));
        }
    }

    /// Begins to make durable what waits, unless something is on its way to the disk already: what comes meanwhile gathers
    /// for the next sync.
    fn begin_sync(&mut self) -> Result<(), DaemonError> {
        if self.appends.is_empty() || self.store.is_appending() {
            return Ok(());
        }
        self.syncing = std::mem::take(&mut self.appends);
        let bytes: Vec<Vec<u8>> = self.syncing.iter().flatten().map(Record::encode).collect();
        let answers = self.answers.clone();
        let told = move || {
            if let Some(answers) = answers.upgrade() {
                // Without its receiver the node is stopping, and waits for the disk by itself.
                drop(answers.blocking_send(Job::Synced));
            }
        };
        self.store.begin_append(&bytes, told).or_else(|refused| self.refused(refused))
    }

    /// What was on its way to the disk is durable: it is folded. Or the disk has refused it.
    fn end_sync(&mut self) -> Result<(), DaemonError> {
        let appends = std::mem::take(&mut self.syncing);
        let positions = match self.store.finish_append() {
            Ok(positions) => positions,
            Err(refused) => return self.refused(refused),
        };
        let last = positions.last().copied();
        let mut positions = positions.into_iter();
        for records in appends {
            let placed = records.into_iter().zip(positions.by_ref()).collect();
            self.handle(Event::Appended(placed))?;
        }
        if let Some(last) = last {
            self.store.commit(last)?;
        }
        self.pause.end();
        Ok(())
    }

    /// The disk has refused a batch: nothing is on it of that, nor of what waits behind it.
    fn refused(&mut self, refused: AppendError) -> Result<(), DaemonError> {
        if matches!(refused, AppendError::SyncFailed { .. }) {
            return Err(DaemonError::SyncFailed(refused));
        }
        self.pause.begin(&refused);
        self.syncing.clear();
        self.appends.clear();
        self.handle(Event::AppendRefused)
    }

    /// Makes durable all that waits, and what follows from that.
    fn sync_all(&mut self) -> Result<(), DaemonError> {
        while !self.appends.is_empty() || self.store.is_appending() {
            self.begin_sync()?;
            self.end_sync()?;
        }
        Ok(self.store.commit_rest()?)
    }
}

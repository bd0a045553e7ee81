//! `palabre run`: the node itself, until it is told to stop.

use std::future::Future;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use clap::Args;
use palabre_core::charter::Rules;
use palabre_core::keys::Secret;
use palabre_net::StartError;
use palabre_store::Home;
use palabre_web::problem::Kind;
use palabre_web::text;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

use crate::applicant::Applicant;
use crate::cli::Speech;
use crate::daemon::{self, DaemonError, Setup, Unadmitted};
use crate::failure::{Failure, cause, chain, internal};
use crate::home::settings::{LogLevel, Settings};
use crate::home::{self, founding, keys};

/// How long reads and writes of files that are under way may hold up the end of the process: a disk that fails may never
/// answer them.
const LAST_READS: Duration = Duration::from_secs(5);

/// `palabre run`
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Stop when the standard input ends, that is with the process that holds its other end, however that died.
    #[arg(long, hide = true)]
    while_stdin_open: bool,
    /// Begin a new segment of the ledger at so many bytes: tests want to see it without writing 64 MiB.
    #[arg(long, hide = true, value_name = "BYTES")]
    segment_size: Option<u64>,
    /// Make a table of the index of every so many bytes: tests want to see them without folding 4 MiB.
    #[arg(long, hide = true, value_name = "BYTES")]
    index_held: Option<usize>,
}

impl Run {
    /// Does it.
    pub(crate) fn run(self, place: &Path, speech: Speech) -> Result<(), Failure> {
        let home = home::open(place)?;
        let settings = Settings::read(&home.settings())?;
        let secret = keys::read(&keys::node_file(&home))?;
        let sealing = keys::sealing(&home)?;
        let rules = admitted(&home, &secret)?;
        let token = keys::token(&home)?;
        log(settings.log, speech.is_json());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| internal(&error))?;
        let default = palabre_store::Settings::default();
        let store = palabre_store::Settings {
            segment_size: self.segment_size.unwrap_or(default.segment_size),
            held: self.index_held.unwrap_or(default.held),
            ..default
        };
        let ended = runtime.block_on(async {
            let mut stop = Box::pin(stop(self.while_stdin_open).map_err(|error| internal(&error))?);
            let rules = match rules {
                Start::Now(rules) => *rules,
                Start::Once(applicant) => {
                    match daemon::wait_for_admission(*applicant, &settings, &token, &mut stop).await {
                        Ok(rules) => rules,
                        Err(Unadmitted::Stopped) => return Ok(()),
                        Err(Unadmitted::Failed(why)) => return Err(why),
                        Err(Unadmitted::Daemon(error)) => return Err(failure(&error)),
                    }
                }
            };
            let setup = Setup { settings, store, rules, secret, sealing: vec![sealing], token };
            // On a task of its own: its thread may then block on the disk without stopping the others.
            let node = tokio::spawn(daemon::run(home, setup, stop));
            node.await.map_err(|error| internal(&error))?.map_err(|error| failure(&error))
        });
        runtime.shutdown_timeout(LAST_READS);
        ended
    }
}

/// When the node may start.
enum Start {
    /// At once, by these rules.
    Now(Box<Rules>),
    /// Once it is admitted.
    Once(Box<Applicant>),
}

/// Whether the home's rules admit the node; else it may have applied.
fn admitted(home: &Home, secret: &Secret) -> Result<Start, Failure> {
    let node = secret.node_key();
    let applicant = Applicant::of(home)?;
    let known =
        if applicant.is_some() && !founding::genesis(home).exists() { None } else { Some(founding::load(home)?) };
    match (known, applicant) {
        (Some(rules), _) if rules.admits(&node) => Ok(Start::Now(Box::new(rules))),
        (_, Some(applicant)) => Ok(Start::Once(Box::new(applicant))),
        (_, None) => Err(Failure::new(Kind::Refused, text!("err-not-mandated", node = node.to_string()))),
    }
}

/// What the log says goes to the standard error: in words on a terminal and in the system's journal, in JSON with
/// `--json`.
fn log(level: LogLevel, json: bool) {
    let filter = EnvFilter::new(level.filter());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A logger that is set already stays: nothing is lost by that.
    let _ = if json { lines.json().try_init() } else { lines.with_ansi(io::stderr().is_terminal()).try_init() };
}

/// Ends when the node shall stop: SIGTERM, SIGINT, or the end of the standard input where that is wished.
fn stop(while_stdin_open: bool) -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let end = while_stdin_open.then(stdin_ends).transpose()?;
    Ok(async move {
        let ended = async {
            match end {
                // An error means that the thread has ended: so has the input.
                Some(end) => drop(end.await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = ended => {}
        }
    })
}

/// Tells when the standard input ends. On a thread of its own: a read that blocks cannot be called off, and must not
/// hold up the end of the runtime.
fn stdin_ends() -> io::Result<oneshot::Receiver<()>> {
    let (tell, told) = oneshot::channel();
    std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        // Whatever comes is not for this node; an error is an end.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = tell.send(());
    })?;
    Ok(told)
}

fn failure(error: &DaemonError) -> Failure {
    match error {
        DaemonError::Api { address, source } => Failure::new(
            Kind::Failure,
            text!("err-address-in-use", address = address.to_string(), cause = cause(source)),
        ),
        DaemonError::Net(StartError::Listen { address, source }) => {
            let text = text!("err-listen", address = address.to_string(), detail = chain(source));
            Failure::new(Kind::Network, text)
        }
        other => internal(other),
    }
}

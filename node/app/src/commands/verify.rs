//! `palabre verify FILE`: checks an archive on any machine, without a home and without a network, and says what it
//! proves.

use std::path::PathBuf;

use clap::Args;
use palabre_core::id::NetworkId;
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::void_words;

use crate::archive::{Error, Reading, Report, Void};
use crate::cli::{Speech, Table, units};
use crate::failure::{Failure, chain};

/// Void acts that are shown in words; `--json` names all.
const VOID_SHOWN: usize = 20;

/// `palabre verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The archive.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The network that it must be of.
    #[arg(long, value_name = "NETWORK")]
    network: Option<NetworkId>,
}

impl Verify {
    /// Does it.
    pub(crate) fn run(self, speech: Speech) -> Result<(), Failure> {
        if let Err(error) = std::fs::File::open(&self.file) {
            return Err(Failure::reading(&self.file, &error));
        }
        let report = self.report().map_err(|error| self.failure(&error))?;
        if let Some(expected) = self.network.filter(|expected| *expected != report.network) {
            let (found, expected) = (report.network.to_string(), expected.to_string());
            let file = self.file.display().to_string();
            let text = text!("err-archive-network", file = file, found = found, expected = expected);
            return Err(Failure::new(Kind::Refused, text));
        }
        speech.answer(&report, |speech| say(&report, speech));
        Ok(())
    }

    fn report(&self) -> Result<Report, Error> {
        let reading = Reading::of(&self.file)?;
        Report::of(&reading, &reading.seal()?)
    }

    fn failure(&self, error: &Error) -> Failure {
        let (file, detail) = (self.file.display().to_string(), chain(error));
        if error.is_refusal() {
            return Failure::new(Kind::Refused, text!("err-archive", file = file, detail = detail));
        }
        Failure::new(Kind::Failure, text!("err-archive-read", file = file, detail = detail))
    }
}

fn say(report: &Report, speech: Speech) {
    let by = report.administration.as_ref().map_or_else(
        || text!("verified-by-unknown", node = report.node.to_string()),
        |code| text!("verified-by", administration = code.to_string(), node = report.node.to_string()),
    );
    speech.say(&text!("verified-whole", entries = report.entries));
    speech.say(&text!("verified-seal", by = by.in_lang(speech.lang()), at = units::moment(report.made)));
    speech.say(&text!("verified-network", network = report.network.to_string()));
    speech.say(&text!("verified-charter", revision = report.revision));
    Speech::print("");
    speech.show(&shares(report));
    say_void(&report.void, speech);
    for fork in &report.forks {
        let (log, author) = (fork.log.to_string(), fork.author.to_string());
        speech.say(&text!("verified-fork", log = log, author = author, sequence = fork.sequence));
    }
    if report.ahead > 0 {
        speech.say(&text!("verified-ahead", count = report.ahead));
    }
    if !report.charter.disputed.is_empty() {
        speech.say(&text!("verified-disputed"));
    }
    Speech::print("");
    speech.say(&text!("verified-proves"));
}

fn shares(report: &Report) -> Table {
    let mut table = Table::new([
        text!("col-administration"),
        text!("col-entries"),
        text!("col-in-force"),
        text!("col-void"),
        text!("col-waiting"),
        text!("col-sealed"),
        text!("col-from"),
        text!("col-until"),
    ]);
    for (code, share) in &report.administrations {
        let moment = |at: Option<_>| at.map(units::moment).unwrap_or_default();
        let counts =
            [share.entries, share.in_force, share.void, share.waiting, share.sealed].map(|count| count.to_string());
        let clocks = [moment(share.from), moment(share.until)];
        table.row([code.to_string()].into_iter().chain(counts).chain(clocks));
    }
    table
}

fn say_void(void: &[Void], speech: Speech) {
    if void.is_empty() {
        return;
    }
    Speech::print("");
    speech.say(&text!("verified-void", count = void.len()));
    for act in void.iter().take(VOID_SHOWN) {
        let owner = act.administration.as_ref().map(ToString::to_string).unwrap_or_default();
        let word = act.act.clone().unwrap_or_default();
        let reason = void_words(&act.reason).words(speech.lang());
        let id = act.id.short();
        speech.say(&text!("verified-void-act", id = id, administration = owner, act = word, reason = reason));
    }
    if void.len() > VOID_SHOWN {
        speech.say(&text!("verified-void-more", count = void.len() - VOID_SHOWN));
    }
}

//! What is typed, and how answers and errors are said.

mod asked;
mod help;
mod question;
mod speech;
mod table;
pub(crate) mod units;
mod usage;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub(crate) use question::ask;
pub(crate) use speech::Speech;
pub(crate) use table::Table;

use crate::commands;
use crate::failure::Failure;
use asked::Asked;

/// The program. What `--help` says of it comes from the catalogue (`cli/help.rs`).
#[derive(Debug, Parser)]
#[command(name = "palabre", version, disable_help_flag = true, disable_version_flag = true)]
#[command(disable_help_subcommand = true, subcommand_required = true)]
pub(crate) struct Palabre {
    /// The node's home.
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    /// JSON instead of words.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// What it can do. `docs/design.md` §9 lists all that is to come.
#[derive(Debug, Subcommand)]
enum Command {
    /// Makes the home of a node.
    Init(commands::init::Init),
    /// Makes a text for somebody who is to join.
    Invite(commands::invite::Invite),
    /// Makes a new node that applies with such a text.
    Join(Box<commands::join::Join>),
    /// New nodes that have applied.
    #[command(subcommand)]
    Application(commands::application::Application),
    /// Runs the node.
    Run(commands::run::Run),
    /// A whole network on this machine.
    Demo(commands::demo::Demo),
    /// How the node is.
    Status,
    /// The other nodes.
    #[command(subcommand)]
    Peer(commands::peer::Peer),
    /// Documents.
    #[command(subcommand)]
    Document(commands::document::Document),
    /// The region's charter.
    #[command(subcommand)]
    Charter(commands::charter::Charter),
    /// The administration's list of its nodes.
    #[command(subcommand)]
    Mandate(commands::mandate::Mandate),
    /// Acts on any kind of object.
    #[command(subcommand)]
    Act(commands::act::Act),
    /// Logs and their entries.
    #[command(subcommand)]
    Log(commands::log::Log),
    /// What the node keeps on disk.
    #[command(subcommand)]
    Store(commands::store::Store),
    /// A ledger in one file.
    #[command(subcommand)]
    Archive(commands::archive::Archive),
    /// Checks such a file.
    Verify(commands::verify::Verify),
}

/// Runs what `arguments` ask for.
pub(crate) fn main(arguments: Vec<OsString>) -> ExitCode {
    let mut command = Palabre::command();
    let asked = Asked::of(&command, &arguments);
    command = help::localise(command, asked.lang);
    let speech = Speech::new(asked.lang, asked.json);
    let parsed = command.clone().try_get_matches_from(arguments).and_then(|m| Palabre::from_arg_matches(&m));
    let done = match parsed {
        Ok(palabre) => asked.check_lang().and_then(|()| palabre.run(speech)),
        Err(error) => match usage::judge(&error, &command, &asked) {
            usage::Judged::Help(text) => {
                Speech::print(&text);
                Ok(())
            }
            usage::Judged::Wrong(problem) => Err(Failure::from(problem)),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            speech.fail(&failure);
            ExitCode::from(failure.kind().exit_code())
        }
    }
}

impl Palabre {
    fn run(self, speech: Speech) -> Result<(), Failure> {
        let home = crate::home::place(self.home);
        match self.command {
            Command::Init(init) => init.run(&home, speech),
            Command::Invite(invite) => invite.run(&home, speech),
            Command::Join(join) => join.run(&home, speech),
            Command::Application(application) => application.run(&home, speech),
            Command::Run(run) => run.run(&home, speech),
            Command::Demo(demo) => demo.run(speech),
            Command::Status => commands::status::run(&home, speech),
            Command::Peer(peer) => peer.run(&home, speech),
            Command::Document(document) => document.run(&home, speech),
            Command::Charter(charter) => charter.run(&home, speech),
            Command::Mandate(mandate) => mandate.run(&home, speech),
            Command::Act(act) => act.run(&home, speech),
            Command::Log(log) => log.run(&home, speech),
            Command::Store(store) => store.run(&home, speech),
            Command::Archive(archive) => archive.run(&home, speech),
            Command::Verify(verify) => verify.run(speech),
        }
    }
}

//! What was typed wrongly, in the reader's language.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Arg, Command};
use palabre_web::problem::{Kind, Problem};
use palabre_web::text;

use super::asked::Asked;

/// What the parser's answer means.
#[derive(Debug)]
pub(super) enum Judged {
    /// Help or the version was asked for: this is it.
    Help(String),
    /// The arguments make no sense.
    Wrong(Problem),
}

/// Judges the parser's answer.
pub(super) fn judge(error: &Error, command: &Command, asked: &Asked) -> Judged {
    let help = help_command(asked);
    let argument = context(error, ContextKind::InvalidArg);
    let text = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return Judged::Help(error.to_string()),
        ErrorKind::UnknownArgument => text!("err-usage-unknown", argument = argument, help = help),
        ErrorKind::InvalidSubcommand => {
            text!("err-usage-command", command = context(error, ContextKind::InvalidSubcommand), help = help)
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            text!("err-usage-no-command", help = help)
        }
        ErrorKind::MissingRequiredArgument => text!("err-usage-missing", argument = argument, help = help),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = context(error, ContextKind::InvalidValue);
            text!(
                "err-usage-value",
                argument = argument.clone(),
                value = value,
                meaning = meaning(command, asked, &argument),
                help = help
            )
        }
        ErrorKind::ArgumentConflict => {
            text!("err-usage-conflict", argument = argument, other = context(error, ContextKind::PriorArg), help = help)
        }
        _ => text!("err-usage", argument = argument, help = help),
    };
    Judged::Wrong(Problem::new(Kind::Usage, text))
}

/// The command line that shows the help of what was meant.
fn help_command(asked: &Asked) -> String {
    let mut words = vec!["palabre"];
    words.extend(asked.path.iter().map(String::as_str));
    words.push("--help");
    words.join(" ")
}

fn context(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// What the help says of an argument that clap names `--node <NODE>`.
fn meaning(command: &Command, asked: &Asked, argument: &str) -> String {
    // An argument has its name only once the command is built.
    let mut whole = command.clone();
    whole.build();
    let meant = asked.path.iter().try_fold(&whole, |here, name| here.find_subcommand(name)).unwrap_or(&whole);
    let named = meant.get_arguments().find(|arg| arg.to_string() == argument);
    named.and_then(Arg::get_help).map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use palabre_web::catalogue::Lang;

    use super::super::{Palabre, help};
    use super::*;

    /// The exit code and the words for a command line, in English.
    fn judged(line: &str) -> (u8, String) {
        let arguments: Vec<_> = line.split(' ').map(Into::into).collect();
        let command = Palabre::command();
        let mut asked = Asked::of(&command, &arguments);
        asked.lang = Lang::En;
        let command = help::localise(command, Lang::En);
        let error = command.clone().try_get_matches_from(arguments).expect_err(line);
        match judge(&error, &command, &asked) {
            Judged::Help(text) => (0, text),
            Judged::Wrong(problem) => {
                let words = problem.explain(Lang::En);
                (problem.kind().exit_code(), format!("{} {} {}", words.what, words.why, words.next))
            }
        }
    }

    #[test]
    fn every_way_to_be_wrong_is_explained_and_points_to_help() {
        for (line, said) in [
            ("palabre", "A command is missing."),
            ("palabre dance", "Unknown command: dance"),
            ("palabre peer", "See \"palabre peer --help\""),
            ("palabre status --loud", "Unknown argument: --loud"),
            ("palabre document get", "Missing: <ID>"),
            ("palabre document publish F --title T --lang de", "The language of the document: fr, en or pt"),
            ("palabre demo --nodes 25", "from 2 to 24"),
            ("palabre mandate add --node 00 -o F", "64 hexadecimal digits"),
            ("palabre init --api 0.0.0.0:80", "on loopback"),
            ("palabre charter found --key C=1 -o F", "CI=64 hexadecimal digits"),
            ("palabre demo --port x", "First port"),
        ] {
            let (code, words) = judged(line);
            assert_eq!(code, 2, "{line}: {words}");
            assert!(words.contains(said) && words.contains("--help"), "{line}: {words}");
        }
    }

    #[test]
    fn help_and_version_are_no_errors() {
        for line in ["palabre --help", "palabre document publish -h", "palabre --version"] {
            assert_eq!(judged(line).0, 0, "{line}");
        }
    }
}

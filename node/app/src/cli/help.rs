//! Help in the reader's language. The message `cmd-PATH` of the catalogue says what a command does, and its attributes
//! what each argument means; `value-NAME` says what stands for a value.

use clap::{Arg, ArgAction, Command};
use palabre_web::catalogue::{self, Lang};
use palabre_web::text;

use super::asked::speaks_for_itself;

/// The command with everything that its help says in `lang`.
pub(super) fn localise(command: Command, lang: Lang) -> Command {
    let common = [
        Arg::new("lang").long("lang").value_name("LANG").action(ArgAction::Set),
        Arg::new("help").long("help").short('h').action(ArgAction::Help),
    ];
    let version = Arg::new("version").long("version").short('V').action(ArgAction::Version);
    let command = command.arg(version);
    describe(command, "cmd", &common, lang)
}

fn describe(mut command: Command, key: &str, common: &[Arg], lang: Lang) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let key = format!("{key}-{name}");
        command = command.mut_subcommand(&name, |sub| describe(sub, &key, common, lang));
    }
    let own = common.iter().filter(|arg| arg.get_id() != "lang" || !speaks_for_itself(&command)).cloned();
    let own: Vec<Arg> = own.collect();
    let usage = text!("help-usage").in_lang(lang);
    command
        .args(own)
        .mut_args(|argument| explain(argument, key, lang))
        .about(catalogue::message(lang, key, &[]))
        .subcommand_help_heading(text!("help-commands").in_lang(lang))
        .subcommand_value_name(text!("help-command").in_lang(lang))
        .help_template(format!("{{about-with-newline}}\n{usage} {{usage}}\n\n{{all-args}}{{after-help}}"))
}

fn explain(argument: Arg, key: &str, lang: Lang) -> Arg {
    let id = argument.get_id().as_str().replace('_', "-");
    let help = catalogue::attribute(lang, key, &id, &[]).or_else(|| catalogue::attribute(lang, "cmd", &id, &[]));
    let heading = if argument.is_positional() { text!("help-arguments") } else { text!("help-options") };
    let names: Vec<String> = argument.get_value_names().unwrap_or_default().iter().map(|n| value(n, lang)).collect();
    let argument = argument.help(help.unwrap_or_default()).help_heading(heading.in_lang(lang));
    // What values there are and what holds without them is said in the help itself, in the reader's language.
    // clap allows no setting of values on a flag.
    if !argument.get_action().takes_values() {
        return argument;
    }
    let argument = argument.hide_default_value(true).hide_possible_values(true);
    if names.is_empty() { argument } else { argument.value_names(names) }
}

/// What stands for a value, such as `DIR` or `DOSSIER`.
fn value(name: &str, lang: Lang) -> String {
    let key = format!("value-{}", name.to_ascii_lowercase().replace('_', "-"));
    let word = catalogue::message(lang, &key, &[]);
    if word == key { name.to_owned() } else { word }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::Palabre;
    use super::*;

    fn each(command: &Command, key: &str, see: &mut impl FnMut(&Command, &str)) {
        see(command, key);
        for sub in command.get_subcommands() {
            each(sub, &format!("{key}-{}", sub.get_name()), see);
        }
    }

    #[test]
    fn every_command_and_argument_is_explained_in_every_language() {
        for lang in Lang::ALL {
            let command = localise(Palabre::command(), lang);
            command.clone().debug_assert();
            let mut seen = 0;
            each(&command, "cmd", &mut |command, key| {
                assert_ne!(catalogue::message(lang, key, &[]), key, "{lang}: no text for {key}");
                for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                    assert!(!help.is_empty(), "{lang}: {key} does not explain {}", argument.get_id());
                    seen += 1;
                }
            });
            assert!(seen > 50, "{seen}");
        }
    }
}

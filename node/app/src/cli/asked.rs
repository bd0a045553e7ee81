//! What must be known before the arguments are parsed: in which language, and whether in JSON, to say even that they
//! make no sense.

use std::ffi::OsString;

use clap::Command;
use palabre_web::catalogue::Lang;
use palabre_web::problem::Kind;
use palabre_web::text;

use crate::failure::Failure;

/// What a look at the arguments tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The language to speak.
    pub(super) lang: Lang,
    /// Whether to answer in JSON.
    pub(super) json: bool,
    /// The command and subcommand that are meant, as far as they exist.
    pub(super) path: Vec<String>,
    /// What stood after `--lang` and is no language of the house.
    unknown_lang: Option<String>,
}

impl Asked {
    /// Looks at `arguments`, of which the first is the program's name.
    pub(super) fn of(command: &Command, arguments: &[OsString]) -> Self {
        let mut asked = Self {
            lang: Lang::of_environment(|name| std::env::var(name).ok()),
            json: false,
            path: Vec::new(),
            unknown_lang: None,
        };
        let mut here = command;
        let mut words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
        while let Some(word) = words.next() {
            match word.as_ref() {
                "--" => break,
                "--json" => asked.json = true,
                "--home" => drop(words.next()),
                "--lang" if speaks_for_itself(here) => drop(words.next()),
                "--lang" => asked.speak(words.next().as_deref()),
                option if option.starts_with('-') => {
                    if let Some(value) = option.strip_prefix("--lang=").filter(|_| !speaks_for_itself(here)) {
                        asked.speak(Some(value));
                    }
                }
                name => {
                    if let Some(sub) = here.find_subcommand(name) {
                        asked.path.push(name.to_owned());
                        here = sub;
                    }
                }
            }
        }
        asked
    }

    fn speak(&mut self, value: Option<&str>) {
        match value.unwrap_or_default().parse() {
            Ok(lang) => self.lang = lang,
            Err(unknown) => self.unknown_lang = Some(unknown.0),
        }
    }

    /// Refuses a language that the house does not speak.
    pub(super) fn check_lang(&self) -> Result<(), Failure> {
        match &self.unknown_lang {
            None => Ok(()),
            Some(lang) => Err(Failure::new(Kind::Usage, text!("err-lang", lang = lang.clone()))),
        }
    }
}

/// Whether a command has a `--lang` of its own: that of the document (`docs/design.md` §9). The reader's language then
/// stands before the command.
pub(super) fn speaks_for_itself(command: &Command) -> bool {
    command.get_arguments().any(|argument| argument.get_id() == "document_lang")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::Palabre;
    use super::*;

    fn asked(line: &str) -> Asked {
        let arguments: Vec<OsString> = line.split(' ').map(Into::into).collect();
        Asked::of(&Palabre::command(), &arguments)
    }

    #[test]
    fn the_readers_language_stands_anywhere_but_where_it_is_the_documents() {
        assert_eq!(asked("palabre --lang pt status").lang, Lang::Pt);
        assert_eq!(asked("palabre status --lang=en").lang, Lang::En);
        assert_eq!(asked("palabre --home document --lang en peer why publish").lang, Lang::En);
        let publish = asked("palabre --lang en --json document publish F --title T --lang pt");
        assert_eq!((publish.lang, publish.json), (Lang::En, true));
        assert_eq!(publish.path, ["document", "publish"]);
        assert_eq!(asked("palabre --lang en document revise I F --lang=pt").lang, Lang::En);
        assert_eq!(asked("palabre document list --lang en").lang, Lang::En);
    }

    #[test]
    fn a_language_that_the_house_does_not_speak_is_refused() {
        assert!(asked("palabre --lang de status").check_lang().is_err());
        assert!(asked("palabre status --lang").check_lang().is_err());
        assert!(asked("palabre document publish F --lang de").check_lang().is_ok(), "the parser refuses that one");
    }
}

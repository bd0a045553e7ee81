//! One command of `palabre`, run to its end.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::binary;
use crate::wait::{PATIENCE, block_on};

/// Runs commands, with the home of a node or without one.
#[derive(Clone, Debug, Default)]
pub struct Cli {
    home: Option<PathBuf>,
    environment: Vec<(String, String)>,
    answers: String,
}

impl Cli {
    /// Commands that need no home. They cannot find one by accident either.
    pub fn without_home() -> Self {
        Self::default()
    }

    /// Commands on this home.
    pub fn of(home: &Path) -> Self {
        Self { home: Some(home.to_owned()), ..Self::default() }
    }

    /// The same with a variable in the environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with what a person types when it is asked, a line each.
    pub fn answering(mut self, lines: &[&str]) -> Self {
        self.answers = lines.iter().flat_map(|line| [*line, "\n"]).collect();
        self
    }

    /// Runs a command as a person would: words.
    pub fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Answer {
        self.start(&[], arguments)
    }

    /// Runs a command as a program would: JSON.
    pub fn json(&self, arguments: &[impl AsRef<OsStr>]) -> Answer {
        self.start(&["--json"], arguments)
    }

    fn start(&self, options: &[&str], arguments: &[impl AsRef<OsStr>]) -> Answer {
        let mut command = Command::new(binary::palabre());
        // What the person who runs the tests has set must not matter.
        for name in ["LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "PALABRE_HOME"] {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(home) = &self.home {
            command.arg("--home").arg(home);
        }
        command.args(options).args(arguments).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let words: Vec<_> = arguments.iter().map(|word| word.as_ref().to_string_lossy().into_owned()).collect();
        let line = format!("palabre {}", words.join(" "));
        let output = block_on(async {
            let mut child = command.spawn().expect("the program runs");
            let mut typed = child.stdin.take().expect("its standard input");
            // What asks nothing may have ended before.
            drop(typed.write_all(self.answers.as_bytes()).await);
            drop(typed);
            timeout(PATIENCE, child.wait_with_output()).await
        });
        Answer::new(line, output.expect("a command ends").expect("its output"))
    }
}

/// What a command answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The command, for messages.
    line: String,
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to its standard output.
    pub bytes: Vec<u8>,
    /// The same as text.
    pub out: String,
    /// What it wrote to its standard error.
    pub err: String,
}

impl Answer {
    fn new(line: String, output: Output) -> Self {
        Self {
            line,
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            bytes: output.stdout,
        }
    }

    /// It went well.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.ends_with(0)
    }

    /// It ended with this exit code.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}{}", self.line, self.out, self.err);
        self
    }

    /// Its answer as JSON.
    ///
    /// # Panics
    /// When that is no JSON.
    #[track_caller]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{}: {error}\n{}{}", self.line, self.out, self.err))
    }

    /// The error that it wrote as JSON: `code`, `what`, `why`, `next`, none of them empty.
    ///
    /// # Panics
    /// When it wrote none.
    #[track_caller]
    pub fn error(&self) -> Value {
        let parsed = serde_json::from_str::<Value>(self.err.trim());
        let body = parsed.unwrap_or_else(|error| panic!("{}: {error}\n{}{}", self.line, self.out, self.err));
        let error = body.get("error").cloned().unwrap_or_default();
        for part in ["code", "what", "why", "next"] {
            assert!(error[part].as_str().is_some_and(|text| !text.is_empty()), "{}: no {part} in {body}", self.line);
        }
        error
    }

    /// The id that a command which creates prints.
    ///
    /// # Panics
    /// When it prints none.
    #[track_caller]
    pub fn id(&self) -> String {
        text(&self.value()["id"])
    }
}

/// A text in JSON.
///
/// # Panics
/// When it is something else.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

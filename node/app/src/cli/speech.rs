//! How answers and errors are said: in words, or in JSON.

use std::io::{self, Write};

use palabre_web::catalogue::{Lang, Text};
use palabre_web::problem::ProblemBody;
use serde::Serialize;

use super::Table;
use crate::client::Answer;
use crate::failure::Failure;

/// Speaks in one language, or in JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speech {
    lang: Lang,
    json: bool,
}

impl Speech {
    /// Speaks in `lang`, or in JSON: that is English, whatever the reader speaks.
    pub(crate) const fn new(lang: Lang, json: bool) -> Self {
        Self { lang: if json { Lang::En } else { lang }, json }
    }

    /// The language.
    pub(crate) const fn lang(self) -> Lang {
        self.lang
    }

    /// Whether JSON was asked for.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Answers: the JSON of `answer`, or what `words` prints.
    pub(crate) fn answer(self, answer: &impl Serialize, words: impl FnOnce(Self)) {
        if !self.json {
            return words(self);
        }
        // The views are maps with text keys: that they become JSON is tested where they are defined.
        if let Ok(json) = serde_json::to_string(answer) {
            Self::print(&json);
        }
    }

    /// Hands on the node's answer as it came, or says it in words.
    pub(crate) fn relay<T>(self, answer: &Answer<T>, words: impl FnOnce(&T, Self)) {
        if self.json { Self::print(&answer.raw) } else { words(&answer.view, self) }
    }

    /// Says a message on a line.
    pub(crate) fn say(self, text: &Text) {
        Self::print(&text.in_lang(self.lang));
    }

    /// Prints a table.
    pub(crate) fn show(self, table: &Table) {
        Self::print(&table.lines(self.lang));
    }

    /// Prints lines. A reader that has gone (`palabre … | head`) is no failure.
    pub(crate) fn print(lines: &str) {
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "{}", lines.trim_end_matches('\n'));
        let _ = out.flush();
    }

    /// Says a message beside the answer, where it does not disturb a program that reads that.
    pub(crate) fn remark(self, text: &Text) {
        if !self.json {
            let _ = writeln!(io::stderr().lock(), "{}", text.in_lang(self.lang));
        }
    }

    /// Says why a command failed: what, why, what next.
    pub(crate) fn fail(self, failure: &Failure) {
        let error = failure.explain(self.lang);
        let mut err = io::stderr().lock();
        if self.json {
            if let Ok(json) = serde_json::to_string(&ProblemBody { error }) {
                let _ = writeln!(err, "{json}");
            }
            return;
        }
        let _ = writeln!(err, "{}", error.what);
        for line in [error.why, error.next].iter().flat_map(|part| part.lines()) {
            let _ = writeln!(err, "  {line}");
        }
    }
}

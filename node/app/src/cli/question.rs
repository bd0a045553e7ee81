//! Questions that a command asks when an option does not say it.

use std::io::{self, BufRead, Write};

use palabre_web::catalogue::Text;
use palabre_web::problem::Kind;
use palabre_web::text;

use super::Speech;
use crate::failure::Failure;

/// How often a question is asked whose answer does not fit.
const TRIES: usize = 3;

/// Asks until the answer fits. `option` is what would have said it; an empty answer stands for `default`.
pub(crate) fn ask<T>(
    question: &Text,
    option: &str,
    default: Option<&str>,
    speech: Speech,
    fits: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Failure> {
    let mut why = String::new();
    for _ in 0..TRIES {
        let Some(line) = line(question, default, speech)? else { break };
        let answer = if line.is_empty() { default.unwrap_or_default() } else { &line };
        match fits(answer) {
            Ok(value) => return Ok(value),
            Err(error) => {
                let _ = writeln!(io::stderr().lock(), "  {error}");
                why = error;
            }
        }
    }
    Err(Failure::new(
        Kind::Usage,
        text!("err-unanswered", question = question.in_lang(speech.lang()), option = option, detail = why),
    ))
}

/// The next line of the standard input; none when it has ended.
fn line(question: &Text, default: Option<&str>, speech: Speech) -> Result<Option<String>, Failure> {
    let shown = default.filter(|default| !default.is_empty()).map(|default| format!(" [{default}]"));
    let mut err = io::stderr().lock();
    let _ = write!(err, "{}{} ", question.in_lang(speech.lang()), shown.unwrap_or_default());
    let _ = err.flush();
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    let read = read.map_err(|error| crate::failure::internal(&error))?;
    Ok((read > 0).then(|| line.trim().to_owned()))
}

//! One catalogue of messages for the command line and the pages, in three languages.
//!
//! The texts are Fluent files under `catalogue/`. A message is named where it is said, with [`text!`](crate::text), and
//! becomes words only when the reader's language is known. A test reads the sources and holds every name and every
//! argument against the three files.

mod lang;
mod text;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

pub use lang::{Lang, UnknownLang};
pub use text::{Argument, Text};

/// The texts of one language.
type Bundle = FluentBundle<FluentResource>;

/// The texts of every language.
struct Catalogue([Bundle; Lang::ALL.len()]);

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue(Lang::ALL.map(bundle)));

fn bundle(lang: Lang) -> Bundle {
    let locale = lang.code().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    // The three languages are written in one direction: the marks would only disturb terminals.
    bundle.set_use_isolating(false);
    // A file that does not parse as a whole still gives what it can; the tests refuse it.
    let resource = FluentResource::try_new(lang.source().to_owned()).unwrap_or_else(|(partial, _)| partial);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The message `key` in `lang`, with its arguments.
///
/// A key that the catalogue lacks comes back as itself: better a strange word than none. The tests refuse it.
#[must_use]
pub fn message(lang: Lang, key: &str, arguments: &[(&'static str, Argument)]) -> String {
    part(lang, key, None, arguments).unwrap_or_else(|| key.to_owned())
}

/// The attribute of a message, where it has one.
#[must_use]
pub fn attribute(lang: Lang, key: &str, name: &str, arguments: &[(&'static str, Argument)]) -> Option<String> {
    part(lang, key, Some(name), arguments)
}

fn part(lang: Lang, key: &str, attribute: Option<&str>, arguments: &[(&'static str, Argument)]) -> Option<String> {
    let bundle = &CATALOGUE.0[lang as usize];
    let message = bundle.get_message(key)?;
    let pattern = match attribute {
        None => message.value()?,
        Some(name) => message.get_attribute(name)?.value(),
    };
    let arguments: FluentArgs<'_> = arguments.iter().map(|(name, value)| (*name, value.in_lang(lang))).collect();
    Some(bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned())
}

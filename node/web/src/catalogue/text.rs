//! A message, named where it is said and put into words where the reader's language is known.

use fluent_bundle::FluentValue;

use super::Lang;

/// What fills a gap of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// Words that have no language: a name, a path, a key.
    Words(String),
    /// A number: plurals follow it.
    Number(u64),
    /// Another message.
    Text(Box<Text>),
}

impl Argument {
    /// Its words.
    #[must_use]
    pub fn words(&self, lang: Lang) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.in_lang(lang),
        }
    }

    pub(super) fn in_lang(&self, lang: Lang) -> FluentValue<'_> {
        match self {
            Self::Words(words) => FluentValue::from(words.as_str()),
            Self::Number(number) => FluentValue::from(*number),
            Self::Text(text) => FluentValue::from(text.in_lang(lang)),
        }
    }
}

/// A message of the catalogue with its arguments. Made by [`text!`](crate::text).
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    key: &'static str,
    arguments: Vec<(&'static str, Argument)>,
}

impl Text {
    /// The message `key`. Call [`text!`](crate::text) instead: the tests check only what it names.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(key: &'static str, arguments: Vec<(&'static str, Argument)>) -> Self {
        Self { key, arguments }
    }

    /// Its name in the catalogue.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// Its words.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> String {
        super::message(lang, self.key, &self.arguments)
    }

    /// The words of one of its attributes, where it has that.
    #[must_use]
    pub fn attribute(&self, lang: Lang, name: &str) -> Option<String> {
        super::attribute(lang, self.key, name, &self.arguments)
    }
}

impl From<&str> for Argument {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<String> for Argument {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<u64> for Argument {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Argument {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl From<Text> for Argument {
    fn from(text: Text) -> Self {
        Self::Text(Box::new(text))
    }
}

/// A message of the catalogue: `text!("key")` or `text!("key", name = value, …)`.
#[macro_export]
macro_rules! text {
    ($key:literal $(,)?) => {
        $crate::catalogue::Text::new($key, ::std::vec::Vec::new())
    };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::catalogue::Text::new(
            $key,
            ::std::vec![$((stringify!($name), $crate::catalogue::Argument::from($value))),+],
        )
    };
}

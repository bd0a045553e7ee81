//! The texts that acts carry: each parsed once and then known to be well formed and safe to show.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Longest title: a line or two on a page.
pub const TITLE_MAX: usize = 300;
/// Longest reason: a paragraph; what is longer is a document.
pub const REASON_MAX: usize = 500;
/// Longest file name in bytes: what file systems take.
pub const FILE_NAME_MAX: usize = 255;
/// Longest media type in bytes (RFC 6838 §4.2 allows 127 for each half; real ones are shorter than 127 in all).
pub const MEDIA_TYPE_MAX: usize = 127;

/// Why a text does not fit its field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FieldError {
    /// Nothing in it.
    #[error("the {0} is empty")]
    Empty(&'static str),
    /// Too long.
    #[error("the {field} has {found} {unit}; at most {max} are allowed")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Characters or bytes.
        unit: &'static str,
        /// How many there are.
        found: usize,
        /// How many may be.
        max: usize,
    },
    /// A character that hides or disguises the text.
    #[error("the {field} contains the character U+{:04X}, which is not allowed", u32::from(*.character))]
    Character {
        /// The field.
        field: &'static str,
        /// The character.
        character: char,
    },
    /// No language code.
    #[error("{0:?} is no language code: two lower-case letters of ISO 639-1, such as fr, en or pt")]
    Language(String),
    /// No plain file name.
    #[error("{0:?} is no file name: give the name alone, without folders")]
    FileName(String),
    /// No media type.
    #[error("{0:?} is no media type: type/subtype without parameters, such as application/pdf")]
    MediaType(String),
}

macro_rules! text_field {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = FieldError;

            fn try_from(text: String) -> Result<Self, FieldError> {
                $check(&text)?;
                Ok(Self(text))
            }
        }

        impl FromStr for $name {
            type Err = FieldError;

            fn from_str(text: &str) -> Result<Self, FieldError> {
                Self::try_from(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }
    };
}

text_field! {
    /// A title of 1 to [`TITLE_MAX`] characters, not only white space.
    Title, check_title
}
text_field! {
    /// A reason of 1 to [`REASON_MAX`] characters.
    Reason, check_reason
}
text_field! {
    /// The ISO 639-1 code of a language: two lower-case letters.
    Language, check_language
}
text_field! {
    /// The name of a file, without folders, of 1 to [`FILE_NAME_MAX`] bytes.
    FileName, check_file_name
}
text_field! {
    /// A media type without parameters (RFC 6838 §4.2), of at most [`MEDIA_TYPE_MAX`] bytes.
    MediaType, check_media_type
}

fn check_title(text: &str) -> Result<(), FieldError> {
    check_line("title", text, TITLE_MAX)
}

fn check_reason(text: &str) -> Result<(), FieldError> {
    check_line("reason", text, REASON_MAX)
}

/// Refuses a text that is empty, too long, or hides something.
pub(crate) fn check_line(field: &'static str, text: &str, max: usize) -> Result<(), FieldError> {
    if text.trim().is_empty() {
        return Err(FieldError::Empty(field));
    }
    let found = text.chars().count();
    if found > max {
        return Err(FieldError::TooLong { field, unit: "characters", found, max });
    }
    check_characters(field, text)
}

fn check_language(text: &str) -> Result<(), FieldError> {
    let fits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_lowercase());
    if fits { Ok(()) } else { Err(FieldError::Language(text.to_owned())) }
}

fn check_file_name(text: &str) -> Result<(), FieldError> {
    check_bytes("file name", text, FILE_NAME_MAX)?;
    check_characters("file name", text)?;
    let plain = !text.contains(['/', '\\']) && text != "." && text != "..";
    if plain { Ok(()) } else { Err(FieldError::FileName(text.to_owned())) }
}

fn check_media_type(text: &str) -> Result<(), FieldError> {
    check_bytes("media type", text, MEDIA_TYPE_MAX)?;
    let name = |half: &str| {
        half.starts_with(|c: char| c.is_ascii_alphanumeric())
            && half.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    let fits = text.split_once('/').is_some_and(|(kind, subtype)| name(kind) && name(subtype));
    if fits { Ok(()) } else { Err(FieldError::MediaType(text.to_owned())) }
}

fn check_bytes(field: &'static str, text: &str, max: usize) -> Result<(), FieldError> {
    match text.len() {
        0 => Err(FieldError::Empty(field)),
        found if found > max => Err(FieldError::TooLong { field, unit: "bytes", found, max }),
        _ => Ok(()),
    }
}

/// Refuses control characters, and the directional formatting that makes `gpj.exe` read as `exe.jpg`.
fn check_characters(field: &'static str, text: &str) -> Result<(), FieldError> {
    let disguises = |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    match text.chars().find(|c| disguises(*c)) {
        Some(character) => Err(FieldError::Character { field, character }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_counts_characters_not_bytes() {
        assert!("é".repeat(TITLE_MAX).parse::<Title>().is_ok());
        let long = "é".repeat(TITLE_MAX + 1).parse::<Title>();
        assert!(matches!(long, Err(FieldError::TooLong { found: 301, max: TITLE_MAX, .. })));
        assert_eq!(" \u{a0}".parse::<Title>(), Err(FieldError::Empty("title")));
        assert!(matches!("a\nb".parse::<Title>(), Err(FieldError::Character { character: '\n', .. })));
    }

    #[test]
    fn a_file_name_is_a_name_and_nothing_else() {
        assert!("Procès-verbal n° 3.pdf".parse::<FileName>().is_ok());
        assert!("x".repeat(FILE_NAME_MAX).parse::<FileName>().is_ok());
        for name in ["", ".", "..", "a/b", "a\\b", "a\0b", "photo\u{202E}gpj.exe"] {
            assert!(name.parse::<FileName>().is_err(), "{name:?}");
        }
        assert!("x".repeat(FILE_NAME_MAX + 1).parse::<FileName>().is_err());
    }

    #[test]
    fn languages_and_media_types_have_one_form() {
        for language in ["fr", "en", "pt", "ar"] {
            assert!(language.parse::<Language>().is_ok());
        }
        for language in ["", "f", "fra", "FR", "f1"] {
            assert!(language.parse::<Language>().is_err(), "{language:?}");
        }
        for kind in ["application/pdf", "application/vnd.oasis.opendocument.text", "image/svg+xml"] {
            assert!(kind.parse::<MediaType>().is_ok());
        }
        for kind in ["", "pdf", "text/plain; charset=utf-8", "text/", "/plain", "text/a/b", "text/\r\nx", "-a/b"] {
            assert!(kind.parse::<MediaType>().is_err(), "{kind:?}");
        }
    }
}

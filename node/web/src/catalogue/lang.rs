//! The three languages of the house.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A language of the house.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// French: that of most of the region, and the default.
    #[default]
    Fr,
    /// English.
    En,
    /// European Portuguese.
    Pt,
}

/// A text that names no language of the house.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no language of this house: fr, en or pt")]
pub struct UnknownLang(pub String);

impl Lang {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Self; 3] = [Self::Fr, Self::En, Self::Pt];

    /// Its ISO 639-1 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
            Self::Pt => "pt",
        }
    }

    /// Its file in the catalogue.
    pub(super) const fn source(self) -> &'static str {
        match self {
            Self::Fr => include_str!("../../catalogue/fr.ftl"),
            Self::En => include_str!("../../catalogue/en.ftl"),
            Self::Pt => include_str!("../../catalogue/pt.ftl"),
        }
    }

    /// The language of an environment: the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set (POSIX locale order).
    /// A language that this house does not speak, `C` included, is French.
    #[must_use]
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty())
            .and_then(|value| Self::of_tag(&value))
            .unwrap_or_default()
    }

    /// The language that an `Accept-Language` header (RFC 9110 §12.5.4) asks for first among those of the house.
    #[must_use]
    pub fn of_header(value: &str) -> Option<Self> {
        value.split(',').find_map(|range| Self::of_tag(range.split(';').next().unwrap_or_default().trim()))
    }

    /// The language of a tag such as `pt_PT.UTF-8` or `en-GB`.
    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['_', '-', '.', '@']).next().unwrap_or_default();
        primary.to_ascii_lowercase().parse().ok()
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(text: &str) -> Result<Self, UnknownLang> {
        Self::ALL.into_iter().find(|lang| lang.code() == text).ok_or_else(|| UnknownLang(text.to_owned()))
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_speaks_in_posix_order_and_french_is_the_default() {
        let of = |pairs: &'static [(&str, &str)]| {
            Lang::of_environment(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(of(&[]), Lang::Fr);
        assert_eq!(of(&[("LANG", "C.UTF-8")]), Lang::Fr);
        assert_eq!(of(&[("LANG", "en_GB.UTF-8")]), Lang::En);
        assert_eq!(of(&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "pt_PT")]), Lang::Pt);
        assert_eq!(of(&[("LANG", "pt_CV.UTF-8"), ("LC_ALL", "")]), Lang::Pt);
    }

    #[test]
    fn a_header_is_read_up_to_its_first_language_of_the_house() {
        assert_eq!(Lang::of_header("de-DE, pt-PT;q=0.8, fr;q=0.5"), Some(Lang::Pt));
        assert_eq!(Lang::of_header("*"), None);
    }
}

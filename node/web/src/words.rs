//! A fingerprint in words, to be compared by telephone: the word lists of BIP-39, which exist in the three languages of
//! the house, are read out all over the world, and leave out words that are mistaken for one another.

use bip39::Language;
use palabre_core::admission::Fingerprint;
use serde::{Deserialize, Serialize};

use crate::catalogue::Lang;

/// The same fingerprint in each language. Two people compare it in one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
    /// Portuguese.
    pub pt: String,
}

impl Words {
    /// The words of a fingerprint.
    #[must_use]
    pub fn of(fingerprint: Fingerprint) -> Self {
        let [fr, en, pt] = Lang::ALL.map(|lang| words(fingerprint, lang));
        Self { fr, en, pt }
    }

    /// Those of one language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Fr => &self.fr,
            Lang::En => &self.en,
            Lang::Pt => &self.pt,
        }
    }
}

fn words(fingerprint: Fingerprint, lang: Lang) -> String {
    let list = match lang {
        Lang::Fr => Language::French,
        Lang::En => Language::English,
        Lang::Pt => Language::Portuguese,
    }
    .word_list();
    let word = |number: u16| list.get(usize::from(number)).copied().unwrap_or_default();
    fingerprint.0.map(word).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_a_word_of_each_language() {
        // 1019 and 1028 are the first words of two test vectors of BIP-39 (entropy 7f7f… and 8080…).
        let words = Words::of(Fingerprint([0, 1, 1019, 1028, 2046, 2047]));
        assert_eq!(words.en, "abandon ability legal letter zone zoo");
        assert_eq!(words.fr.split(' ').next(), Some("abaisser"));
        assert_eq!(words.pt.split(' ').next(), Some("abacate"));
        for text in [words.fr, words.en, words.pt] {
            assert_eq!(text.split(' ').filter(|word| word.chars().count() >= 3).count(), 6, "{text}");
        }
    }
}

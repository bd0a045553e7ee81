//! The commands that a README shows.

use std::fs;
use std::path::Path;

/// The commands in the fenced `sh` blocks of a page, each split into words, without comments.
pub fn commands(page: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(page).expect("the page is there");
    let mut commands = Vec::new();
    let mut shown = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(kind) => shown = kind == "sh" && !shown,
            None if shown => commands.extend(Some(words(line)).filter(|words| !words.is_empty())),
            None => {}
        }
    }
    commands
}

/// The words of a command line: double quotes hold one together, `#` begins a comment.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for letter in line.chars() {
        match letter {
            '#' if !quoted && !begun => break,
            '"' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            other => {
                word.push(other);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_line_is_split_as_a_shell_would() {
        assert_eq!(
            words("palabre document publish A.md --title \"Lisez moi\"  # comment"),
            ["palabre", "document", "publish", "A.md", "--title", "Lisez moi"]
        );
        assert!(words("# only a comment").is_empty());
    }
}

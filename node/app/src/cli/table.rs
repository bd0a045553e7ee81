//! Plain tables for people: aligned columns, no frames, so that they also read well in a pipe.

use palabre_web::catalogue::{Lang, Text};

/// Space between two columns.
const GAP: &str = "  ";

/// A table under construction.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    heads: Vec<Text>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column heads.
    pub(crate) fn new(heads: impl IntoIterator<Item = Text>) -> Self {
        Self { heads: heads.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Its lines, the heads first.
    pub(crate) fn lines(&self, lang: Lang) -> String {
        let heads: Vec<String> = self.heads.iter().map(|head| head.in_lang(lang).to_uppercase()).collect();
        let rows: Vec<&Vec<String>> = std::iter::once(&heads).chain(&self.rows).collect();
        let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| len(cell)).max();
        let widths: Vec<usize> = (0..self.heads.len()).map(|column| width(column).unwrap_or(0)).collect();
        rows.iter().map(|row| line(row, &widths)).collect()
    }
}

/// How wide a text stands in a terminal. The three languages of the house have one column a character.
fn len(text: &str) -> usize {
    text.chars().count()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - len(cell))));
    let line = cells.collect::<Vec<_>>().join(GAP);
    format!("{}\n", line.trim_end())
}

#[cfg(test)]
mod tests {
    use palabre_web::text;

    use super::*;

    #[test]
    fn columns_align_by_characters_and_lines_end_without_spaces() {
        let mut table = Table::new([text!("col-title"), text!("col-lang")]);
        table.row(["Référentiel".to_owned(), "fr".to_owned()]);
        table.row(["IT".to_owned(), "en".to_owned()]);
        assert_eq!(table.lines(Lang::En), "TITLE        LANGUAGE\nRéférentiel  fr\nIT           en\n");
    }
}

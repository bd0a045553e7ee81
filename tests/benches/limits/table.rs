//! Figures as a table: ours, the machine's, and the ratio of the two.

/// A line of the table.
pub(crate) struct Row {
    /// What was measured.
    pub(crate) what: String,
    /// Our figure.
    pub(crate) ours: f64,
    /// The figure beside it, and what that is.
    pub(crate) limit: (f64, String),
    /// The unit of both.
    pub(crate) unit: &'static str,
}

/// Prints it.
pub(crate) fn print(rows: &[Row]) {
    println!("{:<46} {:>12} {:>12} {:<10} {:>7}  beside", "", "palabre", "limit", "unit", "ratio");
    for Row { what, ours, limit: (limit, beside), unit } in rows {
        println!(
            "{what:<46} {:>12} {:>12} {unit:<10} {:>7}  {beside}",
            digits(*ours),
            digits(*limit),
            digits(ours / limit)
        );
    }
}

/// Three digits that mean something.
fn digits(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// The middle one of some figures.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Of figures, each with the one beside it, the pair whose ratio is the middle one.
pub(crate) fn median_ratio(mut pairs: Vec<(f64, f64)>) -> (f64, f64) {
    pairs.sort_by(|(one, beside), (other, beside_other)| (one / beside).total_cmp(&(other / beside_other)));
    pairs[pairs.len() / 2]
}

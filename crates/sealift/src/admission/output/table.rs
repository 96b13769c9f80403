//! A review as a table for people.

use sealift_report::escape::terminal;

use crate::admission::{Outcome, Review, Row};

/// The failures, object by object, then the counts.
pub(in crate::admission) fn text(review: &Review) -> String {
    let mut text = String::new();
    let told =
        |row: &&Row| matches!(row.answer.outcome, Outcome::Fail | Outcome::Warn | Outcome::Error);
    let rows: Vec<&Row> = review.rows.iter().filter(told).collect();
    let columns: Vec<[String; 4]> = rows.iter().map(|row| cells(row)).collect();
    let heads = ["OBJECT", "RULE", "RESULT", "MESSAGE"].map(str::to_owned);
    let width = |at: usize| {
        let cells = std::iter::once(&heads).chain(&columns);
        cells.filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths = [0, 1, 2].map(width);
    if !columns.is_empty() {
        for [object, rule, result, message] in std::iter::once(&heads).chain(&columns) {
            let [first, second, third] = widths;
            text.push_str(&format!(
                "{object:first$}  {rule:second$}  {result:third$}  {message}\n"
            ));
        }
        text.push('\n');
    }
    let counts = review.counts().map(|(outcome, count)| format!("{outcome} {count}"));
    text.push_str(&format!("{}\n", counts.join(", ")));
    text
}

fn cells(row: &Row) -> [String; 4] {
    let result = format!("{} ({})", row.answer.outcome, row.effect());
    [row.object(), row.rule(), result, row.answer.message.clone()]
        .map(|cell| terminal(&cell).into_owned())
}

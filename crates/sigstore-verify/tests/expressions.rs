//! Identity expressions mean what they mean to cosign: the table holds the answers of Go's
//! `regexp` package to expressions and inputs; `generate.go` beside it makes the table.

use std::collections::BTreeMap;

use sealift_sigstore_verify::TextMatcher;

const TABLE: &str = include_str!("data/expressions/table.jsonl");

/// Expressions whose answers differ, one each line, with a tab and the reason behind it.
const EXCEPTIONS: &str = include_str!("data/expressions/exceptions.tsv");

#[test]
fn expressions_match_what_go_matches() {
    let mut lines = TABLE.lines();
    let inputs: Vec<String> = serde_json::from_str(lines.next().unwrap()).unwrap();
    let mut exceptions: BTreeMap<String, &str> = EXCEPTIONS
        .lines()
        .map(|line| line.split_once('\t').expect("an expression and a reason"))
        .map(|(expression, reason)| (serde_json::from_str(expression).unwrap(), reason))
        .collect();
    let (mut rows, mut exact, mut excepted) = (0, 0, 0);
    let mut wrong = Vec::new();
    for line in lines {
        let (expression, expected): (String, Option<Vec<String>>) =
            serde_json::from_str(line).unwrap();
        rows += 1;
        let found = TextMatcher::expression(&expression).ok().map(|matcher| {
            inputs.iter().filter(|input| matcher.matches(input)).cloned().collect::<Vec<_>>()
        });
        match (found == expected, exceptions.remove(&expression)) {
            (true, None) => exact += 1,
            (false, Some(_)) => excepted += 1,
            (true, Some(_)) => wrong.push(format!("{expression}: excepted, but the same")),
            (false, None) => wrong.push(format!("{expression}: {found:?}, Go {expected:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(exceptions.is_empty(), "not in the table: {exceptions:?}");
    let answers = rows * inputs.len();
    println!("{rows} expressions with {} inputs: {answers} answers", inputs.len());
    println!(
        "dataset sigstore/expressions: {rows} cases, {exact} exact, {excepted} excepted, 0 skipped"
    );
}

//! Identity expressions mean what they mean to cosign: the table holds the answers of Go's
//! `regexp` package to expressions and inputs; `generate.go` beside it makes the table.

use sealift_sigstore_verify::TextMatcher;
use sealift_suite::Suite;

const TABLE: &str = include_str!("data/expressions/table.jsonl");

/// Expressions whose answers differ.
const EXCEPTIONS: &str = include_str!("data/expressions/exceptions.txt");

#[test]
fn expressions_match_what_go_matches() {
    let mut lines = TABLE.lines();
    let inputs: Vec<String> = serde_json::from_str(lines.next().unwrap()).unwrap();
    let mut suite = Suite::new("sigstore/expressions", EXCEPTIONS);
    for line in lines {
        let (expression, expected): (String, Option<Vec<String>>) =
            serde_json::from_str(line).unwrap();
        let found = TextMatcher::expression(&expression).ok().map(|matcher| {
            inputs.iter().filter(|input| matcher.matches(input)).cloned().collect::<Vec<_>>()
        });
        let same = found == expected;
        suite.case(&expression, same.then_some(()).ok_or(format!("{found:?}, Go {expected:?}")));
    }
    println!("each with {} inputs", inputs.len());
    suite.finish();
}

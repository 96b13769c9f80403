//! A review as JUnit XML.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sealift_report::junit::xml;

use crate::admission::{Outcome, Review, Row};

pub(in crate::admission) fn text(review: &Review) -> String {
    let mut suites: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &review.rows {
        suites.entry(&row.answer.policy).or_default().push(row);
    }
    let all: Vec<&Row> = review.rows.iter().collect();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text.push_str(&format!("<testsuites name=\"sealift\" {}>\n", counts(&all)));
    for (policy, rows) in &suites {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  <testsuite name=\"{}\" {}>", xml(policy), counts(rows));
        for row in rows {
            case(row, &mut text);
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn counts(rows: &[&Row]) -> String {
    let count = |is: fn(Outcome) -> bool| rows.iter().filter(|row| is(row.answer.outcome)).count();
    let failures = count(|outcome| matches!(outcome, Outcome::Fail | Outcome::Warn));
    let errors = count(|outcome| outcome == Outcome::Error);
    let skipped = count(|outcome| outcome == Outcome::Skip);
    let tests = rows.len();
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn case(row: &Row, text: &mut String) {
    let (class, name) = (xml(&row.rule()), xml(&row.object()));
    let message = xml(&row.answer.message);
    let effect = row.effect();
    let inner = match row.answer.outcome {
        Outcome::Pass => {
            text.push_str(&format!("    <testcase classname=\"{class}\" name=\"{name}\"/>\n"));
            return;
        }
        Outcome::Fail | Outcome::Warn => {
            format!("<failure message=\"{message}\" type=\"{effect}\"/>")
        }
        Outcome::Error => format!("<error message=\"{message}\" type=\"{effect}\"/>"),
        Outcome::Skip => format!("<skipped message=\"{message}\"/>"),
    };
    text.push_str(&format!(
        "    <testcase classname=\"{class}\" name=\"{name}\">\n      {inner}\n    </testcase>\n"
    ));
}

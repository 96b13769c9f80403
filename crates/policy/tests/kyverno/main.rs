//! Policies against the answers that Kyverno gives of them.

#[cfg(test)]
mod case;
#[cfg(test)]
mod tally;

use case::Case;
use sealift_suite::{Suite, Table, test_data};
use tally::Tally;

/// `SEALIFT_CASES` names a part of the cases' names, to look at some alone; the exceptions then
/// count for nothing.
#[test]
fn kyverno() {
    let Some(data) = test_data() else { return };
    let folder = data.join("policies/kyverno");
    let wanted = wanted();
    let exceptions = if wanted.is_empty() { include_str!("exceptions.txt") } else { "" };
    let mut suite = Suite::new("policies/kyverno", exceptions);
    let mut tally = Tally::default();
    for row in Table::read(&folder.join("index.tsv")).rows() {
        let name = &row["case"];
        if !name.contains(&wanted) {
            continue;
        }
        let case = Case::read(&folder.join(name));
        let outcome = case.compare();
        tally.add(&row["group"], &row["features"], &outcome);
        match &outcome {
            case::Outcome::NotLoaded(why) if wanted.is_empty() && case::is_other(why) => {
                suite.unread(name, why);
            }
            outcome => suite.case(name, outcome.exact()),
        }
    }
    tally.print();
    suite.finish();
    assert_eq!(tally.passes_that_fail(), 0, "passes where Kyverno fails");
}

#[expect(clippy::disallowed_methods, reason = "who looks at a case says which")]
fn wanted() -> String {
    std::env::var("SEALIFT_CASES").unwrap_or_default()
}

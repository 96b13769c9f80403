//! Counting cases.

use std::collections::BTreeMap;

/// One run over a data set.
#[derive(Debug)]
pub struct Suite {
    name: &'static str,
    exceptions: BTreeMap<String, String>,
    exact: usize,
    excepted: usize,
    skipped: usize,
    failures: Vec<String>,
}

impl Suite {
    /// A suite with the exceptions of a file: lines `case: reason`; empty ones and those that
    /// begin with `#` count for nothing.
    ///
    /// # Panics
    /// When a line gives no reason.
    #[must_use]
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn new(name: &'static str, exceptions: &str) -> Self {
        let lines = exceptions.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let exceptions = lines
            .map(|line| match line.split_once(": ") {
                Some((case, reason)) if !reason.trim().is_empty() => (case.into(), reason.into()),
                _ => panic!("{name}: no reason for the exception {line:?}"),
            })
            .collect();
        Self { name, exceptions, exact: 0, excepted: 0, skipped: 0, failures: Vec::new() }
    }

    /// Counts a case: right, or what is wrong with it.
    pub fn case(&mut self, case: &str, outcome: Result<(), String>) {
        match (outcome, self.exceptions.get(case)) {
            (Ok(()), None) => self.exact += 1,
            (Err(_), Some(_)) => self.excepted += 1,
            (Err(why), None) => self.failures.push(format!("{case}: {why}")),
            (Ok(()), Some(reason)) => {
                self.failures.push(format!("{case}: is right, yet excepted: {reason}"));
            }
        }
    }

    /// Counts a case that nothing here reads yet.
    pub fn skip(&mut self) {
        self.skipped += 1;
    }

    /// Prints the closing line.
    ///
    /// # Panics
    /// When a case was wrong, an excepted one was right, or there was none.
    #[expect(clippy::print_stdout, reason = "the closing line of a suite")]
    pub fn finish(self) {
        println!("{}", self.closing_line());
        assert!(self.failures.is_empty(), "{}:\n{}", self.name, self.failures.join("\n"));
        assert!(self.cases() > 0, "{}: no cases", self.name);
    }

    fn cases(&self) -> usize {
        self.exact + self.excepted + self.skipped + self.failures.len()
    }

    fn closing_line(&self) -> String {
        let Self { name, exact, excepted, skipped, .. } = self;
        let cases = self.cases();
        format!(
            "dataset {name}: {cases} cases, {exact} exact, {excepted} excepted, {skipped} skipped"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_counts_once() {
        let mut suite = Suite::new("a", "# why\n\nlate: not written yet\n");
        suite.case("late", Err("missed".into()));
        suite.case("other", Ok(()));
        suite.case("third", Err("wrong".into()));
        assert_eq!(suite.closing_line(), "dataset a: 3 cases, 1 exact, 1 excepted, 0 skipped");
        assert_eq!(suite.failures, ["third: wrong"]);
    }

    #[test]
    fn an_excepted_case_that_is_right_fails() {
        let mut suite = Suite::new("a", "late: not written yet");
        suite.case("late", Ok(()));
        assert_eq!(suite.failures, ["late: is right, yet excepted: not written yet"]);
    }

    #[test]
    #[should_panic(expected = "no reason for the exception \"late\"")]
    fn an_exception_has_a_reason() {
        _ = Suite::new("a", "late");
    }
}

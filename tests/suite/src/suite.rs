//! Counting cases.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One run over a data set.
#[derive(Debug, Default)]
pub struct Suite {
    name: String,
    exceptions: BTreeMap<String, Exception>,
    exact: usize,
    excepted: usize,
    skipped: usize,
    wrong: Vec<String>,
}

/// A line of the exceptions.
#[derive(Debug)]
struct Exception {
    reason: String,
    is_needed: bool,
}

impl Suite {
    /// A suite with the exceptions of a file: lines `case: reason`; empty ones and those that
    /// begin with `#` count for nothing. A case that ends with `*` stands for all that begin so,
    /// of which one at least must need it.
    ///
    /// # Panics
    /// When a line gives no reason, or two are about one case.
    #[must_use]
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn new(name: impl Into<String>, exceptions: &str) -> Self {
        let mut suite = Self { name: name.into(), ..Self::default() };
        for line in exceptions.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (case, reason) = match line.split_once(": ") {
                Some((case, reason)) if !reason.trim().is_empty() => (case, reason.to_owned()),
                _ => panic!("{}: no reason for the exception {line:?}", suite.name),
            };
            let exception = Exception { reason, is_needed: false };
            let twin = suite.exceptions.insert(case.to_owned(), exception);
            assert!(twin.is_none(), "{}: two exceptions for {case}", suite.name);
        }
        suite
    }

    /// Counts a case: right, or what is wrong with it.
    pub fn case(&mut self, case: &str, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => match self.exceptions.get_mut(case) {
                None => self.exact += 1,
                Some(exception) => {
                    exception.is_needed = true;
                    let reason = &exception.reason;
                    self.wrong.push(format!("{case}: is right, yet excepted: {reason}"));
                }
            },
            Err(_) if self.is_excepted(case) => self.excepted += 1,
            Err(why) => self.wrong.push(format!("{case}: {why}")),
        }
    }

    /// Counts a case that is wrong when it panics, as asserting does.
    pub fn run(&mut self, case: &str, check: impl FnOnce()) {
        let ran = catch_unwind(AssertUnwindSafe(check));
        self.case(case, ran.map_err(|panic| said(&*panic).to_owned()));
    }

    /// Counts a case that nothing here reads yet. It must stand in the exceptions, so that what is
    /// read today is never passed over in silence tomorrow.
    pub fn unread(&mut self, case: &str, why: &str) {
        if self.is_excepted(case) {
            self.skipped += 1;
        } else {
            self.wrong.push(format!("{case}: is not read, and not excepted: {why}"));
        }
    }

    /// Counts a case that cannot run here, and says why: a program that is not installed, data
    /// that says nothing of what the suite compares.
    #[expect(clippy::print_stderr, reason = "a case that does not run says so")]
    pub fn skip(&mut self, case: &str, reason: &str) {
        eprintln!("skipped: {}: {case}: {reason}", self.name);
        self.skipped += 1;
    }

    /// Closes a suite none of which can run here.
    pub fn skipped(name: &str, reason: &str) {
        let mut suite = Self::new(name, "");
        suite.skip("all", reason);
        suite.finish();
    }

    /// Prints the closing line.
    ///
    /// # Panics
    /// When a case was wrong, an exception was not needed, or there was no case.
    #[expect(clippy::print_stdout, reason = "the closing line of a suite")]
    pub fn finish(self) {
        println!("{}", self.closing_line());
        let needless = self.needless();
        let faults: Vec<&str> = self.wrong.iter().chain(&needless).map(String::as_str).collect();
        assert!(faults.is_empty(), "{}: {}:\n{}", self.name, faults.len(), faults.join("\n"));
        assert!(self.cases() > 0, "{}: no cases", self.name);
    }

    /// Finds the exception of a case that is wrong, and notes that it is needed.
    fn is_excepted(&mut self, case: &str) -> bool {
        let is_about = |name: &str| match name.strip_suffix('*') {
            Some(start) => case.starts_with(start),
            None => name == case,
        };
        let mut found = false;
        for (_, exception) in self.exceptions.iter_mut().filter(|(name, _)| is_about(name)) {
            exception.is_needed = true;
            found = true;
        }
        found
    }

    /// Exceptions without a case that needs them: it is gone, or right by now.
    fn needless(&self) -> Vec<String> {
        let needless = self.exceptions.iter().filter(|(_, exception)| !exception.is_needed);
        needless.map(|(case, _)| format!("{case}: excepted, but no such case is wrong")).collect()
    }

    fn cases(&self) -> usize {
        self.exact + self.excepted + self.skipped + self.wrong.len()
    }

    fn closing_line(&self) -> String {
        let Self { name, exact, excepted, skipped, .. } = self;
        let cases = self.cases();
        format!(
            "dataset {name}: {cases} cases, {exact} exact, {excepted} excepted, {skipped} skipped"
        )
    }
}

/// The words of a panic.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_counts_once() {
        let mut suite = Suite::new("a", "# why\n\nlate: not written yet\nold/*: nobody has it\n");
        suite.case("late", Err("missed".into()));
        suite.case("other", Ok(()));
        suite.case("third", Err("wrong".into()));
        suite.unread("old/1", "no reader");
        suite.unread("new", "no reader");
        suite.skip("fifth", "no program");
        assert_eq!(suite.closing_line(), "dataset a: 6 cases, 1 exact, 1 excepted, 2 skipped");
        assert_eq!(suite.wrong, ["third: wrong", "new: is not read, and not excepted: no reader"]);
        assert_eq!(suite.needless(), [""; 0]);
    }

    #[test]
    fn a_case_may_fail_by_panicking() {
        let mut suite = Suite::new("a", "");
        suite.run("right", || assert_eq!(1, 1));
        suite.run("wrong", || panic!("no {}", "more"));
        suite.run("short", || panic!("less"));
        assert_eq!(suite.closing_line(), "dataset a: 3 cases, 1 exact, 0 excepted, 0 skipped");
        assert_eq!(suite.wrong, ["wrong: no more", "short: less"]);
    }

    #[test]
    fn an_excepted_case_that_is_right_fails() {
        let mut suite = Suite::new("a", "late: not written yet");
        suite.case("late", Ok(()));
        assert_eq!(suite.wrong, ["late: is right, yet excepted: not written yet"]);
    }

    #[test]
    fn an_exception_for_many_cases_needs_one_that_is_wrong() {
        let mut suite = Suite::new("a", "old/*: not written yet");
        suite.case("old/1", Ok(()));
        assert_eq!(suite.needless(), ["old/*: excepted, but no such case is wrong"]);
        suite.case("old/2", Err("missed".into()));
        assert_eq!(suite.needless(), [""; 0]);
        assert_eq!(suite.closing_line(), "dataset a: 2 cases, 1 exact, 1 excepted, 0 skipped");
    }

    #[test]
    #[should_panic(expected = "gone: excepted, but no such case is wrong")]
    fn an_exception_whose_case_is_gone_fails() {
        let mut suite = Suite::new("a", "gone: not written yet");
        suite.case("other", Ok(()));
        suite.finish();
    }

    #[test]
    #[should_panic(expected = "a: no cases")]
    fn a_suite_without_cases_fails() {
        Suite::new("a", "").finish();
    }

    #[test]
    #[should_panic(expected = "no reason for the exception \"late\"")]
    fn an_exception_has_a_reason() {
        _ = Suite::new("a", "late");
    }

    #[test]
    #[should_panic(expected = "two exceptions for late")]
    fn a_case_has_one_exception() {
        _ = Suite::new("a", "late: one\nlate: two");
    }
}

//! Comments in a file that disable a check: `#trivy:ignore:DS-0002`, or with `sealift:` before it.
//!
//! A comment applies to its own line, to the next, and to all of a block that begins there; several
//! comments on consecutive lines all apply to what follows the last. Ids are separated by commas,
//! `*` is every check, and `:exp:2027-01-31` ends the comment's effect on that day. Ids of older
//! releases mean the same: `AVD-DS-0001`, `DS001`; so do names in words,
//! `aws-s3-enable-versioning`; `*` in either form stands for any characters. For a failure without
//! a line, which is about something missing from the whole file, only comments above everything
//! else in the file count.
//!
//! `:ws:prod` limits a comment to that workspace; the one that is checked is `default`. `ID[name=x]`
//! applies to resources of Terraform with these values, and to anything else as `ID` does. A
//! comment above a module's call applies to everything in the module.

use std::borrow::Cow;
use std::collections::HashMap;

use sealift_model::Timestamp;

use crate::id::{Id, fits_whole};
use crate::{Check, Failure, FileKind, FileResult, Status};

/// Answers by check and line, kept because one line may have thousands of failures, with thousands
/// of comments above it.
pub(crate) type Known = HashMap<(Cow<'static, str>, Option<u32>), bool>;

/// Attributes of a resource, `size` or `ingress.from_port`, with the values that they must have.
pub(crate) type Values = [(String, String)];

/// Comments with attributes that count for one line: each resource is asked for each.
const MAX_VALUES: usize = 100;

/// Terraform's default workspace.
const WORKSPACE: &str = "default";

/// The comments of one file.
#[derive(Debug)]
pub(crate) struct Ignores {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    /// The line that it stands on and the next count.
    line: u32,
    /// Whether there are only comments and blank lines above it and on it.
    heads_file: bool,
    checks: Vec<Id>,
    /// Attributes and their values, without which it does not count.
    values: Vec<(String, String)>,
}

impl Ignores {
    /// Reads the comments that count at `now`.
    pub(crate) fn read(bytes: &[u8], now: Option<Timestamp>) -> Self {
        let mut rules: Vec<Rule> = Vec::new();
        // Most files have none, and large ones need not be looked at line by line.
        if memchr::memmem::find(bytes, b":ignore:").is_none() {
            return Self { rules };
        }
        let mut heads_file = true;
        // The start of the rules directly above, on lines that hold nothing else.
        let mut group = 0;
        for (line, text) in (1..).zip(String::from_utf8_lossy(bytes).lines()) {
            let found = comments(text, now);
            let alone = is_comment(text);
            heads_file &= alone || text.trim().is_empty();
            if found.is_empty() || !alone {
                end_group(rules.get_mut(group..).unwrap_or_default());
                group = rules.len();
            }
            rules.extend(found.into_iter().map(|rule| Rule { line, heads_file, ..rule }));
            if !alone {
                group = rules.len();
            }
        }
        end_group(rules.get_mut(group..).unwrap_or_default());
        Self { rules }
    }

    /// The rules on a line; they are in the order of the lines.
    fn on(&self, line: u32) -> &[Rule] {
        let from = self.rules.partition_point(|rule| rule.line < line);
        let to = self.rules.partition_point(|rule| rule.line <= line);
        self.rules.get(from..to).unwrap_or_default()
    }

    /// The attributes and values of the comments that name a check and attributes, and stand where
    /// one covers what begins on a line.
    pub(crate) fn values_for(&self, check: &str, start: u32) -> Vec<&Values> {
        let rules = self.on(start).iter().chain(self.on(start.saturating_sub(1)));
        let of_check = rules.filter(|rule| !rule.values.is_empty() && rule.names(check));
        of_check.map(|rule| &*rule.values).take(MAX_VALUES).collect()
    }

    /// Whether a comment covers a failure of a check that, or a block around which, begins on a
    /// line; without a line, a comment at the top of the file. `counts` says which attributes with
    /// their values are there.
    pub(crate) fn cover(
        &self,
        check: &str,
        start: Option<u32>,
        counts: impl Fn(&Values) -> bool,
    ) -> bool {
        let covers = |rule: &Rule| rule.names(check) && counts(&rule.values);
        let above = |line: u32| self.on(line).iter().any(covers);
        match start {
            Some(start) => above(start) || above(start.saturating_sub(1)),
            None => self.rules.iter().take_while(|rule| rule.heads_file).any(covers),
        }
    }

    /// Makes the failures that the comments cover ignored ones.
    pub(crate) fn apply(&self, result: &mut FileResult) {
        if self.rules.is_empty() {
            return;
        }
        let of_terraform = matches!(result.kind, FileKind::Terraform | FileKind::TerraformPlan);
        let mut known = Known::new();
        for found in &mut result.misconfigurations {
            let Status::Fail(failure) = &found.status else { continue };
            // Those with values were asked when the resources were at hand.
            let counts = |values: &[_]| values.is_empty() || !of_terraform;
            if self.ignore_where(&found.check, failure, &mut known, counts) {
                found.ignore("a comment");
            }
        }
    }

    /// Whether the comments cover a failure of a check in something that is no resource.
    pub(crate) fn ignore(&self, check: &Check, failure: &Failure, known: &mut Known) -> bool {
        self.ignore_where(check, failure, known, |_| true)
    }

    fn ignore_where(
        &self,
        check: &Check,
        failure: &Failure,
        known: &mut Known,
        counts: impl Fn(&Values) -> bool,
    ) -> bool {
        let starts = failure.lines.map(|lines| lines.start);
        let starts = starts.into_iter().chain(failure.enclosing.iter().copied());
        let mut starts: Vec<Option<u32>> = starts.map(Some).collect();
        if starts.is_empty() {
            starts.push(None);
        }
        starts.into_iter().any(|start| {
            let known = known.entry((check.id.clone(), start));
            *known.or_insert_with(|| self.cover(&check.id, start, &counts))
        })
    }
}

impl Rule {
    fn names(&self, check: &str) -> bool {
        self.checks.iter().any(|id| id.means(check))
    }
}

/// Has all rules of a group stand on its last line, so that they count for what follows it.
fn end_group(group: &mut [Rule]) {
    let Some(line) = group.last().map(|rule| rule.line) else { return };
    group.iter_mut().for_each(|rule| rule.line = line);
}

/// Whether a line holds a comment and nothing else.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["#", "//", "/*", "*"].iter().any(|mark| line.starts_with(mark))
}

/// The rules in the comments of a line. A mark of a comment must stand before each.
fn comments(line: &str, now: Option<Timestamp>) -> Vec<Rule> {
    let mut in_comment = false;
    let mut found = Vec::new();
    for word in line.split_whitespace() {
        let text = word.trim_start_matches(['#', '/', '*']);
        in_comment |= text.len() < word.len();
        let rule = ["trivy:", "sealift:", "tfsec:"].iter().find_map(|name| text.strip_prefix(name));
        if let (true, Some(rule)) = (in_comment, rule) {
            found.extend(read_rule(rule, now));
        }
    }
    found
}

/// `ignore:IDS[name=value,...]:exp:DAY:ws:NAME`, all but the ids as they are needed.
fn read_rule(rule: &str, now: Option<Timestamp>) -> Option<Rule> {
    let rest = rule.strip_prefix("ignore:")?;
    let end = rest.find([':', '[']).unwrap_or(rest.len());
    let (ids, rest) = rest.split_at(end);
    let (values, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let mut sections = rest.split(':').skip(1);
    while let Some(name) = sections.next() {
        let value = sections.next().unwrap_or_default();
        let counts = match name {
            "exp" => now? < Timestamp::from_day(value).ok()?,
            "ws" => fits_whole(value, WORKSPACE),
            // It may be a misspelt end of the comment's effect.
            _ => false,
        };
        if !counts {
            return None;
        }
    }
    let pairs = values.split(',').filter(|pair| !pair.is_empty());
    let values = pairs.map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    });
    let checks = ids.split(',').filter_map(Id::of).collect();
    Some(Rule { line: 0, heads_file: false, checks, values: values.collect::<Option<_>>()? })
}

#[cfg(test)]
mod tests {
    use sealift_model::Severity;

    use super::*;
    use crate::{Check, Failure, FileKind, Lines, Misconfiguration};

    /// Whether a failure of `id` at the line, or of the whole file, is ignored.
    fn ignored(text: &str, id: &'static str, line: Option<u32>, enclosing: &[u32]) -> bool {
        let now = Timestamp::from_day("2026-11-22").ok();
        let mut failure = Failure::new("", line.map(|start| Lines { start, end: start }));
        failure.enclosing = enclosing.to_vec();
        let check = Check::new(id, Severity::Low, "", "", "");
        let mut result = FileResult::new("x", FileKind::Dockerfile);
        result.misconfigurations = vec![Misconfiguration::new(&check, Status::Fail(failure))];
        Ignores::read(text.as_bytes(), now).apply(&mut result);
        matches!(result.misconfigurations[0].status, Status::Ignored(_))
    }

    #[test]
    fn a_comment_counts_on_its_line_and_the_next() {
        let text = "FROM a\n# trivy:ignore:DS-0010\nRUN b\nRUN c";
        let found: Vec<_> = (1..=4).map(|line| ignored(text, "DS-0010", Some(line), &[])).collect();
        assert_eq!(found, [false, true, true, false]);
        assert!(ignored("x = 1 # sealift:ignore:*", "AWS-0088", Some(1), &[]));
        assert!(!ignored("x = \"trivy:ignore:*\"", "AWS-0088", Some(1), &[]));
    }

    #[test]
    fn comments_one_under_the_other_count_for_what_follows() {
        let text = "#trivy:ignore:DS-0001\n//trivy:ignore:DS-0002\n#trivy:ignore:DS-0003\nRUN";
        for id in ["DS-0001", "DS-0002", "DS-0003"] {
            assert!(ignored(text, id, Some(4), &[]), "{id}");
        }
        let text = "a #trivy:ignore:DS-0001\nb #trivy:ignore:DS-0002\nc";
        assert!(!ignored(text, "DS-0001", Some(3), &[]));
    }

    #[test]
    fn a_block_is_covered_by_what_stands_above_it() {
        let text = "# trivy:ignore:AVD-AWS-0088\nresource {\n  x = 1\n}";
        assert!(ignored(text, "AWS-0088", Some(3), &[2]));
        assert!(!ignored(text, "AWS-0089", Some(3), &[2]));
    }

    #[test]
    fn ids_may_be_written_as_they_once_were() {
        for id in ["DS-0001", "AVD-DS-0001", "DS001", "ds-0001", "DS-0007,DS-0001"] {
            assert!(ignored(&format!("#trivy:ignore:{id}\nx"), "DS-0001", Some(2), &[]), "{id}");
        }
        for id in ["DS-0011", "KSV001", "", "-", "DS"] {
            assert!(!ignored(&format!("#trivy:ignore:{id}\nx"), "DS-0001", Some(2), &[]), "{id}");
        }
    }

    #[test]
    fn what_has_expired_or_depends_does_not_count() {
        let rule = |rest: &str| ignored(&format!("#trivy:ignore:*{rest}\nx"), "X-1", Some(2), &[]);
        assert!(rule(":exp:2026-11-23"));
        for rest in [":exp:2026-11-22", ":exp:soon", ":exp", ":ws:prod", ":expires:2026-11-23"] {
            assert!(!rule(rest), "{rest}");
        }
        assert!(rule(":ws:default") && rule(":ws:def*:exp:2026-11-23"));
        // Files of this kind have no attributes.
        assert!(ignored("#trivy:ignore:X-1[a=b]\nx", "X-1", Some(2), &[]));
    }

    #[test]
    fn what_is_missing_from_a_file_is_ignored_at_its_top() {
        assert!(ignored("# x\n\n#trivy:ignore:DS-0026\nFROM a", "DS-0026", None, &[]));
        assert!(!ignored("FROM a\n#trivy:ignore:DS-0026\n", "DS-0026", None, &[]));
    }
}

//! Applies rules to the results of configuration checks.

use sealift_model::Timestamp;

use super::{Suppressions, Unused};
use crate::ignore::Rule;

/// A rule that accepts that a check fails in a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Accepted<'s> {
    /// The rule.
    pub rule: &'s Rule,
    /// The place in its file: `line 3`.
    pub place: String,
}

impl Suppressions {
    /// Returns the first rule that counts at the time `now` and accepts that a check fails in the
    /// file at `path`. `names` returns whether a text is an id of the check.
    #[must_use]
    pub fn accepts_misconfiguration(
        &self,
        names: &dyn Fn(&str) -> bool,
        path: &str,
        now: Timestamp,
    ) -> Option<Accepted<'_>> {
        let files = self.ignore.iter();
        let mut rules = files.flat_map(|file| file.rules.iter().enumerate());
        let accepts =
            |rule: &Rule| rule.counts_at(now) && rule.accepts_misconfiguration(names, path);
        let (at, rule) = rules.find(|(_, rule)| accepts(rule))?;
        Some(Accepted { rule, place: rule.place(at) })
    }
}

impl Unused {
    /// Whether this is the same rule as `accepted`.
    #[must_use]
    pub fn is(&self, accepted: &Accepted<'_>) -> bool {
        self.source == accepted.rule.source && self.place == accepted.place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IgnoreFile, IgnoreFormat, Limits};

    fn accepted(format: IgnoreFormat, text: &str, id: &str, path: &str) -> Option<String> {
        let file = IgnoreFile::read("x", format, text.as_bytes(), &Limits::default()).unwrap();
        let mut suppressions = Suppressions::default();
        suppressions.ignore.push(file);
        let now = Timestamp::from_day("2030-01-01").unwrap();
        let names = |text: &str| text == id;
        suppressions.accepts_misconfiguration(&names, path, now).map(|it| it.place)
    }

    #[test]
    fn a_line_names_a_check_until_it_expires() {
        let text = "# why\nDS-0002\nDS-0026 exp:2029-12-31\n";
        let line = |id| accepted(IgnoreFormat::Trivy, text, id, "Dockerfile");
        assert_eq!(line("DS-0002").as_deref(), Some("line 2"));
        assert_eq!((line("DS-0026"), line("DS-0001")), (None, None));
    }

    #[test]
    fn a_rule_may_be_about_some_files() {
        let text = "misconfigurations:\n- id: DS-0002\n  paths: [\"docs/**\"]\n\
                    vulnerabilities:\n- id: DS-0001\n";
        let rule = |id, path| accepted(IgnoreFormat::TrivyYaml, text, id, path);
        // The list of vulnerabilities comes before this one.
        assert_eq!(rule("DS-0002", "docs/a/Dockerfile").as_deref(), Some("rule 2"));
        assert_eq!((rule("DS-0002", "Dockerfile"), rule("DS-0001", "Dockerfile")), (None, None));
    }
}

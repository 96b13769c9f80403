//! Trivy's ignore policies: `--ignore-policy FILE`.

use std::sync::Arc;

use sealift_model::Timestamp;
use serde_json::Value;

use super::{Input, Program, RegoError, RegoLimits, Source};
use crate::error::text;
use crate::{Error, Limits};

/// The rule that is evaluated for each finding.
const RULE: &str = "data.trivy.ignore";

/// A module `package trivy` whose rule `ignore` is true for findings that do not count.
///
/// Its input is one finding in the form of Trivy's JSON report; `data.lib.trivy` has
/// `parse_cvss_vector_v3`.
///
/// ```
/// use sealift_policy::Limits;
/// use sealift_policy::rego::{IgnorePolicy, RegoLimits};
///
/// let text = b"package trivy\nignore if input.VulnerabilityID == \"CVE-2021-44228\"\n";
/// let limits = (Limits::default(), RegoLimits::default());
/// let policy = IgnorePolicy::read("ignore.rego", text, &limits.0, &limits.1)?;
/// let finding = serde_json::json!({"VulnerabilityID": "CVE-2021-44228"});
/// assert!(policy.ignores(&finding, "2026-01-31T12:00:00Z".parse()?)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct IgnorePolicy {
    name: String,
    program: Arc<Program>,
}

impl IgnorePolicy {
    /// Compiles the policy of a file.
    ///
    /// # Errors
    /// When it is not valid Rego, has no rule `ignore` in `package trivy`, or reads documents that
    /// do not exist here.
    pub fn read(
        name: &str,
        bytes: &[u8],
        limits: &Limits,
        rego: &RegoLimits,
    ) -> Result<Self, Error> {
        let own = Source::new("lib/trivy.rego", include_str!("lib/trivy.rego"));
        let sources = [Source::new(name, text(bytes, limits)?), own];
        let failed = |error: RegoError| Error::rule("Rego", error);
        let program =
            Program::compile(&sources, &serde_json::json!({}), &[], rego).map_err(failed)?;
        if !program.has_rule(RULE) {
            return Err(Error::rule("Rego", "no rule ignore in package trivy"));
        }
        if let Some((missing, at)) = program.missing_documents().next() {
            return Err(Error::rule("Rego", format!("{at}nothing gives {missing} here")));
        }
        Ok(Self { name: name.to_owned(), program: Arc::new(program) })
    }

    /// The name of its file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rule that decides.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        RULE
    }

    /// Whether the policy ignores a finding, in Trivy's JSON form, at a time.
    ///
    /// # Errors
    /// When that cannot be decided: then the finding counts.
    pub fn ignores(&self, finding: &Value, now: Timestamp) -> Result<bool, RegoError> {
        let value = self.program.eval(RULE, &Input::new(finding), Some(now))?;
        Ok(value == Some(Value::Bool(true)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<IgnorePolicy, Error> {
        let rego = RegoLimits::default();
        IgnorePolicy::read("i.rego", text.as_bytes(), &Limits::default(), &rego)
    }

    #[test]
    fn vectors_are_read_in_words() {
        let text = r#"package trivy

import data.lib.trivy

default ignore = false

ignore {
	input.PkgName == "bash"
	vector := trivy.parse_cvss_vector_v3(input.CVSS.nvd.V3Vector)
	vector.AttackVector == "Local"
	vector.UserInteraction != "None"
}

ignore {
	deny := {"CWE-352"}
	count({id | id := input.CweIDs[_]; id == deny[_]}) > 0
}

ignore {
	time.now_ns() < time.parse_rfc3339_ns("2026-02-01T00:00:00Z")
	input.VulnerabilityID == "CVE-2030-0001"
}
"#;
        let policy = read(text).unwrap();
        let ask = |finding: Value, day: &str| {
            policy.ignores(&finding, format!("{day}T00:00:00Z").parse().unwrap())
        };
        let bash = |vector: &str| json!({"PkgName": "bash", "CVSS": {"nvd": {"V3Vector": vector}}, "CweIDs": ["CWE-1"]});
        let day = "2026-01-31";
        let local = "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H";
        assert_eq!(ask(bash(local), day), Ok(true));
        assert_eq!(ask(bash("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"), day), Ok(false));
        assert_eq!(ask(bash("7.5"), day), Ok(false));
        assert_eq!(ask(json!({"CweIDs": ["CWE-352"]}), day), Ok(true));
        assert_eq!(ask(json!({"VulnerabilityID": "CVE-2030-0001"}), day), Ok(true));
        assert_eq!(ask(json!({"VulnerabilityID": "CVE-2030-0001"}), "2026-02-01"), Ok(false));
    }

    #[test]
    fn a_policy_that_can_never_decide_is_refused() {
        for (text, why) in [
            ("package other\nignore = true", "Rego: no rule ignore in package trivy"),
            (
                "package trivy\nignore if data.known[input.VulnerabilityID]",
                "Rego: i.rego:2:11: nothing gives data.known here",
            ),
            (
                "package trivy\nignore if http.send({})",
                "Rego: i.rego:2:11: no function http.send: a policy reaches no network",
            ),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), why);
        }
    }
}

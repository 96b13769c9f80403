//! A check's description of itself: annotations (`# METADATA`, OPA's form with Trivy's custom
//! fields), and the older rules `__rego_metadata__` and `__rego_input__`.

use std::borrow::Cow;

use sealift_model::Severity;
use serde_json::Value;

use super::input;
use super::selector::Selector;
use crate::{Check, Limits, yaml};

/// The metadata of a check.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) check: Check,
    /// The inputs it looks at; any if none is named.
    pub(super) selectors: Vec<Selector>,
    /// Whether it wants all files in one document.
    pub(super) combined: bool,
}

impl About {
    /// A check that says nothing of itself.
    pub(super) fn unknown(package: &str) -> Self {
        let check = Check {
            id: Cow::Owned(package.to_owned()),
            severity: Severity::Unknown,
            title: Cow::Owned(package.to_owned()),
            description: Cow::Borrowed(""),
            resolution: Cow::Borrowed(""),
        };
        Self { check, selectors: Vec::new(), combined: false }
    }

    /// The annotations of a module's package; none where it has none, an error where they cannot
    /// be read.
    pub(super) fn annotated(package: &str, text: &str) -> Result<Option<Self>, String> {
        let Some(block) = block(text) else { return Ok(None) };
        let mut stream = yaml::parse(block.as_bytes(), &Limits::default());
        if let Some(error) = stream.errors.first() {
            return Err(format!("its annotations: {error}"));
        }
        let Some(document) = stream.documents.pop() else { return Ok(None) };
        let fields = input::plain(&document.root);
        let custom = fields.get("custom").cloned().unwrap_or_default();
        Ok(Some(Self::of(package, &fields, &custom, custom.get("input"))))
    }

    /// The same of values of rules: `metadata`, and `input` of `__rego_input__`.
    pub(super) fn of_rules(package: &str, metadata: &Value, input: Option<&Value>) -> Self {
        Self::of(package, metadata, metadata, input)
    }

    fn of(package: &str, top: &Value, custom: &Value, input: Option<&Value>) -> Self {
        let mut about = Self::unknown(package);
        let text = |value: &Value, names: &[&str]| {
            let found = names.iter().find_map(|name| value.get(*name).and_then(Value::as_str));
            found.map(|text| Cow::Owned(text.trim().to_owned()))
        };
        if let Some(id) = text(custom, &["id", "avd_id"]) {
            about.check.id = id;
        }
        if let Some(title) = text(top, &["title"]) {
            about.check.title = title;
        }
        if let Some(severity) = text(custom, &["severity"]) {
            about.check.severity = severity.parse().unwrap_or(Severity::Unknown);
        }
        about.check.description = text(top, &["description"]).unwrap_or_default();
        about.check.resolution =
            text(custom, &["recommended_action", "recommended_actions"]).unwrap_or_default();
        about.combined = input.and_then(|input| input.get("combine")) == Some(&Value::Bool(true));
        let selectors = input.and_then(|input| input.get("selector")).and_then(Value::as_array);
        about.selectors = selectors.into_iter().flatten().map(Selector::of).collect();
        about
    }
}

/// The annotations before `package`, without their marks.
fn block(text: &str) -> Option<String> {
    let mut block: Option<String> = None;
    for line in text.lines() {
        match (line.strip_prefix('#'), &mut block) {
            (Some(rest), _) if rest.trim() == "METADATA" => block = Some(String::new()),
            (Some(rest), Some(block)) => {
                block.push_str(rest.strip_prefix(' ').unwrap_or(rest));
                block.push('\n');
            }
            // A comment apart from the package is about something else.
            (None, _) if line.trim_start().starts_with("package ") => return block,
            (None, Some(_)) if line.trim().is_empty() => {}
            (None, found) => *found = None,
            (Some(_), None) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_of_the_package_are_read() {
        let text = "# by us\n# METADATA\n# title: 'Own: one'\n# description: |\n#   Two\n#   lines.\n\
                    # custom:\n#   id: OWN-1\n#   severity: critical\n#   recommended_action: Do it.\n\
                    #   input:\n#     combine: true\n#     selector:\n#     - type: kubernetes\n\
                    #       subtypes:\n#         - kind: Pod\npackage user.one\n\n\
                    # METADATA\n# title: a rule\ndeny := true\n";
        let about = About::annotated("user.one", text).unwrap().unwrap();
        assert_eq!(about.check.id, "OWN-1");
        assert_eq!(about.check.title, "Own: one");
        assert_eq!(about.check.description, "Two\nlines.");
        assert_eq!(about.check.severity, Severity::Critical);
        assert_eq!(about.check.resolution, "Do it.");
        assert!(about.combined);
        assert_eq!(about.selectors.len(), 1);
        let own = "package user.one\n# METADATA\n# title: a rule\nx := 1\n";
        assert!(About::annotated("user.one", own).unwrap().is_none());
        assert!(About::annotated("p", "# METADATA\n# title: [\npackage p\n").is_err());
    }
}

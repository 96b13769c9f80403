//! The kinds of input that a check applies to.

use serde_json::Value;

use crate::FileKind;

/// A type of documents, and which of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selector {
    kind: String,
    subtypes: Vec<Subtype>,
}

/// Kubernetes' objects of a kind; a missing field matches any. Services of a cloud are here, too,
/// and are not distinguished, because their state is never given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Subtype {
    group: Option<String>,
    version: Option<String>,
    kind: Option<String>,
}

impl Selector {
    pub(super) fn of(value: &Value) -> Self {
        let subtypes = value.get("subtypes").and_then(Value::as_array);
        Self {
            kind: text(value, "type").unwrap_or_default(),
            subtypes: subtypes.into_iter().flatten().map(Subtype::of).collect(),
        }
    }

    /// The type of documents, as it is written: `dockerfile`.
    pub(super) fn type_name(&self) -> &str {
        &self.kind
    }

    /// Whether it means documents of a kind of files.
    pub(super) fn wants(&self, kind: FileKind) -> bool {
        let types: &[&str] = match kind {
            FileKind::Dockerfile => &["dockerfile"],
            FileKind::Kubernetes | FileKind::Helm => &["kubernetes", "rbac"],
            FileKind::Terraform => &["cloud", "defsec", "terraform", "terraform-raw"],
            FileKind::TerraformPlan => &["cloud", "defsec", "terraform", "terraformplan"],
            FileKind::Compose => &["yaml"],
        };
        types.contains(&self.kind.as_str())
    }

    /// Whether it means this document.
    pub(super) fn selects(&self, kind: FileKind, document: &Value) -> bool {
        self.wants(kind)
            && (self.subtypes.is_empty()
                || !matches!(kind, FileKind::Kubernetes | FileKind::Helm)
                || self.subtypes.iter().any(|subtype| subtype.holds(document)))
    }
}

impl Subtype {
    fn of(value: &Value) -> Self {
        let part = |name| text(value, name).filter(|text| text != "*");
        Self { group: part("group"), version: part("version"), kind: part("kind") }
    }

    fn holds(&self, object: &Value) -> bool {
        let api = text(object, "apiVersion").unwrap_or_default();
        let (group, version) = api.split_once('/').unwrap_or(("", &api));
        let kind = text(object, "kind").unwrap_or_default();
        let is = |wanted: &Option<String>, is: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(is))
        };
        is(&self.group, group) && is(&self.version, version) && is(&self.kind, &kind)
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_selected_by_group_version_and_kind() {
        let selector = Selector::of(&json!({"type": "kubernetes", "subtypes": [
            {"group": "apps", "version": "v1", "kind": "Deployment"}, {"kind": "Pod"}
        ]}));
        for (api, kind, selected) in [
            ("apps/v1", "Deployment", true),
            ("apps/v1beta1", "Deployment", false),
            ("v1", "Pod", true),
            ("v1", "Service", false),
        ] {
            let object = json!({"apiVersion": api, "kind": kind});
            assert_eq!(selector.selects(FileKind::Kubernetes, &object), selected, "{api} {kind}");
        }
        assert!(!selector.wants(FileKind::Dockerfile));
    }
}

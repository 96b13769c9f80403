//! Finds documents that look like policies but are not recognised: to skip them would let
//! everything pass.

use sealift_policy::admission::Document;

/// Words in the names of policy groups.
const GROUPS: [&str; 3] = ["kyverno", "gatekeeper", "admissionregistration"];

/// Documents of those groups that judge nothing: they clean up, mutate or configure.
const OTHERS: [(&str, &[&str]); 8] = [
    ("kyverno.io", &["CleanupPolicy", "ClusterCleanupPolicy", "UpdateRequest"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("config.gatekeeper.sh", &["Config"]),
    ("connection.gatekeeper.sh", &["Connection"]),
    ("expansion.gatekeeper.sh", &["ExpansionTemplate"]),
    ("externaldata.gatekeeper.sh", &["Provider"]),
    ("mutations.gatekeeper.sh", &["Assign", "AssignImage", "AssignMetadata", "ModifySet"]),
    ("syncset.gatekeeper.sh", &["SyncSet"]),
];

/// Groups of the same tools' files and reports, which hold no policies.
const BESIDE: [&str; 4] =
    ["cli.kyverno.io", "reports.kyverno.io", "status.gatekeeper.sh", "gator.gatekeeper.sh"];

/// Kinds that are policies by name alone, in any group. `ClusterPolicy` and `Policy` are missing:
/// other tools use them as well.
const KINDS: [&str; 9] = [
    "ConstraintTemplate",
    "ImageValidatingPolicy",
    "MutatingPolicy",
    "NamespacedImageValidatingPolicy",
    "NamespacedValidatingPolicy",
    "PolicyException",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingPolicy",
];

/// Whether a document that is not a known policy looks like one: by a group of policies, by its
/// kind, or as a `...Policy` without a version.
pub(in crate::admission) fn seems_one(document: &Document) -> bool {
    let (group, kind) = (document.group(), document.kind());
    let is_other = BESIDE.contains(&group)
        || OTHERS.iter().any(|(own, kinds)| *own == group && kinds.contains(&kind));
    let is_of_group = GROUPS.iter().any(|own| group.contains(own));
    let names_no_group = group.is_empty() && kind.ends_with("Policy");
    !is_other && (is_of_group || names_no_group || KINDS.contains(&kind))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_misspelt_is_told_from_what_lies_beside() {
        for (api_version, kind, expected) in [
            ("kyverno.io/v1", "ClusterPolcy", true),
            ("kyverno.oi/v1", "ClusterPolicy", true),
            ("", "ClusterPolicy", true),
            ("v1", "ValidatingPolicy", true),
            ("policy.kyverno.io/v1", "ValidatingPolicy", true),
            ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolcy", true),
            ("template.gatekeeper.sh/v1", "ConstraintTemplate", true),
            ("kyverno.io/v2", "ClusterCleanupPolicy", false),
            ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", false),
            ("mutations.gatekeeper.sh/v1", "Assign", false),
            ("cli.kyverno.io/v1alpha1", "Test", false),
            ("networking.k8s.io/v1", "NetworkPolicy", false),
            ("nvidia.com/v1", "ClusterPolicy", false),
            ("v1", "ConfigMap", false),
            ("", "", false),
        ] {
            let text = json!({"apiVersion": api_version, "kind": kind}).to_string();
            let read = Document::read("a", text.as_bytes(), &sealift_policy::Limits::default());
            assert_eq!(seems_one(&read.unwrap()[0]), expected, "{api_version} {kind}");
        }
    }
}

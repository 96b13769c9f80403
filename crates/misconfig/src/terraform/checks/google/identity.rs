//! Identities of other clouds and services.

use sealift_model::Severity::High;

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "GCP-0068",
    severity: High,
    title: "Everyone of an identity provider is let in",
    why: "Any account of, say, GitHub may act in the project, not only one's own.",
    fix: "Set `attribute_condition`.",
    kinds: &["google_iam_workload_identity_pool_provider"],
    run: |look| look.must_be_given("attribute_condition"),
}];

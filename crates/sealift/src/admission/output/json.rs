//! A review in the form of a policy report of Kubernetes' policy working group.

use serde_json::{Value, json};

use crate::admission::{Review, Row};

pub(in crate::admission) fn text(review: &Review) -> String {
    let mut summary = json!({});
    if let Some(summary) = summary.as_object_mut() {
        for (outcome, count) in review.counts() {
            summary.insert(outcome.name().to_owned(), count.into());
        }
    }
    let results: Vec<Value> = review.rows.iter().map(result).collect();
    let report = json!({
        "apiVersion": "wgpolicyk8s.io/v1alpha2",
        "kind": "ClusterPolicyReport",
        "metadata": { "name": "sealift" },
        "summary": summary,
        "results": results,
    });
    format!("{report:#}\n")
}

fn result(row: &Row) -> Value {
    let mut object = json!({ "apiVersion": row.api_version, "kind": row.kind, "name": row.name });
    if let Some(object) = object.as_object_mut()
        && !row.namespace.is_empty()
    {
        object.insert("namespace".to_owned(), row.namespace.clone().into());
    }
    json!({
        "source": "sealift",
        "policy": row.answer.policy,
        "rule": row.answer.rule,
        "result": row.answer.outcome.name(),
        "message": row.answer.message,
        "resources": [object],
        "properties": { "policyKind": row.answer.policy_kind, "effect": row.effect() },
    })
}

//! Policies of Kyverno that ask the cluster.

use serde_json::{Value, json};

/// A policy of Kyverno for Pods, with these fields of its match and its rule.
#[must_use]
pub fn kyverno(matched: &Value, rule: &Value) -> Value {
    let mut any = json!({"resources": {"kinds": ["Pod"]}});
    extend(&mut any, matched);
    let mut whole = json!({"name": "r", "match": {"any": [any]}});
    extend(&mut whole, rule);
    json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"},
        "spec": {"validationFailureAction": "Enforce", "rules": [whole]},
    })
}

/// The fields of a rule that refuses whatever it is about.
#[must_use]
pub fn denied() -> Value {
    json!({"validate": {"message": "no", "deny": {}}})
}

fn extend(object: &mut Value, fields: &Value) {
    for (name, value) in fields.as_object().into_iter().flatten() {
        object[name] = value.clone();
    }
}

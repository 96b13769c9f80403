//! The match condition of the validating webhook in `packaging`: what it asks of objects that are
//! being deleted.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use sealift_policy::Limits;
use sealift_policy::admission::{Alone, Operation, Outcome, Policies, Request};
use serde_json::{Value, json};

const KUSTOMIZE: &str = "kubernetes/admission/webhooks.yaml";
const CHART: &str = "helm/sealift/templates/webhooks.yaml";

/// The expression, as one line.
fn condition(file: &str) -> String {
    let path = format!("{}/../../packaging/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("- name: is-staying-or-changing").unwrap();
    let (_, rest) = rest.split_once("expression: >-\n").unwrap();
    let lines = rest.lines().take_while(|line| line.starts_with("          "));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Whether the webhook would be called.
fn is_asked(old: Value, new: Value, operation: Operation) -> bool {
    let rules = json!([{
        "apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"],
    }]);
    let named = json!([{ "name": "packaged", "expression": condition(KUSTOMIZE) }]);
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
        "metadata": { "name": "p" },
        "spec": {
            "matchConstraints": { "resourceRules": rules }, "matchConditions": named,
            "validations": [{ "expression": "false" }],
        },
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding", "metadata": { "name": "p" },
        "spec": { "policyName": "p", "validationActions": ["Deny"] },
    });
    let files = [policy.to_string(), binding.to_string()];
    let files = files.iter().map(|text| ("p.json", text.as_bytes()));
    let policies = Policies::load(files, &Limits::default()).unwrap();
    let mut request = Request::create(new);
    request.operation = operation;
    request.old_object = old;
    let answers = policies.review(&request, &Alone("2026-01-31T12:00:00Z".parse().unwrap()));
    match answers.as_slice() {
        [answer] if answer.outcome == Outcome::Fail => true,
        [answer] if answer.outcome == Outcome::Skip => false,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_chart_asks_the_same() {
    assert_eq!(condition(KUSTOMIZE), condition(CHART));
}

#[test]
fn what_changes_of_an_object_that_is_being_deleted_is_asked_of() {
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": { "name": "a", "namespace": "shop", "finalizers": ["a/b"], "labels": { "x": "y" } },
        "subjects": [{ "kind": "User", "name": "ann" }],
    });
    let mut leaving = binding.clone();
    leaving["metadata"]["deletionTimestamp"] = "2026-01-31T11:00:00Z".into();
    let with = |pointer: &str, value: Value| {
        let mut object = leaving.clone();
        *object.pointer_mut(pointer).unwrap() = value;
        object
    };
    let update = |new: Value| is_asked(leaving.clone(), new, Operation::Update);
    assert!(!update(with("/metadata/finalizers", json!([]))));
    assert!(!update(leaving.clone()));
    assert!(update(with("/subjects/0/name", "eve".into())));
    assert!(update(with("/metadata/labels", json!({ "x": "z" }))));
    let mut more = leaving.clone();
    more["metadata"]["annotations"] = json!({ "hostname": "a.example" });
    assert!(update(more));
    let mut fewer = leaving.clone();
    fewer.as_object_mut().unwrap().remove("subjects");
    assert!(update(fewer));
    // Others are asked of whatever changes, and with every other operation.
    assert!(is_asked(binding.clone(), binding.clone(), Operation::Update));
    assert!(is_asked(Value::Null, binding.clone(), Operation::Create));
    assert!(is_asked(leaving.clone(), Value::Null, Operation::Delete));
}

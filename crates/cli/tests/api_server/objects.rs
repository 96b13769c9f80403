//! Objects, and where the API has them.

use serde_json::{Value, json};

pub(crate) const PODS: &str = "/api/v1/namespaces/shop/pods";
pub(crate) const MAPS: &str = "/api/v1/namespaces/shop/configmaps";
pub(crate) const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/shop/deployments";
pub(crate) const REGISTRATION: &str = "/apis/admissionregistration.k8s.io/v1";
/// Behind a path: nothing is kept.
pub(crate) const DRY: &str = "?dryRun=All";

pub(crate) fn pod(name: &str, image: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"containers": [{"name": "one", "image": image}]},
    })
}

pub(crate) fn deployment(name: &str, image: &str) -> Value {
    let labels = json!({"app": name});
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "one", "image": image}]},
            },
        },
    })
}

/// A policy of the API server's own kind that is about Pods, with these fields of its spec.
pub(crate) fn policy(name: &str, spec: &Value) -> Value {
    let mut policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {"matchConstraints": {"resourceRules": [{
            "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"],
            "resources": ["pods"],
        }]}},
    });
    let fields = policy["spec"].as_object_mut().unwrap();
    fields.extend(spec.as_object().unwrap().clone());
    policy
}

pub(crate) fn binding(name: &str, spec: &Value) -> Value {
    let mut binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    });
    let fields = binding["spec"].as_object_mut().unwrap();
    fields.extend(spec.as_object().unwrap().clone());
    binding
}

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_policy::Limits;
use sealift_policy::admission::{Alone, Policies, Request};

// The expression of a policy, judged over a Pod.
fuzz_target!(|expression: &str| {
    let policy = serde_json::json!({
        "apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy",
        "metadata": {"name": "a"},
        "spec": {
            "matchConstraints": {"resourceRules": [{
                "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["*"],
            }]},
            "validations": [{"expression": expression}],
        },
    });
    let bytes = policy.to_string();
    let Ok(policies) = Policies::load([("a", bytes.as_bytes())], &Limits::default()) else { return };
    let pod = serde_json::json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"b": "c"}},
        "spec": {"containers": [{"name": "a", "image": "b/c:1"}, {"ports": [{"hostPort": 80}]}]},
    });
    let around = Alone("2026-11-21T12:00:00Z".parse().expect("a time"));
    let _ = policies.review(&Request::create(pod), &around);
});

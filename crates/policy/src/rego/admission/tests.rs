//! Constraints and modules, written for these tests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::RegoPolicies;
use crate::admission::{Alone, Answer, Effect, Operation, Outcome, Request, Surroundings};
use crate::rego::{RegoLimits, Source};

const LABELS: &str = r#"
package ourlabels

violation[{"msg": msg, "details": {"missing": missing}}] {
  given := {label | input.review.object.metadata.labels[label]}
  wanted := {label | label := input.parameters.labels[_]}
  missing := wanted - given
  count(missing) > 0
  msg := sprintf("labels are missing: %v", [missing])
}
"#;

fn template(kind: &str, rego: &str, libs: &[&str]) -> (String, Value) {
    let value = json!({
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": kind.to_lowercase()},
        "spec": {
            "crd": {"spec": {"names": {"kind": kind}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": rego, "libs": libs}],
        },
    });
    ("template.yaml".to_owned(), value)
}

fn constraint(kind: &str, spec: Value) -> (String, Value) {
    let value = json!({
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": kind,
        "metadata": {"name": "ours"},
        "spec": spec,
    });
    ("constraint.yaml".to_owned(), value)
}

fn pod(labels: Value, image: &str) -> Request {
    Request::create(json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "labels": labels},
        "spec": {"containers": [{"name": "web", "image": image}]},
    }))
}

fn review(documents: &[(String, Value)], modules: &[Source<'_>], request: &Request) -> Vec<Answer> {
    let policies = RegoPolicies::load(documents, modules, &RegoLimits::default()).unwrap();
    policies.review(request, &Alone("2026-01-31T12:00:00Z".parse().unwrap()))
}

fn told(answers: &[Answer]) -> Vec<(Outcome, &str)> {
    answers.iter().map(|answer| (answer.outcome, answer.message.as_str())).collect()
}

#[test]
fn a_constraint_says_what_its_template_finds() {
    let documents = [
        template("OurLabels", LABELS, &[]),
        constraint(
            "OurLabels",
            json!({
                "enforcementAction": "warn",
                "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]},
                "parameters": {"labels": ["owner"]},
            }),
        ),
    ];
    let answers = review(&documents, &[], &pod(json!({"app": "web"}), "a"));
    let expected = Answer {
        policy: "ours".into(),
        policy_kind: "Constraint",
        rule: "OurLabels".into(),
        outcome: Outcome::Fail,
        effect: Effect::Warn,
        message: r#"labels are missing: {"owner"}"#.into(),
    };
    assert_eq!(answers, [expected]);
    let answers = review(&documents, &[], &pod(json!({"owner": "us"}), "a"));
    assert_eq!(told(&answers), [(Outcome::Pass, "")]);
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}});
    assert_eq!(review(&documents, &[], &Request::create(service)), []);
}

#[test]
fn what_is_deleted_is_what_is_judged() {
    let documents = [
        template("OurLabels", LABELS, &[]),
        constraint("OurLabels", json!({"parameters": {"labels": ["a"]}})),
    ];
    let mut request = pod(json!({"b": "1"}), "a");
    request.operation = Operation::Delete;
    request.old_object = std::mem::take(&mut request.object);
    assert_eq!(
        told(&review(&documents, &[], &request)),
        [(Outcome::Fail, r#"labels are missing: {"a"}"#)]
    );
}

#[test]
fn a_namespace_that_is_deleted_is_chosen_by_the_labels_that_it_has() {
    let namespace = |labels: Value| {
        let mut request = Request::create(json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "shop", "labels": labels},
        }));
        request.operation = Operation::Delete;
        request.old_object = std::mem::take(&mut request.object);
        request
    };
    for selector in ["namespaceSelector", "labelSelector"] {
        let chosen = json!({selector: {"matchLabels": {"team": "a"}}});
        let documents = [
            template("OurLabels", LABELS, &[]),
            constraint("OurLabels", json!({"match": chosen, "parameters": {"labels": ["owner"]}})),
        ];
        let refused = review(&documents, &[], &namespace(json!({"team": "a"})));
        let why = r#"labels are missing: {"owner"}"#;
        assert_eq!(told(&refused), [(Outcome::Fail, why)], "{selector}");
        assert_eq!(review(&documents, &[], &namespace(json!({"team": "b"}))), [], "{selector}");
    }
}

#[test]
fn libraries_are_found() {
    let main = "package main\nimport data.lib.images\n\
                violation[{\"msg\": \"no\"}] { images.foreign(input.review.object.spec.containers[_].image) }";
    let lib = "package lib.images\nforeign(image) { not startswith(image, \"ghcr.io/your-org/\") }";
    let documents = [template("Ours", main, &[lib]), constraint("Ours", json!({}))];
    let outcome = |image: &str| review(&documents, &[], &pod(json!({}), image))[0].outcome;
    assert_eq!(outcome("ghcr.io/your-org/web"), Outcome::Pass);
    assert_eq!(outcome("docker.io/web"), Outcome::Fail);
}

#[test]
fn matches_are_those_of_gatekeeper() {
    struct Labelled;
    impl Surroundings for Labelled {
        fn now(&self) -> sealift_model::Timestamp {
            "2026-01-31T12:00:00Z".parse().unwrap()
        }
        fn namespace_labels(&self, _: &str) -> Result<BTreeMap<String, String>, String> {
            Ok(BTreeMap::from([("team".into(), "a".into())]))
        }
    }
    let always = "package always\nviolation[{\"msg\": \"m\"}] { true }";
    let in_shop = pod(json!({"app": "web"}), "a");
    let namespace = Request::create(json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop-2", "labels": {"team": "b"}}
    }));
    let role = Request::create(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "x"}
    }));
    for (spec, expected) in [
        (json!({}), [true, true, true]),
        (json!({"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}]}), [true, true, true]),
        (json!({"kinds": [{"apiGroups": ["apps"], "kinds": ["Pod"]}]}), [false; 3]),
        (json!({"kinds": [{"kinds": ["ClusterRole", "Pod"]}]}), [true, false, true]),
        (json!({"scope": "Namespaced"}), [true, false, false]),
        (json!({"scope": "Cluster"}), [false, true, true]),
        (json!({"namespaces": ["shop"]}), [true, false, true]),
        (json!({"namespaces": ["shop*"]}), [true, true, true]),
        (json!({"excludedNamespaces": ["*-2"]}), [true, false, true]),
        (json!({"labelSelector": {"matchLabels": {"app": "web"}}}), [true, false, false]),
        (
            json!({"labelSelector": {"matchExpressions": [
                {"key": "app", "operator": "NotIn", "values": ["web"]}
            ]}}),
            [false, true, true],
        ),
        (json!({"namespaceSelector": {"matchLabels": {"team": "a"}}}), [true, false, true]),
        (
            json!({"namespaceSelector": {"matchExpressions": [
                {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["shop"]}
            ]}}),
            [true, false, true],
        ),
        (json!({"name": "we*"}), [true, false, false]),
        (json!({"source": "Generated"}), [false; 3]),
    ] {
        let documents =
            [template("Always", always, &[]), constraint("Always", json!({"match": spec}))];
        let policies = RegoPolicies::load(&documents, &[], &RegoLimits::default()).unwrap();
        let applies = [&in_shop, &namespace, &role]
            .map(|request| !policies.review(request, &Labelled).is_empty());
        assert_eq!(applies, expected, "{spec}");
    }
}

#[test]
fn what_is_not_supported_is_named_when_it_is_loaded() {
    let load = |documents: &[(String, Value)]| {
        RegoPolicies::load(documents, &[], &RegoLimits::default()).unwrap_err().to_string()
    };
    let labels = template("OurLabels", LABELS, &[]);
    let error = load(&[labels.clone(), constraint("OurLabels", json!({"match": {"kindz": []}}))]);
    assert!(error.starts_with("constraint.yaml: spec.match: unknown field `kindz`"), "{error}");
    let error =
        load(&[labels.clone(), constraint("OurLabels", json!({"enforcementAction": "no"}))]);
    assert_eq!(error, "constraint.yaml: spec.enforcementAction: \"no\" is no action");
    let error = load(&[labels.clone(), constraint("OurLabels", json!({"more": 1}))]);
    assert_eq!(error, "constraint.yaml: spec.more: is not supported");
    let error = load(&[constraint("Others", json!({}))]);
    assert_eq!(error, "constraint.yaml: kind: no ConstraintTemplate defines it");
    let inventory = "package x\nviolation[{\"msg\": \"m\"}] { data.inventory.cluster[_] }";
    let error = load(&[template("X", inventory, &[])]);
    assert!(error.contains("nothing gives data.inventory.cluster here"), "{error}");
    let mut cel = template("X", "", &[]);
    cel.1["spec"]["targets"][0]["code"] = json!([{"engine": "K8sNativeValidation"}]);
    assert_eq!(load(&[cel]), "template.yaml: spec.targets[0].code: no engine of it is Rego");
    let error = load(&[template("X", "package x\nallow = true", &[])]);
    assert_eq!(error, "template.yaml: spec.targets[0].rego: has no rule violation");
}

#[test]
fn one_that_cannot_be_decided_is_an_error() {
    let twice = "package x\nviolation = [] { true }\nviolation = [1] { true }";
    let documents = [template("X", twice, &[]), constraint("X", json!({}))];
    let answers = review(&documents, &[], &pod(json!({}), "a"));
    assert_eq!(answers[0].outcome, Outcome::Error);
    assert_eq!(answers[0].effect, Effect::Deny);
}

#[test]
fn modules_are_asked_as_opa_asks_them() {
    let ask = |text: &str, image: &str| {
        let answers = review(&[], &[Source::new("p.rego", text)], &pod(json!({}), image));
        answers
            .into_iter()
            .map(|answer| {
                format!("{} {} {} {}", answer.policy, answer.rule, answer.outcome, answer.message)
            })
            .collect::<Vec<_>>()
    };
    let old = "package kubernetes.admission\n\
        deny[msg] { input.request.kind.kind == \"Pod\"; image := input.request.object.spec.containers[_].image;\n\
        not startswith(image, \"ghcr.io/\"); msg := sprintf(\"no %v\", [image]) }\n\
        warn[\"watched\"] { true }";
    assert_eq!(
        ask(old, "nginx"),
        ["kubernetes.admission deny fail no nginx", "kubernetes.admission warn fail watched"]
    );
    assert_eq!(ask(old, "ghcr.io/x")[0], "kubernetes.admission deny pass ");
    let allow = "package gate\ndefault allow := false\nallow if input.request.object.spec.containers[0].image == \"a\"";
    assert_eq!(ask(allow, "a"), ["gate allow pass "]);
    assert_eq!(ask(allow, "b"), ["gate allow fail not allowed"]);
    let main = "package system\nmain := {\"response\": {\"allowed\": false, \"status\": {\"reason\": \"r\"}}}";
    assert_eq!(ask(main, "a"), ["system main fail r"]);
    let reviewed = "package k8s\nviolation[{\"msg\": \"m\"}] { input.review.object.spec.containers[_].image == \"a\" }";
    assert_eq!(ask(reviewed, "a"), ["k8s violation fail m"]);
    let error = RegoPolicies::load(
        &[],
        &[Source::new("p.rego", "package p\nx := 1")],
        &RegoLimits::default(),
    );
    let expected = "p.rego: no rule is named deny, violation, warn or allow";
    assert_eq!(error.unwrap_err().to_string(), expected);
}

//! Constraints and modules, written for these tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::RegoPolicies;
use crate::admission::{
    Alone, Answer, Effect, Operation, Outcome, Request, Surroundings, Unanswered,
};
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
        fn namespace_labels(&self, _: &str) -> Result<BTreeMap<String, String>, Unanswered> {
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
        (json!({"name": ""}), [true, true, true]),
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
    let mut other = template("X", "", &[]);
    other.1["spec"]["targets"][0]["code"] = json!([{"engine": "Wasm"}]);
    let expected =
        "template.yaml: spec.targets[0].code: no engine of it is Rego or K8sNativeValidation";
    assert_eq!(load(&[other]), expected);
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
    let both =
        |deny: &str| format!("{allow}\n{deny} contains \"d\" if input.request.object.spec.never");
    for deny in ["deny", "deny_never", "violation"] {
        let rule = both(deny);
        assert_eq!(
            ask(&rule, "b"),
            ["gate allow fail not allowed".to_owned(), format!("gate {deny} pass ")]
        );
    }
    let made_of = "package gate\nallow if count(deny) == 0\n\
                   deny contains \"d\" if input.request.object.spec.containers[0].image == \"b\"";
    assert_eq!(ask(made_of, "a"), ["gate allow pass ", "gate deny pass "]);
    assert_eq!(ask(made_of, "b"), ["gate allow fail not allowed", "gate deny fail d"]);
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

#[test]
fn what_conftest_excepts_is_left_out() {
    let rules = "package main\ndeny contains \"d\" if input.kind == \"Pod\"\n\
        deny_run contains \"r\" if input.kind == \"Pod\"\nwarn_run contains \"w\" if input.kind == \"Pod\"\n";
    let ask = |exception: &str| {
        let text = format!("{rules}{exception}");
        let answers = review(&[], &[Source::new("p.rego", &text)], &pod(json!({}), "nginx"));
        answers.into_iter().map(|it| format!("{} {}", it.rule, it.outcome)).collect::<Vec<_>>()
    };
    let all = ["deny fail", "deny_run fail", "warn_run fail"];
    let run = ["deny fail", "deny_run skip", "warn_run skip"];
    let plain = ["deny skip", "deny_run fail", "warn_run fail"];
    let named = "if { input.metadata.name == \"web\"; names := ";
    assert_eq!(ask(""), all);
    assert_eq!(ask(&format!("exception contains names {named}[\"run\"] }}")), run);
    assert_eq!(ask(&format!("exception contains names {named}{{\"x\", \"run\"}} }}")), run);
    assert_eq!(ask(&format!("exception contains names {named}[\"\"] }}")), plain);
    assert_eq!(ask("exception := [[\"run\"]]"), run);
    for none in [
        "exception contains names if { input.metadata.name == \"other\"; names := [\"run\"] }",
        "exception contains \"run\"",
        "exception := \"run\"",
        "exception contains [\"deny_run\", \"_run\", \"deny\"]",
        "exception(_) := [[\"run\"]]",
    ] {
        assert_eq!(ask(none), all, "{none}");
    }
    let undecided = "exception := [[\"run\"]] if true\nexception := [[\"\"]] if true";
    assert_eq!(ask(undecided), ["deny error", "deny_run error", "warn_run error"]);
}

#[test]
fn rules_of_conftest_judge_the_object_itself() {
    let ask = |modules: &[&str]| {
        let named: Vec<_> = modules.iter().map(|text| Source::new("p.rego", text)).collect();
        let answers = review(&[], &named, &pod(json!({}), "nginx"));
        answers
            .into_iter()
            .map(|it| format!("{} {} {}", it.rule, it.outcome, it.message))
            .collect::<Vec<_>>()
    };
    let direct = "package main\ndeny contains \"d\" if input.kind == \"Pod\"\n\
        warn_root contains \"w\" if not input.spec.securityContext\n\
        violation_image contains {\"msg\": \"v\"} if { some c in input.spec.containers; c.image == \"nginx\" }";
    assert_eq!(ask(&[direct]), ["deny fail d", "violation_image fail v", "warn_root fail w"]);
    // The whole of it, by a function of another module or under another name.
    let library =
        "package lib\nis_pod(it) if it.kind == \"Pod\"\nrequests(it) := it.spec.resources.requests";
    let whole = "package main\nimport data.lib\ndeny contains \"d\" if lib.is_pod(input)";
    assert_eq!(ask(&[library, whole]), ["deny fail d"]);
    let renamed =
        "package main\nimport input as object\ndeny contains \"d\" if object.kind == \"Pod\"";
    assert_eq!(ask(&[renamed]), ["deny fail d"]);
    // What reads a review anywhere on its way gets one.
    let review = "package main\nobject := input.request.object\n\
        deny contains \"d\" if object.kind == \"Pod\"\ndeny_other contains \"o\" if input.kind == \"AdmissionReview\"";
    assert_eq!(ask(&[review]), ["deny fail d", "deny_other pass "]);
    let either = "package main\nobject := input.review.object if has(input, \"review\")\n\
        object := input if not has(input, \"review\")\nhas(it, key) if _ = it[key]\n\
        deny contains \"d\" if object.kind == \"Pod\"";
    assert_eq!(ask(&[either]), ["deny fail d"]);
    let unnamed =
        "package main\ndeny contains \"d\" if { it := input; it.request.object.kind == \"Pod\" }";
    assert_eq!(ask(&[unnamed]), ["deny fail d"]);
}

#[test]
fn what_a_rule_is_asked_of_is_noted_and_never_guessed_from_parameters() {
    let load = |text: &str| {
        RegoPolicies::load(&[], &[Source::new("p.rego", text)], &RegoLimits::default())
    };
    let direct = load("package main\ndeny contains \"d\" if input.kind == \"Pod\"").unwrap();
    assert_eq!(direct.notes(), ["main: no review is read by deny: the input is the object itself"]);
    let template = "package x\nviolation contains {\"msg\": \"m\"} if {\n\
        input.review.object.kind == \"Pod\"; input.parameters.on\n}";
    let error = load(template).unwrap_err().to_string();
    let expected =
        "x.violation: reads input.parameters, which a Constraint of a ConstraintTemplate gives";
    assert_eq!(error, expected);
    // An object may have a field of that name, too.
    let class = "package main\ndeny contains \"d\" if input.parameters.encrypted != \"true\"";
    assert!(load(class).is_ok());
}

#[test]
fn no_rule_is_for_a_review_and_for_the_object_both() {
    let load = |text: &str| {
        RegoPolicies::load(&[], &[Source::new("p.rego", text)], &RegoLimits::default())
    };
    let both = "package x\ndeny contains \"a\" if input.review.object.spec.hostPID\n\
        deny contains \"b\" if input.spec.hostNetwork";
    let error = load(both).unwrap_err().to_string();
    assert_eq!(error, "x.deny: reads input.spec, which a review does not have");
    let own = "package x\ndeny contains \"a\" if input.request.object.spec.hostPID\n\
        deny contains \"b\" if { input.kind == \"AdmissionReview\"; input.apiVersion == \"v1\" }";
    assert!(load(own).is_ok());
}

#[test]
fn rules_for_the_object_itself_judge_what_comes_to_be() {
    let text = "package main\ndeny contains \"d\" if input.kind == \"Pod\"\n\
        deny_review contains \"r\" if input.request.kind.kind == \"Pod\"";
    let ask = |operation: Operation| {
        let mut request = pod(json!({}), "nginx");
        request.operation = operation;
        if operation != Operation::Create {
            request.old_object = request.object.clone();
        }
        if operation == Operation::Delete {
            request.object = Value::Null;
        }
        let answers = review(&[], &[Source::new("p.rego", text)], &request);
        answers.into_iter().map(|it| it.message).collect::<Vec<_>>()
    };
    assert_eq!(ask(Operation::Create), ["d", "r"]);
    assert_eq!(ask(Operation::Update), ["d", "r"]);
    assert_eq!(ask(Operation::Delete), ["r"]);
    assert_eq!(ask(Operation::Connect), ["r"]);
}

#[test]
fn named_rules_judge_beside_those_without_more_to_their_names() {
    let text = "package main\ndeny contains \"no\" if { false }\n\
        deny_latest contains \"latest\" if input.request.kind.kind == \"Pod\"\n\
        warn_a_b contains \"w\" if input.request.kind.kind == \"Pod\"\n\
        allowed := true\ndenylist := [1]";
    let answers = review(&[], &[Source::new("p.rego", text)], &pod(json!({}), "a"));
    let told: Vec<_> = answers.iter().map(|it| (it.rule.as_str(), it.outcome, it.effect)).collect();
    let expected = [
        ("deny", Outcome::Pass, Effect::Deny),
        ("deny_latest", Outcome::Fail, Effect::Deny),
        ("warn_a_b", Outcome::Fail, Effect::Warn),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_request_is_shown_as_the_server_sent_it() {
    let kind = json!({"group": "", "version": "v1", "kind": "Pod"});
    let resource = json!({"group": "", "version": "v1", "resource": "pods"});
    let sent = json!({
        "uid": "1", "kind": kind, "resource": resource, "requestKind": kind,
        "requestResource": resource, "requestSubResource": "ephemeralcontainers",
        "subResource": "ephemeralcontainers", "name": "web", "namespace": "shop",
        "operation": "UPDATE", "userInfo": {"username": "ann"}, "object": {"kind": "Pod"},
        "oldObject": {"kind": "Pod"}, "dryRun": false, "options": null,
    });
    let request: Request = serde_json::from_value(sent.clone()).unwrap();
    assert_eq!(serde_json::to_value(&request).unwrap(), sent);
    let text = "package a\ndeny contains input.request.requestKind.kind\n\
        warn contains input.request.requestSubResource";
    let ask = |request: &Request| {
        let answers = review(&[], &[Source::new("p.rego", text)], request);
        answers.into_iter().map(|answer| answer.message).collect::<Vec<_>>()
    };
    assert_eq!(ask(&request), ["Pod", "ephemeralcontainers"]);
    // So would the object of a file be asked about.
    assert_eq!(ask(&pod(json!({}), "a")), ["Pod", ""]);
}

#[test]
fn parameters_have_the_defaults_of_their_schema() {
    let rego = "package x\nviolation[{\"msg\": \"m\"}] { input.parameters.forbidden }";
    let mut template = template("X", rego, &[]);
    let schema = json!({"type": "object", "properties": {
        "forbidden": {"type": "boolean", "default": true}
    }});
    template.1["spec"]["crd"]["spec"]["validation"] = json!({"openAPIV3Schema": schema});
    let load = |spec: Value| {
        let documents = [template.clone(), constraint("X", spec)];
        RegoPolicies::load(&documents, &[], &RegoLimits::default())
    };
    let outcome = |spec: Value| {
        let around = Alone("2026-01-31T12:00:00Z".parse().unwrap());
        load(spec).unwrap().review(&pod(json!({}), "a"), &around)[0].outcome
    };
    assert_eq!(outcome(json!({"parameters": {}})), Outcome::Fail);
    assert_eq!(outcome(json!({"parameters": {"forbidden": false}})), Outcome::Pass);
    // Below what is not there the server fills in nothing, and that is said.
    assert_eq!(outcome(json!({})), Outcome::Pass);
    let told = load(json!({})).unwrap().notes().join("\n");
    assert!(told.starts_with("X ours: it has no spec.parameters"), "{told}");
    let error = load(json!({"parameters": {"forbiden": true}})).unwrap_err().to_string();
    let expected = "constraint.yaml: spec.parameters.forbiden: is not in the template's schema";
    assert_eq!(error, expected);
    let error = load(json!({"parameters": {"forbidden": "yes"}})).unwrap_err().to_string();
    assert!(error.contains("spec.parameters.forbidden: is no boolean"), "{error}");
    template.1["spec"]["crd"]["spec"]["validation"]["legacySchema"] = true.into();
    let documents = [template.clone(), constraint("X", json!({"parameters": {"other": 1}}))];
    assert!(RegoPolicies::load(&documents, &[], &RegoLimits::default()).is_ok());
}

#[test]
fn the_namespace_is_shown_whole() {
    struct Known;
    impl Surroundings for Known {
        fn now(&self) -> sealift_model::Timestamp {
            "2026-01-31T12:00:00Z".parse().unwrap()
        }
        fn object(
            &self,
            _: &str,
            _: &str,
            _: &str,
            name: &str,
        ) -> Result<Option<Arc<Value>>, Unanswered> {
            let metadata = json!({"name": name, "annotations": {"strict": "true"}});
            Ok(Some(Arc::new(json!({"metadata": metadata, "status": {"phase": "Active"}}))))
        }
        fn namespace_labels(&self, _: &str) -> Result<BTreeMap<String, String>, Unanswered> {
            Ok(BTreeMap::from([("team".into(), "a".into())]))
        }
    }
    let rego = "package x\nviolation[{\"msg\": msg}] {\n\
        space := input.review._unstable.namespace\n\
        space.metadata.annotations.strict == \"true\"\n\
        msg := sprintf(\"%v %v %v\", [space.metadata.name, space.metadata.labels.team, space.status.phase])\n}";
    let documents = [template("X", rego, &[]), constraint("X", json!({}))];
    let policies = RegoPolicies::load(&documents, &[], &RegoLimits::default()).unwrap();
    let request = pod(json!({}), "a");
    assert_eq!(told(&policies.review(&request, &Known)), [(Outcome::Fail, "shop a Active")]);
    let newer = rego.replace("_unstable.namespace", "namespaceObject");
    let of_newer = [template("X", &newer, &[]), constraint("X", json!({}))];
    let policies = RegoPolicies::load(&of_newer, &[], &RegoLimits::default()).unwrap();
    assert_eq!(told(&policies.review(&request, &Known)), [(Outcome::Fail, "shop a Active")]);
    assert_eq!(review(&of_newer, &[], &request)[0].outcome, Outcome::Error);
    // What is in none sees null.
    let null = "package x\nviolation[{\"msg\": \"none\"}] { input.review.namespaceObject == null }";
    let role = Request::create(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "x"}
    }));
    let of_null = [template("X", null, &[]), constraint("X", json!({}))];
    assert_eq!(told(&review(&of_null, &[], &role)), [(Outcome::Fail, "none")]);
    let itself = "package x\nviolation[{\"msg\": \"in one\"}] { input.review.namespace }";
    let mut namespace = Request::create(json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}
    }));
    namespace.namespace = "shop".into();
    let of_itself = [template("X", itself, &[]), constraint("X", json!({}))];
    assert_eq!(told(&review(&of_itself, &[], &namespace)), [(Outcome::Pass, "")]);
    // Where nobody knows it, nothing is taken to be missing from it.
    assert_eq!(review(&documents, &[], &request)[0].outcome, Outcome::Error);
}

#[test]
fn the_operations_of_a_template_are_noted() {
    let mut template = template("X", "package x\nviolation[{\"msg\": \"m\"}] { true }", &[]);
    template.1["spec"]["targets"][0]["operations"] = json!(["DELETE"]);
    let documents = [template, constraint("X", json!({}))];
    let policies = RegoPolicies::load(&documents, &[], &RegoLimits::default()).unwrap();
    let told = policies.notes().join("\n");
    assert!(told.contains("all operations are judged"), "{told}");
    assert_eq!(review(&documents, &[], &pod(json!({}), "a"))[0].outcome, Outcome::Fail);
}

/// A template whose engine is CEL, beside the Rego of its target.
fn native(source: Value, rego: &str) -> (String, Value) {
    let mut template = template("X", rego, &[]);
    template.1["spec"]["targets"][0]["code"] =
        json!([{"engine": "K8sNativeValidation", "source": source}]);
    template
}

#[test]
fn templates_may_be_written_in_cel() {
    let mut source = json!({
        "generateVAP": true,
        "matchCondition": [{"name": "not-b", "expression": "request.name != 'b'"}],
        "variables": [{"name": "missing", "expression":
            "variables.params.labels.filter(l, !(l in variables.anyObject.metadata.labels))"}],
        "validations": [{
            "expression": "size(variables.missing) == 0",
            "messageExpression": "'labels are missing: ' + variables.missing.join(', ')",
        }],
    });
    let ask = |source: &Value, spec: Value, request: &Request| {
        review(&[native(source.clone(), ""), constraint("X", spec)], &[], request)
    };
    let wanted = json!({"parameters": {"labels": ["owner", "team"]}, "enforcementAction": "warn"});
    let request = pod(json!({"owner": "us"}), "a");
    let answers = ask(&source, wanted.clone(), &request);
    assert_eq!(told(&answers), [(Outcome::Fail, "labels are missing: team")]);
    assert_eq!((answers[0].rule.as_str(), answers[0].effect), ("X", Effect::Warn));
    let whole = pod(json!({"owner": "us", "team": "b"}), "a");
    assert_eq!(told(&ask(&source, wanted.clone(), &whole)), [(Outcome::Pass, "")]);
    // Of a deletion there is no object; anyObject is the old one.
    let mut deletion = request.clone();
    deletion.operation = Operation::Delete;
    deletion.old_object = std::mem::take(&mut deletion.object);
    assert_eq!(ask(&source, wanted.clone(), &deletion)[0].outcome, Outcome::Fail);
    let mut named = request.clone();
    named.name = "b".into();
    assert_eq!(ask(&source, wanted.clone(), &named), []);
    // What has no value refuses, unless the template says otherwise.
    assert_eq!(ask(&source, json!({}), &request)[0].outcome, Outcome::Error);
    source["failurePolicy"] = "Ignore".into();
    assert_eq!(ask(&source, json!({}), &request), []);
}

#[test]
fn of_two_engines_the_one_that_gatekeeper_prefers_judges() {
    let says_no = json!({"validations": [{"expression": "false", "message": "by CEL"}]});
    let rego = "package x\nviolation[{\"msg\": \"by Rego\"}] { true }";
    let documents = [native(says_no, rego), constraint("X", json!({}))];
    assert_eq!(told(&review(&documents, &[], &pod(json!({}), "a"))), [(Outcome::Fail, "by CEL")]);
    let load = |source: Value| {
        RegoPolicies::load(&[native(source, rego)], &[], &RegoLimits::default())
            .unwrap_err()
            .to_string()
    };
    let place = "template.yaml: spec.targets[0].code[].source";
    let error = load(json!({"variables": [{"name": "params", "expression": "1"}]}));
    assert_eq!(error, format!("{place}.variables: params is Gatekeeper's own name"));
    let error = load(json!({"validations": [{"expression": "object."}]}));
    assert!(error.starts_with(&format!("{place}.validations[0].expression")), "{error}");
    let error = load(json!({"matchConditions": []}));
    assert!(error.contains("unknown field `matchConditions`"), "{error}");
}

//! Tests of the input that a rule expects, and of what it reads of a Namespace.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::RegoPolicies;
use crate::admission::{Alone, Answer, Outcome, Request, Surroundings, Unanswered};
use crate::rego::{RegoLimits, Source};

fn load(modules: &[&str]) -> Result<RegoPolicies, String> {
    let names: Vec<String> = (0..modules.len()).map(|at| format!("{at}.rego")).collect();
    let modules = names.iter().zip(modules).map(|(name, text)| Source::new(name, text));
    let loaded = RegoPolicies::load(&[], &modules.collect::<Vec<_>>(), &RegoLimits::default());
    loaded.map_err(|error| error.to_string())
}

fn pod() -> Request {
    Request::create(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"hostNetwork": true, "containers": []},
    }))
}

fn alone() -> Alone {
    Alone("2026-01-31T12:00:00Z".parse().unwrap())
}

/// Returns `review`, `object` or `either`, from the note on the rule `deny`, and the outcomes for a
/// Pod on its host's network.
fn asked(modules: &[&str]) -> (&'static str, Vec<Outcome>) {
    let policies = load(modules).unwrap();
    let told = policies.notes().join("\n");
    let judges = match () {
        () if told.contains("the input is the object itself") => "object",
        () if told.contains("cannot be told") => "either",
        () => "review",
    };
    let answers = policies.review(&pod(), &alone());
    (judges, answers.into_iter().map(|answer| answer.outcome).collect())
}

#[test]
fn what_a_rule_is_for_is_told_by_what_it_reads() {
    for (judges, body) in [
        // Comments and strings say nothing.
        ("object", "# input.request is not it\n it := input\n it.spec.hostNetwork"),
        ("object", "it := input\n it.spec.hostNetwork\n \"input.review.x\" != \".request\""),
        ("object", "it := input\n it.spec.hostNetwork\n not it.metadata.request"),
        ("review", "input[\"request\"].object.spec.hostNetwork"),
        ("review", "it := input\n it.request.object.spec.hostNetwork"),
        ("review", "it = input\n other = it\n other.review.object.spec.hostNetwork"),
        ("review", "object.get(input, \"request\", {}).object.spec.hostNetwork"),
        ("review", "it := object.get(input, [\"request\", \"object\"], {})\n it.spec.hostNetwork"),
        ("object", "object.get(input, [\"spec\", \"hostNetwork\"], false)"),
        ("object", "it := object.get(input, \"spec\", input.metadata)\n it.hostNetwork"),
        (
            "review",
            "print(input)\n is_object(input)\n input != null\n input.request.object.spec.hostNetwork",
        ),
        // For these, both are possible.
        ("either", "input[_].object.spec.hostNetwork"),
        ("either", "some name\n input[name].hostNetwork"),
        ("either", "some it in input\n it.hostNetwork"),
        ("either", "every name, it in {\"a\": input} { it.spec.hostNetwork }"),
        ("either", "count([it | it := input[_].hostNetwork]) == 1"),
        ("either", "walk(input, [[\"request\", \"object\", \"spec\", \"hostNetwork\"], true])"),
        ("either", "contains(json.marshal(input), \"hostNetwork\\\":true\")"),
        ("either", "all := [input]\n all[0].spec.hostNetwork"),
        (
            "either",
            "{\"request\": it} := object.filter(input, [\"request\"])\n it.object.spec.hostNetwork",
        ),
        ("either", "object.union(input, {}).request.object.spec.hostNetwork"),
        (
            "either",
            "{\"metadata\": own, \"spec\": it, \"kind\": k, \"apiVersion\": v} = input\n it.hostNetwork",
        ),
        (
            "either",
            "x := input\n x = {\"metadata\": o, \"spec\": it, \"kind\": k, \"apiVersion\": v}\n it.hostNetwork",
        ),
        ("either", "it := {one | one := input}\n it[_].spec.hostNetwork"),
    ] {
        let module = format!("package main\ndeny contains \"d\" if {{\n {body}\n}}");
        assert_eq!(asked(&[&module]), (judges, vec![Outcome::Fail]), "{body}");
    }
}

#[test]
fn the_input_is_followed_into_functions_rules_and_imports() {
    let library = "package lib\nis_on_host(it) if it.spec.hostNetwork\n\
        of_request(it) if is_on_host(it.request.object)\nitself(it) := it\nsubject := input\n\
        objects contains input\nnamed[\"one\"] := input\npick(it, _) := it if true\n\
        pick_else(it) := it.nothing if it.never\nelse := it";
    for (judges, text) in [
        ("object", "import data.lib\ndeny contains \"d\" if lib.is_on_host(input)"),
        ("review", "import data.lib\ndeny contains \"d\" if lib.of_request(input)"),
        ("review", "import data.lib\ndeny contains \"d\" if lib.is_on_host(input.request.object)"),
        ("object", "deny contains \"d\" if data.lib.itself(input).spec.hostNetwork"),
        (
            "review",
            "deny contains \"d\" if { it := data.lib.itself(input); it.request.object.spec.hostNetwork }",
        ),
        (
            "review",
            "deny contains \"d\" if { data.lib.itself(input, it); it.request.object.spec.hostNetwork }",
        ),
        ("object", "deny contains \"d\" if data.lib.pick(input, 1).spec.hostNetwork"),
        (
            "either",
            "deny contains \"d\" if data.lib.pick_else(input).request.object.spec.hostNetwork",
        ),
        ("object", "deny contains \"d\" if data.lib.subject.spec.hostNetwork"),
        (
            "review",
            "import data.lib.subject as it\ndeny contains \"d\" if it.review.object.spec.hostNetwork",
        ),
        ("either", "deny contains \"d\" if data.lib.objects[_].spec.hostNetwork"),
        ("review", "deny contains \"d\" if data.lib.named.one.request.object.spec.hostNetwork"),
        ("either", "deny contains \"d\" if { all := data.lib; all.subject.spec.hostNetwork }"),
        ("review", "import input.review as r\ndeny contains \"d\" if r.object.spec.hostNetwork"),
        ("review", "import input.request\ndeny contains \"d\" if request.object.spec.hostNetwork"),
        ("object", "import input as it\ndeny contains \"d\" if it.spec.hostNetwork"),
        ("object", "import input.spec as own\ndeny contains \"d\" if own.hostNetwork"),
    ] {
        let module = format!("package main\n{text}");
        assert_eq!(asked(&[library, &module]), (judges, vec![Outcome::Fail]), "{text}");
    }
}

#[test]
fn a_rule_for_both_is_asked_with_both_and_either_may_refuse() {
    // One name is used for both.
    let body = |rest: &str| {
        format!("package main\ndeny contains \"d\" if {{ it := input; it.request.never }}\n{rest}")
    };
    let mixed = body("deny contains \"d\" if { it := input; it.spec.hostNetwork }");
    assert_eq!(asked(&[&mixed]), ("either", vec![Outcome::Fail]));
    let mixed = body(
        "deny contains \"r\" if { it := input; it.request.object.spec.hostNetwork }\n\
        deny contains \"o\" if { it := input; it.spec.hostNetwork }",
    );
    assert_eq!(asked(&[&mixed]), ("either", vec![Outcome::Fail, Outcome::Fail]));
    let never = body("deny contains \"o\" if { it := input; it.spec.never }");
    assert_eq!(asked(&[&never]), ("either", vec![Outcome::Pass]));
    // An `allow` must hold for both.
    let allows = "package main\nallow if { it := input; not it.spec.hostNetwork }\n\
        allow if { it := input; it.request.never }";
    assert_eq!(asked(&[allows]), ("either", vec![Outcome::Fail]));
    // Rules of another package that get the object as input are no such mixture.
    let conftest = "package conftest\nfound contains \"c\" if input.spec.hostNetwork";
    let asks = "package main\ndeny contains m if {\n\
        some m in data.conftest.found with input as input.request.object\n}";
    assert_eq!(asked(&[conftest, asks]), ("either", vec![Outcome::Fail]));
    // The effect of a function that replaces another is unknown.
    let mocks =
        "package mocks\nf(it) if it.spec.never\ng(it) if it.request.object.spec.hostNetwork";
    let asks = "package main\ndeny contains \"d\" if data.mocks.f(input) with data.mocks.f as data.mocks.g";
    assert_eq!(asked(&[mocks, asks]).0, "either");
    // Each rule is decided by itself, also where the modules of a package differ.
    let [first, second] = [
        "package main\ndeny_a contains \"a\" if input.spec.hostNetwork",
        "package main\ndeny_b contains \"b\" if input.request.object.spec.hostNetwork",
    ];
    let policies = load(&[first, second]).unwrap();
    let expected = ["main: no review is read by deny_a: the input is the object itself"];
    assert_eq!(policies.notes(), expected);
    let told = policies.review(&pod(), &alone());
    assert!(told.iter().all(|answer| answer.outcome == Outcome::Fail) && told.len() == 2);
}

#[test]
fn parameters_are_a_constraint_s_also_under_another_name() {
    let text = "package x\ndeny contains \"m\" if {\n\
        it := input; it.review.object.kind == \"Pod\"; it.parameters.on\n}";
    let error = load(&[text]).unwrap_err();
    assert!(error.starts_with("x.deny: reads input.parameters"), "{error}");
}

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
        Ok(Some(Arc::new(json!({"metadata": {"name": name, "labels": {"team": "a"}}}))))
    }
    fn namespace_labels(&self, _: &str) -> Result<BTreeMap<String, String>, Unanswered> {
        Ok(BTreeMap::new())
    }
}

fn told(answers: &[Answer]) -> Vec<(Outcome, &str)> {
    answers.iter().map(|answer| (answer.outcome, answer.message.as_str())).collect()
}

#[test]
fn who_reads_only_the_name_of_a_namespace_needs_no_cluster() {
    for (reads_more, body) in [
        (false, "# namespaceObject\n input.review.namespace == \"shop\""),
        (false, "input.review.namespaceObject.metadata.name == \"shop\""),
        (false, "input.review._unstable.namespace.metadata.name == \"shop\""),
        (false, "it := input.review.namespaceObject\n it.metadata.name == \"shop\""),
        (false, "name_of(input.review.namespaceObject) == \"shop\""),
        (false, "input.review.namespaceObject != null"),
        (false, "input.review.object.metadata.namespaceObject == null"),
        (true, "input.review.namespaceObject.metadata.labels.team == \"a\""),
        (true, "input.review._unstable.namespace.metadata.labels.team == \"a\""),
        (true, "it := input.review\n other := it.namespaceObject.metadata\n other.labels.team"),
        (true, "team_of(input.review)"),
        (true, "key := \"namespaceObject\"\n input.review[key].metadata.labels.team"),
        (true, "some it in input.review\n it.namespaceObject"),
        (true, "input[_].namespaceObject.metadata.labels.team"),
        (true, "input[_][\"_unstable\"].namespace.metadata.labels.team"),
        (true, "key := \"review\"\n input[key].namespaceObject.metadata.labels.team"),
        (true, "all := [input.review]\n all[_].namespaceObject.metadata.labels.team"),
        (true, "[input.review][0].namespaceObject.metadata.labels.team"),
        (true, "it := {\"r\": input.review}\n it[_][\"namespaceObject\"].metadata.labels.team"),
        (true, "input[_][_][_].labels.team\n input[_].namespaceObject"),
        (true, "behind([input.review])"),
        (true, "some key\n named[key]\n input.review[key].metadata.labels.team"),
        (true, "itself(\"a\", input.review.namespaceObject.metadata.labels.team)"),
        (true, "object.get(input.review, [\"namespaceObject\", \"metadata\"], {}) != {}"),
        (true, "json.marshal(input.review.namespaceObject) != \"\""),
    ] {
        let module = format!(
            "package main\nname_of(it) := it.metadata.name\n\
             team_of(it) := it.namespaceObject.metadata.labels.team\n\
             behind(all) := all[_].namespaceObject.metadata.labels.team\n\
             named[\"namespaceObject\"] := 1\nitself(it) := it\n\
             deny contains \"d\" if {{\n {body}\n}}"
        );
        let policies = load(&[&module]).unwrap();
        let expected: &[&str] = if reads_more { &["0.rego: main.deny"] } else { &[] };
        assert_eq!(policies.reads_namespaces(), expected, "{body}");
        let outcome = policies.review(&pod(), &alone()).first().unwrap().outcome;
        assert_eq!(outcome == Outcome::Error, reads_more, "{body}");
    }
}

#[test]
fn modules_see_the_namespace_as_templates_do() {
    let labels = "package main\ndeny contains msg if msg := input.review.namespaceObject.metadata.labels.team";
    let policies = load(&[labels]).unwrap();
    assert_eq!(told(&policies.review(&pod(), &Known)), [(Outcome::Fail, "a")]);
    let mut cluster_wide = pod();
    cluster_wide.namespace.clear();
    assert_eq!(told(&policies.review(&cluster_wide, &alone())), [(Outcome::Pass, "")]);
    let name =
        "package main\ndeny contains msg if msg := input.review.namespaceObject.metadata.name";
    assert_eq!(told(&load(&[name]).unwrap().review(&pod(), &alone())), [(Outcome::Fail, "shop")]);
}

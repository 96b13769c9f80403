//! Checks written for these tests.

use std::sync::Arc;

use serde_json::Value;

use super::{RegoChecks, RegoOptions};
use crate::{FileKind, Options, SourceFile, Status, scan};

fn load(modules: &[(&str, &str)]) -> RegoChecks {
    let modules: Vec<_> = modules.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    RegoChecks::load(&modules, &RegoOptions::default())
}

/// What the checks say, `ID lines message`.
fn told(checks: RegoChecks, kind: FileKind, path: &str, text: &str) -> Vec<String> {
    let options = Options { rego: Some(Arc::new(checks)), ..Options::default() };
    let file = SourceFile::new(path, text.as_bytes()).of_kind(kind);
    let results = scan(&[file], &options);
    let own = results.iter().flat_map(|result| &result.misconfigurations);
    let own = own.filter(|found| found.check.id.starts_with("OWN") || found.check.id.contains('.'));
    own.map(|found| {
        let id = &found.check.id;
        match &found.status {
            Status::Pass => format!("{id} pass"),
            Status::NotRun(why) => format!("{id} not run: {why}"),
            Status::Fail(failure) | Status::Ignored(failure) => {
                let lines = failure.lines.map_or("nowhere".into(), |lines| lines.to_string());
                let by = failure.ignored_by.as_deref().unwrap_or_default();
                format!("{id} {lines}: {}{by}", failure.message)
            }
        }
    })
    .collect()
}

fn on_dockerfile(modules: &[(&str, &str)]) -> Vec<String> {
    let text = "FROM alpine:3.22\nRUN cd /app && apk add curl\nUSER root\n";
    told(load(modules), FileKind::Dockerfile, "Dockerfile", text)
}

const HEAD: &str = "# METADATA\n# custom:\n#   id: OWN-1\n#   severity: HIGH\n#   input:\n\
                    #     selector:\n#       - type: dockerfile\n";

#[test]
fn a_check_of_dockerfiles_points_at_instructions() {
    let rules = "package user.one\nimport rego.v1\nimport data.lib.ours\n\
        deny contains res if {\n  some command in ours.commands(\"run\")\n  \
        some words in sh.parse_commands(command.Value[0])\n  words[0] == \"cd\"\n  \
        res := result.new(sprintf(\"%s %d\", [words[1], count(words)]), command)\n}";
    let lib = "package lib.ours\nimport rego.v1\n\
        commands(name) := [command | some command in input.Stages[_].Commands; command.Cmd == name]";
    let check = format!("{HEAD}{rules}");
    let modules = [("one.rego", check.as_str()), ("lib.rego", lib)];
    assert_eq!(on_dockerfile(&modules), ["OWN-1 line 2: /app 2"]);
    let lacking = on_dockerfile(&modules[..1]);
    assert_eq!(lacking, ["OWN-1 not run: one.rego:12:19: no function ours.commands"]);
}

#[test]
fn a_check_of_before_is_read() {
    let text = "package user.old\n\
        __rego_metadata__ := {\"id\": \"OWN-2\", \"severity\": \"LOW\", \"title\": \"t\"}\n\
        __rego_input__ := {\"selector\": [{\"type\": \"dockerfile\"}]}\n\
        deny[res] { c := input.Stages[_].Commands[_]; c.Cmd == \"user\"; res := result.new(\"u\", c) }\n\
        warn_more[msg] { msg := \"more\" }";
    assert_eq!(on_dockerfile(&[("old.rego", text)]), ["OWN-2 nowhere: more", "OWN-2 line 3: u"]);
}

#[test]
fn exceptions_take_rules_or_packages_out() {
    let check = format!("{HEAD}package user.one\ndeny_it[msg] {{ msg := \"m\" }}\n");
    let own = format!("{check}exception[rules] {{ rules := [\"it\"] }}\n");
    let excepted = ["OWN-1 nowhere: man exception in Rego"];
    assert_eq!(on_dockerfile(&[("a.rego", &own)]), excepted);
    let whole = "package namespace.exceptions\nexception[ns] { ns := \"user.one\" }";
    assert_eq!(on_dockerfile(&[("a.rego", &check), ("e.rego", whole)]), excepted);
    let other = format!("{check}exception[rules] {{ rules := [\"other\"] }}\n");
    assert_eq!(on_dockerfile(&[("a.rego", &other)]), ["OWN-1 nowhere: m"]);
}

#[test]
fn what_cannot_run_never_passes() {
    let with = |rules: &str| format!("{HEAD}package user.one\n{rules}");
    for (rules, why) in [
        ("deny := true if nothing(1)", "a.rego:9:17: no function nothing"),
        ("deny if {", "a.rego:9:10: expecting"),
        ("deny := 1 if true\ndeny := 2 if true", "a.rego:10:1: rule conflicts"),
        ("deny if data.lib.docker.x", "a.rego:9:9: there is no data.lib.docker.x"),
        (
            "xs := numbers.range(1, 90000)\ndeny if count([1 | some a in xs; some b in xs; a == b]) < 0",
            "not decided within",
        ),
        (
            "deny if count([1 | some a in numbers.range(1, 900); b := numbers.range(a, 90000)]) < 0",
            "more than 67108864 bytes made by functions",
        ),
    ] {
        let told = on_dockerfile(&[("a.rego", &with(rules))]);
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with(&format!("OWN-1 not run: {why}")), "{told:?}");
    }
    let sound = with("deny if input.Stages[0].Name == \"x\"");
    assert_eq!(on_dockerfile(&[("b.rego", "package user.two\nx :="), ("a.rego", &sound)]).len(), 2);
    let cloud = HEAD.replace("dockerfile", "cloud");
    let cloud = format!("{cloud}package user.one\ndeny if input.aws");
    let told = told(load(&[("a.rego", &cloud)]), FileKind::Terraform, "main.tf", "");
    assert_eq!(
        told,
        ["OWN-1 not run: the state of a cloud is not made from Terraform for checks in Rego"]
    );
}

#[test]
fn what_did_not_run_leaves_the_result_incomplete_where_it_was_meant() {
    let cloud = HEAD.replace("dockerfile", "cloud");
    let sound = "package user.one\ndeny if input.aws";
    for (kind, text, is_required) in [
        (FileKind::Dockerfile, "package user.one\ndeny contains x if {\n", true),
        (FileKind::Terraform, "package user.one\ndeny contains x if {\n", true),
        (FileKind::Terraform, &*format!("{cloud}{sound}"), true),
        // It names no files, and may mean others.
        (FileKind::Terraform, sound, false),
    ] {
        let checks = load(&[("a.rego", text)]);
        let found = checks.run(kind, &SourceFile::new("x", b""), &Options::default());
        assert!(matches!(found[0].status, Status::NotRun(_)), "{found:?}");
        assert_eq!(found[0].is_required, is_required, "{text}");
    }
}

#[test]
fn a_check_of_manifests_points_into_the_file() {
    let head =
        HEAD.replace("dockerfile", "kubernetes\n#         subtypes:\n#           - kind: Pod");
    let check = format!(
        "{head}package user.one\ndeny contains res if {{\n  some container in input.spec.containers\n  \
         container.securityContext.privileged\n  res := result.new(container.name, container.securityContext)\n}}"
    );
    let text = "apiVersion: v1\nkind: Service\nspec: {}\n---\napiVersion: v1\nkind: Pod\nspec:\n  \
                containers:\n    - name: a\n    - name: b\n      securityContext:\n        privileged: true\n";
    let found = told(load(&[("a.rego", &check)]), FileKind::Kubernetes, "m.yaml", text);
    // Lines of `---` do not count in manifests.
    assert_eq!(found, ["OWN-1 lines 10-11: b"]);
}

#[test]
fn packages_and_data_are_those_that_are_named() {
    let text = "package main\ndeny[msg] { msg := data.words.hello }";
    let modules = [("m.rego", text.as_bytes())];
    let none = RegoChecks::load(&modules, &RegoOptions::default());
    assert!(none.is_empty());
    assert_eq!(none.notes(), ["m.rego: package main is no check: it is in none of the namespaces"]);
    let mut options = RegoOptions::default();
    options.namespaces.push("main".to_owned());
    options.add_data(b"words:\n  hello: good day\n").unwrap();
    options.add_data(b"{\"words\": {\"more\": 1}}").unwrap();
    let twice = options.add_data(b"words: {more: 2}").unwrap_err();
    assert_eq!(twice.to_string(), "words.more has two values");
    let checks = RegoChecks::load(&modules, &options);
    assert_eq!(checks.len(), 1);
    let file = SourceFile::new("Dockerfile", b"FROM x\n");
    let found = checks.run(FileKind::Dockerfile, &file, &Options::default());
    let Status::Fail(failure) = &found[0].status else { panic!("{found:?}") };
    assert_eq!(failure.message, "good day");
    assert_eq!(Value::from(&*found[0].check.id), "main");
}

#[test]
fn a_check_of_documents_that_are_not_read_is_told_of() {
    let notes = |kind: &str| {
        let text = HEAD.replace("dockerfile", kind) + "package user.one\ndeny if input.x";
        load(&[("a.rego", &text)]).notes().to_vec()
    };
    assert_eq!(notes("toml"), ["user.one: it looks at toml, and is asked of nothing"]);
    assert_eq!(notes("yaml"), ["user.one: it looks at yaml, and is asked of compose files alone"]);
    assert_eq!(notes("kubernetes"), [""; 0]);
}

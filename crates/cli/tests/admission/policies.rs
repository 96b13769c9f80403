//! Policies alone: the allow-list of registries against some workloads.

use std::process::Output;

use serde_json::{Value, json};

use crate::world::{World, asked, pod, status};

const POLICY: &str = r#"
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: registries
spec:
  validationFailureAction: Enforce
  rules:
  - name: allowed
    match:
      any:
      - resources:
          kinds: [Pod]
    validate:
      message: images come from ghcr.io/your-org
      pattern:
        spec:
          containers:
          - image: "ghcr.io/your-org/*"
          =(initContainers):
          - image: "ghcr.io/your-org/*"
"#;

/// A folder with the policy and some workloads.
fn shop() -> World {
    let world = World::new();
    world.write("policies/registries.yaml", POLICY);
    world.write("policies/README.yaml", "a: note\n");
    world.write("good.yaml", &pod("good", "ghcr.io/your-org/shop:1").to_string());
    world.write("bad.yaml", &pod("bad", "ghcr.io/your-org-evil/shop:1").to_string());
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" },
        "spec": { "template": { "spec": pod("x", "nginx")["spec"] } },
    });
    world.write("deployment.yaml", &deployment.to_string());
    world
}

fn review(world: &World, flags: &[&str], stdin: &str) -> Output {
    world.review(&[&["--policy", "policies"], flags].concat(), stdin)
}

#[test]
fn what_is_enforced_decides_the_exit_status() {
    let world = shop();
    let good = review(&world, &["--resource", "good.yaml"], "");
    status(&good, 0);
    assert!(String::from_utf8_lossy(&good.stdout).contains("fail 0, warn 0, pass 1"));
    // What lies beside the policies is said: it might have been one.
    let told = String::from_utf8_lossy(&good.stderr);
    assert!(told.contains("README.yaml, document 1: \"\" of \"\" is no policy"), "{told}");
    let bad = review(&world, &["--resource", "good.yaml,bad.yaml", "-r", "deployment.yaml"], "");
    status(&bad, 1);
    let table = String::from_utf8_lossy(&bad.stdout);
    assert!(table.contains("Pod default/bad"), "{table}");
    assert!(table.contains("registries/autogen-allowed"), "{table}");
    assert!(table.contains("images come from ghcr.io/your-org"), "{table}");
    let audited = POLICY.replace("Enforce", "Audit");
    world.write("policies/registries.yaml", &audited);
    status(&review(&world, &["--resource", "bad.yaml"], ""), 0);
}

#[test]
fn answers_are_written_for_programs() {
    let world = shop();
    let output = review(&world, &["--resource", "bad.yaml", "--format", "json"], "");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["summary"]["fail"], 1);
    assert_eq!(report["results"][0]["resources"][0]["name"], "bad");
    assert_eq!(report["results"][0]["properties"]["effect"], "deny");
    let output = review(&world, &["--resource", "bad.yaml", "--format", "junit"], "");
    let xml = String::from_utf8_lossy(&output.stdout);
    assert!(xml.contains(r#"<testsuite name="registries" tests="1" failures="1""#), "{xml}");
}

#[test]
fn a_review_is_answered() {
    let world = shop();
    let output = review(&world, &["--format", "json"], &asked("nginx"));
    status(&output, 1);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["kind"], "AdmissionReview");
    assert_eq!(answer["response"]["uid"], "705ab4f5");
    assert_eq!(answer["response"]["allowed"], false);
    let told = answer["response"]["status"]["message"].as_str().unwrap();
    assert!(told.starts_with("registries/allowed: images come from"), "{told}");
    let output = review(&world, &["--format", "json"], &asked("ghcr.io/your-org/a"));
    status(&output, 0);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let annotations = json!({ "decision": "allow" });
    let response = json!({ "uid": "705ab4f5", "allowed": true, "auditAnnotations": annotations });
    assert_eq!(answer["response"], response);
}

#[test]
fn what_cannot_be_read_is_never_a_yes() {
    let world = shop();
    let old =
        asked("ghcr.io/your-org/a").replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1");
    for stdin in ["", "{}", "[", &old] {
        status(&review(&world, &[], stdin), 2);
    }
    status(&review(&world, &["--resource", "none.yaml"], ""), 2);
    world.write("empty/a.txt", "");
    status(&review(&world, &["--resource", "empty"], ""), 2);
    world.write("broken.yaml", "a: [");
    status(&review(&world, &["--resource", "broken.yaml"], ""), 2);
    world.write("misspelt.yaml", "kind: Pod\n---\nkid: Pod\n");
    let output = review(&world, &["--resource", "misspelt.yaml"], "");
    status(&output, 2);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("misspelt.yaml") && told.contains("document 2 has no kind"), "{told}");
    world.write("policies/registries.yaml", &POLICY.replace("pattern:", "patern:"));
    let output = review(&world, &["--resource", "good.yaml"], "");
    status(&output, 2);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("patern") && told.contains("registries.yaml"), "{told}");
}

#[test]
fn values_and_users_are_given() {
    let world = shop();
    world.write("policies/registries.yaml", r#"
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: teams}
spec:
  rules:
  - name: asked
    context:
    - name: teams
      configMap: {name: teams, namespace: default}
    match: {any: [{resources: {kinds: [Pod]}, subjects: [{kind: User, name: ann}]}]}
    validate:
      failureAction: Enforce
      deny:
        conditions:
          all:
          - {key: "{{ request.object.metadata.name }}", operator: AnyNotIn, value: "{{ teams.data.names }}"}
"#);
    world.write(
        "user.yaml",
        "apiVersion: cli.kyverno.io/v1alpha1\nkind: UserInfo\nuserInfo: {username: ann}\n",
    );
    world.write("values.yaml", "apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\npolicies:\n- name: teams\n  rules:\n  - name: asked\n    values: {teams.data.names: '[\"good\"]'}\n");
    let given = ["--values", "values.yaml", "--userinfo", "user.yaml"];
    status(&review(&world, &[&given[..], &["--resource", "good.yaml"]].concat(), ""), 0);
    status(&review(&world, &[&given[..], &["--resource", "bad.yaml"]].concat(), ""), 1);
    // Without them, the map cannot be had: an error, which is no yes.
    status(&review(&world, &["--resource", "good.yaml"], ""), 1);
}

#[test]
fn what_is_judged_without_a_cluster_is_said() {
    let world = shop();
    let chosen = "kinds: [Pod]\n          namespaceSelector: {matchLabels: {env: prod}}";
    world.write("policies/registries.yaml", &POLICY.replace("kinds: [Pod]", chosen));
    let values = "apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\nnamespaceSelector:\n- name: default\n  labels: {env: prod}\n";
    world.write("values.yaml", values);
    let told = |flags: &[&str], expected: i32| {
        let output = review(&world, &[&["--resource", "bad.yaml"], flags].concat(), "");
        status(&output, expected);
        String::from_utf8(output.stderr).unwrap()
    };
    let place = "ClusterPolicy registries: spec.rules[0].match.any[0].resources.namespaceSelector";
    let note = format!("note: {place}: the labels of namespaces are not known");
    let said = told(&[], 0);
    assert!(said.contains(&note), "{said}");
    assert!(!told(&["--quiet"], 0).contains("note:"));
    assert!(!told(&["--values", "values.yaml"], 1).contains(&note));
}

#[test]
fn a_namespace_that_is_not_known_leaves_a_rule_undecided() {
    let world = shop();
    let template = "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\n\
        metadata: {name: teams}\nspec:\n  crd: {spec: {names: {kind: Teams}}}\n  targets:\n  - target: \
        admission.k8s.gatekeeper.sh\n    rego: |\n      package teams\n      violation[{\"msg\": \"theirs\"}] \
        { input.review.namespaceObject.metadata.labels.team == \"theirs\" }\n---\n\
        apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: Teams\nmetadata: {name: a}\n";
    let cel = "apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata: {name: c}\nspec:\n  \
        matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], \
        resources: [pods]}]}\n  validationActions: [Deny]\n  validations: [{message: theirs, expression: \
        \"namespaceObject.metadata.?labels.?team.orValue('') != 'theirs'\"}]\n";
    let module = "package main\ndeny contains \"theirs\" if {\n  \
        input.review.namespaceObject.metadata.labels.team == \"theirs\"\n}\n";
    let team = |team: &str| {
        format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: default, labels: {{team: {team}}}}}\n"
        )
    };
    world.write("ours.yaml", &team("ours"));
    world.write("theirs.yaml", &team("theirs"));
    for (name, text) in [("a/t.yaml", template), ("b/c.yaml", cel), ("d/m.rego", module)] {
        world.write(name, text);
        let said = |flags: &[&str], expected: i32| {
            let flags = [&["--policy", name, "--resource", "good.yaml"], flags].concat();
            let output = world.review(&flags, "");
            status(&output, expected);
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        assert!(said(&[], 1).contains("nothing is known of the namespace"), "{name}");
        said(&["--cluster-resources", "ours.yaml"], 0);
        assert!(said(&["--cluster-resources", "theirs.yaml"], 1).contains("theirs"), "{name}");
    }
}

#[test]
fn an_update_is_judged_as_if_nothing_had_been_allowed_before() {
    let world = shop();
    let update = ["--resource", "bad.yaml", "--operation", "update"];
    status(&review(&world, &update, ""), 1);
    // Values may say that it was the same before, as for Kyverno's command.
    world.write("values.yaml", "apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\nglobalValues: {request.operation: UPDATE}\n");
    status(&review(&world, &["--resource", "bad.yaml", "--values", "values.yaml"], ""), 0);
    world.write("sealift.toml", "[admission]\nregistries = [\"ghcr.io/your-org/*\"]\n");
    let rules = ["--policy-file", "sealift.toml", "--offline", "-r", "bad.yaml"];
    let output = world.review(&[&rules[..], &["--operation", "update"]].concat(), "");
    status(&output, 1);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("is of no registry that is allowed"), "{said}");
}

#[test]
fn a_policy_that_is_misspelt_is_no_yes() {
    let typo = POLICY.replace("ClusterPolicy", "ClusterPolcy");
    let no_version = POLICY.replace("apiVersion: kyverno.io/v1\n", "");
    for (name, text) in [("typo", typo), ("no-version", no_version)] {
        let world = shop();
        world.write(&format!("policies/{name}.yaml"), &text);
        let output = review(&world, &["--resource", "good.yaml"], "");
        status(&output, 2);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains("no policy of a kind that is read"), "{told}");
        assert!(told.contains(&format!("{name}.yaml")), "{told}");
    }
}

#[test]
fn the_objects_of_lists_are_judged_one_by_one() {
    let world = shop();
    let items = json!([pod("bad", "nginx"), pod("good", "ghcr.io/your-org/shop:1")]);
    let pods = json!({ "apiVersion": "v1", "kind": "PodList", "items": items });
    world.write("pods.yaml", &pods.to_string());
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": [pods] });
    world.write("list.yaml", &list.to_string());
    for file in ["pods.yaml", "list.yaml"] {
        let output = review(&world, &["--resource", file], "");
        status(&output, 1);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("fail 1, warn 0, pass 1"), "{said}");
    }
}

#[test]
fn that_nothing_was_asked_is_said() {
    let world = shop();
    world.write("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    let told = |flags: &[&str]| {
        let output = review(&world, &[&["--resource", "map.yaml"], flags].concat(), "");
        status(&output, 0);
        String::from_utf8(output.stderr).unwrap()
    };
    let note = "note: no policy and no rule is about any of the objects";
    assert!(told(&[]).contains(note));
    assert!(!told(&["--quiet"]).contains(note));
}

#[test]
fn rules_of_conftest_are_asked_of_the_objects() {
    let world = shop();
    world.write(
        "conftest/deployment.rego",
        "package main\ndeny contains msg if {\n  input.kind == \"Deployment\"\n  \
         not input.spec.template.spec.securityContext.runAsNonRoot\n  \
         msg := \"containers may run as root\"\n}\n",
    );
    let output = world.review(&["--policy", "conftest", "--resource", "deployment.yaml"], "");
    status(&output, 1);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("containers may run as root"), "{said}");
}

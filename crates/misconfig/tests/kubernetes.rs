//! Manifests through the public API: shapes of objects, comments, and input that is made to harm.

use proptest::prelude::*;
use sealift_misconfig::{
    FileKind, FileResult, Limits, LineCount, Options, SourceFile, Status, scan,
};

fn check(text: &str) -> FileResult {
    check_within(text.as_bytes(), Limits::default())
}

fn check_within(bytes: &[u8], limits: Limits) -> FileResult {
    let mut options = Options::default();
    options.limits = limits;
    let file = SourceFile::new("manifest.yaml", bytes).of_kind(FileKind::Kubernetes);
    scan(&[file], &options).remove(0)
}

/// Where a check fails: `3-5`, `-`.
fn failing(text: &str, id: &str) -> Vec<String> {
    let result = check(text);
    let failures = result.failures().filter(|(check, _)| check.id == id);
    failures
        .map(|(_, failure)| match failure.lines {
            Some(lines) => format!("{}-{}", lines.start, lines.end),
            None => "-".into(),
        })
        .collect()
}

#[test]
fn every_kind_that_makes_pods_is_looked_into() {
    let container = "containers: [{name: a, securityContext: {privileged: true}}]";
    for (kind, path) in [
        ("v1, kind: Pod", "spec: {_}"),
        ("v1, kind: PodTemplate", "template: {spec: {_}}"),
        ("v1, kind: ReplicationController", "spec: {template: {spec: {_}}}"),
        ("apps/v1, kind: Deployment", "spec: {template: {spec: {_}}}"),
        ("apps/v1, kind: StatefulSet", "spec: {template: {spec: {_}}}"),
        ("apps/v1, kind: DaemonSet", "spec: {template: {spec: {_}}}"),
        ("apps/v1, kind: ReplicaSet", "spec: {template: {spec: {_}}}"),
        ("batch/v1, kind: Job", "spec: {template: {spec: {_}}}"),
        ("batch/v1, kind: CronJob", "spec: {jobTemplate: {spec: {template: {spec: {_}}}}}"),
        ("apps.openshift.io/v1, kind: DeploymentConfig", "spec: {template: {spec: {_}}}"),
        ("example.io/v1, kind: Unknown", "spec: {_}"),
    ] {
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            let spec = path.replace('_', &container.replace("containers", list));
            let text = format!("{{apiVersion: {kind}, {spec}}}");
            assert_eq!(failing(&text, "KSV-0017"), ["1-1"], "{text}");
            let limited = list == "ephemeralContainers";
            assert_eq!(failing(&text, "KSV-0018").is_empty(), limited, "{text}");
        }
    }
}

#[test]
fn items_of_a_list_are_objects() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  spec:\n    hostPID: true\n- kind: Pod\n  spec:\n    hostPID: true\n";
    assert_eq!(failing(text, "KSV-0010"), ["5-6", "8-9"]);
}

#[test]
fn what_a_pod_says_holds_for_its_containers() {
    let pod = |of_pod: &str, of_container: &str| {
        format!(
            "kind: Pod\nspec:\n  securityContext: {{{of_pod}}}\n  containers:\n  - name: a\n    securityContext: {{{of_container}}}\n"
        )
    };
    let fails = |of_pod, of_container, id| !failing(&pod(of_pod, of_container), id).is_empty();
    assert!(!fails("runAsUser: 10001", "", "KSV-0020"));
    assert!(fails("runAsUser: 10001", "runAsUser: 1", "KSV-0020"));
    assert!(!fails("seccompProfile: {type: RuntimeDefault}", "", "KSV-0030"));
    assert!(fails(
        "seccompProfile: {type: RuntimeDefault}",
        "seccompProfile: {type: Unconfined}",
        "KSV-0104"
    ));
    // A field that containers do not take from their pod.
    assert!(fails("readOnlyRootFilesystem: true", "", "KSV-0014"));
}

#[test]
fn a_manifest_fails_and_its_twin_does_not() {
    let container = |context: &str| {
        format!(
            "{{kind: Pod, spec: {{containers: [{{name: a, securityContext: {{{context}}}}}]}}}}"
        )
    };
    let rule = |resource: &str, verbs: &str| {
        format!(
            "{{kind: Role, rules: [{{apiGroups: ['*'], resources: [{resource}], verbs: [{verbs}]}}]}}"
        )
    };
    let repositories = |name: &str| {
        format!("{{kind: K8sAllowedRepos, spec: {{parameters: {{repos: ['{name}']}}}}}}")
    };
    let bound = |kind: &str, name: &str| {
        format!("{{kind: {kind}, metadata: {{}}, subjects: [{{name: '{name}'}}]}}")
    };
    let data = |key: &str| format!("{{kind: ConfigMap, data: {{{key}: x}}}}");
    for (id, fails, passes) in [
        ("KSV-0007", "{kind: Pod, spec: {hostAliases: []}}".into(), "{kind: Pod, spec: {}}".into()),
        (
            "KSV-0025",
            container("seLinuxOptions: {type: spc_t}"),
            container("seLinuxOptions: {type: container_t}"),
        ),
        (
            "KSV-0025",
            container("seLinuxOptions: {user: a}"),
            container("seLinuxOptions: {level: a}"),
        ),
        ("KSV-0042", rule("pods/log", "delete"), rule("pods/log", "get")),
        ("KSV-0055", rule("rolebindings", "get, patch"), rule("rolebindings", "patch")),
        (
            "KSV-0119",
            container("capabilities: {add: [NET_RAW]}"),
            container("capabilities: {drop: [NET_RAW]}"),
        ),
        (
            "KSV-0120",
            container("capabilities: {add: [SYS_MODULE]}"),
            container("capabilities: {add: [CHOWN]}"),
        ),
        ("KSV-0122", bound("ClusterRoleBinding", "system:anonymous"), bound("RoleBinding", "jane")),
        ("KSV-0123", bound("RoleBinding", "system:masters"), bound("Role", "system:masters")),
        ("KSV-0124", repositories("example.io"), repositories("example.io/")),
        ("KSV-0124", repositories("docker.io/ubuntu"), repositories("docker.io/library/ubuntu")),
        ("KSV-01010", data("username"), data("colour")),
    ] {
        assert_eq!(failing(&fails, id).len(), 1, "{id}: {fails}");
        assert_eq!(failing(&passes, id).len(), 0, "{id}: {passes}");
    }
}

#[test]
fn merged_fields_count() {
    let text = "x: &limits {limits: {cpu: 1}}\nkind: Pod\nspec:\n  containers:\n  - name: a\n    resources:\n      <<: *limits\n";
    assert_eq!(failing(text, "KSV-0011"), Vec::<String>::new());
    assert_eq!(failing(text, "KSV-0018"), ["5-7"]);
}

#[test]
fn a_finding_without_lines_is_at_the_beginning_of_its_document() {
    let service = "kind: Service\nspec: {externalName: x}\n";
    assert_eq!(failing(service, "KSV-0108"), ["-"]);
    assert_eq!(failing(&format!("---\n{service}---\n{service}"), "KSV-0108"), ["1-1", "3-3"]);
}

#[test]
fn lines_are_counted_as_asked() {
    let text = b"kind: Pod\n---\nkind: Pod\n---\nkind: Pod\nspec:\n  hostPID: true\n";
    for (line_count, line) in [(LineCount::AsTrivy, 4), (LineCount::OfFile, 6)] {
        let mut options = Options::default();
        options.line_count = line_count;
        let file = SourceFile::new("pods.yaml", text).of_kind(FileKind::Kubernetes);
        let result = scan(&[file], &options).remove(0);
        let (_, failure) = result.failures().find(|(check, _)| check.id == "KSV-0010").unwrap();
        assert_eq!(failure.lines.unwrap().start, line);
        assert_eq!(failure.excerpt, ["spec:", "  hostPID: true"]);
    }
}

#[test]
fn comments_count_where_they_stand_in_the_file() {
    let text =
        "kind: Pod\nspec: {}\n---\nkind: Pod\n# trivy:ignore:KSV-0010\nspec:\n  hostPID: true\n";
    let result = check(text);
    let statuses: Vec<_> = result
        .misconfigurations
        .iter()
        .filter(|found| found.check.id == "KSV-0010")
        .map(|found| matches!(found.status, Status::Ignored(_)))
        .collect();
    assert_eq!(statuses, [true]);
}

#[test]
fn a_check_that_does_not_fail_passes_once() {
    let result = check("kind: Pod\n---\nkind: Pod\n");
    let passed = result.misconfigurations.iter().filter(|found| found.status == Status::Pass);
    let mut ids: Vec<_> = passed.map(|found| &*found.check.id).collect();
    let all = ids.len();
    ids.dedup();
    assert!(all > 100);
    assert_eq!(ids.len(), all);
}

#[test]
fn what_cannot_be_read_is_said_and_hides_nothing_else() {
    let result =
        check("kind: Pod\nspec: {hostPID: true}\n---\na: [\n---\n- no object\n---\njust text\n");
    assert_eq!(result.diagnostics.len(), 1);
    assert_eq!(result.diagnostics[0].line, Some(4));
    assert!(result.misconfigurations.iter().all(|found| found.status != Status::Pass));
    assert_eq!(result.failures().filter(|(check, _)| check.id == "KSV-0010").count(), 1);
    assert_eq!(check_within(b"kind: \xff", Limits::default()).diagnostics.len(), 1);
    let twice = check("kind: Pod\nkind: Service\n");
    assert_eq!(twice.diagnostics[0].line, Some(2));
}

#[test]
fn bombs_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    for text in [bomb, "[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
        let result = check(&text);
        assert_eq!(result.diagnostics.len(), 1, "{}", &text[..20]);
    }
    let mut limits = Limits::default();
    limits.max_file_bytes = 10;
    assert_eq!(check_within(b"kind: Service\n", limits).diagnostics.len(), 1);
}

#[test]
fn a_document_of_ten_megabytes_is_read_in_time() {
    let entry = "  some-key-that-is-not-short: some value that is not short either\n";
    let data: String =
        (0..150_000).map(|line| entry.replacen("key", &format!("key{line}"), 1)).collect();
    let text = format!("apiVersion: v1\nkind: ConfigMap\ndata:\n{data}");
    assert!(text.len() > 10_000_000);
    assert!(check(&text).diagnostics.is_empty());
}

/// Values as objects of Kubernetes have them, each where it may not be.
fn value() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".into()),
        Just("0".into()),
        Just("80".into()),
        Just("a".into()),
        Just("'*'".into()),
        Just("ALL".into()),
    ];
    let key = prop::sample::select(vec![
        "kind",
        "metadata",
        "name",
        "namespace",
        "labels",
        "annotations",
        "spec",
        "template",
        "jobTemplate",
        "containers",
        "initContainers",
        "securityContext",
        "capabilities",
        "add",
        "drop",
        "resources",
        "limits",
        "ports",
        "hostPort",
        "containerPort",
        "command",
        "args",
        "image",
        "volumes",
        "hostPath",
        "path",
        "rules",
        "verbs",
        "apiGroups",
        "subjects",
        "roleRef",
        "data",
        "items",
        "runAsUser",
        "seccompProfile",
        "type",
        "sysctls",
        "windowsOptions",
        "seLinuxOptions",
        "ingress",
        "from",
        "hard",
        "parameters",
        "repos",
    ]);
    scalar.prop_recursive(6, 60, 6, move |inner| {
        let entry = (key.clone(), inner.clone()).prop_map(|(key, value)| format!("{key}: {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec(entry, 0..6)
                .prop_map(|entries| format!("{{{}}}", entries.join(", "))),
        ]
    })
}

proptest! {
    #[test]
    fn objects_of_any_shape_are_checked(
        kind in prop::sample::select(vec![
            "Pod", "Deployment", "CronJob", "Role", "ClusterRoleBinding", "ConfigMap", "Service", "Ingress",
            "NetworkPolicy", "List", "K8sAllowedRepos",
        ]),
        spec in value(), metadata in value(), rules in value(), subjects in value(), data in value(),
    ) {
        let text = format!(
            "kind: {kind}\nspec: {spec}\nmetadata: {metadata}\nrules: {rules}\nsubjects: {subjects}\ndata: {data}\n"
        );
        let result = check(&text);
        for (_, failure) in result.failures() {
            prop_assert!(failure.lines.is_none_or(|lines| 1 <= lines.start && lines.start <= lines.end && lines.end <= 6));
        }
    }
}

#[test]
fn what_was_collected_of_a_node_is_judged_by_its_role() {
    let node = |role: &str, info: &str| {
        format!(
            "apiVersion: v1\nkind: NodeInfo\nmetadata: {{name: n}}\ntype: {role}\ninfo: {info}\n"
        )
    };
    let open = "{kubeAPIServerSpecFilePermission: {values: [600, 644]}}";
    assert_eq!(failing(&node("master", open), "KCV-0048"), ["-"]);
    assert_eq!(failing(&node("worker", open), "KCV-0048"), [""; 0]);
    assert_eq!(failing(&node("master", &open.replace("644", "400")), "KCV-0048"), [""; 0]);
    // A flag that is needed and not there, and one that nobody looked for.
    let flag = "{kubeletTlsCertFileTlsArgumentSet: {values: []}}";
    assert_eq!(failing(&node("worker", flag), "KCV-0088"), ["-"]);
    assert_eq!(failing(&node("worker", "{}"), "KCV-0088"), [""; 0]);
    let asked = |text: &str| {
        let found = check(text).misconfigurations;
        found.iter().any(|found| found.check.id == "KCV-0048")
    };
    assert!(asked(&node("worker", "{}")));
    assert!(!asked("apiVersion: v1\nkind: Pod\nspec: {}\n"));
}

#[test]
fn a_shell_that_starts_the_api_server_names_its_plugins() {
    let pod = |command: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    command: {command}\n"
        )
    };
    for (command, fails) in [
        ("[sh, -c, kube-apiserver --enable-admission-plugins=NodeRestriction]", true),
        ("[sh, -c, kube-apiserver --enable-admission-plugins=AlwaysPullImages]", false),
        ("[kube-apiserver]", true),
        ("[sh]", false),
    ] {
        assert_eq!(failing(&pod(command), "KCV-0012").len(), usize::from(fails), "{command}");
    }
}

#[test]
fn options_of_windows_are_inherited_one_by_one() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  securityContext:\n    windowsOptions: {hostProcess: true}\n\
                \x20 containers:\n  - name: a\n    securityContext:\n      windowsOptions: {runAsUserName: x}\n";
    assert_eq!(failing(text, "KSV-0103"), ["3-9", "9-9"]);
}

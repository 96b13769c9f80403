//! The cluster as policies ask it, by files of kubectl and as a service account.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sealift::http::Config;
use sealift::kubernetes::{Access, Client, Error, Limits};
use sealift_tests::Suite;
use sealift_tests::cluster::{denied, kyverno};
use serde_json::{Value, json};

use crate::objects::{MAPS, binding, pod, policy};
use crate::server::ApiServer;

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
/// More than two pages.
const MANY: usize = 1100;

pub(crate) fn cases(server: &ApiServer, suite: &mut Suite) {
    furnish(server);
    suite.run("asked/namespaces", || {
        let matched = |team: &str| {
            let selector = json!({"matchLabels": {"team": team}});
            json!({"kinds": ["Pod"], "namespaceSelector": selector})
        };
        let rule = |team| kyverno(&json!({"resources": matched(team)}), &denied());
        assert_eq!(said(server, "strong", &[rule("ours")], "ann").0, 1);
        assert_eq!(said(server, "strong", &[rule("theirs")], "ann").0, 0);
    });
    suite.run("asked/roles", || {
        for roles in [json!({"clusterRoles": ["sellers"]}), json!({"roles": ["shop:clerks"]})] {
            let rule = kyverno(&roles, &denied());
            assert_eq!(said(server, "strong", std::slice::from_ref(&rule), "ann").0, 1, "{roles}");
            assert_eq!(said(server, "strong", &[rule], "bob").0, 0, "{roles}");
        }
    });
    suite.run("asked/context", || {
        let path = "/api/v1/namespaces/{{request.namespace}}/configmaps/limits";
        for entry in [
            json!({"configMap": {"name": "limits", "namespace": "shop"}}),
            json!({"apiCall": {"urlPath": path}}),
        ] {
            let with = |max: &str| kyverno(&json!({}), &by_context(&entry, max));
            assert_eq!(said(server, "strong", &[with("3")], "ann").0, 0, "{entry}");
            assert_eq!(said(server, "strong", &[with("4")], "ann").0, 1, "{entry}");
        }
    });
    suite.run("asked/parameters", || {
        let spec = json!({
            "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
            "validations": [{"expression": "params.data.max == '3'"}],
        });
        let named = json!({"paramRef": {"name": "limits", "parameterNotFoundAction": "Deny"}});
        let one = [policy("p", &spec), binding("p", &named)];
        assert_eq!(said(server, "strong", &one, "ann").0, 0);
        let other = json!({"paramRef": {
            "selector": {"matchExpressions": [{"key": "of", "operator": "In", "values": ["x", "many"]}]},
            "parameterNotFoundAction": "Deny",
        }});
        assert_eq!(said(server, "strong", &[policy("p", &spec), binding("p", &other)], "ann").0, 1);
    });
    suite.run("asked/authorizer", || {
        let check = "authorizer.group('').resource('pods').namespace('shop').check('get')";
        let spec = json!({"validations": [{"expression": format!("{check}.allowed()")}]});
        let policies = [policy("p", &spec), binding("p", &json!({}))];
        assert_eq!(said(server, "strong", &policies, "ann").0, 0);
        assert_eq!(said(server, "strong", &policies, "bob").0, 1);
    });
    suite.run("asked/forbidden", || what_is_forbidden_decides_nothing(server));
    suite.run("asked/pages", || lists_come_in_pages(server));
}

/// What the cases look for.
fn furnish(server: &ApiServer) {
    let subjects =
        json!([{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "ann"}]);
    let reference = |kind: &str, name: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name});
    let rules = json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]);
    server.create(
        &format!("{RBAC}/clusterroles"),
        &json!({
            "metadata": {"name": "sellers"}, "rules": rules,
        }),
    );
    server.create(
        &format!("{RBAC}/namespaces/shop/roles"),
        &json!({
            "metadata": {"name": "clerks"}, "rules": rules,
        }),
    );
    server.create(
        &format!("{RBAC}/clusterrolebindings"),
        &json!({
            "metadata": {"name": "sellers"}, "subjects": subjects,
            "roleRef": reference("ClusterRole", "sellers"),
        }),
    );
    server.create(
        &format!("{RBAC}/namespaces/shop/rolebindings"),
        &json!({
            "metadata": {"name": "clerks"}, "subjects": subjects,
            "roleRef": reference("Role", "clerks"),
        }),
    );
    server.create(MAPS, &json!({"metadata": {"name": "limits"}, "data": {"max": "3"}}));
    thread::scope(|scope| {
        for part in 0..4 {
            scope.spawn(move || {
                for at in (part..MANY).step_by(4) {
                    let labels = json!({"of": "many"});
                    let name = format!("many-{at}");
                    server.create(MAPS, &json!({"metadata": {"name": name, "labels": labels}}));
                }
            });
        }
    });
}

fn by_context(entry: &Value, max: &str) -> Value {
    let mut entry = entry.clone();
    entry["name"] = json!("asked");
    let condition = json!({"key": "{{ asked.data.max }}", "operator": "NotEquals", "value": max});
    json!({
        "context": [entry],
        "validate": {"message": "no", "deny": {"conditions": {"any": [condition]}}},
    })
}

/// What a review says of a Pod that somebody creates: its status, and what it writes.
pub(crate) fn said(
    server: &ApiServer,
    token: &str,
    policies: &[Value],
    user: &str,
) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let request = json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "1", "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "namespace": "shop", "name": "web", "operation": "CREATE",
            "userInfo": {"username": user, "groups": ["system:authenticated"]},
            "object": pod("web", "a.example/b:1"), "dryRun": false,
        },
    });
    review(server, token, policies, &request, folder.path())
}

/// The same, of a request.
pub(crate) fn review(
    server: &ApiServer,
    token: &str,
    policies: &[Value],
    request: &Value,
    folder: &Path,
) -> (i32, String) {
    let all = json!({"apiVersion": "v1", "kind": "List", "items": policies});
    fs::write(folder.join("policies.json"), all.to_string()).unwrap();
    fs::write(folder.join("config"), server.kubeconfig(token).to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
    command.args(["admission", "review", "--offline", "--policy", "policies.json"]);
    command.args(["--kubeconfig", "config", "--cache-dir", "cache", "--format", "json"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.env_clear().current_dir(folder).spawn().unwrap();
    // It may have ended without reading.
    let _ = child.stdin.take().unwrap().write_all(request.to_string().as_bytes());
    let output = child.wait_with_output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(told).unwrap())
}

fn what_is_forbidden_decides_nothing(server: &ApiServer) {
    let selector = json!({"matchLabels": {"team": "theirs"}});
    let by_namespace = json!({"resources": {"kinds": ["Pod"], "namespaceSelector": selector}});
    for rule in [
        kyverno(&by_namespace, &denied()),
        kyverno(&json!({"clusterRoles": ["nobody"]}), &denied()),
        kyverno(
            &json!({}),
            &by_context(
                &json!({"configMap": {
                    "name": "limits", "namespace": "shop",
                }}),
                "3",
            ),
        ),
    ] {
        let (status, told) = said(server, "weak", std::slice::from_ref(&rule), "bob");
        assert_eq!(status, 1, "{rule}: {told}");
        assert!(told.contains("the cluster does not allow it"), "{rule}: {told}");
        assert!(told.contains("robot"), "{told}");
        assert_eq!(said(server, "strong", &[rule], "bob").0, 0);
    }
}

/// As a service account, with a token as Kubernetes mounts it, which roles let list.
fn lists_come_in_pages(server: &ApiServer) {
    let accounts = "/api/v1/namespaces/shop/serviceaccounts";
    server.create(accounts, &json!({"metadata": {"name": "reader"}}));
    let asked =
        json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
    let token = server.create(&format!("{accounts}/reader/token"), &asked);
    let folder = server.folder().join("account");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("ca.crt"), &server.certificate.certificate).unwrap();
    fs::write(folder.join("token"), token["status"]["token"].as_str().unwrap()).unwrap();
    let port = server.port().to_string();
    let access = Access::of_service_account(&folder, "127.0.0.1", &port).unwrap();
    let client = Client::new(access, Config::default(), Limits::default()).unwrap();
    let list = |selector: &str| {
        let until = Instant::now() + Duration::from_secs(20);
        client.objects("v1", "ConfigMap", "shop", selector, until)
    };
    assert!(matches!(list(""), Err(Error::Forbidden { .. })));
    server.create(
        &format!("{RBAC}/namespaces/shop/rolebindings"),
        &json!({
            "metadata": {"name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": "shop"}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                        "name": "system:aggregate-to-view"},
        }),
    );
    server.until("the role counts", |_| list("of=none").is_ok());
    assert_eq!(list("of=many").unwrap().len(), MANY);
    assert_eq!(list("of!=many,!of").unwrap().len(), 1);
    let all = list("").unwrap();
    assert_eq!(all.len(), MANY + 1);
    assert!(all.iter().all(|map| map["kind"] == "ConfigMap" && map["apiVersion"] == "v1"));
}

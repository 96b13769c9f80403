//! A client before an imitation of an API server, which does not always do as it should.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::time::{Duration, Instant};

use sealift_http::Config;
use sealift_kubernetes::{Access, Client, Error, Limits, Who};
use sealift_tests::cluster::{Cluster, Fault};
use serde_json::{Value, json};

fn object(api_version: &str, kind: &str, namespace: &str, name: &str, more: Value) -> Value {
    let mut object = json!({
        "apiVersion": api_version, "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
    });
    if namespace.is_empty() {
        object["metadata"].as_object_mut().unwrap().remove("namespace");
    }
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn map(namespace: &str, name: &str) -> Value {
    object("v1", "ConfigMap", namespace, name, json!({"data": {"max": "3"}}))
}

fn client_with(cluster: &Cluster, change: impl FnOnce(&mut Limits)) -> Client {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    std::fs::write(&file, cluster.kubeconfig().to_string()).unwrap();
    let mut limits = Limits::default();
    change(&mut limits);
    let access = Access::of_kubeconfig(&file, None).unwrap();
    Client::new(access, Config::default(), limits).unwrap()
}

fn client(cluster: &Cluster) -> Client {
    client_with(cluster, |_| {})
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

#[test]
fn objects_are_found_by_kind_and_by_resource() {
    let cluster = Cluster::start(vec![
        map("shop", "limits"),
        object("example.com/v1", "Limit", "", "pods", json!({"max": 3})),
    ]);
    let client = client(&cluster);
    let ask = |version: &str, kind: &str, namespace: &str, name: &str| {
        client.object(version, kind, namespace, name, soon())
    };
    for kind in ["ConfigMap", "configmaps", "configmap"] {
        let found = ask("v1", kind, "shop", "limits").unwrap().unwrap();
        assert_eq!(found["data"]["max"], "3", "{kind}");
    }
    assert!(ask("v1", "ConfigMap", "other", "limits").unwrap().is_none());
    assert!(ask("v1", "ConfigMap", "", "limits").unwrap().is_none());
    // What is in no namespace is found from any.
    assert!(ask("example.com/v1", "Limit", "shop", "pods").unwrap().is_some());
    // Known kinds are not looked for again.
    let discovered = |cluster: &Cluster, path: &str| {
        cluster.asked().iter().filter(|asked| *asked == path).count()
    };
    assert_eq!(discovered(&cluster, "GET /api/v1"), 1);
    for _ in 0..3 {
        let unknown = ask("example.com/v1", "Other", "", "x").unwrap_err();
        assert!(matches!(unknown, Error::UnknownKind { .. }), "{unknown}");
        let unknown = ask("example.org/v1", "Other", "", "x").unwrap_err();
        assert!(matches!(unknown, Error::UnknownKind { .. }), "{unknown}");
    }
    assert_eq!(discovered(&cluster, "GET /apis/example.com/v1"), 1);
    assert_eq!(discovered(&cluster, "GET /apis/example.org/v1"), 1);
}

#[test]
fn a_kind_that_comes_later_is_found_then() {
    let cluster = Cluster::start(vec![map("shop", "limits")]);
    let client = client_with(&cluster, |limits| limits.unknown_kind = Duration::ZERO);
    cluster.break_at("/api/v1", Fault::Status(404, "not yet"));
    assert!(client.object("v1", "ConfigMap", "shop", "limits", soon()).is_err());
    cluster.mend();
    assert!(client.object("v1", "ConfigMap", "shop", "limits", soon()).unwrap().is_some());
}

#[test]
fn names_of_objects_lead_nowhere_else() {
    let cluster = Cluster::start(vec![map("shop", "limits")]);
    let client = client(&cluster);
    for (namespace, name) in [("shop", "../limits"), ("shop/configmaps", "limits"), ("shop", "a?b")]
    {
        let refused = client.object("v1", "ConfigMap", namespace, name, soon()).unwrap_err();
        assert!(matches!(refused, Error::Refused { .. }), "{refused}");
    }
    let refused = client.call("DELETE", "/api/v1/namespaces/shop", None, soon()).unwrap_err();
    assert!(matches!(refused, Error::Refused { .. }), "{refused}");
    let pod = json!({"kind": "Pod"});
    let refused = client.call("POST", "/api/v1/namespaces/shop/pods", Some(&pod), soon());
    assert!(matches!(refused, Err(Error::Refused { .. })));
    assert!(cluster.asked().iter().all(|asked| asked == "GET /api/v1"), "{:?}", cluster.asked());
}

#[test]
fn lists_come_in_pages() {
    let maps = (0..7).map(|at| map(if at < 5 { "shop" } else { "other" }, &format!("m{at}")));
    let cluster = Cluster::start(maps.collect());
    let client = client_with(&cluster, |limits| limits.page_objects = 2);
    let all = client.objects("v1", "configmaps", "", "", soon()).unwrap();
    assert_eq!(all.len(), 7);
    assert!(all.iter().all(|it| it["kind"] == "ConfigMap" && it["apiVersion"] == "v1"));
    assert_eq!(client.objects("v1", "ConfigMap", "shop", "", soon()).unwrap().len(), 5);
    assert!(client.objects("v1", "Pod", "shop", "", soon()).unwrap().is_empty());
    let found = client.call("GET", "/api/v1/namespaces/shop/configmaps", None, soon()).unwrap();
    assert_eq!(found["items"].as_array().unwrap().len(), 5);
}

#[test]
fn selectors_are_the_clusters() {
    let mut chosen = map("shop", "a");
    chosen["metadata"]["labels"] = json!({"team": "one"});
    let cluster = Cluster::start(vec![chosen, map("shop", "b")]);
    let found = client(&cluster).objects("v1", "ConfigMap", "shop", "team=one", soon()).unwrap();
    assert_eq!(found.len(), 1);
}

#[test]
fn what_cannot_be_had_is_an_error_with_its_reason() {
    let cluster = Cluster::start(vec![map("shop", "limits")]);
    let client = client_with(&cluster, |limits| {
        limits.max_pages = 5;
        limits.max_object_bytes = 10_000;
    });
    // The kinds are known from here on.
    assert!(client.object("v1", "ConfigMap", "shop", "limits", soon()).is_ok());
    let path = "/api/v1/namespaces/shop/configmaps";
    let of_list = || client.objects("v1", "ConfigMap", "shop", "", soon()).map(|_| ());
    let of_object = || client.object("v1", "ConfigMap", "shop", "limits", soon()).map(|_| ());
    let said = |fault: Fault, ask: &dyn Fn() -> Result<(), Error>| {
        cluster.break_at(path, fault);
        let said = ask().unwrap_err().to_string();
        cluster.mend();
        said
    };
    let why = "configmaps is forbidden: User \"robot\" cannot list resource \"configmaps\"";
    assert!(said(Fault::Status(403, why), &of_list).ends_with(why));
    assert!(said(Fault::Status(500, "etcd is away"), &of_object).contains("500: etcd is away"));
    for body in [
        "",
        "{",
        "[]",
        "null",
        "<html>",
        "{}",
        r#"{"kind": "ConfigMapList"}"#,
        r#"{"kind": "ConfigMapList", "items": 3}"#,
        r#"{"kind": "ConfigMap", "items": []}"#,
        r#"{"items": []}"#,
        r#"{"kind": "Status", "status": "Success"}"#,
    ] {
        assert!(said(Fault::Body(body), &of_list).contains("none of its API"), "{body}");
    }
    cluster.break_at(path, Fault::Body(r#"{"kind": "ConfigMapList", "items": null}"#));
    assert!(of_list().is_ok());
    cluster.mend();
    for body in ["[]", "7", "{"] {
        assert!(said(Fault::Body(body), &of_object).contains("none of its API"), "{body}");
    }
    assert!(said(Fault::Circle, &of_list).contains("circle"));
    assert!(said(Fault::Endless, &of_list).contains("more than 5 pages"));
    let large: &'static str = Box::leak("x".repeat(20_000).into_boxed_str());
    assert!(said(Fault::Body(large), &of_object).contains("10000 bytes"));
}

#[test]
fn who_waits_is_answered_in_time() {
    let cluster = Cluster::start(vec![map("shop", "limits")]);
    let client = client(&cluster);
    let began = Instant::now();
    let late = client.object("v1", "ConfigMap", "shop", "limits", began).unwrap_err();
    assert!(matches!(late, Error::Late), "{late}");
    cluster.break_at("/api/v1/namespaces", Fault::Slow(Duration::from_secs(20)));
    assert!(client.object("v1", "ConfigMap", "shop", "limits", soon()).is_err());
    // By the time that a server may take, for two attempts at most.
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[test]
fn a_token_that_was_rotated_is_read_again() {
    let cluster = Cluster::start(vec![map("shop", "limits")]);
    let folder = tempfile::tempdir().unwrap();
    cluster.mount(folder.path(), "first");
    let port = cluster.address().port().to_string();
    let access = Access::of_service_account(folder.path(), "127.0.0.1", &port).unwrap();
    let client = Client::new(access, Config::default(), Limits::default()).unwrap();
    let ask = || client.object("v1", "ConfigMap", "shop", "limits", soon());
    assert!(ask().unwrap().is_some());
    cluster.rotate("second");
    let refused = ask().unwrap_err();
    assert!(matches!(refused, Error::Unauthorized { .. }), "{refused}");
    cluster.mount(folder.path(), "second");
    assert!(ask().unwrap().is_some());
    std::fs::remove_file(folder.path().join("token")).unwrap();
    cluster.rotate("third");
    let gone = ask().unwrap_err();
    assert!(matches!(gone, Error::Token(_)), "{gone}");
}

#[test]
fn roles_are_those_of_the_bindings() {
    let cluster = Cluster::start(vec![object(
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "",
        "admins",
        json!({
            "subjects": [{"kind": "Group", "name": "admins"}],
            "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
        }),
    )]);
    let bound = client(&cluster).bindings(soon()).unwrap();
    let groups = ["admins".to_owned()];
    let (roles, cluster_roles) = bound.to(&Who { name: "ann", groups: &groups });
    assert_eq!((roles, cluster_roles), (vec![], vec!["cluster-admin".to_owned()]));
    cluster.break_at("/apis/rbac", Fault::Status(403, "no"));
    assert!(client(&cluster).bindings(soon()).is_err());
}

#[test]
fn what_is_only_asked_is_posted() {
    let cluster = Cluster::start(Vec::new());
    let client = client(&cluster);
    let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    let body = json!({"kind": "SubjectAccessReview", "spec": {"user": "ann"}});
    let answer = client.call("POST", path, Some(&body), soon()).unwrap();
    assert_eq!(answer["status"]["allowed"], true);
}

#[test]
fn another_server_is_not_believed() {
    let (one, other) = (Cluster::start(Vec::new()), Cluster::start(Vec::new()));
    let mut config = one.kubeconfig();
    config["clusters"][0]["cluster"]["server"] =
        json!(format!("https://127.0.0.1:{}", other.address().port()));
    let asked = |config: &Value| {
        let access = read(config).unwrap();
        let note = access.note();
        let client = Client::new(access, Config::default(), Limits::default()).unwrap();
        (client.call("GET", "/version", None, soon()), note)
    };
    let (answer, note) = asked(&config);
    assert!(answer.unwrap_err().to_string().contains("TLS"));
    assert_eq!(note, None);
    config["clusters"][0]["cluster"]["insecure-skip-tls-verify"] = json!(true);
    let (answer, note) = asked(&config);
    assert_eq!(answer.unwrap()["gitVersion"], "v1.34.0");
    assert!(note.unwrap().contains("any certificate"));
}

fn read(config: &Value) -> Result<Access, String> {
    let folder = tempfile::tempdir().unwrap();
    read_in(folder.path(), config, None)
}

fn read_in(folder: &Path, config: &Value, context: Option<&str>) -> Result<Access, String> {
    let file = folder.join("config");
    std::fs::write(&file, config.to_string()).unwrap();
    Access::of_kubeconfig(&file, context).map_err(|error| error.to_string())
}

#[test]
fn files_of_kubectl_say_where_and_who() {
    let cluster = Cluster::start(Vec::new());
    let good = cluster.kubeconfig();
    let changed = |pointer: &str, field: &str, value: Value| {
        let mut config = good.clone();
        config.pointer_mut(pointer).unwrap()[field] = value;
        read(&config).unwrap_err()
    };
    let (user, at) = ("/users/0/user", "/clusters/0/cluster");
    for (pointer, field, value, expected) in [
        (user, "exec", json!({"command": "aws"}), "programs that make credentials are not run"),
        (user, "auth-provider", json!({"name": "gcp"}), "auth-provider"),
        (user, "username", json!("ann"), "passwords"),
        (user, "as", json!("root"), "impersonated"),
        (user, "client-certificate-data", json!("YQ=="), "goes with its key"),
        (user, "client-key-data", json!("%"), "client-key-data"),
        (user, "tokenFile", json!("missing"), "missing"),
        (at, "proxy-url", json!("http://proxy"), "proxies"),
        (at, "tls-server-name", json!("other"), "own name"),
        (at, "server", json!("ftp://x"), "server"),
        (at, "certificate-authority", json!(7), "cluster \"one\""),
        ("", "current-context", json!("other"), "no context \"other\""),
        ("", "current-context", json!(""), "no current context"),
        ("", "users", json!([]), "no user \"me\""),
    ] {
        let said = changed(pointer, field, value);
        assert!(said.contains(expected), "{field}: {said}");
    }
    let folder = tempfile::tempdir().unwrap();
    cluster.mount(folder.path(), "first");
    let mut config = good.clone();
    config["clusters"][0]["cluster"] = json!({
        "server": good["clusters"][0]["cluster"]["server"], "certificate-authority": "ca.crt",
    });
    config["users"][0]["user"] = json!({"tokenFile": "token"});
    config["current-context"] = json!("");
    let access = read_in(folder.path(), &config, Some("here")).unwrap();
    let client = Client::new(access, Config::default(), Limits::default()).unwrap();
    assert!(client.call("GET", "/version", None, soon()).is_ok());
}

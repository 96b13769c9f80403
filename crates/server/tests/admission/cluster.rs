//! Policies that ask a cluster, before the webhook.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sealift::RegistryImage;
use sealift::admission::{Cluster as Asked, Rules, World};
use sealift::http::{Client as Http, Config};
use sealift::kubernetes::{Access, Client, Limits};
use sealift::registry::{Keychain, Registries};
use sealift::{Reference, Timestamp};
use sealift_server::Metrics;
use sealift_tests::cluster::{Cluster, Fault, denied, kyverno};
use serde_json::{Value, json};

use crate::world::{NOW, Ruled, Running, pod};

/// A webhook by these policies that asks a cluster.
struct Served {
    cluster: Cluster,
    running: Running,
    metrics: Metrics,
    _ruled: Ruled,
}

fn ruled(cluster: &Cluster, metrics: &Metrics, policies: &[Value]) -> Ruled {
    let mut ruled = Ruled::by("");
    ruled.write("kubeconfig", &cluster.kubeconfig().to_string());
    std::fs::create_dir(ruled.folder.path().join("policies")).unwrap();
    for (at, policy) in policies.iter().enumerate() {
        ruled.write(&format!("policies/{at}.json"), &policy.to_string());
    }
    ruled.sources.policies.push(ruled.folder.path().join("policies"));
    let access = Access::of_kubeconfig(&ruled.folder.path().join("kubeconfig"), None).unwrap();
    let client = Client::new(access, Config::default(), Limits::default()).unwrap();
    let now = || Timestamp::from_unix_seconds(NOW).unwrap();
    let asked = Asked::new(client.telling(metrics.of_cluster()), now);
    let asked = asked.with_patience(Duration::from_secs(2));
    let registries = Registries::new(Http::new(Config::default()).unwrap(), Keychain::default());
    let registry =
        move |image: &Reference| Ok(RegistryImage::new(registries.clone(), image.clone()));
    let world = World::new(registry, now).with_cluster(asked);
    ruled.rules = Arc::new(Rules::new(world));
    ruled
}

fn serve(objects: Vec<Value>, policies: &[Value]) -> Served {
    let (cluster, metrics) = (Cluster::start(objects), Metrics::default());
    let ruled = ruled(&cluster, &metrics, policies);
    let running = ruled.serve();
    Served { cluster, running, metrics, _ruled: ruled }
}

impl Served {
    /// The answer about a Pod that a user creates: allowed, or why not.
    fn said_to(&self, user: &str) -> Result<(), String> {
        self.said_at("/validate", user)
    }

    fn said_at(&self, path: &str, user: &str) -> Result<(), String> {
        let mut review = pod(&["a.example/b:1"]);
        review["request"]["userInfo"] = json!({"username": user, "groups": ["admins"]});
        review["request"]["resource"] = json!({"group": "", "version": "v1", "resource": "pods"});
        let said = self.running.post(path, &review.to_string()).response();
        match said["allowed"].as_bool().unwrap() {
            true => Ok(()),
            false => Err(said["status"]["message"].as_str().unwrap().to_owned()),
        }
    }

    fn said(&self) -> Result<(), String> {
        self.said_to("ann")
    }
}

fn object(api_version: &str, kind: &str, namespace: &str, name: &str, more: Value) -> Value {
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}});
    if !namespace.is_empty() {
        object["metadata"]["namespace"] = json!(namespace);
    }
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn namespace(team: &str) -> Value {
    let mut namespace = object("v1", "Namespace", "", "shop", json!({}));
    namespace["metadata"]["labels"] = json!({"team": team});
    namespace
}

fn map(max: &str) -> Value {
    object("v1", "ConfigMap", "shop", "limits", json!({"data": {"max": max}}))
}

fn cel(expression: &str) -> Value {
    json!({
        "apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy",
        "metadata": {"name": "p"},
        "spec": {
            "matchConstraints": {"resourceRules": [{
                "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"],
                "operations": ["CREATE"],
            }]},
            "validations": [{"expression": expression, "message": "no"}],
        },
    })
}

#[test]
fn labels_of_namespaces_choose_and_are_kept_for_a_moment() {
    let selector = json!({"matchLabels": {"team": "one"}});
    let by_labels = kyverno(
        &json!({"resources": {"kinds": ["Pod"], "namespaceSelector": selector}}),
        &denied(),
    );
    let chosen = serve(vec![namespace("one")], std::slice::from_ref(&by_labels));
    assert!(chosen.said().unwrap_err().contains("p/r: no"));
    assert!(chosen.said().is_err());
    let asked = chosen.cluster.asked();
    assert_eq!(asked, ["GET /api/v1", "GET /api/v1/namespaces/shop"]);
    assert_eq!(chosen.metrics.counted("sealift_cluster_requests_total"), 2);
    let other = serve(vec![namespace("two")], std::slice::from_ref(&by_labels));
    assert_eq!(other.said(), Ok(()));
    // If the answer is unknown, nothing passes.
    let unknown = serve(Vec::new(), &[by_labels]);
    assert!(unknown.said().unwrap_err().contains("cannot be decided: there is no namespace shop"));
    unknown.cluster.add(namespace("two"));
    let until = Instant::now() + Duration::from_secs(20);
    while unknown.said().is_err() {
        assert!(Instant::now() < until, "an answer of none is kept for a few seconds");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn what_asks_nothing_of_the_cluster_asks_it_nothing() {
    let served = serve(Vec::new(), &[kyverno(&json!({}), &denied()), cel("true")]);
    assert!(served.said().is_err());
    assert!(served.cluster.asked().is_empty(), "{:?}", served.cluster.asked());
}

#[test]
fn roles_are_those_that_are_bound() {
    let binding = object(
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "",
        "ann",
        json!({
            "subjects": [{"kind": "User", "name": "ann"}],
            "roleRef": {"kind": "ClusterRole", "name": "sellers"},
        }),
    );
    let of_sellers = kyverno(&json!({"clusterRoles": ["sellers"]}), &denied());
    let served = serve(vec![binding.clone()], &[of_sellers]);
    assert!(served.said_to("ann").is_err());
    assert_eq!(served.said_to("bob"), Ok(()));
    let by_variable = kyverno(
        &json!({}),
        &json!({"validate": {"message": "no", "deny": {"conditions": {"any": [{
            "key": "sellers", "operator": "AnyIn", "value": "{{ request.clusterRoles }}",
        }]}}}}),
    );
    let served = serve(vec![binding], &[by_variable]);
    assert!(served.said_to("ann").unwrap_err().contains("p/r: no"));
    assert_eq!(served.said_to("bob"), Ok(()));
    served.cluster.break_at("/apis/rbac", Fault::Status(403, "User \"robot\" cannot list"));
    std::thread::sleep(Duration::from_secs(6));
    let why = served.said_to("bob").unwrap_err();
    assert!(why.contains("does not allow it: User \"robot\" cannot list"), "{why}");
}

#[test]
fn config_maps_and_calls_are_context() {
    let context = |entry: Value| {
        json!({
            "context": [entry],
            "validate": {"message": "no", "deny": {"conditions": {"any": [{
                "key": "{{ asked }}", "operator": "NotEquals", "value": "3",
            }]}}},
        })
    };
    let mut by_map = context(json!({
        "name": "map", "configMap": {"name": "limits", "namespace": "shop"},
    }));
    by_map["validate"]["deny"]["conditions"]["any"][0]["key"] = json!("{{ map.data.max }}");
    let by_call = context(json!({"name": "asked", "apiCall": {
        "urlPath": "/api/v1/namespaces/{{ request.namespace }}/configmaps/limits",
        "jmesPath": "data.max",
    }}));
    for rule in [by_map, by_call] {
        let policy = kyverno(&json!({}), &rule);
        assert_eq!(serve(vec![map("3")], std::slice::from_ref(&policy)).said(), Ok(()));
        let other = serve(vec![map("4")], std::slice::from_ref(&policy)).said();
        assert!(other.unwrap_err().contains("p/r: no"));
        let missing = serve(Vec::new(), &[policy]).said();
        assert!(missing.unwrap_err().contains("cannot be decided"));
    }
    // Requests that would change the cluster are not sent.
    let changes = context(json!({"name": "asked", "apiCall": {
        "urlPath": "/api/v1/namespaces/shop/configmaps", "method": "POST",
        "data": [{"key": "kind", "value": "ConfigMap"}],
    }}));
    let served = serve(Vec::new(), &[kyverno(&json!({}), &changes)]);
    let why = served.said().unwrap_err();
    assert!(why.contains("might change the cluster"), "{why}");
    assert!(served.cluster.asked().is_empty());
}

#[test]
fn objects_are_asked_for_in_cel() {
    let get = cel("resource.Get('v1', 'configmaps', request.namespace, 'limits').data.max == '3'");
    assert_eq!(serve(vec![map("3")], std::slice::from_ref(&get)).said(), Ok(()));
    assert!(serve(vec![map("4")], std::slice::from_ref(&get)).said().unwrap_err().contains("no"));
    let missing = serve(Vec::new(), &[get]).said().unwrap_err();
    assert!(missing.contains("there is no limits among configmaps"), "{missing}");
    let list = cel("resource.List('v1', 'configmaps', 'shop').items.size() == 1");
    assert_eq!(serve(vec![map("3")], std::slice::from_ref(&list)).said(), Ok(()));
    assert!(serve(Vec::new(), &[list]).said().is_err());
    let labels = cel("namespaceObject.metadata.labels.team == 'one'");
    assert_eq!(serve(vec![namespace("one")], std::slice::from_ref(&labels)).said(), Ok(()));
    assert!(serve(vec![namespace("two")], std::slice::from_ref(&labels)).said().is_err());
    assert!(serve(Vec::new(), &[labels]).said().is_err());
}

#[test]
fn parameters_are_objects_of_the_cluster() {
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "p"},
        "spec": {
            "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
            "matchConstraints": {"resourceRules": [{
                "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"],
                "operations": ["CREATE"],
            }]},
            "validations": [{"expression": "params.data.max == '3'", "message": "no"}],
        },
    });
    let binding = |reference: Value| {
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "b"},
            "spec": {"policyName": "p", "validationActions": ["Deny"], "paramRef": reference},
        })
    };
    let said = |objects: Vec<Value>, reference: Value| {
        serve(objects, &[policy.clone(), binding(reference)]).said()
    };
    let named = |action: &str| json!({"name": "limits", "parameterNotFoundAction": action});
    assert_eq!(said(vec![map("3")], named("Deny")), Ok(()));
    assert!(said(vec![map("4")], named("Deny")).unwrap_err().contains("no"));
    assert!(said(Vec::new(), named("Deny")).is_err());
    assert_eq!(said(Vec::new(), named("Allow")), Ok(()));
    let mut labelled = map("4");
    labelled["metadata"]["labels"] = json!({"team": "one"});
    let selected = json!({
        "selector": {"matchLabels": {"team": "one"}}, "parameterNotFoundAction": "Allow",
    });
    assert!(said(vec![labelled], selected.clone()).is_err());
    assert_eq!(said(vec![map("4")], selected), Ok(()));
    // That it may be missing says nothing of a cluster that does not answer.
    let served = serve(Vec::new(), &[policy.clone(), binding(named("Allow"))]);
    served.cluster.break_at("/api/v1", Fault::Status(500, "etcd is away"));
    assert!(served.said().unwrap_err().contains("etcd is away"));
}

#[test]
fn entries_of_the_global_context_stand_among_the_policies() {
    let entry = json!({
        "apiVersion": "kyverno.io/v2alpha1", "kind": "GlobalContextEntry",
        "metadata": {"name": "maps"},
        "spec": {
            "kubernetesResource": {"version": "v1", "resource": "configmaps", "namespace": "shop"},
            "projections": [{"name": "count", "jmesPath": "length(@)"}],
        },
    });
    let by_count = kyverno(
        &json!({}),
        &json!({
            "context": [{"name": "count", "globalReference": {"name": "maps.count"}}],
            "validate": {"message": "no", "deny": {"conditions": {"any": [{
                "key": "{{ count }}", "operator": "GreaterThan", "value": 0,
            }]}}},
        }),
    );
    let policies = [entry, by_count];
    assert_eq!(serve(Vec::new(), &policies).said(), Ok(()));
    assert!(serve(vec![map("3")], &policies).said().unwrap_err().contains("p/r: no"));
    let broken = serve(Vec::new(), &policies);
    broken.cluster.break_at("/api/v1", Fault::Status(403, "no"));
    assert!(broken.said().unwrap_err().contains("cannot be decided"));
}

#[test]
fn a_cluster_that_does_not_answer_refuses_in_time() {
    let served = serve(
        vec![map("3")],
        &[cel("resource.Get('v1', 'configmaps', 'shop', 'limits').data.max == '3'")],
    );
    served.cluster.break_at("/api/v1", Fault::Slow(Duration::from_secs(4)));
    let began = Instant::now();
    let why = served.said().unwrap_err();
    assert!(why.contains("takes longer than the request may"), "{why}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[test]
fn a_cluster_is_waited_for_no_longer_than_the_request_is() {
    let served = serve(
        vec![map("3")],
        &[cel("resource.Get('v1', 'configmaps', 'shop', 'limits').data.max == '3'")],
    );
    served.cluster.break_at("/api/v1", Fault::Slow(Duration::from_secs(4)));
    let began = Instant::now();
    let why = served.said_at("/validate?timeout=1s", "ann").unwrap_err();
    // By the policy itself, and not by the webhook that has no answer of it.
    assert!(why.contains("asking the cluster: it takes longer"), "{why}");
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
}

#[test]
fn whether_somebody_may_is_asked_of_the_cluster() {
    let mut policy = cel("authorizer.group('apps').resource('deployments').namespace('shop')\
        .check('delete').allowed()");
    policy["apiVersion"] = json!("admissionregistration.k8s.io/v1");
    policy["kind"] = json!("ValidatingAdmissionPolicy");
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "b"},
        "spec": {"policyName": "p", "validationActions": ["Deny"]},
    });
    let served = serve(Vec::new(), &[policy, binding]);
    // The imitation lets her, and nobody else.
    assert_eq!(served.said_to("ann"), Ok(()));
    assert_eq!(served.cluster.asked(), ["POST /apis/authorization.k8s.io/v1/subjectaccessreviews"]);
    assert!(served.said_to("bob").unwrap_err().contains("p: no"));
    // An answer that says nothing is no answer.
    served.cluster.break_at("/apis/authorization", Fault::Body("{}"));
    assert!(served.said_to("eve").unwrap_err().contains("cannot be decided"));
}

#[test]
fn many_who_ask_at_once_ask_once() {
    let by_labels = kyverno(
        &json!({"resources": {"kinds": ["Pod"], "namespaceSelector": {
            "matchLabels": {"team": "one"},
        }}}),
        &denied(),
    );
    let served = serve(vec![namespace("one")], &[by_labels]);
    served.cluster.break_at("/api/v1/namespaces", Fault::Slow(Duration::from_millis(300)));
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..20).map(|_| scope.spawn(|| served.said())).collect();
        for one in asking {
            assert!(one.join().unwrap().is_err());
        }
    });
    assert_eq!(served.cluster.asked().len(), 2, "{:?}", served.cluster.asked());
}

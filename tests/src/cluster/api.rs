//! What the imitation answers.

use std::sync::Mutex;
use std::thread;

use serde_json::{Value, json};

use super::wire::{Answer, Asked};
use super::{Fault, State, lock};

/// The resources that are served: group and version, resource, kind, whether in namespaces.
const RESOURCES: [(&str, &str, &str, bool); 7] = [
    ("v1", "namespaces", "Namespace", false),
    ("v1", "configmaps", "ConfigMap", true),
    ("v1", "pods", "Pod", true),
    ("apps/v1", "deployments", "Deployment", true),
    ("rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding", true),
    ("rbac.authorization.k8s.io/v1", "clusterrolebindings", "ClusterRoleBinding", false),
    ("example.com/v1", "limits", "Limit", false),
];

pub(super) fn answer(state: &Mutex<State>, asked: &Asked) -> Answer {
    let (fault, token, objects) = {
        let mut state = lock(state);
        state.asked.push(format!("{} {}", asked.method, asked.path));
        let faults = state.faults.iter();
        let fault = faults.rev().find(|(path, _)| asked.path.starts_with(path.as_str()));
        (fault.map(|(_, fault)| fault.clone()), state.token.clone(), state.objects.clone())
    };
    if asked.authorization != format!("Bearer {token}") {
        return failed(401, "Unauthorized");
    }
    match fault {
        Some(Fault::Status(status, why)) => return failed(status, why),
        Some(Fault::Body(body)) => return Answer { status: 200, body: body.to_owned() },
        Some(Fault::Slow(time)) => thread::sleep(time),
        Some(fault @ (Fault::Circle | Fault::Endless)) => {
            let asked = lock(state).asked.len();
            let next = if matches!(fault, Fault::Circle) { 0 } else { asked };
            return good(&json!({
                "kind": "List", "metadata": {"continue": next.to_string()}, "items": [],
            }));
        }
        None => {}
    }
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (asked.method.as_str(), parts.as_slice()) {
        ("POST", ["apis", "authorization.k8s.io", "v1", "subjectaccessreviews"]) => {
            let mut review: Value = serde_json::from_str(&asked.body).unwrap_or_default();
            let allowed = review.pointer("/spec/user") == Some(&json!("ann"));
            if let Some(fields) = review.as_object_mut() {
                fields.insert("status".to_owned(), json!({ "allowed": allowed }));
            }
            good(&review)
        }
        ("GET", ["version"]) => good(&json!({"gitVersion": "v1.34.0"})),
        ("GET", ["api", version, rest @ ..]) => read(version, rest, query, &objects),
        ("GET", ["apis", group, version, rest @ ..]) => {
            read(&format!("{group}/{version}"), rest, query, &objects)
        }
        _ => failed(405, "the imitation does not do that"),
    }
}

fn read(version: &str, rest: &[&str], query: &str, objects: &[Value]) -> Answer {
    let served = RESOURCES.iter().filter(|(own, ..)| *own == version);
    match rest {
        [] => {
            let resources: Vec<Value> = served
                .flat_map(|(_, name, kind, namespaced)| {
                    let one = json!({"name": name, "kind": kind, "namespaced": namespaced});
                    let status = format!("{name}/status");
                    [one, json!({"name": status, "kind": kind, "namespaced": namespaced})]
                })
                .collect();
            match resources.is_empty() {
                true => failed(404, "the server could not find the requested resource"),
                false => good(&json!({"kind": "APIResourceList", "resources": resources})),
            }
        }
        ["namespaces", namespace, resource] => list(version, resource, namespace, query, objects),
        ["namespaces", namespace, resource, name] => {
            one(version, resource, namespace, name, objects)
        }
        [resource] => list(version, resource, "", query, objects),
        [resource, name] => one(version, resource, "", name, objects),
        _ => failed(404, "the server could not find the requested resource"),
    }
}

fn text<'v>(object: &'v Value, pointer: &str) -> &'v str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn is_of(object: &Value, version: &str, resource: &str, namespace: &str) -> bool {
    let kind = text(object, "/kind");
    RESOURCES.iter().any(|own| (own.0, own.1, own.2) == (version, resource, kind))
        && text(object, "/apiVersion") == version
        && (namespace.is_empty() || text(object, "/metadata/namespace") == namespace)
}

fn one(version: &str, resource: &str, namespace: &str, name: &str, objects: &[Value]) -> Answer {
    let mut of_kind = objects.iter().filter(|own| is_of(own, version, resource, namespace));
    match of_kind.find(|own| text(own, "/metadata/name") == name) {
        Some(object) => good(object),
        None => failed(404, &format!("{resource} \"{name}\" not found")),
    }
}

/// A list, whose items do not say what they are. `continue` is how many came before.
fn list(version: &str, resource: &str, namespace: &str, query: &str, objects: &[Value]) -> Answer {
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
    };
    let number = |name: &str| value(name).and_then(|value| value.parse::<usize>().ok());
    let selector = value("labelSelector").map(|it| it.replace("%3D", "="));
    let selector = selector.as_deref().and_then(|it| it.split_once('='));
    let of_kind: Vec<Value> = objects
        .iter()
        .filter(|own| is_of(own, version, resource, namespace))
        .filter(|own| {
            selector.is_none_or(|(key, value)| {
                own.pointer(&format!("/metadata/labels/{key}")) == Some(&json!(value))
            })
        })
        .cloned()
        .collect();
    let (skip, limit) = (number("continue").unwrap_or(0), number("limit").unwrap_or(usize::MAX));
    let mut items: Vec<Value> = of_kind.iter().skip(skip).take(limit).cloned().collect();
    let shown = skip + items.len();
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        item.retain(|name, _| name != "kind" && name != "apiVersion");
    }
    let next = if shown < of_kind.len() { shown.to_string() } else { String::new() };
    good(&json!({"kind": "List", "metadata": {"continue": next}, "items": items}))
}

fn good(body: &Value) -> Answer {
    Answer { status: 200, body: body.to_string() }
}

fn failed(status: u16, message: &str) -> Answer {
    let body = json!({"kind": "Status", "status": "Failure", "message": message, "code": status});
    Answer { status, body: body.to_string() }
}

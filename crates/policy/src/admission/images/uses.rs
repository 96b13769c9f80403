//! The images of an object.

use serde_json::Value;

use crate::admission::{Operation, Request};

/// A place in an object that names an image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageUse {
    /// The place of the name, as a JSON pointer: `/spec/containers/0/image`.
    pub json_pointer: String,
    /// The name as written.
    pub reference: String,
    /// The part that uses it, for people: `initContainer setup`, `volume models`.
    pub container: String,
}

/// The lists of a pod that name images: the list, the place of the name in each entry, and the word
/// for an entry.
const LISTS: [(&str, &str, &str); 4] = [
    ("initContainers", "image", "initContainer"),
    ("containers", "image", "container"),
    ("ephemeralContainers", "image", "ephemeralContainer"),
    ("volumes", "image/reference", "volume"),
];

/// Returns the place of the pod in an object. Unknown kinds, such as `Rollout`, are assumed to have
/// it where most kinds do.
fn pod_of(object: &Value) -> &'static str {
    match object.pointer("/kind").and_then(Value::as_str) {
        Some("Pod") => "/spec",
        Some("PodTemplate") => "/template/spec",
        Some("CronJob") => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    }
}

/// Returns the images that an object would run: those of a pod, or of the pods that a workload
/// makes. Deletions and connections have none, nor have changes of an object that is being deleted,
/// so that it can go.
#[must_use]
pub fn images_of(request: &Request) -> Vec<ImageUse> {
    let object = &request.object;
    let is_kept = matches!(request.operation, Operation::Create | Operation::Update);
    // Only an API server's word counts; the author of an object could write this field at its
    // creation.
    let is_going = request.operation == Operation::Update
        && object.pointer("/metadata/deletionTimestamp").is_some_and(|it| !it.is_null());
    if !is_kept || is_going {
        return Vec::new();
    }
    let place = pod_of(object);
    let Some(pod) = object.pointer(place) else { return Vec::new() };
    let mut uses = Vec::new();
    for (list, member, what) in LISTS {
        let entries = pod.get(list).and_then(Value::as_array).into_iter().flatten();
        for (at, entry) in entries.enumerate() {
            let found = entry.pointer(&format!("/{member}")).and_then(Value::as_str);
            // A controller may fill in a missing name; the image is judged when it has.
            let Some(reference) = found.filter(|name| !name.is_empty()) else { continue };
            let name = entry.get("name").and_then(Value::as_str).unwrap_or_default();
            uses.push(ImageUse {
                json_pointer: format!("{place}/{list}/{at}/{member}"),
                reference: reference.to_owned(),
                container: format!("{what} {name}"),
            });
        }
    }
    uses
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(object: Value) -> Vec<String> {
        images_of(&Request::create(object)).into_iter().map(|it| it.json_pointer).collect()
    }

    fn pod() -> Value {
        json!({
            "initContainers": [{"name": "a", "image": "r.example/a"}],
            "containers": [{"name": "b"}, {"name": "c", "image": "r.example/c"}],
            "ephemeralContainers": [{"name": "d", "image": "r.example/d"}],
            "volumes": [{"name": "e", "emptyDir": {}}, {"name": "f", "image": {"reference": "r.example/f"}}],
        })
    }

    #[test]
    fn all_that_a_pod_runs_is_found() {
        let uses = images_of(&Request::create(json!({"kind": "Pod", "spec": pod()})));
        let told: Vec<String> = uses
            .iter()
            .map(|it| format!("{} {} {}", it.json_pointer, it.reference, it.container))
            .collect();
        assert_eq!(
            told,
            [
                "/spec/initContainers/0/image r.example/a initContainer a",
                "/spec/containers/1/image r.example/c container c",
                "/spec/ephemeralContainers/0/image r.example/d ephemeralContainer d",
                "/spec/volumes/1/image/reference r.example/f volume f",
            ]
        );
    }

    #[test]
    fn workloads_keep_their_pods_in_different_places() {
        for (object, place) in [
            (json!({"kind": "PodTemplate", "template": {"spec": pod()}}), "/template/spec"),
            (
                json!({"kind": "Deployment", "spec": {"template": {"spec": pod()}}}),
                "/spec/template/spec",
            ),
            (
                json!({"kind": "Rollout", "spec": {"template": {"spec": pod()}}}),
                "/spec/template/spec",
            ),
            (
                json!({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": pod()}}}}}),
                "/spec/jobTemplate/spec/template/spec",
            ),
        ] {
            let pointers = pointers(object);
            assert_eq!(pointers.len(), 4);
            assert!(pointers.iter().all(|pointer| pointer.starts_with(place)), "{pointers:?}");
        }
        assert!(pointers(json!({"kind": "ConfigMap", "data": {}})).is_empty());
    }

    #[test]
    fn what_goes_away_is_not_judged() {
        let mut request = Request::create(json!({"kind": "Pod", "spec": pod()}));
        request.operation = Operation::Delete;
        assert!(images_of(&request).is_empty());
        let at = "2026-01-31T00:00:00Z";
        let going = json!({"kind": "Pod", "metadata": {"deletionTimestamp": at}, "spec": pod()});
        assert_eq!(pointers(going.clone()).len(), 4);
        let mut request = Request::create(going);
        request.operation = Operation::Update;
        assert!(images_of(&request).is_empty());
    }
}

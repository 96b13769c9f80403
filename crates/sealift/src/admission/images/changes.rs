//! Changes of an object that replace tags with digests.

use std::borrow::Cow;

use sealift_policy::admission::{ImageUse, Operation, Request, images_of};
use serde_json::Value;

use crate::admission::Change;

/// Returns the images whose names may be changed. Images that the object had before are left out:
/// the template of a Job may not change. So are objects that a controller makes of another: a
/// scaled ReplicaSet may not differ from its Deployment.
pub(in crate::admission) fn changeable(request: &Request) -> Vec<ImageUse> {
    if is_kept_by_a_controller(&request.object) {
        return Vec::new();
    }
    let mut uses = images_of(request);
    if request.operation == Operation::Update && !request.old_object_is_assumed {
        let old = images_of(&Request::create(request.old_object.clone()));
        let is_old = |it: &ImageUse| {
            old.iter().any(|old| (&old.container, &old.reference) == (&it.container, &it.reference))
        };
        uses.retain(|it| !is_old(it));
    }
    uses
}

/// Returns the request with these changes made to its object.
pub(in crate::admission) fn changed<'r>(
    request: &'r Request,
    changes: &[Change],
) -> Cow<'r, Request> {
    if changes.is_empty() {
        return Cow::Borrowed(request);
    }
    let mut request = request.clone();
    for change in changes {
        if let Some(value) = request.object.pointer_mut(&change.pointer) {
            *value = Value::String(change.value.clone());
        }
    }
    Cow::Owned(request)
}

/// Whether a controller keeps the object equal to its template, as a Deployment does its
/// ReplicaSets: it would take a change there for its own, and make another object. Pods are not
/// kept so, and they are what runs.
fn is_kept_by_a_controller(object: &Value) -> bool {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let is_controller = |owner: &Value| owner.get("controller") == Some(&Value::Bool(true));
    object.get("kind").and_then(Value::as_str) != Some("Pod")
        && owners.is_some_and(|owners| owners.iter().any(is_controller))
}

//! The Namespace of the reviewed object, as Gatekeeper shows it to Rego.

use serde_json::{Value, json};

use crate::admission::labels::is_namespace;
use crate::admission::{Request, Surroundings, Unanswered, named_namespace};

/// Its fields in a review: `namespaceObject`, and in older versions `_unstable.namespace`.
pub(in crate::rego) const NAMESPACES: [&str; 2] = ["_unstable", "namespaceObject"];

/// Returns the whole Namespace of an object; null for an object in none.
///
/// # Errors
/// When the surroundings do not know it: its data, annotations and finalizers too, would seem to be
/// missing.
pub(super) fn whole(request: &Request, around: &dyn Surroundings) -> Result<Value, Unanswered> {
    match is_in_one(request) {
        true => around.namespace(&request.namespace),
        false => Ok(Value::Null),
    }
}

/// Returns the Namespace with no more than the request itself contains.
pub(super) fn by_name(request: &Request) -> Value {
    match is_in_one(request) {
        true => named_namespace(&request.namespace),
        false => Value::Null,
    }
}

/// A server names a Namespace as its own namespace.
fn is_in_one(request: &Request) -> bool {
    !request.namespace.is_empty() && !is_namespace(request)
}

/// Adds the Namespace to the objects of a review.
pub(super) fn show(review: &mut Value, namespace: &Value) {
    let Value::Object(fields) = review else { return };
    let [unstable, own] = NAMESPACES;
    fields.insert(own.to_owned(), namespace.clone());
    if !namespace.is_null() {
        fields.insert(unstable.to_owned(), json!({ "namespace": namespace }));
    }
}

//! The Namespace of what is reviewed, as Gatekeeper shows it to Rego.

use serde_json::{Value, json};

use crate::admission::labels::is_namespace;
use crate::admission::{Request, Surroundings, Unanswered, named_namespace};

/// Where it stands in a review: as itself, and in older versions as `namespace` of the first.
pub(in crate::rego) const NAMESPACES: [&str; 2] = ["_unstable", "namespaceObject"];

/// The Namespace that an object is in, whole; null for what is in none.
///
/// # Errors
/// When the surroundings cannot say: what it has, annotations and finalizers too, would seem not to
/// be there.
pub(super) fn whole(request: &Request, around: &dyn Surroundings) -> Result<Value, Unanswered> {
    match is_in_one(request) {
        true => around.namespace(&request.namespace),
        false => Ok(Value::Null),
    }
}

/// The same, of which no more is known than the request says.
pub(super) fn by_name(request: &Request) -> Value {
    match is_in_one(request) {
        true => named_namespace(&request.namespace),
        false => Value::Null,
    }
}

/// A server says of a Namespace that it is in itself.
fn is_in_one(request: &Request) -> bool {
    !request.namespace.is_empty() && !is_namespace(request)
}

/// Shows it beside the objects of a review.
pub(super) fn show(review: &mut Value, namespace: &Value) {
    let Value::Object(fields) = review else { return };
    let [unstable, own] = NAMESPACES;
    fields.insert(own.to_owned(), namespace.clone());
    if !namespace.is_null() {
        fields.insert(unstable.to_owned(), json!({ "namespace": namespace }));
    }
}

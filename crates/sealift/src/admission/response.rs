//! `AdmissionReview` of `admission.k8s.io/v1`: the question of a server, and its answer.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{Effect, Request, Review, Row};

/// Why a document is no question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoReview {
    /// It is no JSON, or a part has another form than it must have.
    #[error("{0}")]
    Form(String),
    /// It is something else, or of another version.
    #[error("{kind} of {api_version:?}, and an AdmissionReview of admission.k8s.io/v1 is read")]
    Other {
        /// What it says that it is.
        kind: String,
        /// And of which version.
        api_version: String,
    },
}

/// The request of an `AdmissionReview`.
///
/// # Errors
/// When the bytes are none of `admission.k8s.io/v1`.
pub fn request_of(bytes: &[u8]) -> Result<Request, NoReview> {
    let form = |error: serde_json::Error| NoReview::Form(error.to_string());
    let review: Value = serde_json::from_slice(bytes).map_err(form)?;
    let text = |key: &str| review.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, api_version) = (text("kind"), text("apiVersion"));
    if kind != "AdmissionReview" || api_version != "admission.k8s.io/v1" {
        return Err(NoReview::Other { kind, api_version });
    }
    match review.get("request") {
        Some(request) => Request::deserialize(request).map_err(form),
        None => Err(NoReview::Form("it asks nothing: request is missing".to_owned())),
    }
}

/// The answer: refused with what is enforced, admitted with what is only warned of.
#[must_use]
pub fn response(request: &Request, review: &Review) -> String {
    let told = |row: &Row| format!("{}: {}", row.rule(), row.answer.message);
    let refusals: Vec<String> = review.rows.iter().filter(|row| row.refuses()).map(told).collect();
    let is_warned = |row: &&Row| row.answer.effect == Effect::Warn && !row.answer.outcome.is_fine();
    let warnings: Vec<String> = review.rows.iter().filter(is_warned).map(told).collect();
    let mut response = json!({ "uid": request.uid, "allowed": refusals.is_empty() });
    if let Some(response) = response.as_object_mut() {
        if !refusals.is_empty() {
            let message = refusals.join("\n");
            let status = json!({ "code": 403, "reason": "Forbidden", "message": message });
            response.insert("status".to_owned(), status);
        }
        if !warnings.is_empty() {
            response.insert("warnings".to_owned(), warnings.into());
        }
    }
    let review = json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "response": response,
    });
    format!("{review:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_documents_are_no_question() {
        let old = br#"{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1beta1"}"#;
        assert!(matches!(request_of(old), Err(NoReview::Other { .. })));
        let empty = br#"{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"}"#;
        assert!(matches!(request_of(empty), Err(NoReview::Form(_))));
        assert!(matches!(request_of(b"{"), Err(NoReview::Form(_))));
    }
}

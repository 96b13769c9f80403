//! The answer to an `AdmissionReview` of `admission.k8s.io/v1`.

use serde_json::json;

use super::{Effect, Request, Review, Row};

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

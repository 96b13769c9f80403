//! The answer to an AdmissionReview, `admission.k8s.io/v1`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_report::escape;
use serde_json::{Map, Value, json};

use crate::admission::Decision;

const API_VERSION: &str = "admission.k8s.io/v1";
const KIND: &str = "AdmissionReview";

/// The length at which an API server cuts warnings, where there are many.
const MAX_WARNING_CHARS: usize = 255;
/// The most warnings: an API server limits the characters of all together, and so many fit whole.
const MAX_WARNINGS: usize = 16;
const MAX_MESSAGE_CHARS: usize = 4096;
const MAX_ANNOTATION_CHARS: usize = 4096;

/// Returns the `AdmissionReview` that answers the request with this uid. A rule that could not be
/// decided in time refuses it.
#[must_use]
pub fn response(uid: &str, decision: &Decision) -> Value {
    let mut response = Map::new();
    response.insert("uid".to_owned(), json!(uid));
    response.insert("allowed".to_owned(), json!(decision.is_allowed()));
    if !decision.is_allowed() {
        let reasons: Vec<&str> =
            decision.refusals.iter().chain(&decision.late).map(String::as_str).collect();
        let message = cut(&reasons.join("; "), MAX_MESSAGE_CHARS);
        let status = json!({"code": 403, "message": message, "reason": "Forbidden"});
        response.insert("status".to_owned(), status);
    }
    let warnings = warnings(&decision.warnings);
    if !warnings.is_empty() {
        response.insert("warnings".to_owned(), json!(warnings));
    }
    let annotations = decision.annotations.iter();
    let mut annotations: Map<String, Value> = annotations
        .map(|(key, text)| (key.clone(), json!(cut(text, MAX_ANNOTATION_CHARS))))
        .collect();
    annotations.insert("decision".to_owned(), json!(decision.word()));
    response.insert("auditAnnotations".to_owned(), Value::Object(annotations));
    // A refused object is not changed.
    if decision.is_allowed() && !decision.patch.is_empty() {
        let changes = decision.patch.iter();
        let patch: Vec<Value> = changes
            .map(|it| json!({"op": "replace", "path": it.pointer, "value": it.value}))
            .collect();
        response.insert("patchType".to_owned(), json!("JSONPatch"));
        response.insert("patch".to_owned(), json!(STANDARD.encode(json!(patch).to_string())));
    }
    json!({"apiVersion": API_VERSION, "kind": KIND, "response": response})
}

/// Returns the warnings in a form that headers can carry, without repeats; of too many, the first
/// ones.
fn warnings(said: &[String]) -> Vec<String> {
    let mut warnings: Vec<String> = Vec::new();
    for text in said {
        let text = cut(text, MAX_WARNING_CHARS);
        if !text.is_empty() && !warnings.contains(&text) {
            warnings.push(text);
        }
    }
    if let Some(more) = warnings.len().checked_sub(MAX_WARNINGS).filter(|more| *more > 0) {
        warnings.truncate(MAX_WARNINGS);
        warnings.push(format!("{more} more warnings"));
    }
    warnings
}

/// One line without terminal control characters, cut where it is too long.
fn cut(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = escape::terminal(&line);
    if line.chars().count() <= max {
        return line.into_owned();
    }
    line.chars().take(max - 3).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::Change;

    #[test]
    fn answers_say_why() {
        let mut decision = Decision::refuse("no\nsignature");
        decision.refusals.push("old".into());
        decision.warnings = vec!["w".repeat(300), "w".repeat(300), String::new()];
        decision.patch.push(Change::new("/a~1b", "x"));
        let answer = response("u", &decision);
        let response = &answer["response"];
        assert_eq!(answer["apiVersion"], API_VERSION);
        assert_eq!((&response["uid"], &response["allowed"]), (&json!("u"), &json!(false)));
        let status = json!({"code": 403, "message": "no signature; old", "reason": "Forbidden"});
        assert_eq!(response["status"], status);
        let warnings = response["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].as_str().unwrap().chars().count(), 255);
        assert_eq!(response["auditAnnotations"], json!({"decision": "deny"}));
        assert!(response.get("patch").is_none());
    }

    #[test]
    fn patches_are_base64_of_rfc_6902() {
        let mut decision = Decision::allow();
        decision.patch.push(Change::new("/spec/containers/0/image", "r/a@sha256:0"));
        let answer = response("u", &decision);
        assert_eq!(answer["response"]["patchType"], "JSONPatch");
        let patch = STANDARD.decode(answer["response"]["patch"].as_str().unwrap()).unwrap();
        let patch: Value = serde_json::from_slice(&patch).unwrap();
        let path = "/spec/containers/0/image";
        assert_eq!(patch, json!([{"op": "replace", "path": path, "value": "r/a@sha256:0"}]));
    }
}

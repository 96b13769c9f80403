//! `AdmissionReview` of `admission.k8s.io/v1`: the question that an API server sends.

use serde::Deserialize;

use super::Request;

const API_VERSION: &str = "admission.k8s.io/v1";
const KIND: &str = "AdmissionReview";

/// Why a document is not an `AdmissionReview` that can be decided on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoReview {
    /// The document is not JSON, or a part of it has the wrong form.
    #[error("the body is no AdmissionReview: {0}")]
    Form(String),
    /// The document has another kind or version.
    #[error("{api_version} {kind} is not supported: only {API_VERSION} {KIND} is")]
    Other {
        /// The kind that it names.
        kind: String,
        /// The API version that it names.
        api_version: String,
    },
    /// The review contains no request.
    #[error("the AdmissionReview has no request")]
    NoRequest,
    /// The request has no uid, so its answer could not be matched to it.
    #[error("the request has no uid")]
    NoUid,
}

/// Reads the request of an `AdmissionReview`.
///
/// # Errors
/// When the bytes are not an `AdmissionReview` of `admission.k8s.io/v1`, or hold no request with a
/// uid.
pub fn request_of(bytes: &[u8]) -> Result<Request, NoReview> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Version {
        api_version: String,
        kind: String,
    }
    #[derive(Deserialize)]
    struct Review {
        #[serde(default)]
        request: Option<Request>,
    }
    let failed = |error: serde_json::Error| NoReview::Form(error.to_string());
    // The version is checked first: in another version, the other fields need not exist.
    let Version { api_version, kind } = serde_json::from_slice(bytes).map_err(failed)?;
    if (api_version.as_str(), kind.as_str()) != (API_VERSION, KIND) {
        return Err(NoReview::Other { kind, api_version });
    }
    let review: Review = serde_json::from_slice(bytes).map_err(failed)?;
    let request = review.request.ok_or(NoReview::NoRequest)?;
    if request.uid.is_empty() { Err(NoReview::NoUid) } else { Ok(request) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_version_1_is_read() {
        let of = |api_version: &str| json!({"apiVersion": api_version, "kind": KIND}).to_string();
        let old = request_of(of("admission.k8s.io/v1beta1").as_bytes()).unwrap_err();
        assert!(old.to_string().contains("admission.k8s.io/v1beta1"), "{old}");
        assert!(matches!(old, NoReview::Other { .. }));
        assert_eq!(request_of(of(API_VERSION).as_bytes()).unwrap_err(), NoReview::NoRequest);
        assert!(matches!(request_of(b"{"), Err(NoReview::Form(_))));
        assert!(matches!(request_of(b"[]"), Err(NoReview::Form(_) | NoReview::Other { .. })));
        let no_uid = json!({"apiVersion": API_VERSION, "kind": KIND, "request": {}}).to_string();
        assert_eq!(request_of(no_uid.as_bytes()).unwrap_err(), NoReview::NoUid);
    }
}

//! `AdmissionReview` of `admission.k8s.io/v1`: the question of a server.

use serde::Deserialize;

use super::Request;

const API_VERSION: &str = "admission.k8s.io/v1";
const KIND: &str = "AdmissionReview";

/// Why a document is no question that could be decided on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoReview {
    /// It is no JSON, or a part has another form than it must have.
    #[error("the body is no AdmissionReview: {0}")]
    Form(String),
    /// It is something else, or of another version.
    #[error("{api_version} {kind} is not supported: only {API_VERSION} {KIND} is")]
    Other {
        /// What it says that it is.
        kind: String,
        /// And of which version.
        api_version: String,
    },
    /// It asks nothing.
    #[error("the AdmissionReview has no request")]
    NoRequest,
    /// The answer could not be told from others.
    #[error("the request has no uid")]
    NoUid,
}

/// The request of an `AdmissionReview`.
///
/// # Errors
/// When the bytes are none of `admission.k8s.io/v1`, or have no request with a uid.
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
    // The version first: of another one nothing else need be as it is here.
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

//! Gatekeeper's external data (`externaldata.gatekeeper.sh/v1beta1`): images by name, each with its
//! digest if it may run.

use sealift::admission::ImageRefusal;
use serde::Deserialize;
use serde_json::{Value, json};

const API_VERSION: &str = "externaldata.gatekeeper.sh/v1beta1";
/// The previous version, which has the same form.
const OLD_API_VERSION: &str = "externaldata.gatekeeper.sh/v1alpha1";

/// More images than the objects of one batch have.
const MAX_KEYS: usize = 1000;

/// The keys of a request.
#[derive(Debug)]
pub(super) struct Asked {
    api_version: String,
    pub(super) keys: Vec<String>,
}

/// Why a body asks nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadQuestion {
    #[error("the body is no ProviderRequest: {0}")]
    Syntax(serde_json::Error),
    #[error("{api_version} {kind} is not supported: {API_VERSION} ProviderRequest is")]
    Unsupported { api_version: String, kind: String },
    #[error("{keys} keys are more than {MAX_KEYS}")]
    TooMany { keys: usize },
}

pub(super) fn read(body: &[u8]) -> Result<Asked, BadQuestion> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Provider {
        #[serde(default)]
        api_version: String,
        #[serde(default)]
        kind: String,
        #[serde(default)]
        request: Keys,
    }
    #[derive(Default, Deserialize)]
    struct Keys {
        #[serde(default)]
        keys: Vec<String>,
    }
    let asked: Provider = serde_json::from_slice(body).map_err(BadQuestion::Syntax)?;
    let Provider { api_version, kind, request } = asked;
    if ![API_VERSION, OLD_API_VERSION].contains(&api_version.as_str()) || kind != "ProviderRequest"
    {
        return Err(BadQuestion::Unsupported { api_version, kind });
    }
    if request.keys.len() > MAX_KEYS {
        return Err(BadQuestion::TooMany { keys: request.keys.len() });
    }
    Ok(Asked { api_version, keys: request.keys })
}

/// The answer for each key. A digest is answered with itself, so the answer is idempotent, which
/// Gatekeeper's mutation requires.
pub(super) fn answer(asked: &Asked, found: &[Result<String, ImageRefusal>]) -> Value {
    let items = asked.keys.iter().zip(found).map(|(key, found)| match found {
        Ok(value) => json!({"key": key, "value": value}),
        Err(error) => json!({"key": key, "error": error.to_string()}),
    });
    let items: Vec<Value> = items.collect();
    response(&asked.api_version, &json!({"idempotent": true, "items": items}))
}

/// The answer that nothing could be decided.
pub(super) fn failure(error: &dyn std::error::Error) -> Value {
    response(API_VERSION, &json!({"systemError": error.to_string()}))
}

fn response(api_version: &str, response: &Value) -> Value {
    json!({"apiVersion": api_version, "kind": "ProviderResponse", "response": response})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_nothing_is_told_apart() {
        let said = |body: &Value| read(body.to_string().as_bytes()).unwrap_err().to_string();
        let text = said(&json!(1));
        assert!(text.starts_with("the body is no ProviderRequest: "), "{text}");
        let other = json!({"apiVersion": "v1", "kind": "Pod"});
        let supported = format!("{API_VERSION} ProviderRequest");
        assert_eq!(said(&other), format!("v1 Pod is not supported: {supported} is"));
        let keys = vec!["a"; MAX_KEYS + 1];
        let many = json!({
            "apiVersion": API_VERSION, "kind": "ProviderRequest", "request": {"keys": keys},
        });
        assert_eq!(said(&many), "1001 keys are more than 1000");
    }
}

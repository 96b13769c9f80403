//! Gatekeeper's external data (`externaldata.gatekeeper.sh/v1beta1`): images by name, each with its
//! digest if it may run.

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

pub(super) fn read(body: &[u8]) -> Result<Asked, String> {
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
    let failed = |error| format!("the body is no ProviderRequest: {error}");
    let asked: Provider = serde_json::from_slice(body).map_err(failed)?;
    let Provider { api_version, kind, request } = asked;
    if ![API_VERSION, OLD_API_VERSION].contains(&api_version.as_str()) || kind != "ProviderRequest"
    {
        return Err(format!(
            "{api_version} {kind} is not supported: {API_VERSION} ProviderRequest is"
        ));
    }
    if request.keys.len() > MAX_KEYS {
        return Err(format!("{} keys are more than {MAX_KEYS}", request.keys.len()));
    }
    Ok(Asked { api_version, keys: request.keys })
}

/// The answer for each key. A digest is answered with itself, so the answer is idempotent, which
/// Gatekeeper's mutation requires.
pub(super) fn answer(asked: &Asked, found: &[Result<String, String>]) -> Value {
    let items = asked.keys.iter().zip(found).map(|(key, found)| match found {
        Ok(value) => json!({"key": key, "value": value}),
        Err(error) => json!({"key": key, "error": error}),
    });
    let items: Vec<Value> = items.collect();
    response(&asked.api_version, &json!({"idempotent": true, "items": items}))
}

/// The answer that nothing could be decided.
pub(super) fn failure(error: &str) -> Value {
    response(API_VERSION, &json!({"systemError": error}))
}

fn response(api_version: &str, response: &Value) -> Value {
    json!({"apiVersion": api_version, "kind": "ProviderResponse", "response": response})
}

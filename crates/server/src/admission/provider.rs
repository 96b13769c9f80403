//! Gatekeeper's external data (`externaldata.gatekeeper.sh/v1beta1`): images by their names, each
//! with its digest where it may run.

use sealift::admission::ImageRefusal;
use serde::Deserialize;
use serde_json::{Value, json};

const API_VERSION: &str = "externaldata.gatekeeper.sh/v1beta1";
/// What it was before, which has the same form.
const OLD_API_VERSION: &str = "externaldata.gatekeeper.sh/v1alpha1";

/// More images than objects of one batch have.
const MAX_KEYS: usize = 1000;

/// What is asked.
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

/// What each is answered with. Asked again for its own answer, a digest is answered with itself,
/// which Gatekeeper's mutation needs.
pub(super) fn answer(asked: &Asked, found: &[Result<String, ImageRefusal>]) -> Value {
    let items = asked.keys.iter().zip(found).map(|(key, found)| match found {
        Ok(value) => json!({"key": key, "value": value}),
        Err(error) => json!({"key": key, "error": error.to_string()}),
    });
    let items: Vec<Value> = items.collect();
    response(&asked.api_version, &json!({"idempotent": true, "items": items}))
}

/// That nothing can be answered.
pub(super) fn failure(error: &str) -> Value {
    response(API_VERSION, &json!({"systemError": error}))
}

fn response(api_version: &str, response: &Value) -> Value {
    json!({"apiVersion": api_version, "kind": "ProviderResponse", "response": response})
}

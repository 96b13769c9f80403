//! Harbor's scan requests.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift::http::{Scheme, Url};
use sealift::registry::Credential;
use sealift::{Digest, Reference};
use serde::{Deserialize, Serialize};

use super::media::{Product, SBOMS};

/// A request in the form in which it is sent and stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) registry: AskedRegistry,
    pub(super) artifact: Artifact,
    enabled_capabilities: Option<Vec<Capability>>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct AskedRegistry {
    url: String,
    authorization: Option<String>,
}

impl std::fmt::Debug for AskedRegistry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AskedRegistry").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The artifact, repeated in each report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Artifact {
    pub(super) repository: String,
    pub(super) digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Capability {
    r#type: String,
    produces_mime_types: Option<Vec<String>>,
    parameters: Option<Parameters>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Parameters {
    sbom_media_types: Option<Vec<String>>,
}

/// A valid request.
#[derive(Clone, Debug)]
pub(super) struct ScanRequest {
    /// The image at its digest.
    pub(super) image: Reference,
    pub(super) credential: Option<Credential>,
    /// Whether the registry is used without TLS.
    pub(super) is_plain: bool,
    pub(super) products: BTreeSet<Product>,
}

/// Why a request is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadRequest {
    #[error("the body is no JSON: {0}")]
    Json(String),
    #[error("{field}: {problem}")]
    Field { field: &'static str, problem: String },
}

impl BadRequest {
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Json(_) => 400,
            Self::Field { .. } => 422,
        }
    }
}

fn bad(field: &'static str, problem: impl ToString) -> BadRequest {
    BadRequest::Field { field, problem: problem.to_string() }
}

pub(super) fn read(body: &[u8]) -> Result<Asked, BadRequest> {
    let document: serde_json::Value =
        serde_json::from_slice(body).map_err(|error| BadRequest::Json(error.to_string()))?;
    if !document.is_object() {
        return Err(bad("request", "it is no object"));
    }
    serde_json::from_value(document).map_err(|error| bad("request", error))
}

impl Asked {
    pub(super) fn check(&self) -> Result<ScanRequest, BadRequest> {
        let url: Url = self.registry.url.parse().map_err(|error| bad("registry.url", error))?;
        if !matches!(url.path(), "" | "/") {
            return Err(bad("registry.url", "a registry has no path"));
        }
        let digest: Digest =
            self.artifact.digest.parse().map_err(|error| bad("artifact.digest", error))?;
        if self.artifact.repository.is_empty() {
            return Err(bad("artifact.repository", "it is missing"));
        }
        let name = format!("{}/{}@{digest}", host(&url), self.artifact.repository);
        let image: Reference = name.parse().map_err(|error| bad("artifact.repository", error))?;
        let said = self.registry.authorization.as_deref().unwrap_or_default();
        Ok(ScanRequest {
            image,
            credential: credential(said)?,
            is_plain: url.scheme() == Scheme::Http,
            products: self.products()?,
        })
    }

    /// The requested products; all of them if none is named.
    fn products(&self) -> Result<BTreeSet<Product>, BadRequest> {
        let named = self.enabled_capabilities.as_deref().unwrap_or_default();
        if named.is_empty() {
            return Ok(Product::ALL.into());
        }
        let mut products = BTreeSet::new();
        for capability in named {
            match capability.r#type.as_str() {
                "vulnerability" => products.extend([Product::Vulnerabilities, Product::Raw]),
                "sbom" => products.extend(capability.sboms()?),
                other => {
                    let problem = format!("{other:?} is neither vulnerability nor sbom");
                    return Err(bad("enabled_capabilities.type", problem));
                }
            }
        }
        Ok(products)
    }
}

impl Capability {
    fn sboms(&self) -> Result<Vec<Product>, BadRequest> {
        let named = self.parameters.as_ref().and_then(|it| it.sbom_media_types.as_deref());
        let named = named.unwrap_or_default();
        if named.is_empty() {
            return Ok(SBOMS.iter().filter_map(|name| Product::of_sbom(name)).collect());
        }
        let field = "enabled_capabilities.parameters.sbom_media_types";
        let products = named.iter().map(|name| {
            Product::of_sbom(name).ok_or_else(|| bad(field, format!("{name:?} is not made here")))
        });
        products.collect()
    }
}

/// The host of a registry in the form of references: without a dot, it needs a port to be
/// distinguished from a part of a repository of the public registry.
fn host(url: &Url) -> String {
    let host = url.authority();
    if host.contains(['.', ':']) || host == "localhost" {
        return host;
    }
    format!("{host}:{}", url.port())
}

/// The credential in the value of an `Authorization` header.
fn credential(authorization: &str) -> Result<Option<Credential>, BadRequest> {
    const FIELD: &str = "registry.authorization";
    if authorization.trim().is_empty() {
        return Ok(None);
    }
    let (scheme, value) = authorization.trim().split_once(' ').unwrap_or((authorization, ""));
    let value = value.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" if !value.is_empty() => Ok(Some(Credential::RegistryToken(value.to_owned()))),
        "basic" => {
            // The error does not quote the value, which is a secret.
            let bytes = STANDARD.decode(value).map_err(|_| bad(FIELD, "it is no Base64"))?;
            let text = String::from_utf8(bytes).map_err(|_| bad(FIELD, "it is no UTF-8"))?;
            let (user, password) =
                text.split_once(':').ok_or_else(|| bad(FIELD, "it has no password"))?;
            let (user, password) = (user.to_owned(), password.to_owned());
            Ok(Some(Credential::Basic { user, password }))
        }
        _ => Err(bad(FIELD, "it is neither Basic nor Bearer")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn request() -> Value {
        json!({
            "registry": {"url": "https://core.harbor.example", "authorization": "Basic dTpw"},
            "artifact": {"repository": "library/mongo", "digest": DIGEST, "tag": "3.4"},
        })
    }

    fn checked(request: &Value) -> Result<ScanRequest, BadRequest> {
        read(request.to_string().as_bytes())?.check()
    }

    #[test]
    fn a_request_names_an_image_and_who_asks() {
        let found = checked(&request()).unwrap();
        assert_eq!(found.image.to_string(), format!("core.harbor.example/library/mongo@{DIGEST}"));
        let (user, password) = ("u".to_owned(), "p".to_owned());
        assert_eq!(found.credential, Some(Credential::Basic { user, password }));
        assert!(!found.is_plain);
        assert_eq!(found.products.len(), 4);
        let mut inside = request();
        inside["registry"] = json!({"url": "http://core", "authorization": ""});
        inside["enabled_capabilities"] = json!([
            {"type": "sbom", "parameters": {"sbom_media_types": ["application/spdx+json"]}},
        ]);
        let found = checked(&inside).unwrap();
        assert_eq!(found.image.registry(), "core:80");
        assert!(found.is_plain && found.credential.is_none());
        assert_eq!(found.products, [Product::Spdx].into());
    }

    #[test]
    fn each_field_is_looked_at() {
        for (pointer, value, field) in [
            ("/registry/url", json!(""), "registry.url"),
            ("/registry/url", json!("core"), "registry.url"),
            ("/registry/url", json!("https://core.example/path"), "registry.url"),
            ("/registry/authorization", json!("Digest x"), "registry.authorization"),
            ("/registry/authorization", json!("Basic ***"), "registry.authorization"),
            ("/artifact/repository", json!(""), "artifact.repository"),
            ("/artifact/repository", json!("../.."), "artifact.repository"),
            ("/artifact/digest", json!("latest"), "artifact.digest"),
            ("/artifact", json!(null), "request"),
            ("/registry", json!("https://core"), "request"),
        ] {
            let mut request = request();
            *request.pointer_mut(pointer).unwrap() = value.clone();
            let error = checked(&request).unwrap_err();
            assert_eq!(error.status(), 422, "{pointer} {value}");
            assert!(error.to_string().starts_with(field), "{pointer} {value}: {error}");
        }
        let mut other = request();
        other["enabled_capabilities"] = json!([{"type": "secrets"}]);
        assert_eq!(checked(&other).unwrap_err().status(), 422);
        assert_eq!(read(b"{").unwrap_err().status(), 400);
    }
}

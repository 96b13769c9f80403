//! Referrers: the manifests that refer to another (`distribution-spec 1.1, Listing Referrers`).

use std::collections::BTreeSet;

use sealift_http::Response;
use sealift_model::{Descriptor, Digest};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::manifest::{ACCEPTED, media_type};
use crate::{Edited, Error, ErrorKind, Manifest, ManifestName, Repository};

/// The manifests that refer to another, as the registry lists them: nothing is verified.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Referrers {
    /// The manifests, those under the fallback tag last, none twice.
    pub manifests: Vec<Descriptor>,
    /// Whether the registry has the referrers API. Otherwise all manifests are from the fallback
    /// tag.
    pub is_supported: bool,
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Option<Vec<Descriptor>>,
}

/// The tag under which the referrers of a manifest are listed where the registry does not list
/// them (`distribution-spec 1.1, Referrers Tag Schema`).
#[must_use]
pub fn fallback_tag(subject: &Digest) -> String {
    format!("{}-{}", subject.algorithm().name(), subject.hex())
}

impl Repository {
    /// Lists the manifests that refer to another: those of the API, and those under the fallback
    /// tag, where clients put them before the registry had the API.
    ///
    /// # Errors
    /// When the registry gives no list, or one without end.
    pub fn referrers(&self, subject: &Digest) -> Result<Referrers, Error> {
        self.list_referrers(subject).map_err(|kind| self.error(kind))
    }

    pub(crate) fn list_referrers(&self, subject: &Digest) -> Result<Referrers, ErrorKind> {
        let mut found = Referrers::default();
        let first = self.url(&format!("referrers/{subject}"))?;
        let pages = self.pages(first, may_list, &mut |bytes| {
            add_entries(bytes, &mut found.manifests)?;
            Ok(found.manifests.len())
        })?;
        match pages {
            None => found.is_supported = true,
            // 404 is the specification's; the others come of registries that take the path for
            // something else, 200 with a page for people among them.
            Some(response) if matches!(response.status(), 200 | 400 | 404 | 405 | 406 | 501) => {}
            Some(response) => {
                return Err(ErrorKind::of(*response, "the list of referrers", self.limits()));
            }
        }
        let name = ManifestName::Tag(fallback_tag(subject));
        match self.fetch_manifest(&name) {
            Ok(index) => add_entries(&index.bytes, &mut found.manifests)?,
            Err(ErrorKind::NotFound { .. }) => {}
            Err(kind) => return Err(kind),
        }
        if found.manifests.len() > self.limits().max_entries {
            let max = self.limits().max_entries;
            return Err(ErrorKind::TooMany { max, unit: "entries" });
        }
        Ok(found)
    }

    /// Adds a manifest to the index under the fallback tag of its subject, and sees that it stays there.
    pub(crate) fn list_by_tag(
        &self,
        subject: &Digest,
        manifest: &Descriptor,
        bytes: &[u8],
    ) -> Result<(), ErrorKind> {
        let document: Value = serde_json::from_slice(bytes).map_err(ErrorKind::Malformed)?;
        let mut entry = json!({
            "mediaType": manifest.media_type,
            "digest": manifest.digest.to_string(),
            "size": manifest.size,
        });
        let config_type = document.get("config").and_then(|config| config.get("mediaType"));
        let members = [
            ("artifactType", document.get("artifactType").or(config_type)),
            ("annotations", document.get("annotations")),
        ];
        if let Some(entry) = entry.as_object_mut() {
            for (name, value) in members {
                if let Some(value) = value.filter(|value| !value.is_null()) {
                    entry.insert(name.to_owned(), value.clone());
                }
            }
        }
        let listed = self.edit_tag(&fallback_tag(subject), |there| {
            with_entry(there, &entry).map_err(|kind| self.error(kind))
        });
        listed.map_err(|error: Error| error.kind)
    }
}

/// Whether an answer may be a list: it "MUST" have the type of an index; registries that say no
/// more than that it is JSON, or nothing, are believed to mean one.
fn may_list(response: &Response) -> bool {
    let [index_type, ..] = ACCEPTED;
    let said = media_type(response);
    said == index_type || matches!(said.as_str(), "" | "application/json")
}

/// The index with this entry, unless it has it.
fn with_entry(there: Option<&Manifest>, entry: &Value) -> Result<Option<Edited>, ErrorKind> {
    let [index_type, ..] = ACCEPTED;
    let mut index = match there {
        Some(there) => serde_json::from_slice(&there.bytes).map_err(ErrorKind::Malformed)?,
        None => json!({"schemaVersion": 2, "mediaType": index_type, "manifests": []}),
    };
    let Some(Value::Array(entries)) = index.get_mut("manifests") else {
        return Err(ErrorKind::NotAManifest { media_type: index_type.to_owned() });
    };
    if entries.iter().any(|other| other.get("digest") == entry.get("digest")) {
        return Ok(None);
    }
    entries.push(entry.clone());
    let bytes = serde_json::to_vec(&index).map_err(ErrorKind::Malformed)?;
    Ok(Some(Edited { bytes, media_type: index_type.to_owned() }))
}

/// Adds the entries of an index that are not there yet.
fn add_entries(bytes: &[u8], into: &mut Vec<Descriptor>) -> Result<(), ErrorKind> {
    let index: Index = serde_json::from_slice(bytes).map_err(ErrorKind::Malformed)?;
    let mut seen: BTreeSet<Digest> = into.iter().map(|one| one.digest.clone()).collect();
    for descriptor in index.manifests.unwrap_or_default() {
        if seen.insert(descriptor.digest.clone()) {
            into.push(descriptor);
        }
    }
    Ok(())
}

//! Manifests of signatures (`image-spec manifest.md`, version 1.1), as far as they are needed here.

use sealift_model::Descriptor;

use super::ManifestError;
use crate::json::{self, Field, FieldErrorKind, Names};
use crate::limits::Limits;

/// A manifest that is attached to an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    /// Its type: the artifact type, else the media type of the config.
    pub(super) artifact_type: Option<String>,
    /// Its layers: each is a signature, an attestation or a bundle.
    pub(super) layers: Vec<Descriptor>,
}

impl Manifest {
    pub(super) fn from_json(bytes: &[u8], limits: &Limits) -> Result<Self, ManifestError> {
        let document = json::parse(bytes, limits.max_json_depth)?;
        let root = Field::root(&document, Names::Exact);
        if root.optional("manifests")?.is_some() {
            return Err(ManifestError::Index);
        }
        let config = root.optional("config")?.map(|config| config.optional("mediaType"));
        let artifact_type = match root.optional("artifactType")? {
            Some(artifact_type) => Some(artifact_type),
            None => config.transpose()?.flatten(),
        };
        // The caller counts the layers of all manifests, and refuses too many.
        let layers = root.list("layers", usize::MAX)?;
        Ok(Self {
            artifact_type: artifact_type.map(Field::string).transpose()?.map(str::to_owned),
            layers: layers.into_iter().map(descriptor).collect::<Result<_, _>>()?,
        })
    }
}

fn descriptor(field: Field<'_>) -> Result<Descriptor, ManifestError> {
    let digest = field.get("digest")?;
    let unknown = |_| digest.error(FieldErrorKind::Type { expected: "a digest" });
    let mut descriptor = Descriptor::new(
        field.get("mediaType")?.string()?,
        digest.string()?.parse().map_err(unknown)?,
        field.get("size")?.natural_int64()?,
    );
    if let Some(annotations) = field.optional("annotations")? {
        for (name, value) in annotations.members()? {
            descriptor.annotations.insert(name.to_owned(), value.string()?.to_owned());
        }
    }
    Ok(descriptor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonError;

    fn read(text: &str) -> Result<Vec<Descriptor>, ManifestError> {
        Manifest::from_json(text.as_bytes(), &Limits::default()).map(|manifest| manifest.layers)
    }

    #[test]
    fn reads_layers_with_their_annotations() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let text = format!(
            r#"{{"layers":[{{"mediaType":"m","digest":"{digest}","size":3,
                "annotations":{{"a":"b"}}}}],"config":null}}"#
        );
        let [layer] = &read(&text).unwrap()[..] else { panic!("one layer") };
        assert_eq!((layer.media_type.as_str(), layer.size), ("m", 3));
        assert_eq!(layer.annotations.get("a").map(String::as_str), Some("b"));
        assert_eq!(read(r#"{"layers":null}"#), Ok(Vec::new()));
    }

    #[test]
    fn refuses_what_is_malformed() {
        assert!(matches!(read("{"), Err(ManifestError::Json(JsonError::Syntax { .. }))));
        assert_eq!(read(r#"{"manifests":[]}"#), Err(ManifestError::Index));
        let error = read(r#"{"layers":[{"mediaType":"m","digest":"md5:0","size":1}]}"#);
        assert!(
            matches!(error, Err(ManifestError::Field(error)) if error.path == "layers[0].digest")
        );
    }
}

//! The parts of an SPDX document that are read.

use std::collections::HashMap;

use sealift_layers::LimitExceeded;
use sealift_model::Digest;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::document::{Gather, Take, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct Document<'a> {
    #[serde(borrow)]
    pub(super) spdx_version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) creation_info: Option<CreationInfo<'a>>,
    #[serde(borrow)]
    pub(super) document_describes: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    pub(super) packages: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) relationships: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) has_extracted_licensing_infos: Option<Gather<ExtractedLicense<'a>, Extracted>>,
    #[serde(borrow)]
    pub(super) annotations: Option<Gather<Annotation<'a>, Comments<'a>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct CreationInfo<'a> {
    #[serde(borrow)]
    pub(super) created: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct Element<'a> {
    #[serde(rename = "SPDXID", borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) version_info: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) supplier: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) checksums: Option<Gather<Checksum<'a>, FirstDigest>>,
    #[serde(borrow)]
    pub(super) source_info: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) license_declared: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) license_concluded: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) external_refs: Option<Gather<ExternalRef<'a>, FirstPurl<'a>>>,
    #[serde(borrow)]
    pub(super) primary_package_purpose: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) annotations: Option<Gather<Annotation<'a>, Comments<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct Checksum<'a> {
    #[serde(borrow)]
    algorithm: Option<Text<'a>>,
    #[serde(borrow)]
    checksum_value: Option<Text<'a>>,
}

/// The first SHA-256 or SHA-512 of a list of checksums.
#[derive(Default)]
pub(super) struct FirstDigest(pub(super) Option<Digest>);

impl Take<Checksum<'_>> for FirstDigest {
    fn take(&mut self, checksum: Checksum<'_>) -> Result<(), LimitExceeded> {
        let algorithm = match checksum.algorithm.as_deref() {
            Some("SHA256") => "sha256",
            Some("SHA512") => "sha512",
            _ => return Ok(()),
        };
        let value = checksum.checksum_value.filter(|_| self.0.is_none());
        let Some(value) = value else { return Ok(()) };
        self.0 = format!("{algorithm}:{}", value.to_ascii_lowercase()).parse().ok();
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct ExternalRef<'a> {
    #[serde(borrow)]
    reference_type: Option<Text<'a>>,
    #[serde(borrow)]
    reference_locator: Option<Text<'a>>,
}

/// The first purl of a list of references.
#[derive(Default)]
pub(super) struct FirstPurl<'a>(pub(super) Option<Text<'a>>);

impl<'a> Take<ExternalRef<'a>> for FirstPurl<'a> {
    fn take(&mut self, reference: ExternalRef<'a>) -> Result<(), LimitExceeded> {
        let is_purl = reference.reference_type.as_deref().is_some_and(|it| it.ends_with("purl"));
        if is_purl && self.0.is_none() {
            self.0 = reference.reference_locator;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Annotation<'a> {
    #[serde(borrow)]
    comment: Option<Text<'a>>,
}

/// The texts of a list of annotations.
#[derive(Default)]
pub(super) struct Comments<'a>(pub(super) Vec<Text<'a>>);

impl<'a> Take<Annotation<'a>> for Comments<'a> {
    fn take(&mut self, annotation: Annotation<'a>) -> Result<(), LimitExceeded> {
        self.0.extend(annotation.comment);
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct ExtractedLicense<'a> {
    #[serde(borrow)]
    license_id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
}

/// Names of the licences that are not on SPDX's list, by their reference.
#[derive(Default)]
pub(super) struct Extracted(pub(super) HashMap<String, String>);

impl Take<ExtractedLicense<'_>> for Extracted {
    fn take(&mut self, license: ExtractedLicense<'_>) -> Result<(), LimitExceeded> {
        if let (Some(id), Some(name)) = (license.license_id, license.name) {
            self.0.insert(id.0.into_owned(), name.0.into_owned());
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct Relationship<'a> {
    #[serde(borrow)]
    pub(super) spdx_element_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) related_spdx_element: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) relationship_type: Option<Text<'a>>,
}

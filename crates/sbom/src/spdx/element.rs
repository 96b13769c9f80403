//! Packages, the distribution and the subject as SPDX packages.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sealift_model::{Algorithm, Digest, Distribution, Package, Purl, SourcePackage};

use super::document::{Annotation, Checksum, Element, ExternalRef, ExtractedLicense, NOASSERTION};
use super::notes;
use crate::document::{LicenseList, References, all_of};
use crate::{Subject, SubjectKind};

/// Makes the elements of one document.
pub(super) struct Elements<'a> {
    annotator: String,
    date: String,
    list: LicenseList,
    /// References for licences that are not on the list, by their text.
    extracted: BTreeMap<&'a str, String>,
    references: References,
}

impl<'a> Elements<'a> {
    pub(super) fn new(tool: &str, date: &str) -> Self {
        Self {
            annotator: format!("Tool: {tool}"),
            date: date.to_owned(),
            list: LicenseList::new(),
            extracted: BTreeMap::new(),
            references: References::default(),
        }
    }

    pub(super) fn of_package(&mut self, package: &'a Package, id: String) -> Element<'a> {
        let licenses = self.list.classify_all(&package.licenses);
        let (extracted, references) = (&mut self.extracted, &mut self.references);
        let declared = all_of(&licenses, |text| {
            let fresh = || references.take(format!("LicenseRef-{}", id_part(text, 40)), "-");
            extracted.entry(text).or_insert_with(fresh).clone()
        });
        Element {
            version_info: some(&package.version),
            supplier: package.maintainer.as_deref().map_or(NOASSERTION.into(), supplier),
            checksums: package.digest.iter().map(checksum).collect(),
            source_info: package.source.as_ref().map(source_info),
            license_declared: declared.map_or(NOASSERTION.into(), Cow::Owned),
            external_refs: vec![purl_ref(&package.purl)],
            primary_package_purpose: "LIBRARY",
            annotations: self.annotations(notes::of_package(package)),
            ..empty(&package.name, id)
        }
    }

    pub(super) fn of_distribution(
        &self,
        distribution: &'a Distribution,
        id: String,
    ) -> Element<'a> {
        let version = distribution.full_version.as_ref().or(distribution.version_id.as_ref());
        Element {
            version_info: version.and_then(|version| some(version)),
            primary_package_purpose: "OPERATING_SYSTEM",
            annotations: self.annotations(notes::of_distribution(distribution)),
            ..empty(&distribution.id, id)
        }
    }

    pub(super) fn of_subject(&self, subject: &'a Subject, id: String) -> Element<'a> {
        Element {
            version_info: subject.version.as_deref().and_then(some),
            checksums: subject.digest.iter().map(checksum).collect(),
            external_refs: subject.purl.iter().map(purl_ref).collect(),
            primary_package_purpose: match subject.kind {
                SubjectKind::Container => "CONTAINER",
                SubjectKind::FileSystem => "APPLICATION",
            },
            annotations: self.annotations(notes::of_subject(subject)),
            ..empty(&subject.name, id)
        }
    }

    pub(super) fn annotations(&self, comments: Vec<String>) -> Vec<Annotation> {
        let one = |comment| Annotation {
            annotator: self.annotator.clone(),
            annotation_date: self.date.clone(),
            annotation_type: "OTHER",
            comment,
        };
        comments.into_iter().map(one).collect()
    }

    /// The licences that elements refer to and that are not on the list (clause 10).
    pub(super) fn into_extracted(self) -> Vec<ExtractedLicense<'a>> {
        let one = |(name, license_id)| ExtractedLicense {
            license_id,
            extracted_text: format!("The package declares its licence as: {name}"),
            name,
        };
        self.extracted.into_iter().map(one).collect()
    }
}

/// The part of a text that an identifier may have (clause 7.2, clause 10.1): letters, digits, `.`
/// and `-`, anything else as `-`.
pub(super) fn id_part(text: &str, most: usize) -> String {
    let permitted = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    text.chars().take(most).map(permitted).collect()
}

fn empty(name: &str, id: String) -> Element<'_> {
    Element {
        // Clause 7.1 wants a name.
        name: if name.is_empty() { NOASSERTION } else { name },
        id,
        version_info: None,
        supplier: NOASSERTION.into(),
        download_location: NOASSERTION,
        files_analyzed: false,
        checksums: Vec::new(),
        source_info: None,
        license_concluded: NOASSERTION,
        license_declared: NOASSERTION.into(),
        copyright_text: NOASSERTION,
        external_refs: Vec::new(),
        primary_package_purpose: "OTHER",
        annotations: Vec::new(),
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// `Name <address>` as clause 7.5 writes it. Whether it is one person is not known.
fn supplier(maintainer: &str) -> Cow<'static, str> {
    let parts = maintainer.strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    Cow::Owned(match parts {
        Some((name, address)) => format!("Organization: {} ({address})", name.trim()),
        None => format!("Organization: {maintainer}"),
    })
}

/// The sentence that Trivy writes, and reads.
fn source_info(source: &SourcePackage) -> String {
    format!("built package from: {} {}", source.name, source.version)
}

fn checksum(digest: &Digest) -> Checksum {
    let algorithm = match digest.algorithm() {
        Algorithm::Sha512 => "SHA512",
        _ => "SHA256",
    };
    Checksum { algorithm, checksum_value: digest.hex() }
}

fn purl_ref(purl: &Purl) -> ExternalRef {
    ExternalRef {
        reference_category: "PACKAGE-MANAGER",
        reference_type: "purl",
        reference_locator: purl.to_string(),
    }
}

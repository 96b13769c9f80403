//! Reads packages, the distribution and the subject from elements.

use std::collections::HashMap;

use sealift_model::{Distribution, Package, Purl, SourcePackage};

use super::document::NOASSERTION;
use super::input::Element;
use super::notes;
use crate::document::Text;
use crate::{Subject, SubjectKind};

/// Fills in what an element says beside its purl. `extracted` names the licences that are not on
/// SPDX's list.
pub(super) fn package(
    package: &mut Package,
    element: &Element<'_>,
    extracted: &HashMap<String, String>,
    purl: &str,
) {
    package.maintainer = element.supplier.as_deref().and_then(supplier);
    package.digest = element.checksums.as_ref().and_then(|checksums| checksums.0.0.clone());
    let stated = |text: &&Text<'_>| !matches!(&***text, "" | "NONE" | NOASSERTION);
    let license = element.license_declared.as_ref().filter(stated);
    let license = license.or(element.license_concluded.as_ref().filter(stated));
    package.licenses = license.map_or_else(Vec::new, |text| licenses(text, extracted));
    if let Some(source) = element.source_info.as_deref().and_then(source) {
        package.source = Some(source);
    }
    for comment in comments(element) {
        notes::tell_package(package, comment);
    }
    if package.locations.is_empty() {
        package.locations.push(sealift_model::Location::new(""));
    }
    let reference = element.id.as_deref().filter(|id| !id.is_empty()).unwrap_or(purl);
    for place in package.locations.iter_mut().filter(|place| place.path.is_empty()) {
        reference.clone_into(&mut place.path);
    }
}

/// The distribution that an operating system element names; none without a name.
pub(super) fn distribution(element: &Element<'_>) -> Option<Distribution> {
    let name = element.name.as_deref().filter(|name| !name.is_empty())?;
    let version = element.version_info.as_deref().filter(|version| !version.is_empty());
    let mut distribution = Distribution::from_name(name, version);
    for comment in comments(element) {
        notes::tell_distribution(&mut distribution, comment);
    }
    Some(distribution)
}

/// What a document is about, of which `element` tells.
pub(super) fn subject(element: &Element<'_>) -> Subject {
    let purpose = element.primary_package_purpose.as_deref();
    let kind = match purpose {
        Some("CONTAINER") => SubjectKind::Container,
        _ => SubjectKind::FileSystem,
    };
    let mut subject = Subject::new(kind, element.name.as_deref().unwrap_or_default());
    subject.version = element.version_info.as_deref().map(str::to_owned);
    let purl = element.external_refs.as_ref().and_then(|refs| refs.0.0.as_deref());
    subject.purl = purl.and_then(|purl| Purl::parse_lenient(purl).ok());
    for comment in comments(element) {
        notes::tell_subject(&mut subject, comment);
    }
    subject
}

fn comments<'e>(element: &'e Element<'_>) -> impl Iterator<Item = &'e str> {
    let comments = element.annotations.iter().flat_map(|comments| &comments.0.0);
    comments.map(|comment| &**comment)
}

/// `Organization: Name (address)` (SPDX 2.3, 7.5) as `Name <address>`.
fn supplier(text: &str) -> Option<String> {
    let name = text.strip_prefix("Organization: ").or_else(|| text.strip_prefix("Person: "))?;
    let parts = name.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    Some(match parts.filter(|(_, address)| address.contains('@')) {
        Some((name, address)) => format!("{} <{address}>", name.trim()),
        None => name.to_owned(),
    })
}

/// The sentence that Trivy and sealift write: `built package from: glibc 2.36-9`.
fn source(text: &str) -> Option<SourcePackage> {
    let (name, version) = text.strip_prefix("built package from: ")?.split_once(' ')?;
    Some(SourcePackage::new(name, version))
}

/// The licences of an expression: each by itself where all hold, references by their names.
fn licenses(expression: &str, extracted: &HashMap<String, String>) -> Vec<String> {
    let name = |text: &str| extracted.get(text).map_or_else(|| text.to_owned(), Clone::clone);
    if expression.contains(['(', ')']) || expression.contains(" OR ") {
        let terms = expression.split_inclusive([' ', '(', ')']).map(|part| {
            let term = part.trim_end_matches([' ', '(', ')']);
            format!("{}{}", name(term), part.get(term.len()..).unwrap_or_default())
        });
        return vec![terms.collect()];
    }
    expression.split(" AND ").map(name).collect()
}

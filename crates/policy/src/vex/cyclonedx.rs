//! CycloneDX with vulnerabilities that have an analysis.

use std::collections::BTreeMap;

use sealift_model::{Purl, PurlError, Timestamp};
use serde::Deserialize;

use super::{Product, Read, Statement, VexStatus, decoded, some};
use crate::error::json;
use crate::{Error, Limits};

/// CycloneDX 1.6, `vulnerabilities[].analysis.justification`.
const JUSTIFICATIONS: [&str; 9] = [
    "code_not_present",
    "code_not_reachable",
    "requires_configuration",
    "requires_dependency",
    "requires_environment",
    "protected_by_compiler",
    "protected_at_runtime",
    "protected_at_perimeter",
    "protected_by_mitigating_control",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bom {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    component: Option<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(rename = "bom-ref", default)]
    bom_ref: Option<String>,
    #[serde(default)]
    purl: Option<String>,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    references: Vec<Reference>,
    #[serde(default)]
    updated: Option<String>,
    #[serde(default)]
    analysis: Option<Analysis>,
    #[serde(default)]
    affects: Vec<Affected>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Analysis {
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    justification: Option<String>,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    first_issued: Option<String>,
    #[serde(default)]
    last_updated: Option<String>,
}

#[derive(Deserialize)]
struct Affected {
    #[serde(rename = "ref", default)]
    reference: String,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    version: Option<String>,
}

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Read, Error> {
    let bom: Bom = json(bytes, limits)?;
    let mut purls = BTreeMap::new();
    let mut level: Vec<Component> =
        bom.metadata.component.into_iter().chain(bom.components).collect();
    while let Some(component) = level.pop() {
        if let (Some(reference), Some(purl)) = (component.bom_ref, component.purl) {
            purls.insert(reference, purl);
        }
        level.extend(component.components);
    }
    let mut read = Read::default();
    let time = bom.metadata.timestamp.as_deref();
    let mut products = 0_usize;
    for (at, vulnerability) in bom.vulnerabilities.into_iter().enumerate() {
        let affected = vulnerability.affects.iter().map(|it| it.versions.len().max(1));
        products = products.saturating_add(affected.sum());
        read.check(products, limits)?;
        let place = format!("vulnerabilities[{at}]");
        statement(vulnerability, place, &purls, time, &mut read);
    }
    Ok(read)
}

fn statement(
    vulnerability: Vulnerability,
    place: String,
    purls: &BTreeMap<String, String>,
    document_time: Option<&str>,
    read: &mut Read,
) {
    let others = vulnerability.references.into_iter().filter_map(|reference| reference.id);
    let ids: Vec<String> =
        vulnerability.id.into_iter().chain(others).filter(|id| !id.is_empty()).collect();
    let Some(id) = ids.first().cloned() else {
        return read.skip(place, "", "it names no vulnerability");
    };
    let Some(analysis) = vulnerability.analysis else {
        return read.skip(place, &id, "it has no analysis");
    };
    let word = analysis.state.unwrap_or_default();
    let Some(status) = status(&word) else {
        return read.skip(place, &id, format!("{word:?} is no state of an analysis"));
    };
    let written = analysis.last_updated.or(analysis.first_issued).or(vulnerability.updated);
    let written = written.as_deref().or(document_time);
    let time: Option<Timestamp> = written.and_then(|text| text.parse().ok());
    let mut products = Vec::new();
    for (at, affected) in vulnerability.affects.iter().enumerate() {
        match product(affected, purls) {
            Ok(product) => products.push(product),
            Err(reason) => read.skip(format!("{place}.affects[{at}]"), &id, reason.to_string()),
        }
    }
    if products.is_empty() {
        if vulnerability.affects.is_empty() {
            read.skip(place, &id, "it names no product");
        }
        return;
    }
    let justification = read.justification(&place, &id, analysis.justification, &JUSTIFICATIONS);
    read.statements.push(Statement {
        place,
        ids,
        products,
        status,
        justification,
        statement: some(analysis.detail),
        time,
    });
}

fn status(state: &str) -> Option<VexStatus> {
    match state {
        "resolved" | "resolved_with_pedigree" => Some(VexStatus::Fixed),
        "exploitable" => Some(VexStatus::Affected),
        "in_triage" => Some(VexStatus::UnderInvestigation),
        "false_positive" | "not_affected" => Some(VexStatus::NotAffected),
        _ => None,
    }
}

/// Why a product cannot be compared with packages.
#[derive(Debug, thiserror::Error)]
enum NoProduct {
    #[error("{0} is in another document, and no purl")]
    Elsewhere(String),
    #[error("{0} is no component with a purl")]
    NoPurl(String),
    #[error("{text}: {error}")]
    Purl { text: String, error: PurlError },
    #[error("{0} has a range of versions, which is not read")]
    Range(String),
}

/// Returns the product of a reference: a component of this document, or of another document where
/// the reference itself is a purl (a BOM-Link, `urn:cdx:<serial>/<version>#<ref>`). A BOM-Link
/// names an element of one document: code that is not reachable in one product may be in another
/// with the same package.
fn product(affected: &Affected, purls: &BTreeMap<String, String>) -> Result<Product, NoProduct> {
    let reference = affected.reference.as_str();
    let link = reference.split_once('#').filter(|_| reference.starts_with("urn:cdx:"));
    let linked = link.map(|(_, reference)| decoded(reference));
    let local = purls.get(reference).map(String::as_str);
    let text = local
        .or_else(|| linked.as_deref().filter(|text| text.starts_with("pkg:")))
        .or_else(|| Some(reference).filter(|text| text.starts_with("pkg:")))
        .ok_or_else(|| match linked {
            Some(_) => NoProduct::Elsewhere(reference.to_owned()),
            None => NoProduct::NoPurl(reference.to_owned()),
        })?;
    let failed = |error| NoProduct::Purl { text: text.to_owned(), error };
    let purl = Purl::parse_lenient(text).map_err(failed)?;
    let document = link.map(|(document, _)| document.to_ascii_lowercase());
    let mut product = Product { name: text.to_owned(), document, ..Product::default() };
    if purl.version().is_some() || affected.versions.is_empty() {
        product.purls = vec![purl];
        return Ok(product);
    }
    for version in &affected.versions {
        let Some(version) = &version.version else {
            return Err(NoProduct::Range(text.to_owned()));
        };
        let purl = purl.clone().into_builder().version(version.as_str()).build();
        product.purls.push(purl.map_err(failed)?);
    }
    Ok(product)
}

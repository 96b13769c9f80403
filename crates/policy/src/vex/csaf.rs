//! CSAF with the profile VEX (CSAF 2.0, 4.5): statements about the products of a tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sealift_matcher::version::MAX_BYTES;
use sealift_model::{Purl, PurlError, Timestamp};
use serde::Deserialize;

use super::{JUSTIFICATIONS, Product, Read, Statement, VersionRange, VexStatus, some};
use crate::error::json;
use crate::{Error, Limits};

const PROFILE: &str = "csaf_vex";

#[derive(Deserialize)]
struct Csaf {
    document: Meta,
    #[serde(default)]
    product_tree: Tree,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    category: String,
    #[serde(default)]
    tracking: Tracking,
}

#[derive(Default, Deserialize)]
struct Tracking {
    #[serde(default)]
    current_release_date: Option<String>,
}

#[derive(Default, Deserialize)]
struct Tree {
    #[serde(default)]
    branches: Vec<Branch>,
    #[serde(default)]
    full_product_names: Vec<FullName>,
    #[serde(default)]
    relationships: Vec<Relationship>,
    #[serde(default)]
    product_groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(default)]
    category: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    branches: Vec<Branch>,
    #[serde(default)]
    product: Option<FullName>,
}

#[derive(Clone, Deserialize)]
struct FullName {
    #[serde(default)]
    name: String,
    product_id: String,
    #[serde(default)]
    product_identification_helper: Helper,
    /// The versions that the branches above name.
    #[serde(skip)]
    versions: Versions,
}

/// The versions that a branch names (CSAF 2.0, 3.1.2.3), for the products below it.
#[derive(Clone, Default)]
enum Versions {
    /// The branches name no version, or all.
    #[default]
    Any,
    One(Arc<str>),
    Range(Arc<VersionRange>),
    /// The name is not a `vers` range, or one that cannot be evaluated.
    Unread,
}

impl Versions {
    /// Returns the versions of a branch where it names any, else those of its parent.
    fn below(self, branch: &Branch) -> Self {
        let name = branch.name.as_str();
        let is_text = !name.is_empty() && name.len() <= MAX_BYTES;
        match branch.category.as_str() {
            "product_version" | "product_version_range" if !is_text => Self::Unread,
            "product_version" => Self::One(name.into()),
            "product_version_range" if name == "vers:all/*" => Self::Any,
            "product_version_range" => match VersionRange::parse(name) {
                Some(range) => Self::Range(Arc::new(range)),
                None => Self::Unread,
            },
            _ => self,
        }
    }
}

#[derive(Clone, Default, Deserialize)]
struct Helper {
    #[serde(default)]
    purl: Option<String>,
    /// CSAF 2.1.
    #[serde(default)]
    purls: Vec<String>,
    #[serde(default)]
    hashes: Vec<FileHashes>,
}

#[derive(Clone, Deserialize)]
struct FileHashes {
    #[serde(default)]
    file_hashes: Vec<FileHash>,
}

#[derive(Clone, Deserialize)]
struct FileHash {
    #[serde(default)]
    algorithm: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct Relationship {
    #[serde(default)]
    category: String,
    full_product_name: FullName,
    product_reference: String,
    relates_to_product_reference: String,
}

#[derive(Deserialize)]
struct Group {
    group_id: String,
    #[serde(default)]
    product_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default)]
    cve: Option<String>,
    #[serde(default)]
    ids: Vec<OtherId>,
    #[serde(default)]
    product_status: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    flags: Vec<Flag>,
    #[serde(default)]
    threats: Vec<Threat>,
}

#[derive(Deserialize)]
struct OtherId {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Flag {
    #[serde(default)]
    label: String,
    #[serde(default)]
    product_ids: Vec<String>,
    #[serde(default)]
    group_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Threat {
    #[serde(default)]
    category: String,
    #[serde(default)]
    details: String,
    #[serde(default)]
    product_ids: Vec<String>,
    #[serde(default)]
    group_ids: Vec<String>,
}

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Read, Error> {
    let csaf: Csaf = json(bytes, limits)?;
    if csaf.document.category != PROFILE {
        return Err(Error::OtherDocument {
            field: "document.category",
            value: csaf.document.category,
            expected: PROFILE,
        });
    }
    let written = csaf.document.tracking.current_release_date;
    let time: Option<Timestamp> = written.and_then(|text| text.parse().ok());
    let products = Products::of(csaf.product_tree, limits)?;
    let mut read = Read::default();
    for (at, vulnerability) in csaf.vulnerabilities.iter().enumerate() {
        let stated = vulnerability.product_status.values().map(Vec::len).sum();
        read.check(stated, limits)?;
        statements(vulnerability, &format!("vulnerabilities[{at}]"), time, &products, &mut read);
    }
    // All statements are as old as the document, and of equally old ones the last counts. Where a
    // product is listed as both affected and not affected, for one CVE, affected must win.
    read.statements.sort_by_key(|statement| match statement.status {
        VexStatus::NotAffected | VexStatus::Fixed => 0,
        VexStatus::UnderInvestigation => 1,
        VexStatus::Affected => 2,
    });
    Ok(read)
}

/// Makes one statement for each product, as each has its own flags and threats.
fn statements(
    vulnerability: &Vulnerability,
    place: &str,
    time: Option<Timestamp>,
    products: &Products,
    read: &mut Read,
) {
    let others = vulnerability.ids.iter().map(|id| id.text.clone());
    let ids: Vec<String> =
        vulnerability.cve.iter().cloned().chain(others).filter(|id| !id.is_empty()).collect();
    let Some(id) = ids.first() else {
        return read.skip(place.to_owned(), "", "it names no vulnerability");
    };
    // `recommended` states nothing about the vulnerability.
    let stated = vulnerability.product_status.iter();
    for (status, word, product_ids) in
        stated.filter_map(|(word, ids)| Some((status(word)?, word, ids)))
    {
        for (at, product_id) in product_ids.iter().enumerate() {
            let place = format!("{place}.product_status.{word}[{at}]");
            let product = match products.product(product_id) {
                Ok(product) => product,
                Err(reason) => {
                    read.skip(place, id, reason.to_string());
                    continue;
                }
            };
            let flag = vulnerability
                .flags
                .iter()
                .find(|flag| products.is_among(product_id, &flag.product_ids, &flag.group_ids));
            let impact = vulnerability.threats.iter().find(|threat| {
                threat.category == "impact"
                    && products.is_among(product_id, &threat.product_ids, &threat.group_ids)
            });
            let label = flag.map(|flag| flag.label.clone());
            let justification = read.justification(&place, id, label, &JUSTIFICATIONS);
            read.statements.push(Statement {
                place,
                ids: ids.clone(),
                products: vec![product],
                status,
                justification,
                statement: some(impact.map(|threat| threat.details.clone())),
                time,
            });
        }
    }
}

/// Returns the status of a word (CSAF 2.0, 3.2.3.9).
fn status(word: &str) -> Option<VexStatus> {
    match word {
        "known_not_affected" => Some(VexStatus::NotAffected),
        "known_affected" | "first_affected" | "last_affected" => Some(VexStatus::Affected),
        "fixed" | "first_fixed" => Some(VexStatus::Fixed),
        "under_investigation" => Some(VexStatus::UnderInvestigation),
        _ => None,
    }
}

/// The products of the tree by their ids.
#[derive(Default)]
struct Products {
    named: BTreeMap<String, FullName>,
    /// The part and the whole of each relationship, by its id.
    parts: BTreeMap<String, (String, String)>,
    groups: BTreeMap<String, BTreeSet<String>>,
}

/// Why a product cannot be compared with packages.
#[derive(Debug, thiserror::Error)]
enum NoProduct {
    #[error("{0} is not in the product tree")]
    NotThere(String),
    #[error("{0} has no purl")]
    NoPurl(String),
    #[error("{0} has neither purl nor SHA-256")]
    Nameless(String),
    #[error("{text}: {error}")]
    Purl { text: String, error: PurlError },
    #[error("{0} has versions that are not read")]
    Versions(String),
}

impl Products {
    fn of(tree: Tree, limits: &Limits) -> Result<Self, Error> {
        let mut products = Self::default();
        let mut level: Vec<(Versions, Branch)> =
            tree.branches.into_iter().map(|branch| (Versions::Any, branch)).collect();
        let mut depth = 0;
        products.add_all(tree.full_product_names);
        while !level.is_empty() {
            depth += 1;
            if depth > limits.max_depth {
                return Err(Error::LimitExceeded { limit: "levels", max: limits.max_depth });
            }
            let mut below = Vec::new();
            for (versions, branch) in level {
                let versions = versions.below(&branch);
                let product = branch.product;
                products.add_all(product.map(|it| FullName { versions: versions.clone(), ..it }));
                below.extend(branch.branches.into_iter().map(|it| (versions.clone(), it)));
            }
            level = below;
        }
        for relationship in tree.relationships {
            let id = relationship.full_product_name.product_id.clone();
            let ends = (relationship.product_reference, relationship.relates_to_product_reference);
            let of_others = [
                "optional_component_of",
                "default_component_of",
                "installed_on",
                "installed_with",
                "external_component_of",
            ];
            if of_others.contains(&relationship.category.as_str()) {
                products.parts.insert(id, ends);
            }
            products.add_all([relationship.full_product_name]);
        }
        for group in tree.product_groups {
            products.groups.insert(group.group_id, group.product_ids.into_iter().collect());
        }
        Ok(products)
    }

    fn add_all(&mut self, names: impl IntoIterator<Item = FullName>) {
        self.named.extend(names.into_iter().map(|name| (name.product_id.clone(), name)));
    }

    /// Returns a product, or the reason why it cannot be compared with packages.
    fn product(&self, id: &str) -> Result<Product, NoProduct> {
        let named = self.named(id)?;
        let Some((part, whole)) = self.parts.get(id) else {
            return self.whole(id, named);
        };
        let (part, holder) = (self.named(part)?, self.named(whole)?);
        let (components, component_versions) = purls(part)?;
        if components.is_empty() {
            return Err(NoProduct::NoPurl(part.product_id.clone()));
        }
        Ok(Product { components, component_versions, ..self.whole(whole, holder)? })
    }

    fn named(&self, id: &str) -> Result<&FullName, NoProduct> {
        self.named.get(id).ok_or_else(|| NoProduct::NotThere(id.to_owned()))
    }

    fn whole(&self, id: &str, named: &FullName) -> Result<Product, NoProduct> {
        let (purls, versions) = purls(named)?;
        let hashes = named.product_identification_helper.hashes.iter();
        let hashes = hashes.flat_map(|file| &file.file_hashes);
        let digests: Vec<String> = hashes
            .filter(|hash| hash.algorithm.eq_ignore_ascii_case("sha256"))
            .map(|hash| hash.value.to_ascii_lowercase())
            .collect();
        if purls.is_empty() && digests.is_empty() {
            return Err(NoProduct::Nameless(id.to_owned()));
        }
        let name = if named.name.is_empty() { id } else { &named.name };
        Ok(Product { name: name.to_owned(), purls, versions, digests, ..Product::default() })
    }

    /// Whether a list of products and groups includes a product; empty lists include all.
    fn is_among(&self, id: &str, products: &[String], groups: &[String]) -> bool {
        (products.is_empty() && groups.is_empty())
            || products.iter().any(|known| known == id)
            || groups
                .iter()
                .any(|group| self.groups.get(group).is_some_and(|products| products.contains(id)))
    }
}

/// Returns the purls of a product, and the version range for purls without a version.
fn purls(named: &FullName) -> Result<(Vec<Purl>, Option<Arc<VersionRange>>), NoProduct> {
    let helper = &named.product_identification_helper;
    let texts = helper.purl.iter().chain(&helper.purls);
    let purls: Vec<Purl> =
        texts.map(|text| purl(text, &named.versions)).collect::<Result<_, _>>()?;
    let range = match &named.versions {
        Versions::Range(range) => Some(Arc::clone(range)),
        _ => None,
    };
    Ok((purls, range))
}

/// The version in the name of a branch, which may repeat that of the product: `leaf-1.3.0`. None
/// where it is that alone, as for components without a fix.
fn version_in<'n>(name: &'n str, purl: &Purl) -> Option<&'n str> {
    let version =
        name.strip_prefix(purl.name()).map_or(name, |rest| rest.trim_start_matches(['-', ' ']));
    let digits = version.strip_prefix('v').filter(|_| purl.kind() != "golang").unwrap_or(version);
    let is_version = version.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    is_version.then_some(digits)
}

/// Reads a purl; the branch's version is used where it has none.
fn purl(text: &str, versions: &Versions) -> Result<Purl, NoProduct> {
    let wrong = |error| NoProduct::Purl { text: text.to_owned(), error };
    let purl = Purl::parse_lenient(text).map_err(wrong)?;
    // An image's purl has its digest as version; what people call its version is the tag.
    let is_tagged = purl.kind() == "oci" && purl.qualifier("tag").is_some();
    if purl.version().is_some() || is_tagged {
        return Ok(purl);
    }
    match versions {
        Versions::One(name) => match version_in(name, &purl) {
            Some(version) => purl.into_builder().version(version).build().map_err(wrong),
            None => Ok(purl),
        },
        Versions::Unread => Err(NoProduct::Versions(text.to_owned())),
        Versions::Any | Versions::Range(_) => Ok(purl),
    }
}

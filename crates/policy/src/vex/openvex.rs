//! OpenVEX 0.2.0, and the different form of older versions: vulnerabilities and products as plain
//! texts.

use std::collections::BTreeMap;

use sealift_model::{Purl, Timestamp};
use serde::Deserialize;

use super::{JUSTIFICATIONS, Product, Read, Statement, VexStatus, some};
use crate::error::json;
use crate::{Error, Limits};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    last_updated: Option<String>,
    #[serde(default)]
    statements: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    vulnerability: Option<Vulnerability>,
    #[serde(default)]
    products: Vec<ProductEntry>,
    #[serde(default)]
    subcomponents: Vec<Component>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    justification: Option<String>,
    #[serde(default)]
    impact_statement: Option<String>,
    #[serde(default)]
    status_notes: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    last_updated: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Vulnerability {
    Id(String),
    Named {
        #[serde(default)]
        name: String,
        #[serde(default)]
        aliases: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ProductEntry {
    Id(String),
    Described {
        #[serde(flatten)]
        component: Described,
        #[serde(default)]
        subcomponents: Vec<Component>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Component {
    Id(String),
    Described(Described),
}

#[derive(Default, Deserialize)]
struct Described {
    #[serde(rename = "@id", default)]
    id: Option<String>,
    #[serde(default)]
    identifiers: BTreeMap<String, String>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

impl Described {
    fn of_id(id: String) -> Self {
        Self { id: Some(id), ..Self::default() }
    }

    fn name(&self) -> &str {
        let purl = self.identifiers.get("purl").map(String::as_str);
        self.id.as_deref().or(purl).unwrap_or("a product without a name")
    }

    /// Returns the purls of the product, and the problem with the first invalid one.
    fn purls(&self) -> (Vec<Purl>, Option<String>) {
        let id = self.id.as_ref().filter(|id| id.starts_with("pkg:"));
        let mut problem = None;
        let mut purls: Vec<Purl> = Vec::new();
        for text in id.into_iter().chain(self.identifiers.get("purl")) {
            match Purl::parse_lenient(text) {
                Ok(purl) if !purls.contains(&purl) => purls.push(purl),
                Ok(_) => {}
                Err(error) => drop(problem.get_or_insert(format!("{text}: {error}"))),
            }
        }
        (purls, problem)
    }

    fn digests(&self) -> Vec<String> {
        let known =
            self.hashes.iter().filter(|(kind, _)| ["sha-256", "sha256"].contains(&kind.as_str()));
        known.map(|(_, hex)| hex.to_ascii_lowercase()).collect()
    }
}

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Read, Error> {
    let document: Document = json(bytes, limits)?;
    let time = document.last_updated.or(document.timestamp);
    let mut read = Read::default();
    let mut products = 0_usize;
    for (at, entry) in document.statements.into_iter().enumerate() {
        products = products.saturating_add(entry.products.len());
        read.check(products, limits)?;
        statement(entry, format!("statements[{at}]"), time.as_deref(), &mut read);
    }
    Ok(read)
}

fn statement(entry: Entry, place: String, document_time: Option<&str>, read: &mut Read) {
    let ids = match entry.vulnerability {
        Some(Vulnerability::Id(id)) => vec![id],
        Some(Vulnerability::Named { name, aliases }) => {
            std::iter::once(name).chain(aliases).collect()
        }
        None => Vec::new(),
    };
    let ids: Vec<String> = ids.into_iter().filter(|id| !id.is_empty()).collect();
    let Some(id) = ids.first().cloned() else {
        return read.skip(place, "", "it names no vulnerability");
    };
    let Some(status) = VexStatus::from_name(&entry.status) else {
        return read.skip(place, &id, format!("{:?} is no status", entry.status));
    };
    let written = entry.last_updated.as_deref().or(entry.timestamp.as_deref()).or(document_time);
    let time: Option<Timestamp> = written.and_then(|text| text.parse().ok());
    if time.is_none()
        && let Some(text) = written
    {
        return read.skip(place, &id, format!("{text:?} is no time"));
    }
    let shared = components(entry.subcomponents, &place, &id, read);
    let mut products = Vec::new();
    for (at, product) in entry.products.into_iter().enumerate() {
        let place = format!("{place}.products[{at}]");
        products.extend(one_product(product, place, &id, &shared, read));
    }
    if products.is_empty() {
        if !read.unusable.last().is_some_and(|last| last.place.starts_with(&place)) {
            read.skip(place, &id, "it names no product");
        }
        return;
    }
    let justification = read.justification(&place, &id, entry.justification, &JUSTIFICATIONS);
    read.statements.push(Statement {
        place,
        ids,
        products,
        status,
        justification,
        statement: some(entry.impact_statement).or(some(entry.status_notes)),
        time,
    });
}

fn one_product(
    product: ProductEntry,
    place: String,
    id: &str,
    shared: &Components,
    read: &mut Read,
) -> Option<Product> {
    let (described, own) = match product {
        ProductEntry::Id(id) => (Described::of_id(id), Vec::new()),
        ProductEntry::Described { component, subcomponents } => (component, subcomponents),
    };
    let own = components(own, &place, id, read);
    // There are components, but no usable one: the statement is not about the whole product.
    if (own.named || shared.named) && own.purls.is_empty() && shared.purls.is_empty() {
        return None;
    }
    let (purls, problem) = described.purls();
    let digests = described.digests();
    if purls.is_empty() && digests.is_empty() {
        let name = described.name();
        let reason = problem.unwrap_or_else(|| format!("{name} has neither purl nor SHA-256"));
        read.skip(place, id, reason);
        return None;
    }
    let components = own.purls.into_iter().chain(shared.purls.iter().cloned()).collect();
    let name = described.name().to_owned();
    Some(Product { name, purls, digests, components, ..Product::default() })
}

#[derive(Default)]
struct Components {
    named: bool,
    purls: Vec<Purl>,
}

fn components(entries: Vec<Component>, place: &str, id: &str, read: &mut Read) -> Components {
    let mut components = Components { named: !entries.is_empty(), purls: Vec::new() };
    for (at, component) in entries.into_iter().enumerate() {
        let described = match component {
            Component::Id(id) => Described::of_id(id),
            Component::Described(described) => described,
        };
        let (purls, problem) = described.purls();
        if purls.is_empty() {
            let name = described.name();
            let reason = problem.unwrap_or_else(|| format!("{name} is no purl"));
            read.skip(format!("{place}.subcomponents[{at}]"), id, reason);
        }
        components.purls.extend(purls);
    }
    components
}

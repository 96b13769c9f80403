//! Writes an inventory as an SPDX 2.3 document.

use std::{fmt, io};

use sealift_model::{Diagnostic, Impact, Inventory, Timestamp};

use super::document::{CreationInfo, Document, Relationship};
use super::element::{Elements, id_part};
use super::tag_value;
use crate::document::{Graph, References, uuid_of};
use crate::{Subject, SubjectKind};

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
/// The time written if none is known; the format requires one.
const UNKNOWN_TIME: &str = "1970-01-01T00:00:00Z";

/// Writes `inventory` as an SPDX 2.3 JSON document about `subject`.
///
/// Equal arguments give equal bytes. Without `created` the document has the time
/// 1970-01-01T00:00:00Z; its namespace is derived from its content. What could not be read is in
/// the document's annotations.
///
/// # Errors
/// When writing to `out` fails.
pub fn write(
    out: &mut dyn io::Write,
    inventory: &Inventory,
    subject: &Subject,
    created: Option<Timestamp>,
    tool_version: &str,
) -> io::Result<()> {
    let document = named(inventory, subject, created, tool_version)?;
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// Writes the same document in tag-value form.
///
/// # Errors
/// When writing to `out` fails.
pub fn write_tag_value(
    out: &mut dyn fmt::Write,
    inventory: &Inventory,
    subject: &Subject,
    created: Option<Timestamp>,
    tool_version: &str,
) -> fmt::Result {
    let document = named(inventory, subject, created, tool_version).map_err(|_| fmt::Error)?;
    tag_value::write(&document, out)
}

/// The document with its namespace.
fn named<'a>(
    inventory: &'a Inventory,
    subject: &'a Subject,
    created: Option<Timestamp>,
    tool_version: &str,
) -> io::Result<Document<'a>> {
    let date = created.map_or_else(|| UNKNOWN_TIME.to_owned(), whole_seconds);
    let mut document = document(inventory, subject, &date, &format!("sealift-{tool_version}"));
    // SPDX 2.3 clause 6.5, for creators without a place of their own.
    let (name, uuid) = (id_part(&subject.name, 100), uuid_of(&document)?);
    document.document_namespace = format!("https://spdx.org/spdxdocs/{name}-{uuid}");
    Ok(document)
}

/// Clause 6.9: `YYYY-MM-DDThh:mm:ssZ`.
fn whole_seconds(time: Timestamp) -> String {
    Timestamp::from_unix_seconds(time.unix_seconds())
        .map_or_else(|_| UNKNOWN_TIME.to_owned(), |time| time.to_string())
}

fn document<'a>(
    inventory: &'a Inventory,
    subject: &'a Subject,
    date: &str,
    tool: &str,
) -> Document<'a> {
    let ids = Ids::of(inventory, subject);
    let mut elements = Elements::new(tool, date);
    let mut packages = vec![elements.of_subject(subject, ids.subject.clone())];
    let distribution = inventory.distribution.as_ref().zip(ids.distribution.clone());
    packages
        .extend(distribution.map(|(distribution, id)| elements.of_distribution(distribution, id)));
    for (package, id) in inventory.packages.iter().zip(&ids.packages) {
        packages.push(elements.of_package(package, id.clone()));
    }
    let diagnostics = inventory.diagnostics.iter().map(diagnostic).collect();
    Document {
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        id: DOCUMENT,
        name: if subject.name.is_empty() { "unnamed" } else { &subject.name },
        document_namespace: String::new(),
        creation_info: CreationInfo {
            created: date.to_owned(),
            creators: vec![format!("Tool: {tool}")],
            license_list_version: "3.28",
        },
        packages,
        annotations: elements.annotations(diagnostics),
        has_extracted_licensing_infos: elements.into_extracted(),
        relationships: relationships(inventory, &ids),
    }
}

/// The identifier of each element.
struct Ids {
    subject: String,
    distribution: Option<String>,
    packages: Vec<String>,
}

impl Ids {
    fn of(inventory: &Inventory, subject: &Subject) -> Self {
        let mut references = References::default();
        let mut take = |kind: &str, name: &str| {
            references.take(format!("SPDXRef-{kind}-{}", id_part(name, 200)), "-")
        };
        let kind = match subject.kind {
            SubjectKind::Container => "ContainerImage",
            SubjectKind::FileSystem => "FileSystem",
        };
        let subject = take(kind, &subject.name);
        let distribution = inventory.distribution.as_ref();
        let distribution = distribution.map(|it| take("OperatingSystem", &it.qualifier()));
        let packages = inventory.packages.iter().map(|package| {
            let ecosystem = package.ecosystem.purl_type();
            take("Package", &format!("{ecosystem}-{}-{}", package.name, package.version))
        });
        let packages = packages.collect();
        Self { subject, distribution, packages }
    }
}

fn relationships(inventory: &Inventory, ids: &Ids) -> Vec<Relationship> {
    let relate = |from: &str, kind, to: &str| Relationship {
        spdx_element_id: from.to_owned(),
        related_spdx_element: to.to_owned(),
        relationship_type: kind,
    };
    let mut all = vec![relate(DOCUMENT, "DESCRIBES", &ids.subject)];
    if let Some(distribution) = &ids.distribution {
        all.push(relate(&ids.subject, "CONTAINS", distribution));
    }
    for (package, id) in inventory.packages.iter().zip(&ids.packages) {
        let distribution = ids.distribution.as_ref();
        let holder = distribution.filter(|_| package.ecosystem.is_operating_system());
        all.push(relate(holder.unwrap_or(&ids.subject), "CONTAINS", id));
    }
    let graph = Graph::of(&inventory.packages);
    for (needs, id) in graph.needs.iter().zip(&ids.packages) {
        let needed = needs.iter().filter_map(|at| ids.packages.get(*at));
        all.extend(needed.map(|other| relate(id, "DEPENDS_ON", other)));
    }
    all
}

fn diagnostic(diagnostic: &Diagnostic) -> String {
    let impact = match diagnostic.impact {
        Impact::Incomplete => "incomplete",
        Impact::Partial => "partial",
        _ => "note",
    };
    format!("Diagnostic ({impact}): {diagnostic}")
}

//! Writes an inventory as a CycloneDX 1.6 document.

use std::io;

use sealift_model::{Diagnostic, Impact, Inventory, Timestamp};

use super::bom::{
    self, Affected, AffectedVersion, Bom, Component, Composition, Dependency, Metadata, Property,
    Tools,
};
use super::component;
use super::properties::DIAGNOSTIC;
use super::vulnerability::Vulnerability;
use crate::Subject;
use crate::document::{Graph, LicenseList, References, uuid_of};

/// Writes `inventory` as a CycloneDX 1.6 JSON document about `subject`.
///
/// Equal arguments give equal bytes, in whatever order packages were found, as long as the
/// inventory is sorted. Without `created` the document has no time; its serial number is derived
/// from its content. What could not be read is in the document's properties, and a composition
/// marks the document as incomplete.
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
    write_bom(out, bom(inventory, subject, created, tool_version))
}

/// Writes the same document with `vulnerabilities`, in their order.
///
/// # Errors
/// When writing to `out` fails.
pub fn write_with_vulnerabilities(
    out: &mut dyn io::Write,
    inventory: &Inventory,
    subject: &Subject,
    created: Option<Timestamp>,
    tool_version: &str,
    vulnerabilities: &[Vulnerability],
) -> io::Result<()> {
    let mut bom = bom(inventory, subject, created, tool_version);
    let refs = Refs::of(inventory, subject);
    let affected = |package: &usize| {
        let (stated, reference) =
            (inventory.packages.get(*package)?, refs.packages.get(*package)?.clone());
        let version = component::version(Some(&stated.version));
        let versions = version.map(|version| AffectedVersion { version, status: "affected" });
        Some(Affected { reference, versions: versions.into_iter().collect() })
    };
    let vulnerabilities = vulnerabilities.iter().map(|stated| bom::Vulnerability {
        stated,
        affects: stated.packages.iter().filter_map(affected).collect(),
    });
    bom.vulnerabilities = Some(vulnerabilities.collect());
    write_bom(out, bom)
}

fn write_bom(out: &mut dyn io::Write, mut bom: Bom<'_>) -> io::Result<()> {
    bom.serial_number = Some(format!("urn:uuid:{}", uuid_of(&bom)?));
    serde_json::to_writer_pretty(&mut *out, &bom)?;
    out.write_all(b"\n")
}

fn bom<'a>(
    inventory: &'a Inventory,
    subject: &'a Subject,
    created: Option<Timestamp>,
    tool_version: &'a str,
) -> Bom<'a> {
    let refs = Refs::of(inventory, subject);
    let licenses = LicenseList::new();
    let distribution = inventory.distribution.as_ref().zip(refs.distribution.clone());
    let mut components: Vec<Component<'a>> = distribution
        .map(|(distribution, bom_ref)| component::of_distribution(distribution, bom_ref))
        .into_iter()
        .collect();
    let packages = inventory.packages.iter().zip(&refs.packages);
    components.extend(
        packages
            .map(|(package, bom_ref)| component::of_package(package, bom_ref.clone(), &licenses)),
    );
    let incomplete = inventory.diagnostics.iter().any(|d| d.impact > Impact::Note);
    let composition =
        Composition { aggregate: "incomplete", assemblies: vec![refs.subject.clone()] };
    Bom {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: None,
        version: 1,
        metadata: Metadata {
            timestamp: created.map(|time| time.to_string()),
            tools: Tools { components: vec![tool(tool_version)] },
            component: component::of_subject(subject, refs.subject.clone()),
            properties: inventory.diagnostics.iter().map(diagnostic).collect(),
        },
        components,
        dependencies: dependencies(inventory, &refs),
        compositions: if incomplete { vec![composition] } else { Vec::new() },
        vulnerabilities: None,
    }
}

/// The `bom-ref` of each component: its purl, numbered where several share one.
struct Refs {
    subject: String,
    distribution: Option<String>,
    packages: Vec<String>,
}

impl Refs {
    fn of(inventory: &Inventory, subject: &Subject) -> Self {
        let mut references = References::default();
        let mut take = |wish: String| references.take(wish, "#");
        let subject = match &subject.purl {
            Some(purl) => purl.to_string(),
            None => format!("subject:{}", subject.name),
        };
        let distribution = inventory.distribution.as_ref();
        Self {
            subject: take(subject),
            distribution: distribution.map(|it| take(format!("distribution:{}", it.qualifier()))),
            packages: inventory.packages.iter().map(|it| take(it.purl.to_string())).collect(),
        }
    }
}

/// The graph: the subject needs its distribution and what the project asked for, the distribution
/// its packages. A component without entry has dependencies that are not known.
fn dependencies(inventory: &Inventory, refs: &Refs) -> Vec<Dependency> {
    let graph = Graph::of(&inventory.packages);
    let named = |places: &[usize]| -> Vec<String> {
        places.iter().filter_map(|at| refs.packages.get(*at)).cloned().collect()
    };
    let of_distribution: Vec<String> = inventory
        .packages
        .iter()
        .zip(&refs.packages)
        .filter(|(package, _)| package.ecosystem.is_operating_system())
        .map(|(_, bom_ref)| bom_ref.clone())
        .collect();

    let mut below_subject = Vec::new();
    let mut dependencies = Vec::new();
    match &refs.distribution {
        Some(bom_ref) => {
            below_subject.push(bom_ref.clone());
            dependencies
                .push(Dependency { reference: bom_ref.clone(), depends_on: of_distribution });
        }
        None => below_subject.extend(of_distribution),
    }
    below_subject.extend(named(&graph.entries));
    dependencies
        .insert(0, Dependency { reference: refs.subject.clone(), depends_on: below_subject });
    let packages = graph.needs.iter().zip(&refs.packages).filter(|(needs, _)| !needs.is_empty());
    dependencies.extend(packages.map(|(needs, bom_ref)| Dependency {
        reference: bom_ref.clone(),
        depends_on: named(needs),
    }));
    dependencies
}

fn tool(version: &str) -> Component<'_> {
    Component {
        kind: "application",
        name: "sealift",
        version: Some(version),
        ..Component::default()
    }
}

fn diagnostic(diagnostic: &Diagnostic) -> Property<'_> {
    let impact = match diagnostic.impact {
        Impact::Incomplete => "incomplete",
        Impact::Partial => "partial",
        _ => "note",
    };
    Property::new(format!("{DIAGNOSTIC}{impact}"), diagnostic.to_string())
}

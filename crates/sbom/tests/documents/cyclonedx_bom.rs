//! Documents of the versions that `cyclonedx-bom` writes are read, with the same packages.

use cyclonedx_bom::models::component::{Classification, Component, Components};
use cyclonedx_bom::models::metadata::Metadata;
use cyclonedx_bom::prelude::{Bom, NormalizedString, Purl, SpecVersion};
use sealift_sbom::{DocumentLimits, cyclonedx};

use crate::support::{identity, image, messages};

fn component(name: &str, version: &str, purl: &str) -> Component {
    let mut component = Component::new(Classification::Library, name, version, None);
    component.purl = Some(purl.parse::<Purl>().unwrap());
    component.bom_ref = Some(purl.to_owned());
    component
}

/// A document of another tool about the packages of [`image`].
fn document() -> Bom {
    let (inventory, subject) = image();
    let components = inventory.packages.iter().map(|package| {
        let purl = &package.purl;
        // Of a package with a group both formats have the bare name.
        let mut component = component(purl.name(), &package.version, &purl.to_string());
        component.group = purl.namespace().map(NormalizedString::new);
        component
    });
    let about = Component::new(Classification::Container, &subject.name, "1.0", None);
    Bom {
        metadata: Some(Metadata { component: Some(about), ..Metadata::default() }),
        components: Some(Components(components.collect())),
        ..Bom::default()
    }
}

fn json(version: SpecVersion) -> Vec<u8> {
    let mut out = Vec::new();
    document().output_as_json(&mut out, version).unwrap();
    out
}

fn xml(version: SpecVersion) -> Vec<u8> {
    let mut out = Vec::new();
    document().output_as_xml(&mut out, version).unwrap();
    out
}

#[test]
fn what_it_writes_in_each_version_is_read() {
    let (inventory, subject) = image();
    let mut expected: Vec<_> = inventory.packages.iter().map(identity).collect();
    // Declared and installed are one to a format that does not tell them apart.
    expected.dedup();
    for version in [SpecVersion::V1_3, SpecVersion::V1_4, SpecVersion::V1_5] {
        for written in [json(version), xml(version)] {
            let document = cyclonedx::read(&written, &DocumentLimits::default()).unwrap();
            assert_eq!(document.version, version.to_string());
            assert_eq!(document.subject.unwrap().name, subject.name);
            let found: Vec<_> = document.inventory.packages.iter().map(identity).collect();
            assert_eq!(found, expected, "{version}");
            assert_eq!(messages(&document.inventory), Vec::<String>::new());
        }
    }
}

#[test]
fn what_we_write_is_read_by_it_but_for_the_version() {
    let (inventory, subject) = image();
    let mut out = Vec::new();
    cyclonedx::write(&mut out, &inventory, &subject, None, "0.1.0").unwrap();
    // It knows no later version than 1.5, of which 1.6 is an extension.
    let text = String::from_utf8(out).unwrap().replacen("1.6", "1.5", 2);
    let bom = Bom::parse_from_json_v1_5(text.as_bytes()).unwrap();
    let purls = bom.components.unwrap().0.into_iter().filter_map(|component| component.purl);
    let mut found: Vec<String> = purls.map(|purl| purl.to_string()).collect();
    let mut expected: Vec<String> =
        inventory.packages.iter().map(|package| package.purl.to_string()).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

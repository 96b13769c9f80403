//! Documents are valid against the official schemas.

use std::path::Path;
use std::{fs, io};

use jsonschema::{Registry, Resource, Validator};
use proptest::prelude::*;
use sealift_model::{Ecosystem, Inventory, Package, Timestamp};
use sealift_sbom::{Subject, SubjectKind, cyclonedx, spdx};
use sealift_suite::{Suite, test_data};
use serde_json::Value;

use crate::support;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The validator of one schema, its references answered by the files beside it.
fn validator(folder: &Path, name: &str) -> Validator {
    let referred = ["spdx.schema.json", "jsf-0.82.schema.json"].map(|file| {
        let schema = json(&folder.join(file));
        let id = schema["$id"].as_str().unwrap().to_owned();
        (id, Resource::from_contents(schema))
    });
    let registry = Registry::new().extend(referred).unwrap().prepare().unwrap();
    let validator =
        jsonschema::options().with_registry(&registry).build(&json(&folder.join(name))).unwrap();
    assert!(!validator.is_valid(&Value::Object(serde_json::Map::new())), "accepts anything");
    validator
}

fn assert_valid(validator: &Validator, text: &[u8]) {
    let document: Value = serde_json::from_slice(text).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{}", String::from_utf8_lossy(text));
}

fn documents() -> Vec<(Inventory, Subject)> {
    vec![
        support::image(),
        (Inventory::default(), Subject::new(SubjectKind::FileSystem, ".")),
        (every_license(), Subject::new(SubjectKind::FileSystem, "licences")),
    ]
}

/// A package for every identifier of the licence list.
fn every_license() -> Inventory {
    let mut inventory = Inventory::default();
    inventory.packages = ::spdx::identifiers::LICENSES
        .iter()
        .enumerate()
        .map(|(at, license)| with_license(at, license.name))
        .collect();
    inventory
}

fn with_license(at: usize, license: &str) -> Package {
    let name = format!("p{at}");
    let purl = support::purl(&format!("pkg:npm/{name}@1"));
    let mut package = Package::new(Ecosystem::Npm, name, "1", purl);
    package.licenses = vec![license.to_owned()];
    package
}

type Writer =
    fn(&mut dyn io::Write, &Inventory, &Subject, Option<Timestamp>, &str) -> io::Result<()>;

/// What is written, and the schema of it.
const FORMATS: &[(&str, Writer)] =
    &[("cyclonedx-1.6", cyclonedx::write), ("spdx-2.3", spdx::write)];

#[test]
fn documents_are_valid() {
    let Some(data) = test_data() else { return };
    let created = Some("2026-01-31T12:00:00.5Z".parse().unwrap());
    for (schema, write) in FORMATS {
        let validator = validator(&data.join("schemas"), &format!("{schema}.json"));
        let mut suite = Suite::new(*schema, "");
        for (number, (inventory, subject)) in documents().iter().enumerate() {
            for created in [None, created] {
                let mut out = Vec::new();
                write(&mut out, inventory, subject, created, "0.1.0").unwrap();
                let case = format!("{number}, created {created:?}");
                suite.run(&case, || assert_valid(&validator, &out));
            }
        }
        suite.finish();
    }
}

#[test]
fn documents_with_any_texts_are_valid() {
    let Some(data) = test_data() else { return };
    for (schema, write) in FORMATS {
        let validator = validator(&data.join("schemas"), &format!("{schema}.json"));
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
            failure_persistence: None,
            cases: 64,
            ..ProptestConfig::default()
        });
        let any = (".{0,20}", ".{0,1100}", proptest::collection::vec(".{0,20}", 0..3));
        let case = |(name, version, licenses): (String, String, Vec<String>)| {
            let mut package = with_license(0, "MIT");
            package.name.clone_from(&name);
            package.version = version;
            package.maintainer = Some(name.clone());
            package.cataloger.clone_from(&name);
            package.licenses.extend(licenses);
            let mut inventory = Inventory::default();
            inventory.packages = vec![package.clone(), package];
            let subject = Subject::new(SubjectKind::Container, name);
            let mut out = Vec::new();
            write(&mut out, &inventory, &subject, None, "0.1.0").unwrap();
            assert_valid(&validator, &out);
            Ok(())
        };
        runner.run(&any, case).unwrap();
    }
}

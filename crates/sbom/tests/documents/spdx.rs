//! SPDX: what is written, what is read back, what is refused.

use proptest::prelude::*;
use sealift_model::{Inventory, SourcePackage, Timestamp};
use sealift_sbom::{Document, DocumentLimits, Error, Subject, SubjectKind, spdx};

use crate::support::{self, messages};

fn written(inventory: &Inventory, subject: &Subject, created: Option<Timestamp>) -> String {
    let mut out = Vec::new();
    spdx::write(&mut out, inventory, subject, created, "0.1.0").unwrap();
    String::from_utf8(out).unwrap()
}

fn read(text: &str) -> Document {
    spdx::read(text.as_bytes(), &DocumentLimits::default()).unwrap()
}

fn of_packages(packages: &str) -> Inventory {
    read(&format!(r#"{{"spdxVersion":"SPDX-2.3","packages":[{packages}]}}"#)).inventory
}

#[test]
fn the_document_of_an_image() {
    let (inventory, subject) = support::image();
    let created = Some("2026-01-31T12:00:00.25Z".parse().unwrap());
    insta::assert_snapshot!(written(&inventory, &subject, created));
}

#[test]
fn the_document_of_an_image_as_tags_with_values() {
    let (inventory, subject) = support::image();
    let created = Some("2026-01-31T12:00:00.25Z".parse().unwrap());
    let mut out = String::new();
    spdx::write_tag_value(&mut out, &inventory, &subject, created, "0.1.0").unwrap();
    insta::assert_snapshot!(out);
    support::assert_is_image(&read(&out));
}

fn tagged(inventory: &Inventory, subject: &Subject) -> String {
    let mut out = String::new();
    spdx::write_tag_value(&mut out, inventory, subject, None, "0.1.0").unwrap();
    out
}

#[test]
fn a_name_that_begins_a_text_hides_nothing() {
    let (mut inventory, subject) = support::image();
    let count = inventory.packages.len();
    inventory.packages[0].name = "<text>".to_owned();
    inventory.packages[0].maintainer = Some("<text>x".to_owned());
    assert_eq!(read(&tagged(&inventory, &subject)).inventory.packages.len(), count);
}

#[test]
fn no_value_begins_another_tag() {
    let (mut inventory, subject) = support::image();
    for package in &mut inventory.packages {
        package.name = "a\nSPDXID: SPDXRef-b\u{2028}c".to_owned();
        package.source = Some(SourcePackage::new("x</text>\nPackageName: y", "1"));
    }
    let mut out = String::new();
    spdx::write_tag_value(&mut out, &inventory, &subject, None, "0.1.0").unwrap();
    assert!(out.contains("PackageName: a SPDXID: SPDXRef-b c\n"), "{out}");
    assert!(!out.contains("\nSPDXID: SPDXRef-b"), "{out}");
    assert!(out.contains("<text>built package from: x</ text>\nPackageName: y 1</text>"), "{out}");
}

#[test]
fn what_was_written_is_read_back_whole() {
    let (inventory, subject) = support::image();
    let document = read(&written(&inventory, &subject, None));
    assert_eq!(document.version, "2.3");
    support::assert_is_image(&document);
}

#[test]
fn a_time_that_is_not_known_is_the_epoch() {
    let (inventory, subject) = support::image();
    assert!(written(&inventory, &subject, None).contains("\"created\": \"1970-01-01T00:00:00Z\""));
}

#[test]
fn what_others_write_is_understood() {
    let inventory = of_packages(
        r#"{"SPDXID":"SPDXRef-os","name":"alma","versionInfo":"9.0","primaryPackagePurpose":"OPERATING-SYSTEM"},
        {"SPDXID":"SPDXRef-a","name":"bash","versionInfo":"5.1.8-4.el9","sourceInfo":"built package from: bash 5.1.8-4.el9",
         "supplier":"Person: A Person (a@example.org)","licenseDeclared":"NOASSERTION","licenseConcluded":"GPL-3.0-or-later AND MIT",
         "externalRefs":[{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:gnu:bash"},
           {"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl","referenceLocator":"pkg:rpm/alma/bash@5.1.8-4.el9?arch=x86_64&distro=alma-9.0"}],
         "annotations":[{"comment":"LayerDiffID: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]}"#,
    );
    assert_eq!(inventory.distribution.unwrap().to_string(), "alma 9.0");
    let [bash] = &inventory.packages[..] else { panic!("one package") };
    assert_eq!(bash.source, Some(SourcePackage::new("bash", "5.1.8-4.el9")));
    assert_eq!(bash.licenses, ["GPL-3.0-or-later", "MIT"]);
    assert_eq!(bash.maintainer.as_deref(), Some("A Person <a@example.org>"));
    assert_eq!(bash.locations[0].path, "SPDXRef-a");
    assert!(bash.locations[0].layer.is_some());
}

#[test]
fn dependencies_are_read_both_ways_round() {
    let text = r#"{"spdxVersion":"SPDX-2.2","packages":[
      {"SPDXID":"a","name":"a","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]},
      {"SPDXID":"b","name":"b","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/b@1"}]}],
      "relationships":[
      {"spdxElementId":"a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"b"},
      {"spdxElementId":"a","relationshipType":"DEPENDENCY_OF","relatedSpdxElement":"b"}]}"#;
    let inventory = read(text).inventory;
    assert_eq!(inventory.packages[0].depends_on, ["b@1"]);
    assert_eq!(inventory.packages[1].depends_on, ["a@1"]);
}

#[test]
fn what_is_no_package_is_told_of() {
    let inventory = of_packages(
        r#"{"name":"nameless","versionInfo":"1"}, 7, {"name":"c","primaryPackagePurpose":"FILE"},
        {"name":"bad","externalRefs":[{"referenceType":"purl","referenceLocator":"npm/a"}]}"#,
    );
    assert_eq!(
        messages(&inventory),
        [
            "left out 1 component of purpose FILE",
            "a package cannot be read: invalid type: integer `7`, expected an object",
            "package \"nameless\" has no purl",
            "package \"bad\": purl \"npm/a\" is malformed: a package URL starts with \"pkg:\"",
        ]
    );
}

#[test]
fn what_is_no_document_is_refused() {
    let limits = DocumentLimits::default();
    for (text, reason) in [
        ("{", "EOF"),
        ("{}", "it has no spdxVersion"),
        (r#"{"spdxVersion":"SPDX-3.0"}"#, "version \"3.0\" is not read"),
        (r#"{"spdxVersion":"SPDX-2.3","packages":{}}"#, "packages: invalid type: map"),
        ("SPDXVersion: SPDX-3.0", "version \"3.0\" is not read"),
        ("SPDXVersion: SPDX-2.3\nwords", "a line that is no tag with a value"),
        ("words", "expected value"),
    ] {
        match spdx::read(text.as_bytes(), &limits) {
            Err(Error::Malformed { reason: found, .. }) => {
                assert!(found.contains(reason), "{text}: {found}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    let mut limits = DocumentLimits::default();
    limits.max_components = 1;
    let two = r#"{"spdxVersion":"SPDX-2.3","packages":[{},{}]}"#;
    let error = spdx::read(two.as_bytes(), &limits).unwrap_err().to_string();
    assert_eq!(error, "limit exceeded: max_components (1)");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_gives_back_what_was_written(packages in proptest::collection::vec(support::any_package(), 0..12)) {
        let mut inventory = Inventory::default();
        inventory.packages = packages;
        inventory.sort();
        let subject = Subject::new(SubjectKind::FileSystem, "x");
        let document = read(&written(&inventory, &subject, None));
        let mut expected: Vec<_> = inventory.packages.iter().map(support::identity).collect();
        expected.dedup();
        let found: Vec<_> = document.inventory.packages.iter().map(support::identity).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(document.inventory.diagnostics, vec![]);
    }

    #[test]
    fn tags_with_values_give_back_the_same_as_json(packages in proptest::collection::vec(support::any_package(), 0..12)) {
        let mut inventory = Inventory::default();
        inventory.packages = packages;
        for license in inventory.packages.iter_mut().flat_map(|package| &mut package.licenses) {
            // A value of one line has no blanks around it.
            *license = format!("x{license}x");
        }
        inventory.sort();
        let subject = Subject::new(SubjectKind::FileSystem, "x");
        let found = read(&tagged(&inventory, &subject));
        prop_assert_eq!(found, read(&written(&inventory, &subject, None)));
    }

    #[test]
    fn no_tags_make_reading_panic(text in "(PackageName|SPDXID|Annotator|SPDXREF|AnnotationComment|ExternalRef|Relationship|: |<text>|</text>|a|ä|\n){0,60}") {
        let _ = spdx::read(format!("SPDXVersion: SPDX-2.3\n{text}").as_bytes(), &DocumentLimits::default());
    }

    #[test]
    fn no_change_of_a_document_makes_reading_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let (inventory, subject) = support::image();
        let mut text = written(&inventory, &subject, None).into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        if cut {
            text.truncate(at);
        }
        let _ = spdx::read(&text, &DocumentLimits::default());
    }

    #[test]
    fn no_text_makes_reading_panic(text in r#"(\{|\}|\[|\]|,|:|"packages"|"externalRefs"|"referenceType":"purl"|"referenceLocator":"pkg:npm/a@1"|"SPDXID"|"name"|"comment"|"annotations"|"FilePath: a"|"Lines: 1-"|1|null){0,40}"#) {
        let framed = format!(r#"{{"spdxVersion":"SPDX-2.3","packages":[{{{text}}}]}}"#);
        let _ = spdx::read(framed.as_bytes(), &DocumentLimits::default());
    }
}

//! CycloneDX documents: what is written, what is read back, what of others is understood.

use std::num::NonZeroUsize;

use proptest::prelude::*;
use sealift_model::{Diagnostic, Impact, Inventory, Location, SourcePackage, Timestamp};
use sealift_sbom::{Document, DocumentLimits, Error, Subject, SubjectKind, cyclonedx};

use crate::support::{self, messages};

fn written(inventory: &Inventory, subject: &Subject, created: Option<Timestamp>) -> String {
    let mut out = Vec::new();
    cyclonedx::write(&mut out, inventory, subject, created, "0.1.0").unwrap();
    String::from_utf8(out).unwrap()
}

fn read(text: &str) -> Document {
    cyclonedx::read(text.as_bytes(), &DocumentLimits::default()).unwrap()
}

fn of_components(components: &str) -> Inventory {
    read(&format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{components}]}}"#
    ))
    .inventory
}

#[test]
fn the_document_of_an_image() {
    let (inventory, subject) = support::image();
    let created = Some("2026-01-31T12:00:00Z".parse().unwrap());
    insta::assert_snapshot!(written(&inventory, &subject, created));
}

/// CycloneDX, "BOM-Link".
#[test]
fn a_document_with_a_serial_number_can_be_linked_to() {
    let uuid = "3e671687-395b-41f5-a30f-a58921a69b79";
    let first = format!("urn:cdx:{uuid}/1");
    for (fields, link) in [
        (format!(r#""serialNumber":"urn:uuid:{uuid}","version":1"#), Some(first.clone())),
        (format!(r#""serialNumber":"urn:uuid:{}""#, uuid.to_uppercase()), Some(first)),
        (
            format!(r#""serialNumber":"urn:uuid:{uuid}","version":12"#),
            Some(format!("urn:cdx:{uuid}/12")),
        ),
        (format!(r#""serialNumber":"urn:uuid:{uuid}","version":{{}}"#), None),
        (r#""serialNumber":1,"version":1"#.to_owned(), None),
        (r#""version":1"#.to_owned(), None),
    ] {
        let document = read(&format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.5",{fields},"components":[]}}"#
        ));
        assert_eq!(document.link, link, "{fields}");
    }
    let xml = format!(
        r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.5" serialNumber="urn:uuid:{uuid}" version="3"/>"#
    );
    assert_eq!(read(&xml).link, Some(format!("urn:cdx:{uuid}/3")));
}

#[test]
fn the_document_of_nothing() {
    let subject = Subject::new(SubjectKind::FileSystem, "./empty");
    insta::assert_snapshot!(written(&Inventory::default(), &subject, None));
}

#[test]
fn what_was_written_is_read_back_whole() {
    let (inventory, subject) = support::image();
    let document = read(&written(&inventory, &subject, None));
    assert_eq!(document.version, "1.6");
    support::assert_is_image(&document);
}

#[test]
fn a_source_rpm_has_the_epoch_of_its_packages() {
    let inventory = of_components(
        r#"{"type":"library","name":"openssl-libs",
            "purl":"pkg:rpm/rocky/openssl-libs@3.0.7-24.el9?epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm"},
           {"type":"library","name":"mod_ssl",
            "purl":"pkg:rpm/rocky/mod_ssl@2.4.57-5.el9?epoch=1&upstream=httpd-2.4.57-5.el9.src.rpm"},
           {"type":"library","name":"httpd",
            "purl":"pkg:rpm/rocky/httpd@2.4.57-5.el9?upstream=httpd-2.4.57-5.el9.src.rpm"},
           {"type":"library","name":"libssl3",
            "purl":"pkg:deb/debian/libssl3@1%3A3.0.7-24?upstream=openssl%403.0.7-24"}"#,
    );
    let sources = inventory.packages.iter().map(|it| it.source.as_ref().unwrap().version.as_str());
    let expected = ["3.0.7-24", "2.4.57-5.el9", "2.4.57-5.el9", "1:3.0.7-24.el9"];
    assert_eq!(sources.collect::<Vec<_>>(), expected);
}

/// The one of libc is Trivy's own place for it, and without that its advisories are missed.
#[test]
fn trivy_finds_the_source_of_a_package() {
    let (inventory, subject) = support::image();
    let text = written(&inventory, &subject, None);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let components = document["components"].as_array().unwrap();
    let libc = components.iter().find(|component| component["name"] == "libc6").unwrap();
    let properties = libc["properties"].as_array().unwrap();
    let value = |name: &str| {
        let name = format!("aquasecurity:trivy:{name}");
        properties
            .iter()
            .find(|it| it["name"] == name.as_str())
            .map(|it| it["value"].as_str().unwrap())
    };
    let found = ["SrcName", "SrcEpoch", "SrcVersion", "SrcRelease"].map(value);
    assert_eq!(found, [Some("glibc"), None, Some("2.36"), Some("9")]);
}

#[test]
fn xml_says_what_json_says() {
    let text = r#"<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" serialNumber="urn:uuid:1" version="1">
 <metadata>
  <timestamp>2026-01-31T12:00:00Z</timestamp>
  <tools><components><component type="application"><name>tool</name></component></components></tools>
  <component type="container" bom-ref="root"><name>shop</name></component>
 </metadata>
 <components>
  <component type="operating-system"><name>debian</name><version>12</version></component>
  <component type="library" bom-ref="a">
   <supplier><name>A &amp; B</name></supplier>
   <group>@g</group><name>a</name><version>1</version><scope>optional</scope>
   <hashes><hash alg="SHA-256">e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</hash></hashes>
   <licenses><license><id>MIT</id></license><license><name>odd</name></license></licenses>
   <purl>pkg:npm/%40g/a@1</purl>
   <components><component type="library" bom-ref="b"><name>b</name><purl>pkg:npm/b@2</purl>
     <licenses><expression>MIT OR ISC</expression></licenses>
     <evidence><occurrences><occurrence><location>x/b</location><line>7</line></occurrence></occurrences></evidence>
     <properties><property name="sealift:evidence">declared</property></properties>
   </component></components>
  </component>
  <component type="library"><name>nameless</name><version>1</version></component>
 </components>
 <dependencies><dependency ref="a"><dependency ref="b"/></dependency></dependencies>
</bom>"#;
    let document = read(text);
    assert_eq!(
        (document.version.as_str(), document.subject.unwrap().name.as_str()),
        ("1.6", "shop")
    );
    assert_eq!(document.created, Some("2026-01-31T12:00:00Z".parse().unwrap()));
    let inventory = document.inventory;
    assert_eq!(inventory.distribution.as_ref().unwrap().to_string(), "debian 12");
    let [a, b] = &inventory.packages[..] else { panic!("{inventory:?}") };
    assert_eq!((a.name.as_str(), a.maintainer.as_deref()), ("@g/a", Some("A & B")));
    assert_eq!(
        (&a.licenses[..], a.digest.is_some()),
        (&["MIT", "odd"].map(str::to_owned)[..], true)
    );
    assert_eq!(a.depends_on, ["b@2"]);
    assert_eq!(b.licenses, ["MIT OR ISC"]);
    assert_eq!(b.locations, [Location::new("x/b").on_lines(Some((7, 7)))]);
    assert_eq!(b.evidence, sealift_model::Evidence::Declared);
    assert_eq!(inventory.diagnostics[0].line, Some(22), "{:?}", inventory.diagnostics);
    assert_eq!(messages(&inventory), ["component \"nameless\" at version \"1\" has no purl"]);
}

#[test]
fn xml_is_bounded() {
    let deep = "<component><name>a</name><components>".repeat(200);
    let text = format!("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\"><components>{deep}");
    assert!(cyclonedx::read(text.as_bytes(), &DocumentLimits::default()).is_err());
    let ends = "</components></component>".repeat(200);
    let inventory = read(&format!("{text}{ends}</components></bom>")).inventory;
    let told = messages(&inventory);
    assert!(told.iter().any(|it| it.contains("max_component_depth (32)")), "{told:?}");
}

#[test]
fn equal_input_gives_equal_bytes_and_other_input_another_serial_number() {
    let (mut inventory, subject) = support::image();
    let first = written(&inventory, &subject, None);
    assert_eq!(first, written(&inventory, &subject, None));
    inventory.packages.pop();
    let serial =
        |text: &str| text.lines().find(|line| line.contains("urn:uuid:")).map(str::to_owned);
    assert_ne!(serial(&first), serial(&written(&inventory, &subject, None)));
}

#[test]
fn trivy_and_syft_properties_are_understood() {
    let inventory = of_components(
        r#"{"type":"operating-system","name":"alma","version":"9.0"},
        {"type":"library","bom-ref":"a","name":"libc6","version":"1:2.36-9",
         "purl":"pkg:deb/debian/libc6@2.36-9?distro=debian-12.15&epoch=1",
         "properties":[
           {"name":"aquasecurity:trivy:SrcName","value":"glibc"},
           {"name":"aquasecurity:trivy:SrcVersion","value":"2.36"},
           {"name":"aquasecurity:trivy:SrcRelease","value":"9"},
           {"name":"aquasecurity:trivy:SrcEpoch","value":"1"},
           {"name":"aquasecurity:trivy:LayerDiffID","value":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]},
        {"type":"library","bom-ref":"b","name":"musl","purl":"pkg:apk/alpine/musl@1.2-r0",
         "properties":[
           {"name":"syft:metadata:originPackage","value":"musl-src"},
           {"name":"syft:package:foundBy","value":"apk-db-cataloger"},
           {"name":"syft:location:0:path","value":"/lib/apk/db/installed"}]}"#,
    );
    let distribution = inventory.distribution.as_ref().unwrap();
    assert_eq!(
        (distribution.id.as_str(), distribution.version_id.as_deref()),
        ("almalinux", Some("9.0"))
    );
    let [musl, libc] = &inventory.packages[..] else { panic!("two packages") };
    assert_eq!(libc.version, "1:2.36-9");
    assert_eq!(libc.source, Some(SourcePackage::new("glibc", "1:2.36-9")));
    assert_eq!(libc.locations[0].path, "a");
    assert!(libc.locations[0].layer.is_some());
    assert_eq!(musl.source, Some(SourcePackage::new("musl-src", "1.2-r0")));
    assert_eq!(musl.locations, [Location::new("lib/apk/db/installed")]);
    assert_eq!(musl.cataloger, "apk-db-cataloger");
}

#[test]
fn a_version_of_any_length_is_kept() {
    let (mut inventory, subject) = support::image();
    inventory.packages.truncate(1);
    let package = &mut inventory.packages[0];
    package.purl = support::purl("pkg:deb/debian/bash?arch=amd64");
    package.version = "9".repeat(2000);
    package.depends_on.clear();
    let document = read(&written(&inventory, &subject, None));
    assert_eq!(document.inventory.packages, inventory.packages);
}

#[test]
fn nested_components_and_the_subject_itself_are_packages() {
    let document = read(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.2","metadata":{"component":
          {"type":"application","name":"shop","version":"1","purl":"pkg:npm/shop@1","components":[
            {"type":"library","name":"in-root","purl":"pkg:npm/in-root@1"}]}},
          "components":[{"type":"library","name":"a","purl":"pkg:npm/a@1","components":[
            {"type":"library","name":"b","purl":"pkg:npm/b@1"}]}]}"#,
    );
    let names: Vec<&str> = document.inventory.packages.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "in-root", "shop"]);
    assert_eq!(document.subject.unwrap().name, "shop");
    assert_eq!(messages(&document.inventory), Vec::<String>::new());
}

#[test]
fn what_is_no_package_is_told_of() {
    let inventory = of_components(
        r#"{"type":"library","name":"nameless"},
        {"type":"library","name":"old","version":"2"},
        {"type":"library","name":"bad","purl":"npm/a@1"},
        {"type":"application","name":"app/package-lock.json"},
        {"type":"file","name":"a"}, {"type":"file","name":"b"},
        {"type":"library","name":"c","purl":"pkg:bazel/c@1"},
        {"type":"library","name":"d","version":3,"purl":"pkg:npm/d@3"},
        {"type":"library","name":"e","purl":"pkg:npm/e@3","licenses":"MIT"},
        7,
        {"type":"library","name":"ok","purl":"pkg:npm/ok@1"}"#,
    );
    let names: Vec<&str> = inventory.packages.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["e", "ok"]);
    insta::assert_snapshot!(inventory.diagnostics.iter().map(line).collect::<Vec<_>>().join("\n"));
}

fn line(diagnostic: &Diagnostic) -> String {
    format!("{:?} {:?} {diagnostic}", diagnostic.line, diagnostic.impact)
}

#[test]
fn one_package_told_of_twice_is_one_with_two_places() {
    let inventory = of_components(
        r#"{"type":"library","name":"a","bom-ref":"1","purl":"pkg:npm/a@1"},
        {"type":"library","name":"a","bom-ref":"2","purl":"pkg:npm/a@1"},
        {"type":"library","name":"a","bom-ref":"1","purl":"pkg:npm/a@1"},
        {"type":"library","name":"a","bom-ref":"3","version":"2","purl":"pkg:npm/a"},
        {"type":"library","name":"a","bom-ref":"4","version":"3","purl":"pkg:npm/a"}"#,
    );
    let found: Vec<(&str, usize)> =
        inventory.packages.iter().map(|it| (it.version.as_str(), it.locations.len())).collect();
    assert_eq!(found, [("1", 2), ("2", 1), ("3", 1)]);
}

#[test]
fn the_distribution_may_follow_from_the_packages() {
    let alpine = r#"{"name":"a","purl":"pkg:apk/alpine/a@1?distro=3.9.2"}"#;
    let inventory = of_components(alpine);
    assert_eq!(inventory.distribution.unwrap().to_string(), "alpine 3.9.2");
    let other = r#"{"name":"b","purl":"pkg:apk/alpine/b@1?distro=alpine-3.10"}"#;
    assert_eq!(of_components(&format!("{alpine},{other}")).distribution, None);
}

#[test]
fn what_is_no_document_is_refused_with_its_line() {
    let limits = DocumentLimits::default();
    for (text, line, reason) in [
        ("", Some(1), "EOF while parsing a value"),
        ("{\n\"bomFormat\": oops}", Some(2), "expected value"),
        ("[]", Some(1), "expected an object"),
        ("{}", None, "bomFormat"),
        (r#"{"spdxVersion":"SPDX-2.3"}"#, None, "bomFormat"),
        (r#"{"bomFormat":"CycloneDX","specVersion":"2.0"}"#, None, "2.0"),
        (
            "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\n\"components\":{}}",
            Some(2),
            "components",
        ),
        ("<?xml version=\"1.0\"?><bom/>", Some(1), "is no bom of CycloneDX"),
    ] {
        match cyclonedx::read(text.as_bytes(), &limits) {
            Err(Error::Malformed { reason: found, line: at, .. }) => {
                assert_eq!(at, line, "{text}");
                assert!(found.contains(reason), "{text}: {found}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn limits_hold() {
    let mut limits = DocumentLimits::default();
    limits.max_components = 2;
    let some = |count: usize| {
        let list = vec![r#"{"type":"file","name":"a"}"#; count].join(",");
        format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{list}]}}"#)
    };
    assert!(cyclonedx::read(some(2).as_bytes(), &limits).is_ok());
    assert_eq!(
        cyclonedx::read(some(3).as_bytes(), &limits).unwrap_err().to_string(),
        "limit exceeded: max_components (2)"
    );
    limits.max_sbom_bytes = 10;
    assert_eq!(
        cyclonedx::read(some(2).as_bytes(), &limits).unwrap_err().to_string(),
        "limit exceeded: max_sbom_bytes (10)"
    );
}

#[test]
fn any_number_of_threads_reads_the_same() {
    let component = |at: usize| match at % 7 {
        0 => format!(r#"{{"name":"],[{at}","version":"1"}}"#),
        1 => format!(r#"{{"purl":"pkg:npm/p{at}@1","hashes":"none"}}"#),
        2 => format!(r#"{{"purl":"pkg:odd/p{at}@1"}}"#),
        3 => format!(r#"{{"purl":"pkg:npm/p{at}%zz@1","name":"\\\"{at}"}}"#),
        4 => format!(r#"{{"purl":"pkg:npm/o{at}@1","components":[{{"purl":"pkg:npm/i{at}@1"}}]}}"#),
        5 => format!("{at}"),
        _ => format!(r#"{{"bom-ref":"{at}","purl":"pkg:npm/p{at}@1"}}"#),
    };
    let list = (0..20_000).map(component).collect::<Vec<_>>().join(",\n");
    let text = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{list}]}}"#);
    let mut limits = DocumentLimits::default();
    let alone = cyclonedx::read(text.as_bytes(), &limits).unwrap();
    assert!(alone.inventory.packages.len() > 8_000 && alone.inventory.diagnostics.len() > 5_000);
    for threads in [2, 3, 8] {
        limits.max_threads = NonZeroUsize::new(threads).unwrap();
        assert_eq!(cyclonedx::read(text.as_bytes(), &limits).unwrap(), alone, "{threads}");
    }
}

#[test]
fn depth_is_bounded_and_told_of() {
    let mut text = String::from(r#"{"bomFormat":"CycloneDX","specVersion":"1.5""#);
    let levels = 50_000;
    for _ in 0..levels {
        text.push_str(r#","components":[{"name":"a","purl":"pkg:npm/a@1""#);
    }
    text.push_str(&"}]".repeat(levels));
    text.push('}');
    let document = read(&text);
    assert_eq!(document.inventory.packages.len(), 1);
    assert_eq!(
        messages(&document.inventory),
        ["nested components left out: limit exceeded: max_component_depth (32)"]
    );
    assert_eq!(document.inventory.diagnostics[0].impact, Impact::Incomplete);
}

#[test]
fn short_references_to_a_long_name_do_not_grow_the_graph() {
    let name = "n".repeat(100_000);
    let edges: Vec<String> =
        (0..1000).map(|at| format!(r#"{{"ref":"{at}","dependsOn":["x"]}}"#)).collect();
    let components: Vec<String> =
        (0..1000).map(|at| format!(r#"{{"bom-ref":"{at}","purl":"pkg:npm/p{at}@1"}}"#)).collect();
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{},
        {{"bom-ref":"x","purl":"pkg:npm/{name}@1"}}],"dependencies":[{}]}}"#,
        components.join(","),
        edges.join(",")
    );
    let mut limits = DocumentLimits::default();
    limits.max_sbom_bytes = 1 << 20;
    let document = cyclonedx::read(text.as_bytes(), &limits).unwrap();
    assert_eq!(
        messages(&document.inventory),
        ["dependencies were not all read: limit exceeded: max_sbom_bytes (1048576)"]
    );
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
        prop_assert_eq!(document.inventory.packages.iter().map(support::identity).collect::<Vec<_>>(), expected);
        prop_assert_eq!(document.inventory.diagnostics, vec![]);
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
        let _ = cyclonedx::read(&text, &DocumentLimits::default());
    }

    #[test]
    fn no_xml_makes_reading_panic(text in "(<components>|</components>|<component>|</component>|<purl>|</purl>|<dependency ref='a'/>|<dependencies>|<licenses>|<license>|</license>|<hash/>|<x>|pkg:npm/a@1|&lt;|<line>){0,40}") {
        let framed = format!("<bom xmlns='http://cyclonedx.org/schema/bom/1.6'>{text}</bom>");
        let _ = cyclonedx::read(framed.as_bytes(), &DocumentLimits::default());
    }

    #[test]
    fn no_text_makes_reading_panic(text in r#"(\{|\}|\[|\]|,|:|"components"|"purl"|"pkg:npm/a@1"|"ref"|"name"|"bomFormat":"CycloneDX",|"specVersion":"1.6",|"metadata":|1|null|"x"){0,40}"#) {
        let _ = cyclonedx::read(text.as_bytes(), &DocumentLimits::default());
        let framed = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{{{text}}}]}}"#);
        let _ = cyclonedx::read(framed.as_bytes(), &DocumentLimits::default());
    }
}

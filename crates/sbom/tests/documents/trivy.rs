//! Trivy's documents about images are read as its own reports about them list their packages.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sealift_sbom::{Document, DocumentLimits, Error, cyclonedx, spdx};
use sealift_suite::{Suite, files, test_data};
use serde_json::Value;

/// Purl, version, and source of a package.
type Listed = BTreeSet<(String, String, String)>;

#[test]
fn trivys_documents_hold_what_its_reports_list() {
    let Some(data) = test_data() else { return };
    let formats: [(&str, Reader); 2] = [("cyclonedx", cyclonedx::read), ("spdx-json", spdx::read)];
    for (extension, read) in formats {
        let mut suite = Suite::new(format!("trivy-{extension}"), "");
        for path in files(&data.join("peer-reports/trivy/images"), extension) {
            suite.run(&path.display().to_string(), || compare(&path, read));
        }
        suite.finish();
    }
}

type Reader = fn(&[u8], &DocumentLimits) -> Result<Document, Error>;

fn compare(path: &Path, read: Reader) {
    let document = read(&fs::read(path).unwrap(), &DocumentLimits::default()).unwrap();
    let report: Value =
        serde_json::from_slice(&fs::read(path.with_extension("json")).unwrap()).unwrap();
    assert_eq!(found(&document.inventory), listed(&report), "{}", path.display());

    let system = &report["Metadata"]["OS"];
    if system["Family"] != "none" {
        let distribution = document.inventory.distribution.unwrap();
        assert_eq!(system["Family"], distribution.report_name());
        assert_eq!(system["Name"], distribution.full_version.unwrap());
    }
    let subject = document.subject.unwrap();
    assert_eq!(report["Metadata"]["ImageID"], subject.image_id.unwrap().to_string());
    let diff_ids: Vec<String> = subject.layers.iter().map(|it| it.diff_id.to_string()).collect();
    let mut expected: Vec<String> =
        serde_json::from_value(report["Metadata"]["DiffIDs"].clone()).unwrap();
    // Trivy sorts the layers in its documents.
    expected.sort();
    assert_eq!(diff_ids, expected);
    for diagnostic in &document.inventory.diagnostics {
        assert!(diagnostic.message.starts_with("application "), "{diagnostic}");
    }
}

fn found(inventory: &sealift_model::Inventory) -> Listed {
    let one = |package: &sealift_model::Package| {
        let source = package.source.as_ref().map_or_else(String::new, |it| it.name.clone());
        let purl = package.purl.to_string().replace("%2B", "+").replace("%3A", ":");
        (purl, package.version.clone(), source)
    };
    inventory.packages.iter().map(one).collect()
}

fn listed(report: &Value) -> Listed {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |package: &Value| {
        let purl: sealift_model::Purl =
            sealift_model::Purl::parse_lenient(package["Identifier"]["PURL"].as_str().unwrap())
                .unwrap();
        let purl = purl.to_string().replace("%2B", "+").replace("%3A", ":");
        let mut version = text(&package["Version"]);
        if let Some(release) = package["Release"].as_str() {
            version = format!("{version}-{release}");
        }
        if let Some(epoch) = package["Epoch"].as_u64() {
            version = format!("{epoch}:{version}");
        }
        (purl, version, text(&package["SrcName"]))
    };
    let results = report["Results"].as_array().unwrap().iter();
    let packages = results.filter_map(|result| result["Packages"].as_array()).flatten();
    packages.map(one).collect()
}

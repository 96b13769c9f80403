//! An SBOM of packages that there are advisories for, so that every lookup finds something.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive};
use sealift_model::{Ecosystem, Purl};
use serde_json::{Value, json};

use crate::Failure;

/// Purls of each package, in the order of their versions as text.
type Packages = BTreeMap<(Ecosystem, String), BTreeSet<String>>;

/// A CycloneDX document of so many packages from advisories in OSV's layout: of every package one
/// version, then of every package another, until there are enough.
pub(crate) fn sbom(advisories: &Path, count: usize) -> Result<Vec<u8>, Failure> {
    let mut packages = Packages::new();
    let mut folders = fs::read_dir(advisories)?.collect::<Result<Vec<_>, _>>()?;
    folders.sort_by_key(fs::DirEntry::file_name);
    for folder in folders {
        let archive = folder.path().join("all.zip");
        let name = folder.file_name();
        let ecosystem = name.to_str().and_then(Ecosystem::from_osv);
        if ecosystem.is_some() && archive.is_file() {
            read_archive(&archive, &mut packages)?;
        }
    }
    let most = packages.values().map(BTreeSet::len).max().unwrap_or_default();
    let turns = (0..most).flat_map(|turn| {
        packages
            .iter()
            .filter_map(move |(package, versions)| Some((package, versions.iter().nth(turn)?)))
    });
    let components: Vec<Value> = turns
        .filter_map(|((ecosystem, name), version)| component(*ecosystem, name, version))
        .take(count)
        .collect();
    if components.len() < count {
        return Err(format!("only {} packages in the advisories", components.len()).into());
    }
    let document = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components });
    Ok(serde_json::to_vec_pretty(&document)?)
}

fn read_archive(path: &Path, packages: &mut Packages) -> Result<(), Failure> {
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let zip = ZipArchive::from_file(File::open(path)?, &mut buffer)?;
    let mut entries = zip.entries(&mut buffer);
    while let Some(entry) = entries.next_entry()? {
        if entry.compression_method() != CompressionMethod::DEFLATE {
            continue;
        }
        let content = zip.get_entry(entry.wayfinder())?;
        let mut record = Vec::new();
        DeflateDecoder::new(content.reader()).read_to_end(&mut record)?;
        let record: Value = serde_json::from_slice(&record)?;
        let affected = record.get("affected").and_then(Value::as_array);
        for affected in affected.into_iter().flatten() {
            note(affected, packages);
        }
    }
    Ok(())
}

/// Notes the versions that a record names for a package: some are affected, some just fixed.
fn note(affected: &Value, packages: &mut Packages) {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let package = affected.get("package");
    let ecosystem = text(package.and_then(|package| package.get("ecosystem")));
    let Some(ecosystem) = ecosystem.as_deref().and_then(Ecosystem::from_osv) else { return };
    let Some(name) = text(package.and_then(|package| package.get("name"))) else { return };
    let list = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let listed = list(affected, "versions").into_iter().rev().take(2);
    let events = list(affected, "ranges").into_iter().flat_map(|range| list(&range, "events"));
    let ends =
        events.filter_map(|event| event.get("fixed").or(event.get("last_affected")).cloned());
    let versions = listed.chain(ends).filter_map(|version| text(Some(&version)));
    packages.entry((ecosystem, name)).or_default().extend(versions);
}

fn component(ecosystem: Ecosystem, name: &str, version: &str) -> Option<Value> {
    let split = match ecosystem {
        Ecosystem::Maven => name.rsplit_once(':'),
        Ecosystem::Golang | Ecosystem::Npm | Ecosystem::Composer => name.rsplit_once('/'),
        _ => None,
    };
    let (namespace, last) = split.map_or((None, name), |(namespace, last)| (Some(namespace), last));
    let mut purl = Purl::builder(ecosystem.purl_type(), last).version(version);
    if let Some(namespace) = namespace {
        purl = purl.namespace(namespace);
    }
    let purl = purl.build().ok()?.to_string();
    Some(
        json!({ "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl }),
    )
}

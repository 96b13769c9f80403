//! An SBOM of packages that have advisories, so that every lookup finds something: each at the
//! newest version that a record calls fixed, like up-to-date packages.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive};
use sealift_matcher::Scheme;
use sealift_model::{Ecosystem, Purl};
use serde_json::{Value, json};

use crate::Failure;

/// The sources of packages, as OSV names them, with the type of their purls and the order of their
/// versions.
const SOURCES: &[(&str, Ecosystem, Scheme)] = &[
    ("PyPI", Ecosystem::Pypi, Scheme::Pep440),
    ("npm", Ecosystem::Npm, Scheme::Npm),
    ("Go", Ecosystem::Golang, Scheme::Go),
    ("Maven", Ecosystem::Maven, Scheme::Maven),
    ("crates.io", Ecosystem::Cargo, Scheme::Cargo),
    ("RubyGems", Ecosystem::Gem, Scheme::RubyGems),
    ("Packagist", Ecosystem::Composer, Scheme::Packagist),
    ("NuGet", Ecosystem::Nuget, Scheme::NuGet),
    ("Hex", Ecosystem::Hex, Scheme::Hex),
    ("Alpine", Ecosystem::Apk, Scheme::Alpine),
    ("Debian", Ecosystem::Deb, Scheme::Debian),
    ("AlmaLinux", Ecosystem::Rpm, Scheme::Rpm),
];

/// The newest fixed version of each package, by the ecosystem with its release and the name.
type Packages = BTreeMap<(String, String), String>;

/// A CycloneDX document of `count` packages from advisories in OSV's layout.
pub(crate) fn sbom(advisories: &Path, count: usize) -> Result<Vec<u8>, Failure> {
    let mut components = Vec::new();
    for (source, ecosystem, scheme) in SOURCES {
        let mut packages = Packages::new();
        let archive = advisories.join(source).join("all.zip");
        read_archive(&archive, |affected| note(affected, source, *scheme, &mut packages))?;
        components.extend(packages.iter().filter_map(|((release, name), version)| {
            let release = release.split_once(':').map(|(_, release)| release);
            component(*ecosystem, (source, release), name, version)
        }));
    }
    if components.len() < count {
        return Err(format!("only {} packages in the advisories", components.len()).into());
    }
    components.truncate(count);
    let document = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components
    });
    Ok(serde_json::to_vec_pretty(&document)?)
}

/// Shows all entries of `affected` in the records of a zip.
fn read_archive(path: &Path, mut show: impl FnMut(&Value)) -> Result<(), Failure> {
    if !fs::exists(path)? {
        return Ok(());
    }
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
        affected.into_iter().flatten().for_each(&mut show);
    }
    Ok(())
}

/// Notes the versions that a record calls fixed, if they are newer than the known ones.
fn note(affected: &Value, source: &str, scheme: Scheme, packages: &mut Packages) {
    let text = |key: &str| affected.get("package")?.get(key)?.as_str();
    let (Some(ecosystem), Some(name)) = (text("ecosystem"), text("name")) else { return };
    if ecosystem.split(':').next() != Some(source) {
        return;
    }
    let list = |value: &Value, key: &str| value.get(key)?.as_array().cloned();
    let ranges = list(affected, "ranges").unwrap_or_default();
    let ranges = ranges.iter().filter(|range| range.get("type").is_none_or(|kind| kind != "GIT"));
    for event in ranges.filter_map(|range| list(range, "events")).flatten() {
        let Some(fixed) = event.get("fixed").and_then(Value::as_str) else { continue };
        match packages.entry((ecosystem.to_owned(), name.to_owned())) {
            Entry::Vacant(place) => drop(place.insert(fixed.to_owned())),
            Entry::Occupied(mut known) if is_newer(scheme, fixed, known.get()) => {
                known.insert(fixed.to_owned());
            }
            Entry::Occupied(_) => {}
        }
    }
}

fn is_newer(scheme: Scheme, version: &str, than: &str) -> bool {
    let (Ok(version), Ok(than)) = (scheme.parse(version), scheme.parse(than)) else { return false };
    version.compare(&than).is_some_and(std::cmp::Ordering::is_gt)
}

fn component(
    ecosystem: Ecosystem,
    (source, release): (&str, Option<&str>),
    name: &str,
    version: &str,
) -> Option<Value> {
    let system = source.to_lowercase();
    let (namespace, last) = match ecosystem {
        _ if ecosystem.is_operating_system() => (Some(system.as_str()), name),
        Ecosystem::Maven => split(name, ':'),
        Ecosystem::Golang | Ecosystem::Npm | Ecosystem::Composer => split(name, '/'),
        _ => (None, name),
    };
    let mut purl = Purl::builder(ecosystem.purl_type(), last).version(version);
    if let Some(namespace) = namespace {
        purl = purl.namespace(namespace);
    }
    if let Some(release) = release {
        purl = purl.qualifier("distro", format!("{system}-{}", release.trim_start_matches('v')));
    }
    let purl = purl.build().ok()?.to_string();
    Some(
        json!({ "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl }),
    )
}

fn split(name: &str, at: char) -> (Option<&str>, &str) {
    name.rsplit_once(at).map_or((None, name), |(namespace, last)| (Some(namespace), last))
}

//! Looking packages up in a database.

use std::collections::BTreeMap;

use sealift_matcher::{BuildOptions, Database, MatchOptions, build_in_memory, match_inventory};
use sealift_model::{Ecosystem, Inventory, Package};
use serde_json::json;

use crate::{Failure, row};

const PACKAGES: usize = 10_000;

/// Packages that all have an advisory but are not affected by it.
pub(crate) fn measure() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut inventory = Inventory::default();
    for number in 0..PACKAGES {
        let name = format!("package-{number}");
        let record = json!({
            "id": format!("X-{number}"), "modified": "2026-01-01T00:00:00Z",
            "affected": [{
                "package": { "ecosystem": "npm", "name": name },
                "ranges": [{
                    "type": "SEMVER",
                    "events": [{ "introduced": "0" }, { "fixed": "1.3.1" }],
                }],
            }],
        });
        std::fs::write(folder.path().join(format!("X-{number}.json")), record.to_string())?;
        let purl = format!("pkg:npm/{name}@1.4.0").parse()?;
        inventory.packages.push(Package::new(Ecosystem::Npm, &name, "1.4.0", purl));
    }
    let options = BuildOptions::new("2026-01-31T12:00:00Z".parse()?);
    let (bytes, _) = build_in_memory(folder.path(), &options)?;
    let database = Database::open(bytes)?;
    let names: BTreeMap<&str, &Package> =
        inventory.packages.iter().map(|package| (package.name.as_str(), package)).collect();
    let matched = || match_inventory(&database, &inventory, &MatchOptions::default()).is_ok();
    let found = || {
        inventory
            .packages
            .iter()
            .filter(|package| names.contains_key(package.name.as_str()))
            .count()
    };
    row("match 10,000 packages", matched, "find them in a map", found);
    Ok(())
}

//! `version`.

use sealift::{Database, escape};
use serde_json::json;

use crate::args::{VersionArgs, VersionFormat};
use crate::failure::Failure;
use crate::{Context, cache, output};

/// `version`: the program's version, and the date of the cached advisory database, if any.
pub(crate) fn version(args: &VersionArgs, context: Context<'_>) -> Result<u8, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let updated = database_of(context);
    let format = if args.json { VersionFormat::Json } else { args.format };
    // Names as in Trivy's.
    let text = match (format, updated) {
        (VersionFormat::Text, None) => format!("Version: {version}\n"),
        (VersionFormat::Text, Some(updated)) => {
            format!("Version: {version}\nVulnerability DB:\n  UpdatedAt: {updated}\n")
        }
        (VersionFormat::Json, None) => format!("{}\n", json!({"Version": version})),
        (VersionFormat::Json, Some(updated)) => {
            let database = json!({"UpdatedAt": updated});
            format!("{}\n", json!({"Version": version, "VulnerabilityDB": database}))
        }
    };
    output::print(text.as_bytes())?;
    Ok(0)
}

/// The time at which the cached database was built.
fn database_of(context: Context<'_>) -> Option<String> {
    let path = cache::databases(context)?.database();
    match Database::open(&path) {
        Ok(database) => Some(database.info().built.to_string()),
        Err(_) if !path.exists() => None,
        Err(error) => {
            eprintln!("warning: {}", escape::terminal(&error.to_string()));
            None
        }
    }
}

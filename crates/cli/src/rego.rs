//! Checks in Rego that flags name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sealift::{RegoChecks, RegoOptions, ScanOptions};

use crate::args::CheckArgs;
use crate::failure::Failure;
use crate::files;

/// Folders in folders; more is a loop or a mistake.
const MAX_DEPTH: usize = 32;

/// Loads the checks, the libraries and the data that flags name; none where none is named.
pub(crate) fn load(args: &CheckArgs) -> Result<Option<RegoChecks>, Failure> {
    if args.config_check.is_empty() {
        return Ok(None);
    }
    let mut options = RegoOptions::default();
    options.namespaces.clone_from(&args.check_namespaces);
    for (path, bytes) in read(&args.config_data, &["json", "yaml", "yml"])? {
        options.add_data(&bytes).map_err(|error| Failure::Unusable {
            what: path,
            error: error.into(),
            hint: "data is an object in JSON or YAML",
        })?;
    }
    let modules = read(&args.config_check, &["rego"])?;
    let modules: Vec<(&str, &[u8])> =
        modules.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    Ok(Some(RegoChecks::load(&modules, &options)))
}

/// What people should know of them.
pub(crate) fn told(options: &ScanOptions) -> &[String] {
    let configuration = options.configuration.as_ref();
    configuration.and_then(|all| all.rego.as_ref()).map_or(&[], |checks| checks.notes())
}

/// The files of that kind in what is named, by their paths.
fn read(named: &[PathBuf], extensions: &[&str]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut found = Vec::new();
    for path in named {
        if path.is_dir() {
            collect(path, extensions, MAX_DEPTH, &mut found).map_err(|error| {
                let what = path.display().to_string();
                let hint = "check that the folder is there and may be read";
                Failure::Unusable { what, error: error.into(), hint }
            })?;
        } else {
            found.push(path.clone());
        }
    }
    found.sort();
    found.dedup();
    let read = |path: PathBuf| Ok((path.display().to_string(), files::document(&path)?));
    found.into_iter().map(read).collect()
}

fn collect(
    folder: &Path,
    extensions: &[&str],
    depth: usize,
    found: &mut Vec<PathBuf>,
) -> io::Result<()> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(io::Error::other(format!("more than {MAX_DEPTH} folders in one another")));
    };
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, extensions, depth, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| extensions.iter().any(|known| extension == *known))
        {
            found.push(path);
        }
    }
    Ok(())
}

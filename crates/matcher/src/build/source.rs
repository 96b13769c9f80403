//! Finds the sources to build from.

use std::fs;
use std::path::{Path, PathBuf};

use super::Limits;
use crate::Error;

/// One source to build from.
#[derive(Debug)]
pub(super) struct Source {
    /// Path below the build folder, with `/` between its parts.
    pub(super) name: String,
    pub(super) kind: SourceKind,
}

#[derive(Debug)]
pub(super) enum SourceKind {
    /// A zip with one record in each entry.
    Zip(PathBuf),
    /// Files with one record each, sorted.
    Files(Vec<PathBuf>),
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev(PathBuf),
    /// Scores of the Exploit Prediction Scoring System, plain or compressed with gzip.
    Epss(PathBuf),
}

/// Finds the sources below a folder, sorted by name. Files of other kinds are ignored, and links to
/// folders are not followed.
pub(super) fn find(folder: &Path, limits: &Limits) -> Result<Vec<Source>, Error> {
    let mut sources = Vec::new();
    visit(folder, "", limits.max_depth, limits, &mut sources)?;
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    match sources.is_empty() {
        true => Err(Error::NoRecords { folder: folder.to_owned() }),
        false => Ok(sources),
    }
}

fn visit(
    folder: &Path,
    name: &str,
    depth: u64,
    limits: &Limits,
    sources: &mut Vec<Source>,
) -> Result<(), Error> {
    let mut records = Vec::new();
    let mut entries = 0;
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let entry = entry.map_err(Error::io(folder))?;
        entries += 1;
        if entries > limits.max_entries {
            return Err(Error::LimitExceeded { limit: "max_entries", max: limits.max_entries });
        }
        let path = entry.path();
        let file = entry.file_name().to_string_lossy().into_owned();
        let below = if name.is_empty() { file.clone() } else { format!("{name}/{file}") };
        if entry.file_type().map_err(Error::io(&path))?.is_dir() {
            let depth = depth
                .checked_sub(1)
                .ok_or(Error::LimitExceeded { limit: "max_depth", max: limits.max_depth })?;
            visit(&path, &below, depth, limits, sources)?;
        } else if path.is_file() {
            match kind(&file, path) {
                Some(SourceKind::Files(files)) => records.extend(files),
                Some(kind) => sources.push(Source { name: below, kind }),
                None => {}
            }
        }
    }
    if !records.is_empty() {
        records.sort();
        let name = if name.is_empty() { "." } else { name }.to_owned();
        sources.push(Source { name, kind: SourceKind::Files(records) });
    }
    Ok(())
}

fn kind(file: &str, path: PathBuf) -> Option<SourceKind> {
    match file {
        "all.zip" => Some(SourceKind::Zip(path)),
        "kev.json" | "known_exploited_vulnerabilities.json" => Some(SourceKind::Kev(path)),
        _ if file.ends_with(".json") => Some(SourceKind::Files(vec![path])),
        _ if file.starts_with("epss") && (file.ends_with(".csv") || file.ends_with(".csv.gz")) => {
            Some(SourceKind::Epss(path))
        }
        _ => None,
    }
}

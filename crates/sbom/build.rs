//! Hashes what decides which facts a file yields, so that a cache of facts knows when it is out of
//! date: the sources of this crate and, in a checkout of the whole project, of the crates that hand
//! it files and that its facts are made of, and the versions of all dependencies. From a registry
//! the version of this crate stands for all of it.
#![forbid(unsafe_code)]

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};

const SOURCES: [&str; 4] = ["src", "../layers/src", "../model/src", "../../Cargo.lock"];

fn main() -> io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        let path = here.join(source);
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
            hash(&path, &mut hasher)?;
        }
    }
    println!("cargo::rustc-env=SEALIFT_FACTS_SOURCES={:016x}", hasher.finish());
    Ok(())
}

/// Hashes a file, or all files below a folder with their names.
fn hash(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    if !path.is_dir() {
        hasher.write(path.file_name().unwrap_or_default().as_encoded_bytes());
        let content = fs::read(path)?;
        hasher.write(&u64::try_from(content.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.write(&content);
        return Ok(());
    }
    let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<io::Result<Vec<PathBuf>>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| hash(entry, hasher))
}

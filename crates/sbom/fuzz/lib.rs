//! What every target does: hands the bytes, as a file at a path, to whoever wants it.
#![forbid(unsafe_code)]

use sealift_layers::{File, Limits, Metadata, TreePath};
use sealift_sbom::{ALL, Catalog, Cataloger, Facts, MergedFacts, MergedFile};

/// Reads and assembles a file of these bytes with every cataloger that wants it.
pub fn read(path: &str, bytes: &[u8]) {
    read_all(&[(path, bytes)]);
}

/// Reads and assembles files with every cataloger that wants the first of them.
pub fn read_all(files: &[(&str, &[u8])]) {
    let Some((path, bytes)) = files.first() else { return };
    let metadata = Metadata::new(bytes.len() as u64, 0o644);
    let head = &bytes[..bytes.len().min(512)];
    for cataloger in ALL.iter().filter(|by| by.wants(TreePath::from(*path), &metadata, head)) {
        let read = files.iter().map(|(path, bytes)| (*path, facts(*cataloger, path, bytes)));
        let read: Vec<_> = read.collect();
        let files = read.iter().map(|(path, facts)| MergedFile::new(*path, facts)).collect();
        cataloger.assemble(&MergedFacts::new(cataloger.name(), files), &mut Catalog::default());
    }
}

fn facts(cataloger: &dyn Cataloger, path: &str, bytes: &[u8]) -> Facts {
    let limits = Limits::default();
    let mut facts = Facts::default();
    let mut file = File::from_bytes(TreePath::from(path), bytes.to_vec(), &limits);
    let _ = cataloger.read(&mut file, &mut facts);
    facts
}

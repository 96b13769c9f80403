//! What every target does: hands the bytes, as a file at a path, to whoever wants it.
#![forbid(unsafe_code)]

use sealift_layers::{File, Limits, Metadata, TreePath};
use sealift_sbom::{ALL, Catalog, Facts, MergedFacts, MergedFile};

/// Reads and assembles a file of these bytes with every cataloger that wants it.
pub fn read(path: &str, bytes: &[u8]) {
    let limits = Limits::default();
    let tree_path = TreePath::from(path);
    let metadata = Metadata::new(bytes.len() as u64, 0o644);
    let head = &bytes[..bytes.len().min(512)];
    for cataloger in ALL.iter().filter(|by| by.wants(tree_path, &metadata, head)) {
        let mut facts = Facts::default();
        let mut file = File::from_bytes(tree_path, bytes.to_vec(), &limits);
        let _ = cataloger.read(&mut file, &mut facts);
        let files = vec![MergedFile::new(path, &facts)];
        cataloger.assemble(&MergedFacts::new(cataloger.name(), files), &mut Catalog::default());
    }
}

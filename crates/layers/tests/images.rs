//! Every image of the test data: found by name, all digests verified, every layer read whole.
#![expect(clippy::disallowed_methods, reason = "the test data lie where the environment says")]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use sealift_layers::{
    Extract, File, Image, ImageSource, Limits, Metadata, ReadOptions, Selector, Tree, TreePath,
    read_image,
};
use sealift_model::{Descriptor, Digest, Impact};

/// Takes the digest of every file below `etc` and `var`.
struct Digests;

impl Extract for Digests {
    type Facts = Digest;

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.starts_with("etc") || path.starts_with("var")
    }

    fn read(&self, file: &mut File<'_>) -> Option<Digest> {
        let size = file.metadata().size;
        let bytes = file.bytes().unwrap();
        assert_eq!(u64::try_from(bytes.len()), Ok(size));
        Some(Digest::sha256_of(bytes))
    }
}

fn read(source: &ImageSource, root: &Descriptor, threads: usize) -> Tree<Digest> {
    let limits = Limits::default();
    let image = Image::open(source, root, None, &limits).unwrap();
    let threads = NonZeroUsize::new(threads).unwrap();
    let options = ReadOptions::new(&limits).with_threads(threads);
    let tree = read_image(source, &image, &Digests, &options).unwrap();
    assert_eq!(tree.layers.len(), image.layers.len());
    // Real images have links to nothing; all else would be missing from the result.
    assert!(tree.diagnostics.iter().all(|diagnostic| diagnostic.impact == Impact::Note));
    tree
}

fn contents(tree: &Tree<Digest>) -> BTreeMap<&str, (Option<&Digest>, &Digest, &[String])> {
    tree.files
        .iter()
        .map(|file| (&*file.path, (tree.diff_id(file), &*file.facts, &*file.aliases)))
        .collect()
}

fn images() -> Option<PathBuf> {
    let images = std::env::var_os("SEALIFT_TESTDATA").map(|data| Path::new(&data).join("images"));
    if images.is_none() {
        eprintln!("skipped: no test data");
    }
    images
}

#[test]
fn every_image_of_the_layout_is_whole() {
    let Some(images) = images() else { return };
    let source = ImageSource::open_layout(&images.join("oci"), &Limits::default()).unwrap();
    let mut cases = 0;
    for root in source.roots() {
        let name = &root.annotations["org.opencontainers.image.ref.name"];
        let selector: Selector = name.parse().unwrap();
        assert_eq!(source.select(Some(&selector)).unwrap().digest, root.digest);
        let tree = read(&source, root, 2);
        assert!(!tree.files.is_empty(), "{name}");
        assert_eq!(contents(&tree), contents(&read(&source, root, 1)), "{name}");
        cases += 1;
    }
    println!("dataset images/oci: {cases} cases, {cases} exact, 0 excepted, 0 skipped");
}

#[test]
fn every_docker_archive_is_the_image_of_its_name() {
    let Some(images) = images() else { return };
    let limits = Limits::default();
    let layout = ImageSource::open_layout(&images.join("oci"), &limits).unwrap();
    let mut cases = 0;
    for entry in std::fs::read_dir(images.join("docker-archive")).unwrap() {
        let path = entry.unwrap().path();
        let source = ImageSource::open_archive(&path, &limits).unwrap();
        let root = source.select(None).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let original = layout.select(Some(&name.parse().unwrap())).unwrap();
        let (ours, theirs) = (read(&source, &root, 2), read(&layout, &original, 2));
        assert_eq!(contents(&ours), contents(&theirs), "{name}");
        cases += 1;
    }
    println!("dataset images/docker-archive: {cases} cases, {cases} exact, 0 excepted, 0 skipped");
}

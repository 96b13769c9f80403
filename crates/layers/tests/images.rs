//! Every image of the test data: found by name, all digests verified, every layer read whole.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;

use sealift_layers::{
    Extract, File, Image, ImageSource, Limits, Metadata, ReadOptions, Selector, Tree, TreePath,
    read_image,
};
use sealift_model::{Descriptor, Digest, Impact};
use sealift_suite::{Suite, Table, files, test_data};

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

/// Takes the names of all files.
struct Names;

impl Extract for Names {
    type Facts = ();

    fn wants(&self, _: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        true
    }

    fn read(&self, _: &mut File<'_>) -> Option<()> {
        Some(())
    }
}

fn read<E: Extract>(
    source: &ImageSource,
    root: &Descriptor,
    extract: &E,
    threads: usize,
) -> Tree<E::Facts> {
    let limits = Limits::default();
    let image = Image::open(source, root, None, &limits).unwrap();
    let threads = NonZeroUsize::new(threads).unwrap();
    let options = ReadOptions::new(&limits).with_threads(threads);
    let tree = read_image(source, &image, extract, &options).unwrap();
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

fn layout(images: &Path) -> ImageSource {
    ImageSource::open_layout(&images.join("oci"), &Limits::default()).unwrap()
}

fn name(root: &Descriptor) -> &str {
    &root.annotations["org.opencontainers.image.ref.name"]
}

/// Each file that a row of `expected/<tag>.tsv` names is there, and in the layer that it says.
#[test]
fn every_image_of_the_layout_has_the_files_of_its_packages() {
    let Some(images) = test_data().map(|data| data.join("images")) else { return };
    let source = layout(&images);
    let mut suite = Suite::new("images/oci", "");
    for root in source.roots() {
        let selector: Selector = name(root).parse().unwrap();
        assert_eq!(source.select(Some(&selector)).unwrap().digest, root.digest);
        let rows = Table::read(&images.join("expected").join(name(root)).with_extension("tsv"));
        suite.case(name(root), has_files(&read(&source, root, &Names, 2), &rows));
    }
    suite.finish();
}

fn has_files(tree: &Tree<()>, rows: &Table) -> Result<(), String> {
    let mut layers: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for file in &tree.files {
        let names = file.aliases.iter().chain([&file.path]);
        let layer = tree.diff_id(file).map(ToString::to_string);
        layers.extend(names.map(|name| (&**name, layer.clone())));
    }
    for row in rows.rows() {
        // The content of an archive is named by the archive's path and a colon.
        let path = row["path"].trim_start_matches('/').split(':').next().unwrap();
        let layer = layers.get(path).ok_or(format!("{path} is missing"))?;
        if *layer.as_ref().unwrap() != row["layer_diffid"] {
            return Err(format!("{path} is of {layer:?} and not of {}", row["layer_diffid"]));
        }
    }
    if rows.rows().next().is_none() { Err("no rows".to_owned()) } else { Ok(()) }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let Some(images) = test_data().map(|data| data.join("images")) else { return };
    let source = layout(&images);
    let mut suite = Suite::new("images/threads", "");
    for root in source.roots() {
        let [one, two] = [1, 2].map(|threads| read(&source, root, &Digests, threads));
        suite.run(name(root), || assert_eq!(contents(&one), contents(&two)));
    }
    suite.finish();
}

#[test]
fn every_docker_archive_is_the_image_of_its_name() {
    let Some(images) = test_data().map(|data| data.join("images")) else { return };
    let layout = layout(&images);
    let mut suite = Suite::new("images/docker-archive", "");
    for path in files(&images.join("docker-archive"), "tar") {
        let source = ImageSource::open_archive(&path, &Limits::default()).unwrap();
        let root = source.select(None).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let original = layout.select(Some(&name.parse().unwrap())).unwrap();
        let ours = read(&source, &root, &Digests, 2);
        let theirs = read(&layout, &original, &Digests, 2);
        suite.run(name, || assert_eq!(contents(&ours), contents(&theirs)));
    }
    suite.finish();
}

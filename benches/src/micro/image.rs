//! Inflating, hashing and walking the entries of layers.

use std::io::Read;
use std::num::NonZeroUsize;

use flate2::read::MultiGzDecoder;
use sealift_layers::{
    Extract, File, Image, ImageSource, Limits, Metadata, ReadOptions, TreePath, read_image,
};
use sealift_model::{BlobSource, Digest};
use sealift_tests::{project, test_data};

use crate::{Failure, row};

/// A handler that takes nothing from any file.
struct Nothing;

impl Extract for Nothing {
    type Facts = ();

    fn wants(&self, _: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        false
    }

    fn read(&self, _: &mut File<'_>) -> Option<()> {
        None
    }
}

pub(crate) fn measure() -> Result<(), Failure> {
    let (folder, tag) = match test_data() {
        Some(data) => (data.join("images/oci"), "debian12-slim"),
        None => (project().join("examples/image"), "demo"),
    };
    let limits = Limits::default();
    let source = ImageSource::open_layout(&folder, &limits)?;
    let root = source.select(Some(&tag.parse()?))?;
    let image = Image::open(&source, &root, None, &limits)?;
    let mut blobs = Vec::new();
    for layer in &image.layers {
        let mut blob = Vec::new();
        source.open(&layer.descriptor)?.read_to_end(&mut blob)?;
        blobs.push(blob);
    }
    let options = ReadOptions::new(&limits).with_threads(NonZeroUsize::MIN);
    let read = || read_image(&source, &image, &Nothing, &options).map(|tree| tree.layers.len());
    let inflate_and_hash = || {
        for blob in &blobs {
            let mut inflated = Vec::new();
            let done = MultiGzDecoder::new(blob.as_slice()).read_to_end(&mut inflated);
            std::hint::black_box((
                done.is_ok(),
                Digest::sha256_of(blob),
                Digest::sha256_of(&inflated),
            ));
        }
    };
    row("read the layers of an image", read, "inflate and hash", inflate_and_hash);
    Ok(())
}

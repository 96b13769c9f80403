//! Two layers of any bytes: the tar reader and the merge.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_layers::{Error, Image, Limits, ReadOptions, read_image};
use sealift_layers_fuzz::{EveryOther, Memory};
use sealift_model::Digest;

fuzz_target!(|layers: (Vec<u8>, Vec<u8>)| {
    let mut source = Memory::default();
    let [lower, upper] = [&layers.0, &layers.1].map(|bytes| (&bytes[..], Digest::sha256_of(bytes)));
    let root = source.image(&[lower, upper]);
    let mut limits = Limits::default();
    limits.max_file_bytes = 1 << 20;
    let image = Image::open(&source, &root, None, &limits).expect("the documents are good");
    match read_image(&source, &image, &EveryOther, &ReadOptions::new(&limits)) {
        // Bytes may look packed and not be.
        Ok(_) | Err(Error::LayerCoding { .. }) => {}
        Err(error) => panic!("digests hold: {error}"),
    }
});

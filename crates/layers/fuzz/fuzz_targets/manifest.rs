//! Any bytes as manifest, index and config.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_layers::{Image, Limits};
use sealift_layers_fuzz::Memory;

fuzz_target!(|data: (&[u8], &[u8])| {
    let (document, other) = data;
    let mut source = Memory::default();
    source.add("application/vnd.oci.image.config.v1+json", other);
    for media_type in [
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
    ] {
        let root = source.add(media_type, document);
        let _ = Image::open(&source, &root, None, &Limits::default());
    }
});

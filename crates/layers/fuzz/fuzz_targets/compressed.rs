//! A compressed layer of any bytes: gzip and zstd. The diff-id never holds, so it always fails.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_layers::{Image, Limits, ReadOptions, read_image};
use sealift_layers_fuzz::{EveryOther, Memory};
use sealift_model::Digest;

fuzz_target!(|data: (bool, &[u8])| {
    let (gzip, rest) = data;
    let magic: &[u8] = if gzip { &[0x1f, 0x8b, 8] } else { &[0x28, 0xb5, 0x2f, 0xfd] };
    let layer = [magic, rest].concat();
    let mut source = Memory::default();
    let root = source.image(&[(&layer, Digest::sha256_of(b"something else"))]);
    let mut limits = Limits::default();
    limits.max_layer_bytes = 1 << 24;
    limits.max_zstd_window_bytes = 1 << 20;
    let image = Image::open(&source, &root, None, &limits).expect("the documents are good");
    let _ = read_image(&source, &image, &EveryOther, &ReadOptions::new(&limits));
});

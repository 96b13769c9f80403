//! Any bytes as what a store kept of an image, of a layer and of a second look at it.
#![no_main]

use std::sync::Mutex;

use libfuzzer_sys::fuzz_target;
use sealift_layers::{Image, LayerStore, Limits, ReadOptions, read_image};
use sealift_layers_fuzz::{EveryOther, Memory};
use sealift_model::Digest;

/// Returns one entry after another, whatever the key.
struct Entries(Mutex<Vec<Option<Vec<u8>>>>);

impl LayerStore for Entries {
    fn get(&self, _: &Digest) -> Option<Vec<u8>> {
        self.0.lock().expect("nobody panics").pop().flatten()
    }

    fn put(&self, _: &Digest, _: &[u8]) {}
}

fuzz_target!(|entries: Vec<Option<Vec<u8>>>| {
    let mut source = Memory::default();
    // No archive: what is found is what the store gives out.
    let layers = [&b""[..], b"\0"].map(|bytes| (bytes, Digest::sha256_of(bytes)));
    let root = source.image(&layers);
    let limits = Limits::default();
    let image = Image::open(&source, &root, None, &limits).expect("the documents are good");
    let store = Entries(Mutex::new(entries));
    let _ = read_image(&source, &image, &EveryOther, &ReadOptions::new(&limits).with_store(&store));
});

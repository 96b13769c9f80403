//! Any text as a checkpoint: every parsed part occurs in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::Checkpoint;

fuzz_target!(|note: &str| {
    if let Ok(checkpoint) = Checkpoint::parse(note) {
        let start = format!("{}\n{}\n", checkpoint.origin(), checkpoint.tree_size());
        assert!(note.starts_with(checkpoint.text()));
        assert!(checkpoint.text().starts_with(&start));
    }
});

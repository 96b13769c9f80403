#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_misconfig::{FileKind, Options, SourceFile, scan};

fuzz_target!(|bytes: &[u8]| {
    for kind in [FileKind::Dockerfile, FileKind::Compose] {
        let _ = scan(&[SourceFile::new("x", bytes).of_kind(kind)], &Options::default());
    }
});

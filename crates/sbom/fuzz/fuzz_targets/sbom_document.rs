//! Any bytes are read without a panic in whichever form they seem to have: CycloneDX in JSON or XML,
//! SPDX in JSON or tags, Syft's JSON, attestations. What was read can be written as tags with values
//! and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_sbom::{DocumentLimits, Subject, SubjectKind, read_document, spdx};

fuzz_target!(|bytes: &[u8]| {
    let limits = DocumentLimits::default();
    let Ok(document) = read_document(bytes, &limits) else { return };
    let subject = Subject::new(SubjectKind::FileSystem, "fuzz");
    let subject = document.subject.unwrap_or(subject);
    let mut out = String::new();
    spdx::write_tag_value(&mut out, &document.inventory, &subject, None, "0")
        .expect("a string takes all");
    let again = spdx::read(out.as_bytes(), &limits).expect("our own document is read");
    assert!(again.inventory.packages.len() >= document.inventory.packages.len());
});

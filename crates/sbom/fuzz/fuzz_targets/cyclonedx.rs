//! Any bytes are read without a panic, and what was read can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_sbom::{DocumentLimits, Subject, SubjectKind, cyclonedx};

fuzz_target!(|bytes: &[u8]| {
    let limits = DocumentLimits::default();
    let Ok(document) = cyclonedx::read(bytes, &limits) else { return };
    let subject = Subject::new(SubjectKind::FileSystem, "fuzz");
    let subject = document.subject.unwrap_or(subject);
    let mut out = Vec::new();
    cyclonedx::write(&mut out, &document.inventory, &subject, None, "0").expect("a vector takes all");
    let again = cyclonedx::read(&out, &limits).expect("our own document is read");
    assert_eq!(again.inventory.packages.len(), document.inventory.packages.len());
});

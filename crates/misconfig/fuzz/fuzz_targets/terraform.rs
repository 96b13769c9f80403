#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_misconfig::{FileKind, Options, SourceFile, scan};

fuzz_target!(|bytes: &[u8]| {
    // Native syntax, JSON syntax, given values and a plan; a module that the first may call.
    let files = [
        SourceFile::new("main.tf", bytes),
        SourceFile::new("main.tf.json", bytes),
        SourceFile::new("terraform.tfvars", bytes),
        SourceFile::new("m/main.tf", bytes),
        SourceFile::new("plan.json", bytes).of_kind(FileKind::TerraformPlan),
    ];
    let mut options = Options::default();
    options.limits.max_steps = 100_000;
    options.limits.max_instances = 1_000;
    let _ = scan(&files, &options);
});

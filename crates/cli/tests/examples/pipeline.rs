//! `examples/pipeline.sh`.

use sealift_tests::project;

use crate::shell::{World, are_installed, stdout, succeeded};

#[test]
fn only_what_was_scanned_and_signed_runs() {
    if !are_installed(&["bash", "docker-registry", "jq", "curl"]) {
        return;
    }
    let world = World::new();
    let output = world.command(project().join("examples/pipeline.sh")).output().unwrap();
    succeeded(&output);
    let said = stdout(&output);
    let steps = said.lines().filter(|line| line.starts_with("== ")).count();
    assert_eq!(steps, 9, "{said}");
    assert_eq!(said.matches("hello from minimist 0.2.4").count(), 1, "{said}");
    assert!(!said.contains("hello from minimist 0.2.0"), "{said}");
}

//! `examples/rescan.sh`.

use sealift_tests::project;

use crate::shell::{World, are_installed, stderr, stdout};

#[test]
fn what_a_rebuild_would_heal_is_said_for_each_image() {
    if !are_installed(&["bash", "jq"]) {
        return;
    }
    let world = World::with_database();
    let image = project().join("examples/image");
    let list = format!("# what runs\noci:{}:demo\n\noci:nowhere:1 # gone\n", image.display());
    world.write("deployed.txt", &list);
    let mut rescan = world.command(project().join("examples/rescan.sh"));
    // The image stands on the layer of its distribution.
    world.write("bases.json", &bases());
    rescan.args(["deployed.txt", "--db", "advisories.db", "--bases", "bases.json"]);
    let output = rescan.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let said = stdout(&output);
    let rows: Vec<&str> = said.lines().skip(2).collect();
    let cells: Vec<&str> = rows[0].split(" | ").collect();
    assert_eq!(cells[1..], ["28", "7", "14", "13", "rebuild |"], "{said}");
    assert!(rows[1].contains("could not be scanned, status 2"), "{said}");
    assert_eq!(rows.len(), 2, "{said}");
}

/// The lowest layer of the example image as a known base.
fn bases() -> String {
    let scan = World::new();
    let mut list = scan.command(env!("CARGO_BIN_EXE_sealift"));
    list.args(["image", "--format=json", "--scanners=license", "--quiet", "--no-cache"]);
    list.arg(format!("oci:{}:demo", project().join("examples/image").display()));
    let report: serde_json::Value = serde_json::from_slice(&list.output().unwrap().stdout).unwrap();
    let lowest = &report["Metadata"]["DiffIDs"][0];
    serde_json::json!({"bases": [{"name": "debian:11", "diff_ids": [lowest]}]}).to_string()
}

//! `.pre-commit-hooks.yaml`.

use std::fs;

use regex::Regex;
use sealift_tests::project;
use serde_json::Value;

use crate::shell::{World, stderr, stdout, succeeded};

const VULNERABLE: &str = r#"{"name": "shop", "lockfileVersion": 3, "packages": {
    "node_modules/minimist": {"version": "0.2.0", "resolved": "https://registry.npmjs.org/x"}}}"#;

#[test]
fn a_lockfile_with_a_vulnerable_package_is_not_committed() {
    let text = fs::read_to_string(project().join(".pre-commit-hooks.yaml")).unwrap();
    let hooks: Value = serde_saphyr::from_str(&text).unwrap();
    let hook = &hooks[0];
    let files = Regex::new(hook["files"].as_str().unwrap()).unwrap();
    assert!(files.is_match("web/package-lock.json") && files.is_match("requirements-dev.txt"));
    assert!(!files.is_match("src/package-lock.json.rs"));
    let world = World::with_database();
    let words: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
    let commit = || {
        let mut command = world.command(words[0]);
        command.args(&words[1..]).env("SEALIFT_DB", world.path().join("advisories.db"));
        command.output().unwrap()
    };
    world.write("package-lock.json", VULNERABLE);
    let refused = commit();
    assert_eq!(refused.status.code(), Some(1), "{}{}", stdout(&refused), stderr(&refused));
    assert!(stdout(&refused).contains("minimist"));
    world.write("package-lock.json", &VULNERABLE.replace("0.2.0", "0.2.4"));
    succeeded(&commit());
}

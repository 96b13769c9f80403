//! The command's flags about the base of an image, its age, the end of its distribution's life,
//! and what upper layers hide; on the image of the quick start, which is Debian 11.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/archive.rs"]
mod archive;
#[path = "support/command.rs"]
mod command;

use std::fs;
use std::process::{Command, Output};
use std::sync::LazyLock;

use archive::tar;
use sealift_tests::{project, stderr, stdout};
use serde_json::Value;
use tempfile::TempDir;

const IMAGE: &str = "oci:examples/image:demo";

/// Debian 11 has its last day on 2026-08-31.
#[test]
fn an_end_of_life_has_its_own_exit_status_which_comes_first() {
    let status = |flags: &[&str]| scan(flags).status.code();
    let past = &["--as-of", "2026-09-01", "--exit-on-eol", "9"];
    assert_eq!(status(past), Some(9));
    assert_eq!(status(&["--as-of", "2026-08-31T23:59:59Z", "--exit-on-eol", "9"]), Some(0));
    assert_eq!(status(&[&past[..], &["--exit-code", "1"]].concat()), Some(9));
    assert_eq!(
        status(&["--as-of", "2026-09-01", "--exit-on-eol", "0", "--exit-code", "1"]),
        Some(1)
    );
    assert_eq!(status(&["--as-of", "yesterday"]), Some(2));
    let output = scan(past);
    let told = "debian 11 is past its end of life";
    assert!(stderr(&output).contains(told), "{}", stderr(&output));
    assert!(stdout(&output).contains(told), "{}", stdout(&output));
    assert_eq!(json(past)["Metadata"]["OS"]["EOSL"], true);
}

/// The gate fails by it as a scan does, whatever else it says.
#[test]
fn the_gate_has_the_exit_status_for_an_end_of_life() {
    let folder = TempDir::new().unwrap();
    let policy = folder.path().join("sealift.toml");
    let gate = |rest: &[&str]| {
        fs::write(&policy, "[gate]\nfail-on = []\nend-of-life = 'pass'\n").unwrap();
        let flags = ["gate", IMAGE, "--db", database(), "--policy-file", policy.to_str().unwrap()];
        bare(&[&flags[..], rest].concat()).output().unwrap()
    };
    let past = gate(&["--as-of", "2026-09-01", "--exit-on-eol", "9"]);
    assert_eq!(past.status.code(), Some(9), "{}", stderr(&past));
    assert!(stdout(&past).contains("fail debian 11 is past its end of life"), "{}", stdout(&past));
    assert_eq!(gate(&["--as-of", "2026-09-01", "--exit-on-eol", "0"]).status.code(), Some(0));
    assert_eq!(gate(&["--as-of", "2026-08-31", "--exit-on-eol", "9"]).status.code(), Some(0));
    let refused = gate(&["--download-db-only"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("sealift db update"), "{}", stderr(&refused));
}

/// A pass that nobody could have failed is told.
#[test]
fn an_end_of_life_that_is_not_known_is_told_when_it_is_asked_for() {
    let folder = TempDir::new().unwrap();
    let etc = folder.path().join("etc");
    fs::create_dir_all(&etc).unwrap();
    fs::write(etc.join("os-release"), "ID=debian\nVERSION_ID=99\n").unwrap();
    let flags = ["rootfs", folder.path().to_str().unwrap(), "--db", database()];
    let output = bare(&[&flags[..], &["--exit-on-eol", "9"]].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("the end of life of debian 99 is not known"));
    assert!(!stderr(&bare(&flags).output().unwrap()).contains("end of life"));
}

#[test]
fn ages_follow_the_day_that_is_named_else_that_of_the_environment() {
    let metadata = |flags: &[&str]| json(flags)["Metadata"].clone();
    let named = metadata(&["--as-of", "2022-01-31"]);
    assert_eq!((&named["AgeDays"], &named["JudgedOn"]), (&30.into(), &"2022-01-31".into()));
    let mut command = command(&["--format", "json"]);
    let output = command.env("SOURCE_DATE_EPOCH", "1641081600").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["Metadata"]["AgeDays"], 1);
    assert!(metadata(&[])["AgeDays"].as_u64() > Some(1_000), "today");
}

#[test]
fn a_known_base_is_marked_and_can_be_left_out() {
    let folder = TempDir::new().unwrap();
    let diff_ids = json(&[])["Metadata"]["DiffIDs"].clone();
    let list = serde_json::json!({"bases": [{"name": "debian:11", "diff_ids": [diff_ids[0]]}]});
    let file = folder.path().join("bases.json");
    fs::write(&file, list.to_string()).unwrap();
    let bases = ["--bases", file.to_str().unwrap()];
    let report = json(&bases);
    let base = &report["Metadata"]["Base"];
    assert_eq!((&base["Name"], &base["Evidence"]), (&"debian:11".into(), &"listed".into()));
    let of_base = of_base(&report);
    let own = findings(&report).len() - of_base;
    assert!(of_base > 0 && own > 0, "{report}");

    let excluded = [&bases[..], &["--exclude-base"]].concat();
    let report = json(&excluded);
    assert_eq!(
        (findings(&report).len(), report["Metadata"]["LeftOutInBase"].as_u64()),
        (own, u64::try_from(of_base).ok())
    );
    let output = scan(&excluded);
    assert!(stdout(&output).contains(&format!("Left out, being in the base: {of_base} findings")));
    assert!(stderr(&output).contains(&format!("not shown by --exclude-base: {of_base}")));

    fs::write(&file, "{}").unwrap();
    let output = scan(&bases);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("bases.json: not a list of base images"));
    assert!(stderr(&scan(&["--exclude-base"])).contains("no base image is known"));
}

#[test]
fn a_base_is_named_as_images_are() {
    let own = json(&["--base", IMAGE]);
    assert_eq!(own["Metadata"]["Base"]["Name"], "examples/image:demo");
    assert_eq!(of_base(&own), findings(&own).len());

    let folder = TempDir::new().unwrap();
    let file = folder.path().join("other.tar");
    let layer = tar(&[("a", b"a")]);
    let diff_id = sealift_model::Digest::sha256_of(&layer);
    let config = serde_json::json!({"rootfs": {"type": "layers", "diff_ids": [diff_id]}});
    let manifest = br#"[{"Config":"c.json","Layers":["l.tar"]}]"#;
    let files = [("manifest.json", &manifest[..]), ("c.json", config.to_string().as_bytes())]
        .map(|(name, bytes)| (name, bytes.to_vec()));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, it)| (*name, &it[..])).collect();
    fs::write(&file, tar(&[&files[..], &[("l.tar", &layer)]].concat())).unwrap();
    let output = scan(&["--base", &format!("docker-archive:{}", file.display())]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("is not the base of this image: its layer 1 is"));

    let output = scan(&["--base", "oci:./no-such-base"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no-such-base"), "{}", stderr(&output));
}

/// `ini` is taken away by a whiteout.
#[test]
fn hidden_packages_are_listed_when_they_are_asked_for() {
    let names = |flags: &[&str]| -> Vec<String> {
        let report = json(flags);
        let packages = each(&report, "Packages").into_iter();
        let hidden = packages.filter(|package| package["Hidden"]["How"] == "whiteout");
        hidden.map(|package| package["Name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&[]), [""; 0]);
    assert_eq!(names(&["--all-layers"]), ["ini"]);
    assert_eq!(names(&["--scope", "all-layers"]), ["ini"]);
    assert_eq!(names(&["--scope", "squashed"]), [""; 0]);
    let table = stdout(&scan(&["--all-layers"]));
    assert!(table.contains("Hidden by upper layers:\n  ini@"), "{table}");
}

fn of_base(report: &Value) -> usize {
    findings(report).iter().filter(|finding| finding["FromBase"].is_string()).count()
}

fn findings(report: &Value) -> Vec<&Value> {
    each(report, "Vulnerabilities")
}

fn each<'r>(report: &'r Value, field: &str) -> Vec<&'r Value> {
    let results = report["Results"].as_array().into_iter().flatten();
    results.flat_map(|result| result[field].as_array().into_iter().flatten()).collect()
}

fn json(flags: &[&str]) -> Value {
    let output = scan(&[flags, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn scan(flags: &[&str]) -> Output {
    command(flags).output().unwrap()
}

/// A scan of the image, with no variable set.
fn command(flags: &[&str]) -> Command {
    let mut command = bare(&["image", IMAGE, "--db", database()]);
    command.args(flags);
    command
}

fn bare(arguments: &[&str]) -> Command {
    command::sealift(project(), arguments)
}

/// The database of the example advisories, built once.
fn database() -> &'static str {
    static DATABASE: LazyLock<String> = LazyLock::new(|| {
        let file = format!("{}/layers-advisories.db", env!("CARGO_TARGET_TMPDIR"));
        let flags = ["db", "build", "--from", "examples/advisories", "--output", &file];
        assert!(bare(&flags).status().unwrap().success());
        file
    });
    &DATABASE
}

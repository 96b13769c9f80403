//! `packaging/` and the workflow that releases.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use sealift_tests::project;
use serde_json::Value;

use crate::shell::{World, are_installed, succeeded};

/// A program of that name in `tools/`, in place of the one that is installed.
fn stand_in(world: &World, name: &str, script: &str) {
    let folder = world.path().join("tools");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs `packaging/npm.sh`, with a cargo that builds an empty module for whatever target.
fn npm_package(world: &World, target: &str) {
    let mut command = world.command("bash");
    let path = command.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap().to_owned();
    let mut folders = vec![world.path().join("tools")];
    folders.extend(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).unwrap());
    command.env("CARGO_TARGET_DIR", world.path().join("built"));
    command.arg(project().join("packaging/npm.sh")).args([target, "dist"]);
    succeeded(&command.output().unwrap());
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// A file of a package.
fn packed(world: &World, package: &str, path: &str) -> Option<Vec<u8>> {
    let file = fs::File::open(world.path().join("dist").join(package)).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut entries = archive.entries().unwrap().map(Result::unwrap);
    let mut entry = entries.find(|entry| entry.path().unwrap() == Path::new(path))?;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
    Some(bytes)
}

/// The packages have the pages of all verbs, and those that these name.
#[test]
fn every_verb_has_a_manual_page() {
    if !are_installed(&["bash"]) {
        return;
    }
    let world = World::new();
    let mut command = world.command("bash");
    command.arg(project().join("packaging/documents.sh")).arg(env!("CARGO_BIN_EXE_sealift"));
    succeeded(&command.arg("documents").output().unwrap());
    let pages = names(&world.path().join("documents/man"));
    for page in ["sealift.1", "sealift-config.1", "sealift-verify-blob-attestation.1"] {
        assert!(pages.contains(page), "{pages:?}");
    }
    assert!(pages.len() > 40, "{pages:?}");
    assert_eq!(names(&world.path().join("documents/completions")).len(), 3);
}

/// What a wheel names as its licences stands in the folder that it is built from.
#[test]
fn the_wheel_has_its_licenses() {
    let folder = project().join("bindings/python");
    let manifest = fs::read_to_string(folder.join("pyproject.toml")).unwrap();
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        assert!(manifest.contains(&format!("\"{license}\"")), "{license}");
        let text = fs::read_to_string(folder.join(license)).unwrap();
        assert_eq!(text, fs::read_to_string(project().join(license)).unwrap(), "{license}");
    }
}

fn release() -> Value {
    let path = project().join(".github/workflows/release.yml");
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Jobs hand on files by their names: two of one name would be one, or none.
#[test]
fn each_npm_package_is_made_by_one_job() {
    if !are_installed(&["bash", "jq", "npm"]) {
        return;
    }
    let world = World::new();
    // On Linux a module asks for no newer glibc than Node does, whatever the machine has.
    let module = r#"build=$1
        while [ "$1" != --target ]; do shift; done
        case $build/$2 in
            zigbuild/*-linux-gnu.2.28 | build/*-apple-darwin) ;;
            *) exit 1 ;;
        esac
        folder=$CARGO_TARGET_DIR/${2%.2.28}/release
        mkdir -p "$folder"
        : >"$folder/libsealift_node.so""#;
    stand_in(&world, "cargo", module);
    stand_in(&world, "rustup", "");
    let workflow = release();
    let jobs = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap();
    let mut made = BTreeSet::new();
    for job in jobs {
        npm_package(&world, job["node"].as_str().unwrap());
        let all = names(&world.path().join("dist"));
        assert_eq!(all.len(), made.len() + 1, "{job} makes one of its own");
        made = all;
    }
    npm_package(&world, "sealift");
    let manifest = |package: &str| -> Value {
        serde_json::from_slice(&packed(&world, package, "package/package.json").unwrap()).unwrap()
    };
    let main = names(&world.path().join("dist")).difference(&made).next().unwrap().clone();
    let asked: BTreeSet<String> =
        manifest(&main)["optionalDependencies"].as_object().unwrap().keys().cloned().collect();
    let native = made.iter().map(|it| manifest(it)["name"].as_str().unwrap().to_owned());
    assert_eq!(asked, native.collect());
    for package in names(&world.path().join("dist")) {
        for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let path = format!("package/{license}");
            assert!(packed(&world, &package, &path).is_some(), "{package} has no {license}");
        }
    }
}

/// The database goes where `SEALIFT_CACHE_DIR` says, which is on no volume unless somebody mounts one.
#[test]
fn the_image_has_folders_that_its_user_may_write_to() {
    let text = fs::read_to_string(project().join("packaging/Dockerfile")).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split([' ', '=']).collect()).collect();
    let only = |word: &str| lines.iter().find(|line| line[0] == word).unwrap().clone();
    let user = only("USER")[1];
    assert_eq!(only("ENV"), ["ENV", "SEALIFT_CACHE_DIR", "/cache"]);
    for (source, folder) in [("cache", "/cache"), ("tmp", "/tmp")] {
        assert!(lines.contains(&vec!["COPY", "--chown", user, source, folder]), "{folder}");
    }
    // What is copied is there when the workflow builds.
    let steps = release()["jobs"]["publish"]["steps"].to_string();
    for copied in lines.iter().filter(|line| line[0] == "COPY") {
        let source = copied[copied.len() - 2];
        assert!(source == "sealift" || steps.contains(&format!("/{source}")), "{source}");
    }
}

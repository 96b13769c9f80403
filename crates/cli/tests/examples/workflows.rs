//! The workflows of this project and of its examples, and the action.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use regex::Regex;
use sealift_tests::{on_path, project};
use serde_json::Value;

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(project().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect()
}

/// The documents whose steps run somewhere, each with its steps.
fn documents() -> Vec<(PathBuf, Vec<Value>)> {
    let mut paths = files(".github/workflows", ".yml");
    paths.extend(files("examples/workflows", ".yml"));
    paths.push(project().join("action.yml"));
    paths.sort();
    assert!(paths.len() >= 5, "{paths:?}");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let document: Result<Value, _> = serde_saphyr::from_str(&text);
        assert!(document.is_ok(), "{}: {document:?}", path.display());
        (path, steps(&document.unwrap()))
    };
    paths.into_iter().map(read).collect()
}

fn steps(document: &Value) -> Vec<Value> {
    let jobs = document["jobs"].as_object().into_iter().flat_map(|jobs| jobs.values());
    let lists = jobs.map(|job| &job["steps"]).chain([&document["runs"]["steps"]]);
    lists.flat_map(|steps| steps.as_array().cloned().unwrap_or_default()).collect()
}

#[test]
fn no_expression_is_part_of_a_script() {
    for (path, steps) in documents() {
        assert!(!steps.is_empty(), "{}", path.display());
        for step in steps {
            let script = step["run"].as_str().unwrap_or_default();
            assert!(!script.contains("${{"), "{}: {script}", path.display());
        }
    }
}

#[test]
fn the_actions_of_others_are_pinned_by_a_commit() {
    let pinned = Regex::new("^(\\./[a-z./-]*|[A-Za-z0-9/_.-]+@[0-9a-f]{40})$").unwrap();
    for (path, steps) in documents() {
        for action in steps.iter().filter_map(|step| step["uses"].as_str()) {
            assert!(pinned.is_match(action), "{}: {action}", path.display());
        }
    }
}

/// An owner's name may have capitals, which a registry refuses in a name.
#[test]
fn an_image_is_not_called_as_the_repository_is_written() {
    for (path, _) in documents() {
        let text = fs::read_to_string(&path).unwrap();
        let is_written =
            text.contains("ghcr.io/${{") || text.contains("ghcr.io/$GITHUB_REPOSITORY");
        assert!(!is_written, "{}", path.display());
    }
}

#[test]
fn what_a_step_runs_is_a_script() {
    let check = |script: &str, what: &str| {
        use std::io::Write as _;
        let mut programs = vec![("bash", vec!["-n"])];
        if on_path("shellcheck").is_some() {
            programs.push(("shellcheck", vec!["--shell=bash", "--severity=warning", "-"]));
        }
        for (program, arguments) in programs {
            let mut command = Command::new(program);
            command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{program}: {what}:\n{script}\n{said}");
        }
    };
    for (path, steps) in documents() {
        for script in steps.iter().filter_map(|step| step["run"].as_str()) {
            // The runner's own option for scripts of steps.
            check(&format!("set -e\n{script}"), &path.display().to_string());
        }
    }
    for folder in ["examples", "examples/action", "packaging"] {
        for path in files(folder, ".sh") {
            check(&fs::read_to_string(&path).unwrap(), &path.display().to_string());
        }
    }
}

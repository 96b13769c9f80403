//! Requests as an API server sent them.

use std::fs;

use sealift_suite::{Suite, test_data};
use serde_json::Value;

use crate::world::{Ruled, exchange, post};

const RULES: &str = "[admission]\nregistries = ['ghcr.io/your-org/*']\n";

#[test]
fn every_request_of_a_real_server_is_answered() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("policies/admission-reviews", include_str!("exceptions.txt"));
    let running = Ruled::by(RULES).serve();
    let mut files: Vec<_> = fs::read_dir(data.join("policies/admission-reviews"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let review: Value = serde_json::from_str(&text).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let outcome = ["/validate", "/mutate"].iter().try_for_each(|path| {
            let path = format!("{path}?timeout=10s");
            let request = post(&path, "application/json", &text);
            let answer = exchange(running.address(), &request);
            check(&review, path.starts_with("/validate"), &answer.json())
        });
        suite.case(&name, outcome);
    }
    suite.finish();
}

/// The images of the containers that a request would run, found without the code under test.
fn images(request: &Value) -> Vec<String> {
    let keeps = ["CREATE", "UPDATE"].iter().any(|operation| request["operation"] == *operation);
    if keeps && request["object"]["metadata"]["deletionTimestamp"].is_null() {
        images_of(&request["object"])
    } else {
        Vec::new()
    }
}

fn images_of(object: &Value) -> Vec<String> {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("image" | "reference", Value::String(image)) => found.push(image.clone()),
                        ("managedFields" | "status" | "annotations", _) => {}
                        _ => walk(value, found),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(object, &mut found);
    found
}

fn check(review: &Value, validates: bool, answer: &Value) -> Result<(), String> {
    let (request, response) = (&review["request"], &answer["response"]);
    for member in ["apiVersion", "kind"] {
        if answer[member] != review[member] {
            return Err(format!("{member} is {}", answer[member]));
        }
    }
    if response["uid"] != request["uid"] {
        return Err(format!("uid is {}", response["uid"]));
    }
    let allowed = response["allowed"].as_bool().ok_or("allowed is no boolean")?;
    let images = images(request);
    let others = images.iter().filter(|image| !image.starts_with("ghcr.io/your-org/")).count();
    // To pin a tag the registry must be asked, and there is none here. What ran before stays as it is.
    let before = images_of(&request["oldObject"]);
    let is_new = |image: &String| request["operation"] != "UPDATE" || !before.contains(image);
    let tags = images.iter().filter(|image| !image.contains('@') && is_new(image)).count();
    let expected = others == 0 && (validates || tags == 0);
    if allowed != expected {
        return Err(format!("allowed is {allowed} for {images:?}: {response}"));
    }
    match (allowed, response["status"]["code"].as_u64(), response["status"]["message"].as_str()) {
        (true, None, None) => Ok(()),
        (false, Some(403), Some(message)) if !message.is_empty() => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

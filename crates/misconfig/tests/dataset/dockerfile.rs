//! `misconfig/dockerfile`.

use std::fs;

use sealift_misconfig::FileKind;
use sealift_misconfig::docker::{Dockerfile, Instruction};
use sealift_suite::{Suite, folders, test_data};
use serde_json::{Value, json};

use crate::judge::{Judge, judge};

#[test]
fn dockerfiles_fail_where_trivy_says() {
    judge(&Judge {
        name: "misconfig-dockerfile",
        folder: "dockerfile",
        kind: FileKind::Dockerfile,
        file: "Dockerfile",
        exceptions: include_str!("dockerfile.txt"),
    });
}

/// What a Rego check is given of each file is what Trivy gives it.
#[test]
fn dockerfiles_are_read_as_trivy_reads_them() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("misconfig-dockerfile-inputs", "");
    for folder in folders(&data.join("misconfig/dockerfile")) {
        let Ok(expected) = fs::read(folder.join("input.json")) else { continue };
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let text = fs::read_to_string(folder.join("Dockerfile")).unwrap();
        let found = input(&Dockerfile::parse(&text));
        let name = folder.file_name().unwrap().to_str().unwrap();
        let same = found == expected;
        suite.case(name, same.then_some(()).ok_or(format!("{found} is not {expected}")));
    }
    suite.finish();
}

fn input(file: &Dockerfile) -> Value {
    let stages = file.stages.iter().map(|stage| {
        let commands: Vec<_> = stage.instructions.iter().map(command).collect();
        json!({ "Name": stage.name, "Commands": commands })
    });
    json!({ "Stages": stages.collect::<Vec<_>>() })
}

fn command(instruction: &Instruction) -> Value {
    json!({
        "Cmd": instruction.command,
        "SubCmd": instruction.sub_command,
        "Flags": instruction.flags,
        "Value": instruction.values,
        "JSON": instruction.json,
        "Original": instruction.original,
        "Path": "Dockerfile",
        "Stage": instruction.stage,
        "StartLine": instruction.lines.start,
        "EndLine": instruction.lines.end,
    })
}

//! The form in which Trivy's engine reads a manifest: `input.json` beside the cases of
//! `$SEALIFT_TESTDATA/misconfig/kubernetes`, with the lines of every mapping.

use std::fs;

use sealift_suite::{Suite, test_data};

use super::{Node, Value, parse};
use crate::Limits;

/// Where a mapping of `input.json` says where it is.
const LINES: &str = "__defsec_metadata";

#[test]
fn nodes_and_their_lines_are_those_of_trivy() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("misconfig-kubernetes-inputs", "");
    for folder in fs::read_dir(data.join("misconfig/kubernetes")).unwrap() {
        let folder = folder.unwrap().path();
        let Ok(expected) = fs::read(folder.join("input.json")) else { continue };
        let manifest = fs::read(folder.join("manifest.yaml")).unwrap();
        let name = folder.file_name().unwrap().to_str().unwrap();
        suite.case(name, compare(&root(&manifest), &root(&expected), "$"));
    }
    suite.finish();
}

fn root(bytes: &[u8]) -> Node {
    let stream = parse(bytes, &Limits::default());
    assert_eq!(stream.errors, []);
    stream.documents.into_iter().next().unwrap().root
}

fn compare(node: &Node, expected: &Node, path: &str) -> Result<(), String> {
    if let Some(lines) = expected.get(LINES) {
        let line = |key| lines.get(key).and_then(Node::int);
        let (start, end) = (Some(node.lines.start.into()), Some(node.lines.end.into()));
        if (start, end) != (line("startline"), line("endline")) {
            return Err(format!("{path}: lines {start:?}-{end:?}"));
        }
    }
    match (&node.value, &expected.value) {
        (Value::Map(map), Value::Map(_)) => {
            let others = expected.entries().iter().filter(|entry| &*entry.key != LINES).count();
            if others != map.entries.len() {
                return Err(format!("{path}: {} entries", map.entries.len()));
            }
            map.entries.iter().try_for_each(|entry| {
                let path = format!("{path}.{}", entry.key);
                let other = expected.get(&entry.key).ok_or_else(|| format!("{path}: not there"))?;
                compare(&entry.value, other, &path)
            })
        }
        (Value::List(items), Value::List(others)) if items.len() == others.len() => {
            let mut pairs = items.iter().zip(others.iter()).enumerate();
            pairs.try_for_each(|(index, (item, other))| {
                compare(item, other, &format!("{path}[{index}]"))
            })
        }
        (value, other) if format!("{value:?}") == format!("{other:?}") => Ok(()),
        (value, other) => Err(format!("{path}: {value:?}, not {other:?}")),
    }
}

//! The input documents of checks, in the form of Trivy's engine.

use serde_json::{Map, Value, json};

use crate::docker::Dockerfile;
use crate::yaml::{self, Node};
use crate::{FileKind, Limits, SourceFile};

/// The key for the place of a mapping, for readers of a check's result.
const PLACE: &str = "__defsec_metadata";

/// A document of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Document {
    pub(super) value: Value,
    /// What is added to the lines in it to get those of the file.
    pub(super) lines_before: u32,
}

/// The input documents of a file for checks in Rego, for authors of checks.
///
/// # Errors
/// Why files of that kind have no input document.
pub fn rego_documents(
    kind: FileKind,
    file: &SourceFile<'_>,
    limits: &Limits,
) -> Result<Vec<Value>, &'static str> {
    let documents = documents(kind, file, limits)?;
    Ok(documents.into_iter().map(|document| document.value).collect())
}

/// The documents of a file; an error where no such document is made of its kind.
pub(super) fn documents(
    kind: FileKind,
    file: &SourceFile<'_>,
    limits: &Limits,
) -> Result<Vec<Document>, &'static str> {
    match kind {
        FileKind::Dockerfile => Ok(vec![dockerfile(file)]),
        FileKind::Kubernetes | FileKind::Helm | FileKind::Compose => Ok(objects(file, limits)),
        FileKind::Terraform | FileKind::TerraformPlan => {
            Err("the state of a cloud is not made from Terraform for checks in Rego")
        }
    }
}

fn dockerfile(file: &SourceFile<'_>) -> Document {
    let parsed = Dockerfile::parse(&String::from_utf8_lossy(file.bytes));
    let stages = parsed.stages.iter().map(|stage| {
        let commands = stage.instructions.iter().map(|instruction| {
            json!({
                "Cmd": instruction.command,
                "SubCmd": instruction.sub_command,
                "Flags": instruction.flags,
                "Value": instruction.values,
                "Original": instruction.original,
                "JSON": instruction.json,
                "Stage": instruction.stage,
                "Path": file.path,
                "StartLine": instruction.lines.start,
                "EndLine": instruction.lines.end,
            })
        });
        json!({ "Name": stage.name, "Commands": commands.collect::<Vec<_>>() })
    });
    Document { value: json!({ "Stages": stages.collect::<Vec<_>>() }), lines_before: 0 }
}

/// Every mapping with its place: its lines in its document, and as `offset` the lines before
/// that, where a line of `---` between documents counts for none.
fn objects(file: &SourceFile<'_>, limits: &Limits) -> Vec<Document> {
    let stream = yaml::parse(file.bytes, limits);
    let mut separators = 0;
    let documents = stream.documents.iter().map(|document| {
        // A `---` on the first line of a file separates nothing, and is a line of its document.
        let lines_before = if document.marker > 1 { document.marker } else { 0 };
        separators += u32::from(lines_before > 0);
        let place = Place {
            path: file.path,
            lines_before,
            offset: lines_before.saturating_sub(separators),
        };
        Document { value: place.placed(&document.root), lines_before }
    });
    documents.collect()
}

struct Place<'p> {
    path: &'p str,
    lines_before: u32,
    offset: u32,
}

impl Place<'_> {
    /// The reader bounds how deep a document is.
    fn placed(&self, node: &Node) -> Value {
        let mut value = match &node.value {
            yaml::Value::List(items) => {
                return Value::Array(items.iter().map(|item| self.placed(item)).collect());
            }
            yaml::Value::Map(map) => {
                let entries = map.entries.iter();
                let fields =
                    entries.map(|entry| (entry.key.to_string(), self.placed(&entry.value)));
                fields.collect::<Map<_, _>>()
            }
            _ => return scalar(node),
        };
        let within = |line: u32| line.saturating_sub(self.lines_before);
        let place = json!({
            "startline": within(node.lines.start),
            "endline": within(node.lines.end),
            "filepath": self.path,
            "offset": self.offset,
        });
        value.insert(PLACE.to_owned(), place);
        Value::Object(value)
    }
}

/// A node without places.
pub(super) fn plain(node: &Node) -> Value {
    match &node.value {
        yaml::Value::List(items) => items.iter().map(plain).collect(),
        yaml::Value::Map(map) => {
            let entries = map.entries.iter();
            entries.map(|entry| (entry.key.to_string(), plain(&entry.value))).collect()
        }
        _ => scalar(node),
    }
}

fn scalar(node: &Node) -> Value {
    match &node.value {
        yaml::Value::Bool(value) => (*value).into(),
        yaml::Value::Int(value) => (*value).into(),
        yaml::Value::Float(value) => (*value).into(),
        yaml::Value::String(text) => Value::String(text.to_string()),
        yaml::Value::Null | yaml::Value::List(_) | yaml::Value::Map(_) => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_within_a_document() {
        let file = SourceFile::new("m.yaml", b"a: 1\n---\nb:\n  c: x\n---\nd: [{e: 1.5}]\n");
        let documents = objects(&file, &Limits::default());
        let told: Vec<_> = documents
            .iter()
            .map(|document| {
                let place = &document.value[PLACE];
                (place["startline"].as_u64(), place["offset"].as_u64(), document.lines_before)
            })
            .collect();
        assert_eq!(told, [(Some(1), Some(0), 0), (Some(1), Some(1), 2), (Some(1), Some(3), 5)]);
        let last = &documents[2].value["d"][0];
        assert_eq!(last["e"], 1.5);
        assert_eq!(last[PLACE]["filepath"], "m.yaml");
    }
}

//! The images of an object, for the variable `images` and for verification.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::image::Image;
use super::document::Extractor;

/// An image and its place.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The kind of container, `initContainers`, or the extractor's name.
    pub(super) group: String,
    /// The container's name, or its index.
    pub(super) key: String,
    pub(super) image: Image,
    pub(super) pointer: String,
}

/// Kinds with a pod in them, and the path to its `spec`.
const PODS: &[(&str, &str)] = &[
    ("Pod", "/spec"),
    ("DaemonSet", "/spec/template/spec"),
    ("Deployment", "/spec/template/spec"),
    ("ReplicaSet", "/spec/template/spec"),
    ("ReplicationController", "/spec/template/spec"),
    ("StatefulSet", "/spec/template/spec"),
    ("Job", "/spec/template/spec"),
    ("CronJob", "/spec/jobTemplate/spec/template/spec"),
];

const CONTAINERS: &[&str] = &["initContainers", "containers", "ephemeralContainers"];

/// Returns the path to the pod's `spec` in an object of a kind.
pub(super) fn pod_spec(kind: &str) -> Option<&'static str> {
    PODS.iter().find(|(own, _)| *own == kind).map(|(_, pointer)| *pointer)
}

/// The variable `images`.
pub(super) fn variable(object: &Value) -> Result<Value, String> {
    let mut groups = Map::new();
    for found in of(object, &BTreeMap::new())? {
        let mut image = found.image.variable();
        image.insert("jsonPointer".to_owned(), found.pointer.into());
        let group = groups.entry(found.group).or_insert_with(|| Value::Object(Map::new()));
        if let Some(group) = group.as_object_mut() {
            group.insert(found.key, image.into());
        }
    }
    Ok(groups.into())
}

/// Finds all images of an object, with the rule's own extractors where it has some for the kind.
pub(super) fn of(
    object: &Value,
    extractors: &BTreeMap<String, Vec<Extractor>>,
) -> Result<Vec<Found>, String> {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    let mut found = Vec::new();
    if let Some(own) = extractors.get(kind) {
        for extractor in own {
            let parts: Vec<&str> =
                extractor.path.split('/').filter(|part| !part.is_empty()).collect();
            let group = if extractor.name.is_empty() { "custom" } else { &extractor.name };
            let (parts, value) = match (extractor.value.as_str(), parts.split_last()) {
                ("", Some((last, rest))) => (rest.to_vec(), *last),
                (value, _) => (parts.clone(), value),
            };
            let way = Way { group, key: &extractor.key, value };
            way.walk(object, &parts, String::new(), &mut found)?;
        }
        return Ok(found);
    }
    let Some(spec) = pod_spec(kind) else { return Ok(found) };
    for group in CONTAINERS {
        let way = Way { group, key: "name", value: "image" };
        let pointer = format!("{spec}/{group}");
        if let Some(list) = object.pointer(&pointer) {
            way.walk(list, &["*"], pointer, &mut found)?;
        }
    }
    Ok(found)
}

/// A path to images.
struct Way<'w> {
    group: &'w str,
    key: &'w str,
    value: &'w str,
}

impl Way<'_> {
    fn walk(
        &self,
        value: &Value,
        parts: &[&str],
        pointer: String,
        found: &mut Vec<Found>,
    ) -> Result<(), String> {
        match (parts.split_first(), value) {
            (Some((&"*", rest)), Value::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    self.walk(item, rest, format!("{pointer}/{at}"), found)?;
                }
            }
            (Some((&"*", rest)), Value::Object(fields)) => {
                for (key, item) in fields {
                    self.walk(item, rest, format!("{pointer}/{key}"), found)?;
                }
            }
            (Some((part, rest)), Value::Object(fields)) => {
                if let Some(item) = fields.get(*part) {
                    self.walk(item, rest, format!("{pointer}/{part}"), found)?;
                }
            }
            (None, Value::Object(fields)) => {
                if let Some(Value::String(text)) = fields.get(self.value) {
                    let key = fields.get(self.key).and_then(Value::as_str);
                    let pointer = format!("{pointer}/{}", self.value);
                    let image = Image::parse(text).map_err(|why| why.to_string())?;
                    let key = key.unwrap_or(&pointer).to_owned();
                    found.push(Found { group: self.group.to_owned(), key, image, pointer });
                }
            }
            _ => {}
        }
        Ok(())
    }
}

//! Services, and the positions of their settings.

use crate::yaml::{Entry, Node};
use crate::{Failure, Lines};

/// One service.
pub(super) struct Service<'f> {
    pub(super) name: &'f str,
    /// Line of its name.
    pub(super) line: u32,
    node: &'f Node,
}

/// The services of a file. Of the oldest form, without `services`, each key is one.
pub(super) fn services<'r>(root: &'r Node) -> Vec<Service<'r>> {
    let named = root.get("services");
    let oldest = || {
        let is_service = |node: &Node| node.get("image").is_some() || node.get("build").is_some();
        root.entries().iter().filter(move |entry| is_service(&entry.value))
    };
    let service =
        |entry: &'r Entry| Service { name: &entry.key, line: entry.key_line, node: &entry.value };
    match named {
        Some(services) => services.entries().iter().map(service).collect(),
        None => oldest().map(service).collect(),
    }
}

impl<'f> Service<'f> {
    pub(super) fn get(&self, key: &str) -> Option<&'f Node> {
        self.node.get(key)
    }

    /// A setting with the line of its key.
    pub(super) fn entry(&self, key: &str) -> Option<&'f Entry> {
        entry(self.node, key)
    }

    /// A failure on a line of it.
    pub(super) fn fails(&self, line: u32, message: impl Into<String>) -> Failure {
        let mut failure = at(line, message);
        failure.resource = Some(self.name.to_owned());
        if line != self.line {
            failure.enclosing = vec![self.line];
        }
        failure
    }

    /// A failure on the line of its name: something is missing from it.
    pub(super) fn lacks(&self, message: impl Into<String>) -> Failure {
        self.fails(self.line, message)
    }
}

/// A failure on a line.
pub(super) fn at(line: u32, message: impl Into<String>) -> Failure {
    Failure::new(message, Some(Lines { start: line, end: line }))
}

pub(super) fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    node.entries().iter().find(|entry| &*entry.key == key)
}

/// A scalar as text.
pub(super) fn text(node: &Node) -> Option<String> {
    if let Some(number) = node.int() {
        return Some(number.to_string());
    }
    node.str().map(str::to_owned)
}

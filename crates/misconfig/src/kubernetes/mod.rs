//! Kubernetes manifests: objects, their pods, and Trivy's checks of both.
//!
//! A check is a row of a table in one of the modules below; this module reads the documents and
//! collects the failures. As in Trivy, every check is run on every object.

mod capabilities;
mod containers;
mod control_plane;
mod images;
mod lines;
mod nodes;
mod object;
mod objects;
mod pods;
mod rbac;
mod resources;
mod rule;
mod seccomp;
mod secrets;
mod users;

use sealift_model::{Diagnostic, Impact};

pub(crate) use self::lines::count_as_trivy;
use self::object::Object;
use self::rule::Rule;
use crate::ignore::{Ignores, Known};
use crate::yaml::{self, Document, Node};
use crate::{Failure, FileKind, FileResult, Lines, Misconfiguration, Options, SourceFile, Status};

/// The tables.
static TABLES: &[&[Rule]] = &[
    capabilities::RULES,
    containers::RULES,
    control_plane::RULES,
    images::RULES,
    objects::RULES,
    pods::RULES,
    rbac::BINDINGS,
    rbac::ROLES,
    resources::RULES,
    seccomp::RULES,
    users::RULES,
];

/// Checks manifests.
pub(crate) fn check(files: &[SourceFile<'_>], options: &Options) -> Vec<FileResult> {
    files.iter().map(|file| check_file(file, FileKind::Kubernetes, options)).collect()
}

/// Checks one file of documents as a kind.
pub(crate) fn check_file(file: &SourceFile<'_>, kind: FileKind, options: &Options) -> FileResult {
    let limits = &options.limits;
    let ignores = Ignores::read(file.bytes, options.now);
    let stream = yaml::parse(file.bytes, limits);
    let mut result = FileResult::new(file.path, kind);
    for error in &stream.errors {
        let said = Diagnostic::new(ORIGIN, format!("not read: {error}"), Impact::Incomplete);
        result.diagnostics.push(said.at(file.path, None).on_line(error.line.into()));
    }
    for document in &stream.documents {
        for (key, line) in &document.duplicates {
            let said = format!("`{key}` is there twice: the later one counts");
            let said = Diagnostic::new(ORIGIN, said, Impact::Note);
            result.diagnostics.push(said.at(file.path, None).on_line((*line).into()));
        }
    }
    let of_chart = kind == FileKind::Helm;
    let objects = stream.documents.iter().flat_map(|document| objects(document, of_chart));
    let objects: Vec<_> = objects.collect();
    // A part that could not be read might have failed.
    let all_read = stream.errors.is_empty() && !objects.is_empty();
    // Few files hold data collected from nodes; other files neither pass nor fail checks of it.
    let of_nodes = objects.iter().any(|(_, object)| object.kind == nodes::KIND);
    let of_nodes = if of_nodes { nodes::RULES } else { &[] };
    for rule in TABLES.iter().copied().flatten().chain(of_nodes) {
        // One more than may be reported, to see whether there are too many.
        let left = limits.max_failures.saturating_sub(result.misconfigurations.len());
        let room = left.saturating_add(1);
        let failures = some_failures(rule, &objects, room, &ignores);
        if failures.is_empty() && all_read {
            result.misconfigurations.push(Misconfiguration::new(&rule.check, Status::Pass));
        }
        let failed = failures.into_iter().map(Status::Fail);
        result
            .misconfigurations
            .extend(failed.map(|failed| Misconfiguration::new(&rule.check, failed)));
    }
    result.misconfigurations.sort_by(|left, right| order(left).cmp(&order(right)));
    result
}

/// The origin named in diagnostics.
const ORIGIN: &str = "misconfig";

/// The objects of a document, with it: a list has several.
fn objects(document: &Document, of_chart: bool) -> Vec<(&Document, Object<'_>)> {
    let root = &document.root;
    let is_list = root.get("kind").and_then(Node::str).is_some_and(|kind| kind.ends_with("List"));
    match root.get("items") {
        Some(items) if is_list && items.is_list() => {
            let items = items.items().iter().filter(|item| item.is_map());
            items.map(|item| (document, Object::new(item, of_chart))).collect()
        }
        _ if root.is_map() => vec![(document, Object::new(root, of_chart))],
        // Items without a list around them.
        _ => {
            let items = root.items().iter().filter(|item| item.is_map());
            items.map(|item| (document, Object::new(item, of_chart))).collect()
        }
    }
}

/// The failures of a check in the objects of a file, up to the limit; if comments ignore all of
/// these, also one that counts.
fn some_failures(
    rule: &Rule,
    objects: &[(&Document, Object<'_>)],
    room: usize,
    ignores: &Ignores,
) -> Vec<Failure> {
    let mut all = failures(rule, objects);
    let mut some: Vec<_> = all.by_ref().take(room).collect();
    let mut known = Known::new();
    let mut counts = |failure: &Failure| !ignores.ignore(&rule.check, failure, &mut known);
    if some.len() == room && !some.iter().any(&mut counts) {
        some.extend(all.find(counts));
    }
    some
}

fn failures(rule: &Rule, objects: &[(&Document, Object<'_>)]) -> impl Iterator<Item = Failure> {
    objects.iter().flat_map(move |(document, object)| {
        rule.failures(object).into_iter().map(move |(lines, message)| {
            let mut failure = Failure::new(message, located(document, lines));
            // A comment above an object applies to all of it.
            failure.enclosing.push(object.root.lines.start);
            failure.resource = (!object.kind.is_empty()).then(|| object.to_string());
            failure
        })
    })
}

/// A failure without lines is at the `---` before its document, where there is one, as in Trivy.
fn located(document: &Document, lines: Option<Lines>) -> Option<Lines> {
    let marker = Lines { start: document.marker, end: document.marker };
    lines.or_else(|| Some(marker).filter(|marker| marker.start > 0))
}

fn order(found: &Misconfiguration) -> (&str, Option<Lines>) {
    let lines = match &found.status {
        Status::Fail(failure) | Status::Ignored(failure) => failure.lines,
        Status::Pass | Status::NotRun(_) => None,
    };
    (&found.check.id, lines)
}

//! The form of a check in this folder: a row of a table.

use super::control_plane::FlagTest;
use super::nodes::NodeTest;
use super::object::{Container, Object};
use super::rbac::RoleTest;
use crate::{Check, Lines};

/// A check and how it is made.
#[derive(Debug)]
pub(super) struct Rule {
    /// What it is called.
    pub(super) check: Check,
    /// What it looks at.
    pub(super) test: Test,
}

/// What a check looks at. The words end a sentence that begins with the thing's name.
#[derive(Debug)]
pub(super) enum Test {
    /// Each container; one that fails is the cause.
    Container(fn(&Container<'_>) -> bool, &'static str),
    /// The whole object; its `spec` is the cause, and without one nothing fails.
    Spec(fn(&Object<'_>) -> bool, &'static str),
    /// The whole object; its `metadata` is the cause, and without it nothing fails.
    Metadata(fn(&Object<'_>) -> bool, &'static str),
    /// The whole object, and no line is the cause.
    Whole(fn(&Object<'_>) -> bool, &'static str),
    /// The object, with the causes that the function finds.
    Causes(fn(&Object<'_>) -> Vec<Cause>, &'static str),
    /// Each rule of a role.
    Role(RoleTest),
    /// The flags of a program of the control plane.
    Flag(FlagTest),
    /// What was collected of a node.
    Node(NodeTest),
}

/// The lines that cause a failure, and what they are, where that is not the object.
#[derive(Debug)]
pub(super) struct Cause {
    /// `None` if something is missing.
    pub(super) lines: Option<Lines>,
    /// What fails there, `container "web"`.
    pub(super) what: Option<String>,
}

impl Cause {
    /// Lines of the object itself.
    pub(super) fn at(lines: impl Into<Option<Lines>>) -> Self {
        Self { lines: lines.into(), what: None }
    }

    /// A container.
    pub(super) fn container(container: &Container<'_>) -> Self {
        Self { lines: Some(container.node.lines), what: Some(named(container)) }
    }
}

/// A failure: its lines, and a sentence.
pub(super) type Found = (Option<Lines>, String);

impl Rule {
    /// Where an object fails the check.
    pub(super) fn failures(&self, object: &Object<'_>) -> Vec<Found> {
        match &self.test {
            Test::Container(fails, words) => {
                let failing = object.containers.iter().filter(|container| fails(container));
                failing.map(|found| sentence(object, Cause::container(found), words)).collect()
            }
            Test::Spec(fails, words) => {
                whole(object, object.spec().map(|spec| Some(spec.lines)), *fails, words)
            }
            Test::Metadata(fails, words) => {
                whole(object, object.metadata().map(|metadata| Some(metadata.lines)), *fails, words)
            }
            Test::Whole(fails, words) => whole(object, Some(None), *fails, words),
            Test::Causes(find, words) => {
                find(object).into_iter().map(|cause| sentence(object, cause, words)).collect()
            }
            Test::Role(test) => test.failures(object),
            Test::Flag(test) => test.failures(object),
            Test::Node(test) => test.failures(object),
        }
    }
}

fn whole(
    object: &Object<'_>,
    lines: Option<Option<Lines>>,
    fails: fn(&Object<'_>) -> bool,
    words: &str,
) -> Vec<Found> {
    let lines = lines.filter(|_| fails(object));
    Vec::from_iter(lines.map(|lines| sentence(object, Cause::at(lines), words)))
}

/// The failure at a cause, as a sentence that ends with the words.
pub(super) fn sentence(object: &Object<'_>, cause: Cause, words: &str) -> Found {
    let message = match cause.what {
        Some(what) => format!("{what} of {object} {words}"),
        None => format!("{object} {words}"),
    };
    (cause.lines, message)
}

fn named(container: &Container<'_>) -> String {
    format!("container \"{}\"", container.name())
}

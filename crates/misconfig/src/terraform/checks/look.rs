//! The argument of a check's function.

use sealift_model::Timestamp;

use crate::terraform::model::{Block, Field, Place, Resource, Resources};

/// One resource, all others, and where failures go.
#[derive(Debug)]
pub(crate) struct Look<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) all: &'a Resources,
    /// The present time, where it is known.
    pub(crate) now: Option<Timestamp>,
    title: &'static str,
    failures: Vec<(Place, String)>,
}

/// Something with lines.
pub(crate) trait Placed {
    fn place(&self) -> Place;
}

impl Placed for Place {
    fn place(&self) -> Place {
        *self
    }
}

impl Placed for Field<'_> {
    fn place(&self) -> Place {
        self.place
    }
}

impl Placed for Block {
    fn place(&self) -> Place {
        self.place
    }
}

impl Placed for Resource {
    fn place(&self) -> Place {
        self.block.place
    }
}

/// The description that a provider writes by default.
const DEFAULT_DESCRIPTION: &str = "Managed by Terraform";

impl<'a> Look<'a> {
    pub(super) fn new(
        resource: &'a Resource,
        all: &'a Resources,
        now: Option<Timestamp>,
        title: &'static str,
    ) -> Self {
        Self { resource, all, now, title, failures: Vec::new() }
    }

    pub(super) fn into_failures(self) -> Vec<(Place, String)> {
        self.failures
    }

    /// It fails here.
    pub(crate) fn fail(&mut self, at: &impl Placed) {
        let message = format!("{}: {}", self.resource.address, self.title);
        self.failures.push((at.place(), message));
    }

    /// It fails here if that is so.
    pub(crate) fn fail_if(&mut self, wrong: bool, at: &impl Placed) {
        if wrong {
            self.fail(at);
        }
    }

    /// It fails where an attribute is false; `default` is what it is where it is not written.
    /// The path is that of [`Block::at`].
    pub(crate) fn must_be_true(&mut self, path: &str, default: bool) {
        let field = self.resource.at(path);
        self.fail_if(field.bool_or(default) == Some(false), &field);
    }

    /// It fails where an attribute is true; `default` is what it is where it is not written.
    pub(crate) fn must_be_false(&mut self, path: &str, default: bool) {
        let field = self.resource.at(path);
        self.fail_if(field.bool_or(default) == Some(true), &field);
    }

    /// It fails where an attribute is not written, or empty.
    pub(crate) fn must_be_given(&mut self, path: &str) {
        let field = self.resource.at(path);
        self.fail_if(field.is_empty(), &field);
    }

    /// It fails where the resource is not described, or by the words that stand for that.
    pub(crate) fn must_be_described(&mut self) {
        self.must_describe(self.resource);
    }

    /// It fails where a block is not described, or by the words that stand for that.
    pub(crate) fn must_describe(&mut self, block: &Block) {
        let description = block.get("description");
        let by_default = description.text().as_deref() == Some(DEFAULT_DESCRIPTION);
        self.fail_if(description.is_empty() || by_default, &description);
    }

    /// It fails where an attribute is none of these; `default` is what it is where it is not
    /// written.
    pub(crate) fn must_be_one_of(&mut self, path: &str, allowed: &[&str], default: &str) {
        let field = self.resource.at(path);
        let wrong = field.text_or(default).is_some_and(|text| !allowed.contains(&&*text));
        self.fail_if(wrong, &field);
    }

    /// It fails where an attribute is below a number; `default` is what it is where it is not
    /// written.
    pub(crate) fn must_be_at_least(&mut self, path: &str, least: f64, default: f64) {
        let field = self.resource.at(path);
        self.fail_if(field.number_or(default).is_some_and(|number| number < least), &field);
    }
}

//! The input of checks: resources with their values and positions.
//!
//! It has the same form whether it was evaluated from HCL or read from a plan.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::Arc;

use super::eval::{HOLE, Reference, Value, from_json};
pub(crate) use super::resources::Resources;
use crate::Lines;

/// Lines of one of the files that are given, by its number among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) file: usize,
    pub(crate) lines: Lines,
}

/// An instance of a resource, or of something that is read as data.
#[derive(Debug)]
pub(crate) struct Resource {
    /// `module.a.aws_s3_bucket.b["c"]`.
    pub(crate) address: Arc<str>,
    /// The address of all its instances: `module.a.aws_s3_bucket.b`.
    pub(crate) every: Arc<str>,
    /// Its type: `aws_s3_bucket`.
    pub(crate) kind: Arc<str>,
    pub(crate) is_data: bool,
    /// The blocks of the modules that it is in, the outermost first.
    pub(crate) calls: Arc<[Place]>,
    pub(crate) block: Block,
}

impl Deref for Resource {
    type Target = Block;

    fn deref(&self) -> &Block {
        &self.block
    }
}

/// A block with its values: a resource's own, or one nested in it.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) kind: Arc<str>,
    pub(crate) place: Place,
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
}

/// An attribute that is written.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(super) name: Arc<str>,
    pub(super) value: Value,
    /// The resources that were read for the value.
    pub(super) references: Arc<[Reference]>,
    pub(super) place: Place,
}

impl Block {
    pub(super) fn new(kind: &str, place: Place) -> Self {
        Self { kind: kind.into(), place, attributes: Vec::new(), blocks: Vec::new() }
    }

    /// An attribute, written or not.
    pub(crate) fn get(&self, name: &str) -> Field<'_> {
        let attribute = self.attributes.iter().find(|attribute| &*attribute.name == name);
        let place = attribute.map_or(self.place, |attribute| attribute.place);
        Field { attribute, place }
    }

    /// An attribute of a nested block: `at("encryption_info.encryption_in_transit.client_broker")`
    /// takes the first block of each kind. Where one is missing, so is the attribute, and its
    /// place is the innermost block that is there.
    pub(crate) fn at(&self, path: &str) -> Field<'_> {
        let mut block = self;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return block.get(part);
            }
            match block.block(part) {
                Some(inner) => block = inner,
                None => break,
            }
        }
        Field { attribute: None, place: block.place }
    }

    /// The nested blocks of a kind; objects that are given as an attribute count as such.
    pub(crate) fn blocks(&self, kind: &str) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }

    /// The first nested block of a kind.
    pub(crate) fn block(&self, kind: &str) -> Option<&Block> {
        self.blocks(kind).next()
    }

    /// Whether a place lies in the block.
    pub(super) fn encloses(&self, place: Place) -> bool {
        let (outer, inner) = (self.place.lines, place.lines);
        self.place.file == place.file && outer.start <= inner.start && inner.end <= outer.end
    }

    /// The first lines of this block and those in it that hold a place.
    pub(super) fn enclosing(&self, place: Place, starts: &mut Vec<u32>) {
        if self.encloses(place) {
            starts.push(self.place.lines.start);
            self.blocks.iter().for_each(|block| block.enclosing(place, starts));
        }
    }

    /// Makes blocks of attributes whose value is an object or a list of them: the JSON syntax and
    /// plans write nested blocks so, and HCL may.
    pub(super) fn add_blocks_of_values(&mut self) {
        let mut added = Vec::new();
        let kinds: HashSet<&str> = self.blocks.iter().map(|block| &*block.kind).collect();
        for attribute in &self.attributes {
            if !kinds.contains(&*attribute.name) {
                blocks_of(attribute, &attribute.value, &mut added);
            }
        }
        self.blocks.append(&mut added);
    }
}

fn blocks_of(attribute: &Attribute, value: &Value, blocks: &mut Vec<Block>) {
    match value {
        Value::Object(items) => {
            let mut block = Block::new(&attribute.name, attribute.place);
            for (name, value) in items.iter() {
                block.attributes.push(Attribute {
                    name: Arc::clone(name),
                    value: value.clone(),
                    references: Arc::clone(&attribute.references),
                    place: attribute.place,
                });
            }
            block.add_blocks_of_values();
            blocks.push(block);
        }
        Value::List(items) | Value::Set(items) => {
            let objects = items.iter().filter(|item| matches!(item, Value::Object(_)));
            objects.for_each(|item| blocks_of(attribute, item, blocks));
        }
        _ => {}
    }
}

/// An attribute, written or not: its value, and the lines that a failure about it names, which
/// are those of its block where it is not written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    attribute: Option<&'a Attribute>,
    pub(crate) place: Place,
}

impl<'a> Field<'a> {
    /// The value, where one is written that is not null; it may be unknown.
    pub(crate) fn value(self) -> Option<&'a Value> {
        self.attribute.map(|attribute| &attribute.value).filter(|value| **value != Value::Null)
    }

    /// Whether nothing is written, or null.
    pub(crate) fn is_missing(self) -> bool {
        self.value().is_none()
    }

    /// Whether something in it cannot be known.
    pub(crate) fn holds_unknown(self) -> bool {
        self.value().is_some_and(Value::holds_unknown)
    }

    /// Whether nothing is written, or an empty text or list.
    pub(crate) fn is_empty(self) -> bool {
        match self.value() {
            None => true,
            Some(Value::Text(text)) => text.is_empty(),
            Some(value) => value.as_list().is_some_and(<[_]>::is_empty),
        }
    }

    /// A condition, or what it is where nothing is written; none where it cannot be known.
    pub(crate) fn bool_or(self, default: bool) -> Option<bool> {
        match self.value() {
            None => Some(default),
            Some(Value::Bool(value)) => Some(*value),
            Some(Value::Text(text)) => Some(text.eq_ignore_ascii_case("true")),
            Some(Value::Number(number)) => Some(*number == 1.0),
            Some(_) => None,
        }
    }

    /// A text, or what it is where nothing is written; none where it cannot be known.
    pub(crate) fn text_or(self, default: &str) -> Option<Arc<str>> {
        match self.value() {
            None => Some(default.into()),
            Some(value) => value.to_text(),
        }
    }

    /// A text that is written and known.
    pub(crate) fn text(self) -> Option<Arc<str>> {
        self.value()?.to_text()
    }

    /// A number, or what it is where nothing is written; none where it cannot be known.
    pub(crate) fn number_or(self, default: f64) -> Option<f64> {
        match self.value() {
            None => Some(default),
            Some(value) => value.to_number(),
        }
    }

    /// The elements of a list; a single value counts as a list of it. Some may be unknown.
    pub(crate) fn items(self) -> impl Iterator<Item = &'a Value> {
        let items: &[Value] = match self.value() {
            Some(Value::Unknown(_)) | None => &[],
            Some(value) => value.as_list().unwrap_or(std::slice::from_ref(value)),
        };
        items.iter()
    }

    /// The elements of a list that are texts and known.
    pub(crate) fn texts(self) -> impl Iterator<Item = Arc<str>> {
        self.items().filter_map(Value::to_text)
    }

    /// The text as far as it is known, with a hole for each part that is not.
    pub(crate) fn partial_text(self) -> Option<Arc<str>> {
        partial_text(self.value()?)
    }

    /// The text as a JSON document, whose unknown parts are texts with holes.
    pub(crate) fn json(self) -> Option<Value> {
        parse_json(self.value()?)
    }

    /// The resources that were read for the value.
    pub(crate) fn references(self) -> impl Iterator<Item = &'a Reference> {
        let (written, of_value): (&[Reference], &[Reference]) = match self.attribute {
            Some(attribute) => match &attribute.value {
                // What the value itself comes from says more than all that was read for it.
                Value::Unknown(why) if !why.references.is_empty() => (&[], &why.references),
                _ => (&attribute.references, &[]),
            },
            None => (&[], &[]),
        };
        written.iter().chain(of_value)
    }

    /// Whether the attribute names a resource: by a reference to it, or by the value of the
    /// attribute that is its name.
    pub(crate) fn names(self, target: &Resource, name: &str) -> bool {
        let refers = |reference: &Reference| {
            reference.address == target.address || reference.address == target.every
        };
        if self.references().any(refers) {
            return true;
        }
        match (self.text(), target.get(name).text()) {
            (Some(given), Some(name)) => !name.is_empty() && given == name,
            _ => false,
        }
    }
}

/// The text of a value as far as it is known.
pub(crate) fn partial_text(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Unknown(why) => why.text.clone(),
        known => known.to_text(),
    }
}

/// A text as a JSON document, whose unknown parts are texts with holes.
pub(crate) fn parse_json(value: &Value) -> Option<Value> {
    serde_json::from_str(&partial_text(value)?).ok().map(|document| from_json(&document))
}

/// Whether a text has a part that is not known.
pub(crate) fn has_hole(text: &str) -> bool {
    text.contains(HOLE)
}

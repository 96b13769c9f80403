//! Values, and what is known about unknown ones.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use super::ScopeId;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
    /// Lists and tuples.
    List(Arc<Weighed<Vec<Value>>>),
    /// A set: its elements, each once, in the order in which Terraform walks them.
    Set(Arc<Weighed<Vec<Value>>>),
    /// Maps and objects.
    Object(Arc<Weighed<BTreeMap<Arc<str>, Value>>>),
    /// A resource or module, whose attributes are evaluated when they are asked for.
    Handle(Handle),
    Unknown(Arc<Unknown>),
}

/// A collection with its weight: the values in it, shared ones as often as they stand there; and
/// with its depth: the collections inside one another.
///
/// Sharing makes a list that doubles itself forty times cheap to make and endless to walk, and
/// keeping what was evaluated makes one that wraps itself a thousand times; what is heavier than
/// [`MAX_WEIGHT`] or deeper than [`MAX_DEPTH`] is not made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Weighed<T> {
    weight: usize,
    depth: usize,
    inner: T,
}

impl<T> Deref for Weighed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

/// Weight of the heaviest value.
pub(super) const MAX_WEIGHT: usize = 1 << 20;

/// Depth of the deepest value.
const MAX_DEPTH: usize = 256;

/// An instance of a resource, or of a module.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Handle {
    Resource { scope: ScopeId, block: usize, instance: usize },
    Module { scope: ScopeId },
}

/// What is known about an unknown value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unknown {
    pub(crate) reason: Reason,
    /// The resources it comes from.
    pub(crate) references: Vec<Reference>,
    /// For a text: that text, with [`HOLE`] for each unknown part.
    pub(crate) text: Option<Arc<str>>,
}

/// Replaces an unknown part in a text: a character of the private use area.
pub(crate) const HOLE: char = '\u{f8ff}';

/// References that a value keeps; those of a list of hundreds say nothing of any one of them.
const MAX_REFERENCES: usize = 16;

/// `aws_s3_bucket.logs.arn`, resolved: the resource that it names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reference {
    /// Address of the resource, with its modules and, where one is meant, its instance's key.
    pub(crate) address: Arc<str>,
    /// The attribute that is read; empty for the whole resource.
    pub(crate) attribute: Arc<str>,
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// A variable without a default to which no value is given.
    NotGiven(Arc<str>),
    /// An attribute that its provider sets.
    Computed,
    /// A resource, local or output that is not declared here.
    NotDeclared(Arc<str>),
    /// An output of a module that is not loaded.
    NotLoaded(Arc<str>),
    /// A function that reads files or the clock, or that is not known here.
    Function(Arc<str>),
    /// A name whose value depends on itself.
    Cycle(Arc<str>),
    /// An expression that Terraform would refuse.
    Invalid(&'static str),
    /// A limit was reached.
    Limit(&'static str),
}

/// Equal values have equal hashes, so that sets of them need not compare each with each.
impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Bool(value) => value.hash(state),
            // Of the two zeros, which are equal, one.
            Self::Number(number) => (number + 0.0).to_bits().hash(state),
            Self::Text(text) => text.hash(state),
            Self::List(items) | Self::Set(items) => items.inner.hash(state),
            Self::Object(items) => items.inner.hash(state),
            Self::Handle(handle) => handle.hash(state),
            Self::Unknown(why) => {
                why.text.hash(state);
                why.references.hash(state);
            }
        }
    }
}

/// No expression gives a number that is none.
impl Eq for Value {}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGiven(name) => write!(f, "no value is given for the variable {name}"),
            Self::Computed => f.write_str("the provider sets it"),
            Self::NotDeclared(name) => write!(f, "{name} is not declared"),
            Self::NotLoaded(name) => write!(f, "the module {name} is not loaded"),
            Self::Function(name) => write!(f, "{name}() is not evaluated"),
            Self::Cycle(name) => write!(f, "{name} depends on itself"),
            Self::Invalid(what) => f.write_str(what),
            Self::Limit(what) => write!(f, "the limit of {what} was reached"),
        }
    }
}

impl Value {
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn list(items: Vec<Self>) -> Self {
        let weight = items.iter().map(Self::weight).fold(1, usize::saturating_add);
        let depth = items.iter().map(Self::depth).max().unwrap_or(0) + 1;
        if weight > MAX_WEIGHT || depth > MAX_DEPTH {
            return Self::unknown(Reason::Limit("the size of a value"));
        }
        Self::List(Arc::new(Weighed { weight, depth, inner: items }))
    }

    /// A set of the elements of a list.
    pub(crate) fn set(items: Vec<Self>) -> Self {
        let mut items: Vec<Self> = distinct(&items);
        items.sort_by(order);
        match Self::list(items) {
            Self::List(items) => Self::Set(items),
            too_large => too_large,
        }
    }

    pub(crate) fn object(items: BTreeMap<Arc<str>, Self>) -> Self {
        let pair = |(key, value): (&Arc<str>, &Self)| value.weight() + text_weight(key);
        let weight = items.iter().map(pair).fold(0, usize::saturating_add);
        let depth = items.values().map(Self::depth).max().unwrap_or(0) + 1;
        if weight > MAX_WEIGHT || depth > MAX_DEPTH {
            return Self::unknown(Reason::Limit("the size of a value"));
        }
        Self::Object(Arc::new(Weighed { weight, depth, inner: items }))
    }

    fn depth(&self) -> usize {
        match self {
            Self::List(items) | Self::Set(items) => items.depth,
            Self::Object(items) => items.depth,
            _ => 0,
        }
    }

    /// What walking the value costs.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text_weight(text),
            Self::List(items) | Self::Set(items) => items.weight,
            Self::Object(items) => items.weight + 1,
            Self::Unknown(why) => why.text.as_deref().map_or(1, text_weight),
            _ => 1,
        }
    }

    /// What making the value costs: a text takes more room than walking it takes time.
    pub(super) fn cost(&self) -> usize {
        let text = match self {
            Self::Text(text) => Some(text),
            Self::Unknown(why) => why.text.as_ref(),
            _ => None,
        };
        self.weight().saturating_add(text.map_or(0, |text| text.len() / 16))
    }

    /// Whether something in it is not known.
    pub(crate) fn holds_unknown(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::Handle(_) => true,
            Self::List(items) | Self::Set(items) => items.iter().any(Self::holds_unknown),
            Self::Object(items) => items.values().any(Self::holds_unknown),
            _ => false,
        }
    }

    pub(crate) fn unknown(reason: Reason) -> Self {
        Self::Unknown(Arc::new(Unknown { reason, references: Vec::new(), text: None }))
    }

    pub(crate) fn invalid(what: &'static str) -> Self {
        Self::unknown(Reason::Invalid(what))
    }

    /// A text with [`HOLE`]s, of parts that are not known for the reason of the first.
    pub(crate) fn partial_text(text: String, unknown: &[Arc<Unknown>]) -> Self {
        match merged(unknown) {
            Some(mut merged) => {
                merged.text = Some(text.into());
                Self::Unknown(Arc::new(merged))
            }
            None => Self::text(text),
        }
    }

    /// An unknown value, because of these.
    pub(crate) fn because_of(unknown: &[Arc<Unknown>]) -> Self {
        match unknown {
            [only] if only.text.is_none() => Self::Unknown(Arc::clone(only)),
            _ => merged(unknown).map_or(Self::Null, |merged| Self::Unknown(Arc::new(merged))),
        }
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list or set.
    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) | Self::Set(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        match self {
            Self::Object(items) => Some(items),
            _ => None,
        }
    }

    /// The elements of a collection, each with its key: an index in a list, the element itself in
    /// a set.
    ///
    /// # Errors
    /// What is known of one that is not known, or is no collection.
    pub(super) fn elements(&self) -> Result<Vec<(Self, Self)>, Self> {
        match self {
            Self::List(items) => {
                let keyed = |(index, item): (usize, &Self)| (index_value(index), item.clone());
                Ok(items.iter().enumerate().map(keyed).collect())
            }
            Self::Set(items) => Ok(items.iter().map(|item| (item.clone(), item.clone())).collect()),
            Self::Object(items) => {
                let keyed =
                    |(key, item): (&Arc<str>, &Self)| (Self::Text(Arc::clone(key)), item.clone());
                Ok(items.iter().map(keyed).collect())
            }
            Self::Unknown(_) => Err(self.clone()),
            _ => Err(Self::invalid("not a collection")),
        }
    }

    /// Member of an object.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The number, also of a text that is one, as Terraform converts.
    pub(crate) fn to_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// The whole number that is no less than zero.
    pub(crate) fn to_index(&self) -> Option<usize> {
        let number = self.to_number().filter(|number| number.fract() == 0.0 && *number >= 0.0)?;
        format!("{number:.0}").parse().ok()
    }

    /// The condition, also of a text that is one, as Terraform converts.
    pub(crate) fn to_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) if matches!(&**text, "true" | "1") => Some(true),
            Self::Text(text) if matches!(&**text, "false" | "0") => Some(false),
            _ => None,
        }
    }

    /// The text of a text, number or condition.
    pub(crate) fn to_text(&self) -> Option<Arc<str>> {
        match self {
            Self::Text(text) => Some(Arc::clone(text)),
            Self::Number(number) => Some(format_number(*number).into()),
            Self::Bool(true) => Some("true".into()),
            Self::Bool(false) => Some("false".into()),
            _ => None,
        }
    }
}

/// A place in a list as a number.
pub(super) fn index_value(index: usize) -> Value {
    Value::Number(u32::try_from(index).map_or(f64::MAX, f64::from))
}

/// The values, each once, where it comes first.
pub(super) fn distinct<'a>(items: impl IntoIterator<Item = &'a Value>) -> Vec<Value> {
    let mut seen = HashSet::new();
    items.into_iter().filter(|item| seen.insert(*item)).cloned().collect()
}

/// The order of a set's elements: texts by their bytes, numbers by size, false before true; of
/// others there is none that configurations rely on.
fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Number(left), Value::Number(right)) => left.total_cmp(right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        _ => Ordering::Equal,
    }
}

fn text_weight(text: &str) -> usize {
    1 + text.len() / 64
}

/// A number as Terraform writes it: without an exponent, whole where it is.
pub(crate) fn format_number(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { format!("{number}") }
}

fn merged(unknown: &[Arc<Unknown>]) -> Option<Unknown> {
    let reason = unknown.first()?.reason.clone();
    let mut references: Vec<Reference> = Vec::new();
    for reference in unknown.iter().flat_map(|unknown| &unknown.references) {
        if references.len() < MAX_REFERENCES && !references.contains(reference) {
            references.push(reference.clone());
        }
    }
    Some(Unknown { reason, references, text: None })
}

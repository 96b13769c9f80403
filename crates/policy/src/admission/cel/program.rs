//! Expressions ready for evaluation: names are resolved, macros are loops.

use std::collections::BTreeSet;
use std::fmt;

use regex::Regex;

use super::functions::Function;
use super::syntax::Operator;
use super::types::Static;
use super::value::Type;

/// An expression. Shared by all evaluations; their values borrow from it.
#[derive(Debug)]
pub(super) enum Expr {
    Literal(Literal),
    /// A value from the caller.
    Input(Input),
    /// A variable of an enclosing loop, counted from the outermost.
    Local(usize),
    /// A variable of the policy, counted in order of declaration.
    Variable(usize),
    Type(Type),
    Select {
        of: Box<Expr>,
        field: Box<str>,
        optional: bool,
    },
    Has {
        of: Box<Expr>,
        field: Box<str>,
    },
    Index {
        of: Box<Expr>,
        index: Box<Expr>,
        optional: bool,
    },
    Call {
        function: &'static Function,
        arguments: Vec<Expr>,
    },
    /// `matches` with a literal pattern.
    Matches {
        text: Box<Expr>,
        pattern: Regex,
    },
    List(Vec<(Expr, bool)>),
    Map(Vec<(Expr, Expr, bool)>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    If(Box<[Expr; 3]>),
    Loop(Box<Loop>),
    /// A value under a name, `cel.bind`.
    Bind(Box<[Expr; 2]>),
    /// `or`, or `orValue`, which returns the inner value.
    OptionalOr {
        of: Box<Expr>,
        otherwise: Box<Expr>,
        value: bool,
    },
    /// `optMap`, or `optFlatMap`, whose result is optional itself.
    OptionalMap {
        of: Box<Expr>,
        then: Box<Expr>,
        flat: bool,
    },
}

/// A literal value.
#[derive(Clone, Debug)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(Box<str>),
    Bytes(Box<[u8]>),
}

/// A macro over the elements of a list or the entries of a map.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) over: Expr,
    /// With two, the first is the index or the key.
    pub(super) variables: Variables,
    pub(super) what: What,
}

/// The number of variables of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variables {
    One,
    Two,
}

/// The result of a loop.
#[derive(Debug)]
pub(super) enum What {
    All(Expr),
    Exists(Expr),
    ExistsOne(Expr),
    Filter(Expr),
    /// A list of the second's values where the first holds.
    Map(Option<Expr>, Expr),
    /// A map with the same keys.
    MapValues(Option<Expr>, Expr),
    /// A map of the entries in maps of one entry.
    MapEntries(Option<Expr>, Expr),
    /// The elements in the order of its values.
    SortBy(Expr),
}

/// A value that the caller of an evaluation may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Input {
    Object,
    OldObject,
    Request,
    NamespaceObject,
    Params,
    Authorizer,
    Exceptions,
    Images,
    Attestors,
    Attestations,
    /// The reference that `matchImageReferences` checks.
    Reference,
    GlobalContext,
    Http,
    ImageData,
    Resource,
}

/// All inputs, each with its name.
pub(super) const INPUTS: [(&str, Input); 15] = [
    ("object", Input::Object),
    ("oldObject", Input::OldObject),
    ("request", Input::Request),
    ("namespaceObject", Input::NamespaceObject),
    ("params", Input::Params),
    ("authorizer", Input::Authorizer),
    ("exceptions", Input::Exceptions),
    ("images", Input::Images),
    ("attestors", Input::Attestors),
    ("attestations", Input::Attestations),
    ("ref", Input::Reference),
    ("globalContext", Input::GlobalContext),
    ("http", Input::Http),
    ("image", Input::ImageData),
    ("resource", Input::Resource),
];

impl Input {
    pub(super) fn index(self) -> usize {
        INPUTS.iter().position(|(_, input)| *input == self).unwrap_or_default()
    }

    pub(super) fn name(self) -> &'static str {
        INPUTS.iter().find(|(_, input)| *input == self).map_or("", |(name, _)| name)
    }
}

/// An expression with its text.
pub(crate) struct Program {
    pub(super) expr: Expr,
    text: Box<str>,
    inputs: BTreeSet<Input>,
    /// Its type, as far as types were checked.
    pub(super) yields: Static,
}

impl Program {
    pub(super) fn new(expr: Expr, text: &str, inputs: BTreeSet<Input>, yields: Static) -> Self {
        Self { expr, text: text.into(), inputs, yields }
    }

    /// Returns the inputs that it uses.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = Input> {
        self.inputs.iter().copied()
    }

    /// Returns the expression as written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").field(&self.text).finish()
    }
}

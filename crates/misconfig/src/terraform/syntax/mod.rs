//! The HCL native syntax and its JSON twin, read into one tree.
//!
//! This is a parser of our own: published ones either keep no positions or recurse as deeply as the
//! input. This one counts every level of nesting against `Limits::max_depth`, keeps chains of
//! operators and attributes flat, and records the lines for failures.
//!
//! Follows the *HCL Native Syntax Specification* (hashicorp/hcl, `hclsyntax/spec.md`) and the
//! *HCL JSON Syntax Specification* (`json/spec.md`).

mod body;
mod cursor;
mod expression;
mod json;
mod template;

use std::sync::Arc;

use thiserror::Error;

pub(crate) use self::json::{Json, Kind, Property};
use crate::{Limits, Lines};

/// Reads a file of the native syntax.
pub(crate) fn parse(text: &str, limits: &Limits) -> Result<Body, SyntaxError> {
    body::file(text, limits)
}

/// Reads a file of the JSON syntax.
pub(crate) fn parse_json(text: &str, limits: &Limits) -> Result<Body, SyntaxError> {
    json::file(text, limits)
}

/// Reads a file of the JSON syntax that only gives values: `*.tfvars.json`.
pub(crate) fn parse_json_values(text: &str, limits: &Limits) -> Result<Body, SyntaxError> {
    json::values(text, limits)
}

/// Reads a template that is a file of its own.
pub(crate) fn parse_template(text: &str, limits: &Limits) -> Result<Vec<Part>, SyntaxError> {
    template::whole(&mut cursor::Cursor::new(text, limits))
}

/// Reads a JSON document with the lines of its values.
pub(crate) fn json_document(text: &str, limits: &Limits) -> Result<Json, SyntaxError> {
    json::document(text, limits)
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{kind}")]
pub(crate) struct SyntaxError {
    /// 1-based line.
    pub(crate) line: u32,
    pub(crate) kind: SyntaxErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum SyntaxErrorKind {
    #[error("expected {0}")]
    Expected(&'static str),
    #[error("not terminated: {0}")]
    Unterminated(&'static str),
    #[error("more than {max} levels of nesting")]
    TooDeep { max: usize },
    #[error("more than {max} blocks and expressions")]
    TooMany { max: usize },
    #[error("unknown escape sequence")]
    Escape,
    #[error("not JSON as Terraform reads it: expected {0}")]
    Json(&'static str),
}

/// What stands between the braces of a block, or in a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) blocks: Vec<Block>,
}

impl Body {
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }
}

/// `name = expression`.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: Arc<str>,
    pub(crate) value: Expr,
    /// From the name to the end of the expression.
    pub(crate) lines: Lines,
}

/// `kind "label" { … }`.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) kind: Arc<str>,
    pub(crate) labels: Vec<Arc<str>>,
    pub(crate) body: Body,
    /// From the kind to the closing brace.
    pub(crate) lines: Lines,
}

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Null,
    Bool(bool),
    Number(f64),
    /// A quoted or here-document template; a plain string is one literal part.
    Template(Vec<Part>),
    List(Vec<Expr>),
    Object(Vec<(Expr, Expr)>),
    For(Box<For>),
    Conditional(Box<[Expr; 3]>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    /// Operations of one precedence, left to right.
    Operations(Box<Expr>, Vec<(Operator, Expr)>),
    Call {
        name: Arc<str>,
        arguments: Vec<Expr>,
        /// `f(list...)`.
        spread: bool,
    },
    /// The first name of a traversal: `var`, `each`, `aws_s3_bucket`.
    Name(Arc<str>),
    Traversal(Box<Expr>, Vec<Step>),
}

impl Expr {
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Template(vec![Part::Text(text.into())])
    }

    /// The text of a string without interpolation.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Template(parts) => match parts.as_slice() {
                [] => Some(""),
                [Part::Text(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// `[for k, v in collection : value if condition]`, or with braces and `key => value`.
#[derive(Clone, Debug)]
pub(crate) struct For {
    pub(crate) key_name: Option<Arc<str>>,
    pub(crate) value_name: Arc<str>,
    pub(crate) collection: Expr,
    pub(crate) key: Option<Expr>,
    pub(crate) value: Expr,
    pub(crate) condition: Option<Expr>,
    /// `value...`: values of one key become a list.
    pub(crate) group: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Attribute(Arc<str>),
    Index(Expr),
    /// `[*]` or `.*` with the steps that go to each element.
    Splat(Vec<Step>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(Arc<str>),
    Interpolation(Expr),
    If { condition: Expr, then: Vec<Part>, otherwise: Vec<Part> },
    For { key: Option<Arc<str>>, value: Arc<str>, collection: Expr, body: Vec<Part> },
}

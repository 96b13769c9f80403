//! The functions of the language, of Kubernetes and of Kyverno: one row each, in a table for each
//! library.

mod authorizer;
mod convert;
mod encoders;
mod formats;
mod kyverno;
mod lists;
mod maths;
mod net;
mod optional;
mod patterns;
mod quantity;
mod render;
mod semver;
mod sets;
mod strings;
pub(super) mod time;
mod url;

use super::error::{Error, Result};
use super::evaluate::Run;
use super::value::{Opaque, Value};

pub(crate) use authorizer::Authorizer;
pub(super) use convert::text_of;
pub(super) use encoders::base64;
pub(crate) use formats::Format;
pub(crate) use kyverno::{AttestationKind, Images, Signer};
pub(crate) use net::Cidr;
pub(super) use optional::OPTIONAL_OF;
pub(crate) use url::Url;

/// A function; the receiver of a call is its first argument.
#[derive(Debug)]
pub(super) struct Function {
    style: Style,
    name: &'static str,
    /// The fewest and the most arguments.
    arguments: (usize, usize),
    pub(super) body: Body,
}

type Body = for<'a> fn(&mut Run<'a>, &[Value<'a>]) -> Result<Value<'a>>;

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `size(x)`; the name may have dots.
    Global,
    /// `x.size()`.
    Member,
}

static LIBRARIES: [&[Function]; 16] = [
    convert::FUNCTIONS,
    strings::FUNCTIONS,
    patterns::FUNCTIONS,
    lists::FUNCTIONS,
    time::FUNCTIONS,
    optional::FUNCTIONS,
    maths::FUNCTIONS,
    sets::FUNCTIONS,
    encoders::FUNCTIONS,
    net::FUNCTIONS,
    url::FUNCTIONS,
    quantity::FUNCTIONS,
    semver::FUNCTIONS,
    formats::FUNCTIONS,
    authorizer::FUNCTIONS,
    kyverno::FUNCTIONS,
];

/// Finds the function with this name and number of arguments.
pub(super) fn find(style: Style, name: &str, arguments: usize) -> Option<&'static Function> {
    named(style, name).find(|function| {
        let (fewest, most) = function.arguments;
        (fewest..=most).contains(&arguments)
    })
}

/// Whether there is a function with this name.
pub(super) fn has_name(style: Style, name: &str) -> bool {
    named(style, name).next().is_some()
}

fn named(style: Style, name: &str) -> impl Iterator<Item = &'static Function> {
    LIBRARIES
        .into_iter()
        .flatten()
        .filter(move |function| function.style == style && function.name == name)
}

/// A row: a function with a fixed number of arguments.
const fn global(name: &'static str, arguments: usize, body: Body) -> Function {
    Function { style: Style::Global, name, arguments: (arguments, arguments), body }
}

/// A row: a function with a fixed number of arguments, including the receiver.
const fn member(name: &'static str, arguments: usize, body: Body) -> Function {
    Function { style: Style::Member, name, arguments: (arguments, arguments), body }
}

impl Function {
    pub(super) fn style(&self) -> Style {
        self.style
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// The same, with up to `most` arguments.
    const fn up_to(self, most: usize) -> Self {
        let (fewest, _) = self.arguments;
        Self { style: self.style, name: self.name, arguments: (fewest, most), body: self.body }
    }
}

/// The error of a function for arguments of the wrong types.
fn mismatch(name: &str, arguments: &[Value<'_>]) -> Error {
    Error::overload(name, &arguments.iter().collect::<Vec<_>>())
}

/// Returns the text, where the value is one.
fn text<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn opaque<'a>(opaque: Opaque) -> Result<Value<'a>> {
    Ok(Value::Opaque(opaque))
}

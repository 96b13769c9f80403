//! A module's text, and the version of Rego that it is written in.

use std::num::{NonZeroU32, NonZeroUsize};

use regorus::PolicyLengthConfig;
use regorus::unstable::{Module, Parser};

use super::error::{RegoPlace, read};
use super::program::RegoLimits;
use super::{RegoError, patterns, walks};

/// A module of Rego.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Source<'t> {
    /// What errors call it.
    pub name: &'t str,
    /// Its text, Rego v1 or v0.
    pub text: &'t str,
}

impl<'t> Source<'t> {
    /// A module with its text.
    #[must_use]
    pub fn new(name: &'t str, text: &'t str) -> Self {
        Self { name, text }
    }
}

/// A module that was parsed.
pub(super) struct Parsed {
    pub(super) module: Module,
    /// Whether it was read as Rego v0.
    pub(super) v0: bool,
    pub(super) name: String,
    /// With its walks made explicit.
    pub(super) text: String,
    /// What is inserted before the interpreter gets it, and at which byte: the shapes of patterns.
    pub(super) insertions: Vec<(usize, String)>,
}

impl Parsed {
    /// Reads a module as v1 and, where it is none, as v0: what is both means the same.
    pub(super) fn read(source: Source<'_>, limits: &RegoLimits) -> Result<Self, RegoError> {
        let text = source.text.strip_prefix('\u{feff}').unwrap_or(source.text);
        if text.len() > limits.max_module_bytes {
            return Err(RegoError::LimitExceeded {
                at: RegoPlace::file(source.name),
                limit: "bytes in a module",
                max: limits.max_module_bytes,
            });
        }
        let as_v1 = parse(source.name, text, false, limits);
        let (module, v0) = match as_v1 {
            Ok(module) => (module, false),
            Err(first) => match parse(source.name, text, true, limits) {
                Ok(module) => (module, true),
                Err(second) => {
                    let [first, second] = [first, second].map(|error| read(&error));
                    // Of the two complaints the one further down tells more.
                    let older = second.0.line > first.0.line;
                    let (at, message) = if older { second } else { first };
                    let at = if at.file.is_empty() { RegoPlace::file(source.name) } else { at };
                    return Err(RegoError::Syntax { at, message });
                }
            },
        };
        let (module, text) = match walks::explicit(&module, text)? {
            None => (module, text.to_owned()),
            Some(text) => {
                let module = parse(source.name, &text, v0, limits).map_err(|error| {
                    let (at, message) = read(&error);
                    RegoError::Syntax { at, message }
                })?;
                (module, text)
            }
        };
        let insertions = patterns::insertions(&module, &text)?;
        Ok(Self { module, v0, name: source.name.to_owned(), text, insertions })
    }

    /// Whether an error is about it.
    pub(super) fn is_to_blame(&self, error: &RegoError) -> bool {
        match error {
            RegoError::Syntax { at, .. }
            | RegoError::Refused { at, .. }
            | RegoError::UnknownFunction { at, .. }
            | RegoError::LimitExceeded { at, .. }
            | RegoError::Failed { at, .. } => at.file == self.name,
            RegoError::Recursion { rules } => {
                let package = format!("data.{}.", super::ast::package(&self.module).join("."));
                rules.iter().any(|rule| rule.starts_with(&package))
            }
            _ => false,
        }
    }
}

fn parse(name: &str, text: &str, v0: bool, limits: &RegoLimits) -> Result<Module, String> {
    let lengths = lengths(limits);
    let source = regorus::Source::from_contents_with_limits(
        name.to_owned(),
        text.to_owned(),
        lengths.max_file_bytes,
        lengths.max_lines,
    );
    let source = source.map_err(|error| error.to_string())?;
    let mut parser = Parser::new(&source).map_err(|error| error.to_string())?;
    parser.set_max_col(lengths.max_col);
    if !v0 {
        parser.enable_rego_v1().map_err(|error| error.to_string())?;
    }
    parser.parse().map_err(|error| error.to_string())
}

/// The parser's own bounds. What is made explicit lengthens a module, so the engine
/// may read four times what was given.
pub(super) fn lengths(limits: &RegoLimits) -> PolicyLengthConfig {
    let bytes = limits.max_module_bytes.saturating_mul(4);
    PolicyLengthConfig {
        max_col: NonZeroU32::new(65_535).unwrap_or(NonZeroU32::MIN),
        max_file_bytes: NonZeroUsize::new(bytes).unwrap_or(NonZeroUsize::MIN),
        max_lines: NonZeroUsize::new(bytes).unwrap_or(NonZeroUsize::MIN),
    }
}

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
                Err(second) => return Err(complaint(source.name, text, &first, &second)),
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

/// Why a text is neither v1 nor v0.
fn complaint(name: &str, text: &str, as_v1: &str, as_v0: &str) -> RegoError {
    let [as_v1, as_v0] = [as_v1, as_v0].map(read);
    // The one further down tells more; what has no word of v1 was not meant to be that.
    let older = as_v0.0.line > as_v1.0.line || !has_words_of_v1(text);
    let (at, message) = if older { as_v0 } else { as_v1 };
    let at = if at.file.is_empty() { RegoPlace::file(name) } else { at };
    let message = match message.as_str() {
        // The parser takes a second body for one.
        "else cannot be used with set rules" => {
            "a rule that makes a set has one body: write the rule once for each".to_owned()
        }
        _ => message,
    };
    RegoError::Syntax { at, message }
}

/// Whether a module has `if`, or imports v1, outside of comments.
fn has_words_of_v1(text: &str) -> bool {
    let code = text.lines().filter_map(|line| line.split('#').next());
    let mut words = code.flat_map(|line| {
        line.split(|one: char| !(one.is_alphanumeric() || one == '_' || one == '.'))
    });
    words.any(|word| word == "if" || word == "rego.v1")
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

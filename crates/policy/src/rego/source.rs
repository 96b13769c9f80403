//! A module's text, and its version of Rego.

use std::collections::BTreeSet;
use std::num::{NonZeroU32, NonZeroUsize};

use regorus::PolicyLengthConfig;
use regorus::unstable::{Expr, Lexer, Module, Parser, Token, TokenKind};

use super::edits::Edit;
use super::error::{RegoPlace, read};
use super::negation::bytes;
use super::program::RegoLimits;
use super::{RegoError, every, heads, nesting, patterns, walks};

/// The words that are keywords in Rego v0 only where a module imports them.
const KEYWORDS: [&str; 4] = ["contains", "every", "if", "in"];

/// A module of Rego.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Source<'t> {
    /// Its name in errors.
    pub name: &'t str,
    /// Its text, in Rego v1 or v0.
    pub text: &'t str,
}

impl<'t> Source<'t> {
    /// Makes a module.
    #[must_use]
    pub fn new(name: &'t str, text: &'t str) -> Self {
        Self { name, text }
    }
}

/// A parsed module.
pub(super) struct Parsed {
    pub(super) module: Module,
    /// Whether it was read as Rego v0.
    pub(super) v0: bool,
    pub(super) name: String,
    /// The text with explicit walks.
    pub(super) text: String,
    /// The offsets of statements, or of the braces around them, after `if`.
    pub(super) bare: BTreeSet<usize>,
    /// The edits before the interpreter gets it: names of `every`, shapes of patterns.
    pub(super) edits: Vec<Edit>,
}

impl Parsed {
    /// Reads a module as v1, or where that fails as v0; a module that is valid as both means the
    /// same.
    pub(super) fn read(source: Source<'_>, limits: &RegoLimits) -> Result<Self, RegoError> {
        let text = source.text.strip_prefix('\u{feff}').unwrap_or(source.text);
        if text.len() > limits.max_module_bytes {
            return Err(RegoError::LimitExceeded {
                at: RegoPlace::file(source.name),
                limit: "bytes in a module",
                max: limits.max_module_bytes,
            });
        }
        let tokens = self::source(source.name, text, limits).map(|source| tokens(&source));
        if tokens.is_ok_and(|tokens| nesting::read(&tokens) > nesting::MAX_READ) {
            return Err(RegoError::LimitExceeded {
                at: RegoPlace::file(source.name),
                limit: "collections, counted twice for each level of nesting",
                max: nesting::MAX_READ,
            });
        }
        let as_v1 = parse(source.name, text, false, limits);
        let (module, v0) = match as_v1 {
            Ok(module) => (module, false),
            Err(first) => match parse_v0(source.name, text, limits) {
                Some(Ok(module)) => (module, true),
                second => {
                    let second = second.and_then(Result::err);
                    return Err(complaint(source.name, text, &first, second.as_deref()));
                }
            },
        };
        let text = without_input(&module, text);
        let again = |text: String| {
            let module = parse(source.name, &text, v0, limits).map_err(|error| {
                let (at, message) = read(&error);
                RegoError::Syntax { at, message }
            })?;
            Ok::<_, RegoError>((module, text))
        };
        let (module, text) = match walks::explicit(&module, &text)? {
            None => (module, text),
            Some(text) => again(text)?,
        };
        let behind_if = bare(source.name, &text, limits);
        let (module, text) = match heads::explicit(&module, v0, &text, &behind_if)? {
            None => (module, text),
            Some(text) => again(text)?,
        };
        let bare = bare(source.name, &text, limits);
        let mut edits = every::edits(&module, &text);
        edits.extend(patterns::edits(&module, &text, &bare)?);
        Ok(Self { module, v0, name: source.name.to_owned(), text, bare, edits })
    }

    /// Whether an error is about this module.
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

/// Makes the error for a text that is neither v1 nor v0.
fn complaint(name: &str, text: &str, as_v1: &str, as_v0: Option<&str>) -> RegoError {
    let as_v1 = read(as_v1);
    // The error further down says more; a text without a word of v1 was not meant to be v1.
    let older =
        as_v0.map(read).filter(|as_v0| as_v0.0.line > as_v1.0.line || !has_words_of_v1(text));
    let (at, message) = older.unwrap_or(as_v1);
    let at = if at.file.is_empty() { RegoPlace::file(name) } else { at };
    let message = match message.as_str() {
        // The parser takes a second body for an `else`.
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

/// Removes `import input`, which has no effect, from a module's text: the interpreter would print a
/// warning.
fn without_input(module: &Module, text: &str) -> String {
    let mut text = text.to_owned();
    for import in module.imports.iter().filter(|import| import.r#as.is_none()) {
        let is_input =
            matches!(import.refr.as_ref(), Expr::Var { span, .. } if span.text() == "input");
        let place =
            bytes(&import.span).filter(|(start, end)| is_input && text.get(*start..*end).is_some());
        if let Some((start, end)) = place {
            text.replace_range(start..end, &" ".repeat(end - start));
        }
    }
    text
}

/// Reads a module as Rego v0, unless a word in it may be a keyword that it does not import. Such a
/// text is v1 with a mistake, and the parser would print a warning about the word.
fn parse_v0(name: &str, text: &str, limits: &RegoLimits) -> Option<Result<Module, String>> {
    let lacks_import = source(name, text, limits).is_ok_and(|source| lacks_import(&source));
    (!lacks_import).then(|| parse(name, text, true, limits))
}

/// Whether a word that is a keyword only where it is imported is at a keyword's place without its
/// import (OPA, "Policy Language", Future Keywords).
fn lacks_import(source: &regorus::Source) -> bool {
    let imported = imported(source.contents());
    tokens(source).windows(3).any(|tokens| {
        let [Token(_, before), Token(TokenKind::Ident, word), Token(_, next)] = tokens else {
            return false;
        };
        // The word is a field, or the name of a function or rule.
        let is_name = before.text() == "."
            || (word.text() == "contains" && ["(", "=", ":="].contains(&next.text()));
        !is_name && KEYWORDS.contains(&word.text()) && !imported.contains(&word.text())
    })
}

/// Returns the tokens of a text, without its comments.
fn tokens(source: &regorus::Source) -> Vec<Token> {
    let mut lexer = Lexer::new(source);
    let mut tokens = Vec::new();
    while let Ok(token) = lexer.next_token() {
        let is_last = matches!(token.0, TokenKind::Eof);
        tokens.push(token);
        if is_last {
            break;
        }
    }
    tokens
}

/// Returns the offsets of the code after each `if`.
fn bare(name: &str, text: &str, limits: &RegoLimits) -> BTreeSet<usize> {
    let Ok(source) = source(name, text, limits) else { return BTreeSet::new() };
    let tokens = tokens(&source);
    let behind = tokens.windows(3).filter_map(|tokens| {
        let [Token(_, before), Token(TokenKind::Ident, word), Token(kind, next)] = tokens else {
            return None;
        };
        let (start, _) = bytes(next).filter(|_| word.text() == "if" && before.text() != ".")?;
        // The spans of strings lack their quotes.
        let quoted = matches!(kind, TokenKind::String | TokenKind::RawString);
        Some(if quoted { start.saturating_sub(1) } else { start })
    });
    behind.collect()
}

/// Returns the keywords that a module imports.
fn imported(text: &str) -> Vec<&str> {
    let mut imported = Vec::new();
    for path in text.lines().filter_map(|line| line.trim_start().strip_prefix("import ")) {
        let path = path.split('#').next().unwrap_or_default().trim();
        match path.strip_prefix("future.keywords") {
            Some("") => imported.extend(KEYWORDS),
            // `every x in xs` includes its `in`.
            Some(".every" | "[\"every\"]") => imported.extend(["every", "in"]),
            Some(keyword) => imported.push(keyword.trim_matches(['.', '[', ']', '"'])),
            None if path == "rego.v1" => imported.extend(KEYWORDS),
            None => {}
        }
    }
    imported
}

fn source(name: &str, text: &str, limits: &RegoLimits) -> Result<regorus::Source, String> {
    let lengths = lengths(limits);
    let (name, text) = (name.to_owned(), text.to_owned());
    let (most, lines) = (lengths.max_file_bytes, lengths.max_lines);
    regorus::Source::from_contents_with_limits(name, text, most, lines)
        .map_err(|error| error.to_string())
}

fn parse(name: &str, text: &str, v0: bool, limits: &RegoLimits) -> Result<Module, String> {
    let lengths = lengths(limits);
    let source = source(name, text, limits)?;
    let mut parser = Parser::new(&source).map_err(|error| error.to_string())?;
    parser.set_max_col(lengths.max_col);
    if !v0 {
        parser.enable_rego_v1().map_err(|error| error.to_string())?;
    }
    parser.parse().map_err(|error| error.to_string())
}

/// The parser's own limits. Explicit code lengthens a module, so the engine may read four times as
/// much.
pub(super) fn lengths(limits: &RegoLimits) -> PolicyLengthConfig {
    let bytes = limits.max_module_bytes.saturating_mul(4);
    PolicyLengthConfig {
        max_col: NonZeroU32::new(65_535).unwrap_or(NonZeroU32::MIN),
        max_file_bytes: NonZeroUsize::new(bytes).unwrap_or(NonZeroUsize::MIN),
        max_lines: NonZeroUsize::new(bytes).unwrap_or(NonZeroUsize::MIN),
    }
}

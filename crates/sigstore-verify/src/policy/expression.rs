use std::fmt;

use regex::{Regex, RegexBuilder};

use super::syntax::{self, SyntaxError};

/// Bytes of an expression. A list of some hundred repositories fits.
const MAX_BYTES: usize = 64 << 10;

/// Bytes of a compiled expression. `.{1000}` takes some hundred thousand.
const MAX_COMPILED_BYTES: usize = 8 << 20;

/// Nesting of groups in the translated expression: three for each of the original's.
const MAX_NESTING: u32 = 1000;

/// How often a character is repeated to test whether an expression matches anything.
const PROBE_CHARACTERS: usize = 64;

/// The required value of a text: an exact text, or an expression that must match.
///
/// Expressions are those of RE2 as Go's `regexp` package reads them, which cosign uses:
/// `\w \d \s \b` are ASCII, and the expression may match anywhere in the text unless it is
/// anchored. What Go refuses is refused.
#[derive(Clone, Debug)]
pub struct TextMatcher(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Exact(String),
    Expression { text: String, regex: Regex, anchored: bool },
}

/// Why a text or an expression is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// An empty text: as an expression, it would match everything.
    #[error("an empty text, which says nothing of an identity")]
    Empty,
    /// Longer than allowed.
    #[error("an expression of {bytes} bytes, at most {max} are allowed")]
    TooLong {
        /// Bytes that are there.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not an expression of RE2.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// Compiled, it would take more memory than allowed.
    #[error("the expression takes more than {max} bytes when compiled")]
    TooLarge {
        /// Bytes allowed.
        max: usize,
    },
    /// Valid in RE2, but not supported here.
    #[error("the expression is not supported")]
    Unsupported,
}

impl TextMatcher {
    /// Accepts this text alone.
    ///
    /// # Errors
    /// When it is empty.
    pub fn exact(text: impl Into<String>) -> Result<Self, ExpressionError> {
        let text = text.into();
        match text.is_empty() {
            true => Err(ExpressionError::Empty),
            false => Ok(Self(Kind::Exact(text))),
        }
    }

    /// Accepts texts in which the expression matches somewhere.
    ///
    /// # Errors
    /// When it is empty, malformed or too large.
    pub fn expression(text: &str) -> Result<Self, ExpressionError> {
        if text.is_empty() {
            return Err(ExpressionError::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(ExpressionError::TooLong { bytes: text.len(), max: MAX_BYTES });
        }
        let translated = syntax::translate(text)?;
        let regex = RegexBuilder::new(&translated.pattern)
            .size_limit(MAX_COMPILED_BYTES)
            .nest_limit(MAX_NESTING)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(max) => ExpressionError::TooLarge { max },
                _ => ExpressionError::Unsupported,
            })?;
        let (text, anchored) = (text.to_owned(), translated.anchored);
        Ok(Self(Kind::Expression { text, regex, anchored }))
    }

    /// Whether it accepts `text`.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match &self.0 {
            Kind::Exact(exact) => exact == text,
            Kind::Expression { regex, .. } => regex.is_match(text),
        }
    }

    /// Whether it covers the whole text. An expression that is not anchored at both ends also
    /// accepts a text that merely contains a match, which is worth a warning.
    #[must_use]
    pub fn is_anchored(&self) -> bool {
        match &self.0 {
            Kind::Exact(_) => true,
            Kind::Expression { anchored, .. } => *anchored,
        }
    }

    /// Whether it accepts anything, as `.*` does, so that it is no restriction: tested by a run of
    /// each of some characters. To be shown as `ANY IDENTITY`.
    #[must_use]
    pub fn matches_anything(&self) -> bool {
        let probes = ('!'..='~').chain(['\u{e9}', '\u{3a9}', '\u{4e2d}', '\u{1f600}']);
        matches!(self.0, Kind::Expression { .. })
            && probes.into_iter().all(|c| self.matches(&String::from(c).repeat(PROBE_CHARACTERS)))
    }

    /// The text or expression as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Kind::Exact(text) | Kind::Expression { text, .. } => text,
        }
    }
}

/// The text as it was given, or `ANY IDENTITY`.
impl fmt::Display for TextMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.matches_anything() { "ANY IDENTITY" } else { self.as_str() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expression(text: &str) -> TextMatcher {
        TextMatcher::expression(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn anchors_must_hold_in_each_alternative() {
        for text in [
            "^a$",
            r"\Aa\z",
            "^(a|b)$",
            "^a$|^b$",
            "(?i)^a$",
            "^^a$$",
            "(^a|^b)c$",
            "^(?:a$|b$)",
            "(?:^a$){1,2}",
            "(^)a($)",
        ] {
            assert!(expression(text).is_anchored(), "{text}");
        }
        for text in [
            "a",
            "^a",
            "a$",
            "^a|b$",
            "^a$|b",
            "(?m)^a$",
            "(?m:^a$)",
            r"\^a\$",
            "[^a]$",
            "^a|",
            "(^)?a$",
            "(?:^a$){0,2}",
            r"\Q^a$\E",
            r"^a\\$|b",
        ] {
            assert!(!expression(text).is_anchored(), "{text}");
        }
        assert!(TextMatcher::exact("a").unwrap().is_anchored());
    }

    #[test]
    fn what_matches_anything_is_said_aloud() {
        for text in [
            ".*", ".+", ".", "^.*$", "^.+$", "(.*)", "a|.*", "a*", "^", "$", "()", "(?s).*",
            ".{3,}", r"[\s\S]*", r"\S", r"\w*", "(?:)", "^[^ ]+$", "a?b?",
        ] {
            let matcher = expression(text);
            assert!(matcher.matches_anything(), "{text}");
            assert_eq!(matcher.to_string(), "ANY IDENTITY");
        }
        for text in
            ["a", "^a.*$", "@", r"\w", r"https://.*", ".*@example.com", "^$", r"\d+", r".*\.com"]
        {
            let matcher = expression(text);
            assert!(!matcher.matches_anything(), "{text}");
            assert_eq!(matcher.to_string(), text);
        }
        assert!(!TextMatcher::exact(".*").unwrap().matches_anything());
    }

    #[test]
    fn exact_texts_are_no_expressions() {
        let exact = TextMatcher::exact("a.c").unwrap();
        assert!(exact.matches("a.c"));
        assert!(!exact.matches("abc") && !exact.matches("a.cd"));
    }

    #[test]
    fn size_is_bounded() {
        let refused = |text: &str| TextMatcher::expression(text).unwrap_err();
        assert_eq!(refused(""), ExpressionError::Empty);
        assert_eq!(TextMatcher::exact("").unwrap_err(), ExpressionError::Empty);
        let long = "a".repeat(MAX_BYTES + 1);
        assert_eq!(refused(&long), ExpressionError::TooLong { bytes: long.len(), max: MAX_BYTES });
        assert_eq!(
            refused(&r"\pL{1000}".repeat(9)),
            ExpressionError::TooLarge { max: MAX_COMPILED_BYTES }
        );
    }

    proptest! {
        #[test]
        fn any_expression_gives_an_answer(text in r"[ab(?:imsU|)*+{},0-9\[\]^$.\\QEpPxdbAz<>-]{1,24}") {
            if let Ok(matcher) = TextMatcher::expression(&text) {
                let _ = (matcher.matches("ab-0"), matcher.matches_anything());
            }
        }

        #[test]
        fn quoted_text_matches_itself(text in "[^\\\\\u{0}]{1,12}") {
            let matcher = expression(&format!(r"\A\Q{text}\E\z"));
            prop_assert!(matcher.is_anchored());
            prop_assert!(matcher.matches(&text));
            let longer = text + "x";
            prop_assert!(!matcher.matches(&longer));
        }
    }
}

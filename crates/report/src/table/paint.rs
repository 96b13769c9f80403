//! Colours and hyperlinks.

use std::borrow::Cow;

use sealift_model::Severity;

use super::TableStyle;

/// How a piece of text stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Paint {
    #[default]
    None,
    Bold,
    Dim,
    Blue,
    Cyan,
    Yellow,
    Red,
    BoldRed,
}

impl Paint {
    /// The colours that Trivy's table has.
    pub(super) fn of(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::BoldRed,
            Severity::High => Self::Red,
            Severity::Medium => Self::Yellow,
            Severity::Low => Self::Blue,
            Severity::Unknown => Self::Cyan,
        }
    }

    /// `text` in this colour, where colours are wanted.
    pub(super) fn on<'t>(self, text: &'t str, style: &TableStyle) -> Cow<'t, str> {
        match self.code() {
            Some(code) if style.colour && !text.is_empty() => {
                Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// Parameters of "select graphic rendition" (ECMA-48 8.3.117).
    fn code(self) -> Option<&'static str> {
        Some(match self {
            Self::None => return None,
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Blue => "34",
            Self::Cyan => "36",
            Self::Yellow => "33",
            Self::Red => "31",
            Self::BoldRed => "1;31",
        })
    }
}

/// `text` as a hyperlink to `url`, by the sequence OSC 8.
pub(super) fn linked(text: &str, url: &str) -> String {
    format!("\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\")
}

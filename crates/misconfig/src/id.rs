//! Ids of checks, in all the ways in which they were ever written.

/// What a comment or an ignore file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Id {
    /// `*`.
    Every,
    /// `DS` and 1, however it is written.
    Numbered(String, u32),
    /// Another engine's, or a user's own.
    Other(String),
}

impl Id {
    pub(crate) fn of(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Every);
        }
        let upper = text.to_ascii_uppercase();
        let id = upper.strip_prefix("AVD-").unwrap_or(&upper);
        let letters = id.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = id.get(letters.len()..).unwrap_or_default().parse();
        match (letters.trim_end_matches('-'), number) {
            ("", _) => None,
            (letters, Ok(number)) => Some(Self::Numbered(letters.to_owned(), number)),
            _ => Some(Self::Other(upper)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_check_has_many_names() {
        for text in ["DS-0001", "ds-0001", "DS001", "AVD-DS-0001", "DS1"] {
            assert_eq!(Id::of(text), Id::of("DS-0001"), "{text}");
        }
        for text in ["DS-0011", "KSV-0001", "DS-0001x", "DS"] {
            assert_ne!(Id::of(text), Id::of("DS-0001"), "{text}");
        }
    }
}

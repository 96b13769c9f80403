//! Ids of checks, in all their historical forms.

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
    /// Whether it means a check, by its id or by a name in words.
    pub(crate) fn means(&self, check: &str) -> bool {
        if *self == Self::Every || Self::of(check).as_ref() == Some(self) {
            return true;
        }
        let Self::Other(text) = self else { return false };
        let id = check.to_ascii_uppercase();
        fits_whole(text, &id)
            || fits_whole(text, &format!("AVD-{id}"))
            || names(check).any(|name| fits(text, name))
    }

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

/// Trivy's names of checks in words, as `aws-ec2-no-public-ingress-sgr`: each line has an id, its
/// name and its earlier names.
const NAMES: &str = include_str!("names.txt");

/// The names of a check in words.
fn names(check: &str) -> impl Iterator<Item = &'static str> {
    let of_check = |line: &'static str| line.split_once(' ').filter(|(id, _)| *id == check);
    NAMES.lines().find_map(of_check).into_iter().flat_map(|(_, names)| names.split(' '))
}

/// Whether a text in capitals is a name, or its end after the provider and the service; `*` matches
/// any characters.
fn fits(text: &str, name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let ends = name.match_indices('-').take(2).filter_map(|(at, _)| name.get(at + 1..));
    ends.chain([name.as_str()]).any(|name| fits_whole(text, name))
}

/// Whether a text is a name; `*` in it matches any characters.
pub(crate) fn fits_whole(text: &str, name: &str) -> bool {
    let Some((start, rest)) = text.split_once('*') else { return text == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return name.ends_with(part);
        }
        match name.split_once(part) {
            Some((_, rest)) => name = rest,
            None => return false,
        }
    }
    true
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

    #[test]
    fn names_in_words_mean_a_check() {
        let means = |text: &str, check| Id::of(text).unwrap().means(check);
        for text in [
            "aws-ec2-no-public-ingress-sgr",
            "AWS-EC2-no-public-ingress-sgr",
            "no-public-ingress-sgr",
            "aws-ec2-*",
            "*-ingress-*",
            "AVD-AWS-*",
            "aws-01*",
            "AWS-0107",
        ] {
            assert!(means(text, "AWS-0107"), "{text}");
        }
        for text in ["aws-ec2-no-public-egress-sgr", "ingress-sgr", "aws-s3-*", "aws-ec2", "*x"] {
            assert!(!means(text, "AWS-0107"), "{text}");
        }
        assert!(means("own-*", "OWN-0001"));
        assert!(NAMES.lines().all(|line| line.split(' ').count() > 1));
    }
}

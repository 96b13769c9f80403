//! `WWW-Authenticate` (RFC 9110 section 11.6.1).

use std::collections::BTreeMap;

/// One challenge: a scheme and its parameters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    scheme: String,
    parameters: BTreeMap<String, String>,
}

impl Challenge {
    /// All challenges of some headers, each of which may have several.
    pub(super) fn all<'h>(headers: impl Iterator<Item = &'h str>) -> Vec<Self> {
        let mut challenges: Vec<Self> = Vec::new();
        for header in headers {
            let mut words = Words { rest: header };
            while let Some((name, value)) = words.next() {
                match (value, challenges.last_mut()) {
                    (Some(value), Some(challenge)) => {
                        challenge.parameters.entry(name).or_insert(value);
                    }
                    (Some(_), None) => {}
                    (None, _) => {
                        challenges.push(Self { scheme: name, parameters: BTreeMap::new() });
                    }
                }
            }
        }
        challenges
    }

    /// The realm, service and scope of a challenge for a token.
    pub(super) fn bearer(&self) -> Option<(&str, &str, &str)> {
        let get = |name| self.parameters.get(name).map(String::as_str);
        if self.scheme != "bearer" {
            return None;
        }
        Some((get("realm")?, get("service").unwrap_or_default(), get("scope").unwrap_or_default()))
    }

    pub(super) fn is_basic(&self) -> bool {
        self.scheme == "basic"
    }
}

/// Names in lower case, each with its value if it has one.
struct Words<'h> {
    rest: &'h str,
}

impl Words<'_> {
    fn next(&mut self) -> Option<(String, Option<String>)> {
        self.rest = self.rest.trim_start_matches([' ', ',', '\t']);
        let end = self.rest.find([' ', ',', '=', '\t']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end)?;
        if name.is_empty() && rest.is_empty() {
            return None;
        }
        let name = name.to_ascii_lowercase();
        self.rest = rest;
        let after = rest.trim_start_matches([' ', '\t']);
        let Some(value) = after.strip_prefix('=') else { return Some((name, None)) };
        let value = value.trim_start_matches([' ', '\t']);
        let Some(quoted) = value.strip_prefix('"') else {
            let end = value.find([' ', ',', '\t']).unwrap_or(value.len());
            let (value, rest) = value.split_at_checked(end)?;
            self.rest = rest;
            return Some((name, Some(value.to_owned())));
        };
        let mut text = String::new();
        let mut chars = quoted.chars();
        loop {
            match chars.next() {
                Some('\\') => text.extend(chars.next()),
                Some('"') | None => break,
                Some(c) => text.push(c),
            }
        }
        self.rest = chars.as_str();
        Some((name, Some(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_challenges() {
        let header = r#"Basic realm="a, b", Bearer realm="https://t/\"x", service=s , scope="repository:a:pull,push repository:b:pull",error="e""#;
        let challenges = Challenge::all([header].into_iter());
        let [first, second] = &challenges[..] else { panic!("two") };
        assert!(first.is_basic() && first.bearer().is_none());
        let scope = "repository:a:pull,push repository:b:pull";
        assert_eq!(second.bearer(), Some((r#"https://t/"x"#, "s", scope)));
    }

    #[test]
    fn takes_anything() {
        for header in ["", "=", ",=,", "Bearer", r#"Bearer realm=""#, "a=b", r#"x="\"#, "= ="] {
            let challenges = Challenge::all([header].into_iter());
            assert!(challenges.len() <= 1, "{header}");
        }
    }
}

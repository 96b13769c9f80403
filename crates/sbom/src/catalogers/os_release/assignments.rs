//! Files of shell assignments: os-release(5) and `etc/lsb-release`.

use std::collections::BTreeMap;

use sealift_model::Distribution;

use super::release_file::{distribution_named, is_word};
use crate::Facts;

/// Characters of a name for people.
const MAX_NAME_CHARS: usize = 256;

/// Reads os-release(5); none when it has no `ID`.
pub(super) fn read_os_release(text: &str, facts: &mut Facts) -> Option<Distribution> {
    let values = assignments(text, facts);
    let mut word = |key: &str| {
        let (line, value) = values.get(key).filter(|(_, value)| !value.is_empty())?;
        if is_word(value) {
            return Some(value.as_str());
        }
        facts.problem(Some(*line), format!("{key} may hold only a-z, 0-9, '.', '_' and '-'"));
        None
    };
    let (id, version_id, codename) = (word("ID"), word("VERSION_ID"), word("VERSION_CODENAME"));
    let mut distribution = Distribution::new(id?, version_id);
    distribution.codename = codename.map(str::to_owned);
    distribution.pretty_name = for_people(&values, "PRETTY_NAME");
    Some(distribution)
}

/// Reads the file that lsb_release(1) prints.
pub(super) fn read_lsb_release(text: &str, facts: &mut Facts) -> Option<Distribution> {
    let values = assignments(text, facts);
    let value = |key: &str| values.get(key).map_or("", |(_, value)| value.as_str());
    let release = Some(value("DISTRIB_RELEASE")).filter(|release| is_word(release));
    let mut distribution = distribution_named(value("DISTRIB_ID"), release)?;
    let codename = Some(value("DISTRIB_CODENAME")).filter(|codename| is_word(codename));
    distribution.codename = codename.map(str::to_owned);
    distribution.pretty_name = for_people(&values, "DISTRIB_DESCRIPTION");
    Some(distribution)
}

fn for_people(values: &BTreeMap<&str, (u64, String)>, key: &str) -> Option<String> {
    let (_, value) = values.get(key)?;
    let is_plain = !value.is_empty() && !value.chars().any(char::is_control);
    is_plain.then(|| value.chars().take(MAX_NAME_CHARS).collect())
}

/// The values by their names, each with its line. Of a name given twice the last counts, as in a
/// shell. What is no assignment is a problem.
fn assignments<'t>(text: &'t str, facts: &mut Facts) -> BTreeMap<&'t str, (u64, String)> {
    let mut values = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let assignment = line.split_once('=').filter(|(name, _)| is_name(name));
        match assignment.and_then(|(name, value)| Some((name, unquote(value)?))) {
            Some((name, value)) => {
                values.insert(name, (number, value));
            }
            None => facts.problem(Some(number), "a line that is no assignment"),
        }
    }
    values
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A value without its quotes, as a shell reads it (os-release(5): in quotes where it has other
/// characters than letters and digits; `\` before `"`, `$`, `` ` `` and `\`; nothing is expanded
/// and quoted parts are not joined). `None` if something follows it, or the quote is open.
fn unquote(value: &str) -> Option<String> {
    let mut chars = value.chars();
    match chars.clone().next() {
        Some('\'') => {
            let (inner, rest) = value.get(1..)?.split_once('\'')?;
            is_end(rest).then(|| inner.to_owned())
        }
        Some('"') => {
            chars.next();
            let mut inner = String::new();
            loop {
                match chars.next()? {
                    '"' => return is_end(chars.as_str()).then_some(inner),
                    '\\' => match chars.next()? {
                        escaped @ ('"' | '$' | '`' | '\\') => inner.push(escaped),
                        other => inner.extend(['\\', other]),
                    },
                    other => inner.push(other),
                }
            }
        }
        _ => unquote_bare(value),
    }
}

/// A value outside quotes ends at a space; a shell takes `;`, `&`, quotes and the like for itself.
fn unquote_bare(value: &str) -> Option<String> {
    let mut chars = value.chars();
    let mut inner = String::new();
    loop {
        let rest = chars.as_str();
        let Some(c) = chars.next() else { return Some(inner) };
        match c {
            '\\' => inner.push(chars.next()?),
            c if c.is_whitespace() => return is_end(rest).then_some(inner),
            '"' | '\'' | '$' | '`' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => return None,
            other => inner.push(other),
        }
    }
}

/// Whether nothing but a comment follows a value.
fn is_end(rest: &str) -> bool {
    let after = rest.trim_start();
    after.is_empty() || after.starts_with('#') && after.len() < rest.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (Option<Distribution>, Facts) {
        let mut facts = Facts::default();
        let distribution = read_os_release(text, &mut facts);
        (distribution, facts)
    }

    #[test]
    fn reads_os_release() {
        let text = "# a comment\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\r\nVERSION_ID='12'\n\n\
                    VERSION_CODENAME=bookworm\nID=debian\nHOME_URL=\"https://www.debian.org/\"\n";
        let (distribution, facts) = read(text);
        let distribution = distribution.unwrap();
        assert_eq!(distribution.qualifier(), "debian-12");
        assert_eq!(distribution.codename.as_deref(), Some("bookworm"));
        assert_eq!(distribution.pretty_name.as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
        assert!(facts.is_empty());
    }

    #[test]
    fn quotes_are_those_of_a_shell() {
        for (value, expected) in [
            ("plain-1.2", Some("plain-1.2")),
            ("", Some("")),
            ("\"a b\"", Some("a b")),
            (r#""a\"b\$c\`d\\e\nf""#, Some("a\"b$c`d\\e\\nf")),
            (r"'a\b'", Some(r"a\b")),
            (r"a\ b", Some("a b")),
            ("\"a\" # comment", Some("a")),
            ("a # comment", Some("a")),
            ("a#b", Some("a#b")),
            ("\"a\"b", None),
            ("\"a\"#b", None),
            ("\"a", None),
            ("'a", None),
            ("a b", None),
            ("$(reboot)", None),
            ("a;b", None),
        ] {
            assert_eq!(unquote(value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn refuses_what_is_no_id() {
        let (distribution, facts) = read("VERSION_ID=1\nID=\"a/b\"\nexport X\n");
        assert_eq!(distribution, None);
        let lines: Vec<_> = facts.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(3), Some(2)]);
        let (distribution, _) = read("ID=Debian\nID=Arch\nPRETTY_NAME=\"a\x1b[31m\"\n");
        let distribution = distribution.unwrap();
        assert_eq!((distribution.id.as_str(), distribution.pretty_name), ("arch", None));
    }

    #[test]
    fn reads_lsb_release() {
        let text = "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\nDISTRIB_CODENAME=precise\nDISTRIB_DESCRIPTION=\"Ubuntu 12.04\"\n";
        let distribution = read_lsb_release(text, &mut Facts::default()).unwrap();
        assert_eq!(distribution.qualifier(), "ubuntu-12.04");
        assert_eq!(distribution.codename.as_deref(), Some("precise"));
        assert_eq!(read_lsb_release("DISTRIB_ID=Other\n", &mut Facts::default()), None);
    }

    proptest! {
        #[test]
        fn quoted_values_lead_back(value in "[ -~]{0,20}") {
            let mut quoted = value.clone();
            for special in ['\\', '"', '$', '`'] {
                quoted = quoted.replace(special, &format!("\\{special}"));
            }
            prop_assert_eq!(unquote(&format!("\"{quoted}\"")), Some(value));
        }

        #[test]
        fn takes_any_text(text in "(ID=|VERSION_ID=|[\"'a#=\\\\ ]|\n){0,40}") {
            read(&text);
        }
    }
}

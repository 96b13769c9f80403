//! Secrets and personal data in ConfigMaps: keys with the name of one, and lines that assign one.

use super::object::Object;
use crate::yaml::Node;

/// What secrets are called, in lower case.
const SECRETS: &[&str] = &[
    "password",
    "pass",
    "pword",
    "passphrase",
    "passwrd",
    "passwd",
    "secret",
    "secretkey",
    "appsecret",
    "clientsecret",
    "aws_access_key_id",
    "pswrd",
    "token",
    "pwd",
];
/// What personal data and keys are called.
const PERSONAL: &[&str] = &["username", "email", "key", "phone"];
/// Sums that are put where a password should not be.
const SUMS: &[&str] = &["sha1", "md5"];

/// Whether a ConfigMap holds what looks like a secret.
pub(super) fn are_in(object: &Object<'_>) -> bool {
    let holds = |text: &str| text.split('\n').any(|line| assigns(line, SECRETS) && has_value(line));
    any_entry(object, |key| names(key, SECRETS), holds)
}

/// Whether a ConfigMap holds what looks like personal data or a key.
pub(super) fn is_personal(object: &Object<'_>) -> bool {
    let of_line = |line: &str| {
        let told =
            assigns(line, PERSONAL) || names(&line.to_lowercase(), SUMS) || has_address(line);
        told && line.contains([':', '='])
    };
    let holds = |text: &str| text.split('\n').any(of_line) || has_address(text);
    any_entry(object, |key| names(key, PERSONAL) || names(key, SUMS), holds)
}

/// Whether the test accepts a key, in lower case, or a value of a ConfigMap.
fn any_entry(
    object: &Object<'_>,
    key: impl Fn(&str) -> bool,
    value: impl Fn(&str) -> bool,
) -> bool {
    let data = object.root.get("data").map(Node::entries).unwrap_or_default();
    let tells = |text: &str| value(text);
    object.kind == "ConfigMap"
        && data
            .iter()
            .any(|entry| key(&entry.key.to_lowercase()) || entry.value.str().is_some_and(tells))
}

fn names(lower: &str, names: &[&str]) -> bool {
    names.iter().any(|name| lower.contains(name))
}

/// Whether a line has one of the names before a `=` or `:`.
fn assigns(line: &str, names: &[&str]) -> bool {
    let lower = line.to_lowercase();
    names.iter().any(|name| {
        lower.match_indices(name).any(|(start, _)| {
            let rest = lower.get(start + name.len()..).unwrap_or_default();
            rest.trim_start_matches(|space: char| space.is_ascii_whitespace())
                .starts_with(['=', ':'])
        })
    })
}

/// Whether a value follows the `:` or `=`: one that is filled in later is none.
fn has_value(line: &str) -> bool {
    let is_value = |text: &str| {
        let inner = text.strip_prefix('"').unwrap_or(text);
        !text.is_empty() && !["${", "$(", "{{"].iter().any(|later| inner.starts_with(later))
    };
    [':', '='].iter().any(|mark| line.split(*mark).nth(1).is_some_and(is_value))
}

/// Whether a text has a mail address: something before an `@`, and behind it a name with a dot.
fn has_address(text: &str) -> bool {
    let local = |found: char| found.is_ascii_alphanumeric() || matches!(found, '_' | '-' | '.');
    text.match_indices('@').any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let behind = text.get(at + 1..).unwrap_or_default();
        let end = behind
            .find(|found: char| !found.is_ascii_alphanumeric() && !matches!(found, '-' | '.'));
        let domain = behind.get(..end.unwrap_or(behind.len())).unwrap_or_default();
        before.ends_with(local)
            && domain
                .split_once('.')
                .is_some_and(|(name, rest)| !name.is_empty() && begins_top_level(rest))
    })
}

/// Two letters or a digit, as the last part of a domain or address begins.
fn begins_top_level(text: &str) -> bool {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(first), _) if first.is_ascii_digit() => true,
        (Some(first), Some(second)) => first.is_ascii_alphabetic() && second.is_ascii_alphabetic(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_assigns_a_secret_or_does_not() {
        for (line, is_one) in [
            ("REDIS_PASSWORD=abcd1234", true),
            ("REDIS_PASSWORD=", false),
            ("REDIS_PASSWORD=${REDIS_PASSWORD}", false),
            ("password=\"$(get)\"", false),
            ("Api-Token : x", true),
            ("tokenizer: x", false),
            ("colour: blue", false),
        ] {
            assert_eq!(assigns(line, SECRETS) && has_value(line), is_one, "{line}");
        }
    }

    #[test]
    fn an_address_is_told_from_other_uses_of_its_sign() {
        for (text, is_one) in [
            ("admin@example.org", true),
            ("a <a.b@mail.example.org>", true),
            ("root@10.0.0.1", true),
            ("@scope/package", false),
            ("user@host", false),
            ("x@sha256:12", false),
        ] {
            assert_eq!(has_address(text), is_one, "{text}");
        }
    }
}

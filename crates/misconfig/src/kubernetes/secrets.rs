//! Secrets in ConfigMaps: keys that are called like one, and lines that assign one.

use super::object::Object;
use crate::yaml::Node;

/// What secrets are called, in lower case.
const NAMES: &[&str] = &[
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

/// Whether a ConfigMap holds what looks like a secret.
pub(super) fn are_in(object: &Object<'_>) -> bool {
    let data = object.root.get("data").map(Node::entries).unwrap_or_default();
    let holds = |text: &str| text.split('\n').any(assigns);
    object.kind == "ConfigMap"
        && data.iter().any(|entry| {
            let key = entry.key.to_lowercase();
            NAMES.iter().any(|name| key.contains(name)) || entry.value.str().is_some_and(holds)
        })
}

/// Whether a line assigns a value to something that is called like a secret. An empty value is
/// none, nor is one that is filled in later.
fn assigns(line: &str) -> bool {
    let lower = line.to_lowercase();
    let named = NAMES.iter().any(|name| {
        lower.match_indices(name).any(|(start, _)| {
            let rest = lower.get(start + name.len()..).unwrap_or_default();
            rest.trim_start_matches(|space: char| space.is_ascii_whitespace())
                .starts_with(['=', ':'])
        })
    });
    named && [':', '='].iter().any(|mark| line.split(*mark).nth(1).is_some_and(is_value))
}

fn is_value(text: &str) -> bool {
    let inner = text.strip_prefix('"').unwrap_or(text);
    !text.is_empty() && !["${", "$(", "{{"].iter().any(|later| inner.starts_with(later))
}

#[cfg(test)]
mod tests {
    use super::assigns;

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
            assert_eq!(assigns(line), is_one, "{line}");
        }
    }
}

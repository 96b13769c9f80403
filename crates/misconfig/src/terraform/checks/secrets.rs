//! Secrets in texts: user data, environments.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::{Regex, RegexSet};

use crate::terraform::model::has_hole;

/// Patterns of secrets of well-known services.
static KNOWN: LazyLock<RegexSet> = LazyLock::new(|| {
    let patterns = [
        r"\b(A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}\b",
        r"-----BEGIN ([A-Z]+ )*PRIVATE KEY( BLOCK)?-----",
        r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
        r"\bxox[abposr]-[A-Za-z0-9-]{10,}",
        r"\bAIza[A-Za-z0-9_-]{35}\b",
        r"\bsk_live_[A-Za-z0-9]{16,}",
    ];
    RegexSet::new(patterns).unwrap_or_else(|_| RegexSet::empty())
});

/// A name of a secret that is given a value: a password of any length, anything else of some.
static ASSIGNED: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let rows = [
        ("password", "2"),
        ("(?:passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credentials?)", "6"),
    ];
    let pattern = |(name, least): (&str, &str)| {
        let name = format!(r#"[a-z0-9_.-]*{name}[a-z0-9_.-]*\\?["']?"#);
        Regex::new(&format!(r#"(?i){name}\s*[:=]\s*\\?["']?([^\s"'\\]{{{least},}})"#)).ok()
    };
    rows.into_iter().filter_map(pattern).collect()
});

/// Whether a text, or what it encodes in Base64, gives away a secret.
pub(super) fn holds_secret(text: &str) -> bool {
    if in_plain(text) {
        return true;
    }
    let bytes = STANDARD.decode(text.trim()).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).is_some_and(|text| in_plain(&text))
}

fn in_plain(text: &str) -> bool {
    if KNOWN.is_match(text) {
        return true;
    }
    let mut values = ASSIGNED.iter().flat_map(|assigned| assigned.captures_iter(text));
    values.any(|found| {
        let value = found.get(1).map_or("", |value| value.as_str());
        // A value that is put in later is none.
        !value.starts_with(['$', '<', '{', '%', '(', '`', '?']) && !has_hole(value)
    })
}

/// Whether something of this name is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    const WORDS: [&str; 7] = [
        "password",
        "secret",
        "private_key",
        "aws_access_key_id",
        "aws_secret_access_key",
        "token",
        "api_key",
    ];
    let name = name.to_lowercase();
    let describes = ["token_type", "version"].iter().any(|word| name.starts_with(word));
    !describes && WORDS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_in_plain_and_in_base64() {
        assert!(holds_secret("export DB_PASSWORD=\\\"hunter2hunter2\\\""));
        assert!(holds_secret("password: ab"));
        assert!(holds_secret("key: AKIAIOSFODNN7EXAMPLE"));
        assert!(holds_secret(&STANDARD.encode("export API_TOKEN=0123456789")));
    }

    #[test]
    fn what_is_put_in_later_is_no_secret() {
        assert!(!holds_secret("export GREETING=\"Hello there\""));
        assert!(!holds_secret("export DB_PASSWORD=$(read-secret db)"));
        assert!(!holds_secret("export DB_PASSWORD=\u{f8ff}"));
        assert!(!holds_secret("token: none"));
    }
}

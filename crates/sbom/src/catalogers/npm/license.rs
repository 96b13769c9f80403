//! The licences in a `package.json` or lockfile entry.

use crate::catalogers::json::{Object, Value};

/// Licences as written. npm docs, package.json, "license": an SPDX expression; in old packages an
/// object with `type` and `url`, or `licenses`, an array of such.
pub(super) fn of(entry: &Object<'_>) -> Vec<String> {
    let mut licenses = Vec::new();
    for name in ["license", "licenses"] {
        if let Some(value) = entry.get(name) {
            for each in value.as_array().unwrap_or_else(|| vec![value]) {
                licenses.extend(one(each).filter(|license| !licenses.contains(license)));
            }
        }
    }
    licenses
}

fn one(value: Value<'_>) -> Option<String> {
    let text = match value.as_object() {
        Some(object) => ["type", "name", "url"].into_iter().find_map(|name| object.text(name))?,
        None => value.as_text()?,
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::json::Document;

    #[test]
    fn every_form_that_packages_use() {
        for (text, expected) in [
            (r#"{"license": "MIT"}"#, &["MIT"][..]),
            (r#"{"license": {"type": "ISC", "url": "https://x"}}"#, &["ISC"]),
            (r#"{"license": ["MIT", {"type": "Apache-2.0"}]}"#, &["MIT", "Apache-2.0"]),
            (r#"{"licenses": [{"type": "MIT"}, {"url": "https://x"}]}"#, &["MIT", "https://x"]),
            (r#"{"license": "MIT", "licenses": ["MIT", "BSD"]}"#, &["MIT", "BSD"]),
            (r#"{"license": 7, "licenses": [null, " ", {}]}"#, &[]),
        ] {
            let (_, object) = Document::read(text.as_bytes(), "test").unwrap();
            assert_eq!(of(&object), expected, "{text}");
        }
    }
}

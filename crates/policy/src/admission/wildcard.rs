//! Wildcards as in Kyverno: `*` matches any text, `?` one character.

/// Whether the pattern matches a text. The time is bounded by the sum of both lengths, or with `?`
/// by their product.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return after(pattern, text) == Some("");
    };
    let Some(mut text) = after(first, text) else { return false };
    let mut parts = rest.split('*');
    // A pattern has a part after its last star, which may be empty.
    let last = parts.next_back().unwrap_or_default();
    for part in parts {
        // The first match leaves most of the text for the parts that follow.
        match find(part, text) {
            Some(rest) => text = rest,
            None => return false,
        }
    }
    let length = last.chars().count();
    let from = match length.checked_sub(1) {
        Some(before) => text.char_indices().nth_back(before).map(|(at, _)| at),
        None => Some(text.len()),
    };
    from.and_then(|from| text.get(from..)).is_some_and(|end| after(last, end) == Some(""))
}

/// Returns the text after a part without stars, where the text begins with it.
fn after<'t>(part: &str, text: &'t str) -> Option<&'t str> {
    if !part.contains('?') {
        return text.strip_prefix(part);
    }
    let mut given = text.chars();
    let fits =
        part.chars().all(|wanted| given.next().is_some_and(|c| wanted == '?' || wanted == c));
    fits.then_some(given.as_str())
}

/// Returns the text after the first match of a part without stars.
fn find<'t>(part: &str, text: &'t str) -> Option<&'t str> {
    if !part.contains('?') {
        return text.find(part).and_then(|at| text.get(at + part.len()..));
    }
    text.char_indices().find_map(|(at, _)| after(part, text.get(at..)?))
}

/// Whether a text has a wildcard.
pub(super) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether one of the patterns matches.
pub(super) fn any(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        let fits = [
            ("*", ""),
            ("a*c", "abc"),
            ("a*c", "ac"),
            ("*:*", "nginx:1"),
            ("ghcr.io/your-org/*", "ghcr.io/your-org/a/b"),
            ("?*", "a"),
            ("a?c*d", "abcxyd"),
            ("*é?*a?", "xéyzéab"),
            ("**", ""),
            ("*a", "aa"),
        ];
        for (pattern, text) in fits {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        let misses = [
            ("?*", ""),
            ("a", "ab"),
            ("a*b", "ac"),
            ("*a?", "a"),
            ("A*", "abc"),
            ("ab*ba", "aba"),
            ("*?é", "é"),
        ];
        for (pattern, text) in misses {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!matches(&"*a".repeat(2_000), &"b".repeat(20_000)));
        let (pattern, text) = (format!("*{}b*", "a".repeat(200_000)), "a".repeat(400_000));
        assert!(!matches(&pattern, &text));
        assert!(matches(&format!("*{}*", "a".repeat(200_000)), &text));
    }
}

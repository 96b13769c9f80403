//! Texts with wildcards, as Kyverno has them: `*` stands for any text, `?` for one character.

/// Whether a text is as the pattern says. The time is bounded by the product of both lengths.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    if !has_wildcard(pattern) {
        return pattern == text;
    }
    let (mut pattern, mut text) = (pattern, text);
    // Where to go back to: behind the last `*`, with one character more taken by it.
    let mut back: Option<(&str, &str)> = None;
    loop {
        let mut wanted = pattern.chars();
        let mut given = text.chars();
        match (wanted.next(), given.next()) {
            (Some('*'), _) => {
                pattern = wanted.as_str();
                back = Some((pattern, text));
                continue;
            }
            (None, None) => return true,
            (Some('?'), Some(_)) => {
                (pattern, text) = (wanted.as_str(), given.as_str());
                continue;
            }
            (Some(wanted_char), Some(given_char)) if wanted_char == given_char => {
                (pattern, text) = (wanted.as_str(), given.as_str());
                continue;
            }
            _ => {}
        }
        let Some((behind, from)) = back else { return false };
        let mut rest = from.chars();
        if rest.next().is_none() {
            return false;
        }
        (pattern, text) = (behind, rest.as_str());
        back = Some((behind, rest.as_str()));
    }
}

/// Whether a text has a wildcard.
pub(super) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether one of the patterns fits.
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
        ];
        for (pattern, text) in fits {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        let misses = [("?*", ""), ("a", "ab"), ("a*b", "ac"), ("*a?", "a"), ("A*", "abc")];
        for (pattern, text) in misses {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!matches(&"*a".repeat(2_000), &"b".repeat(20_000)));
    }
}

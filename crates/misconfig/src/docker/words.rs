//! The forms of an instruction's arguments.

/// Splits at blanks, as `EXPOSE`, `FROM` and `COPY` do.
pub(super) fn blank_separated(rest: &str) -> Vec<String> {
    if rest.is_empty() { Vec::new() } else { split_blanks(rest).map(str::to_owned).collect() }
}

fn split_blanks(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_blank).filter(|word| !word.is_empty())
}

/// What separates words on one line. Other space, such as U+00A0, does not.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{b}' | '\u{c}' | '\r')
}

/// A JSON list of texts; none where it is no JSON list, an error where it holds something else.
pub(super) fn json_list(rest: &str) -> Result<Option<Vec<String>>, &'static str> {
    if !rest.starts_with('[') {
        return Ok(None);
    }
    let Ok(list) = serde_json::from_str::<Vec<serde_json::Value>>(rest) else { return Ok(None) };
    let texts = list.into_iter().map(|item| match item {
        serde_json::Value::String(text) => Some(text),
        _ => None,
    });
    let texts: Option<Vec<_>> = texts.collect();
    texts.map(Some).ok_or("the list holds something that is no text")
}

/// Words with their quotes and escapes left in them, as `ENV`, `LABEL` and `ARG` read them.
pub(super) fn quoted_words(rest: &str, escape: char) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        match quote {
            None if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        if c == escape && quote != Some('\'') {
            // At the very end it means nothing.
            let Some(escaped) = chars.next() else { break };
            word.push(c);
            word.push(escaped);
        } else {
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `NAME=VALUE ...` or the old `NAME VALUE`: for each pair its name, its value and `=` or
/// nothing, one after the other.
pub(super) fn pairs(rest: &str, escape: char) -> Result<Vec<String>, &'static str> {
    let words = quoted_words(rest, escape);
    let Some(first) = words.first() else { return Ok(Vec::new()) };
    if !first.contains('=') {
        let (name, value) = rest.split_once(is_blank).ok_or("a name without a value")?;
        return Ok(vec![name.into(), value.trim_start_matches(is_blank).into(), String::new()]);
    }
    let mut pairs = Vec::with_capacity(words.len() * 3);
    for word in &words {
        let (name, value) = word.split_once('=').ok_or("a name without `=` and a value")?;
        pairs.extend([name.to_owned(), value.to_owned(), "=".to_owned()]);
    }
    Ok(pairs)
}

/// The flags at the beginning of the arguments, their quotes removed, and what follows them.
pub(super) fn flags(rest: &str) -> (Vec<String>, &str) {
    let (mut flags, mut flag, mut quote, mut inside) = (Vec::new(), String::new(), None, false);
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        let here = rest.get(at..).unwrap_or_default();
        if !inside {
            if c.is_whitespace() {
                continue;
            }
            if !here.starts_with("--") {
                return (flags, here);
            }
            inside = true;
        }
        match quote {
            None if c.is_whitespace() => {
                if flag == "--" {
                    return (flags, here);
                }
                flags.push(std::mem::take(&mut flag));
                inside = false;
            }
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ if c == '\\' => flag.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => flag.push(c),
        }
    }
    if inside && flag != "--" && !flag.is_empty() {
        flags.push(flag);
    }
    (flags, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_end_where_no_dashes_follow() {
        let (found, rest) = flags("--from='a b' --link  /x --no");
        assert_eq!((found, rest), (vec!["--from=a b".into(), "--link".into()], "/x --no"));
        assert_eq!(flags("-- --x"), (vec![], " --x"));
    }

    #[test]
    fn pairs_are_written_in_two_ways() {
        let new = pairs(r#"A=1 B="x y" C=a\ b"#, '\\').unwrap();
        assert_eq!(new, ["A", "1", "=", "B", "\"x y\"", "=", "C", r"a\ b", "="]);
        assert_eq!(pairs("A  x=y z", '\\').unwrap(), ["A", "x=y z", ""]);
        pairs("A", '\\').unwrap_err();
        pairs("A=1 B", '\\').unwrap_err();
    }

    #[test]
    fn a_list_that_is_no_json_is_text() {
        assert_eq!(json_list(r#"["a", "b"]"#), Ok(Some(vec!["a".into(), "b".into()])));
        assert_eq!(json_list("['a']"), Ok(None));
        json_list("[1]").unwrap_err();
    }
}

//! Here-documents in `RUN`, `COPY` and `ADD`: reference/dockerfile, Here-Documents.

/// One here-document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heredoc {
    /// The word that ends it.
    pub(super) name: String,
    /// Whether leading tabs are no part of it: `<<-`.
    pub(super) chomp: bool,
    /// Its lines, each with its end.
    pub(super) body: String,
}

/// The here-documents that a line announces. Unbalanced quotes announce none.
pub(super) fn heredocs(line: &str) -> Vec<Heredoc> {
    words(line).unwrap_or_default().iter().filter_map(|word| heredoc(word)).collect()
}

/// A word that is `[digits]<<[-]name` and no more.
pub(super) fn heredoc(word: &str) -> Option<Heredoc> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (chomp, name) = match rest.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, rest),
    };
    if name.is_empty() || name.contains('<') || words(name)?.len() != 1 {
        return None;
    }
    Some(Heredoc { name: unquoted(name), chomp, body: String::new() })
}

/// The words of a line, quotes and escapes left in them.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut chars = line.chars();
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
        word.push(c);
        if c == '\\' && quote != Some('\'') {
            word.extend(chars.next());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    quote.is_none().then_some(words)
}

fn unquoted(name: &str) -> String {
    let (mut plain, mut quote) = (String::new(), None);
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        match quote {
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ if c == '\\' && quote != Some('\'') => plain.extend(chars.next()),
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_of_its_own_announces_one() {
        let names = |line| -> Vec<_> {
            heredocs(line).into_iter().map(|heredoc| (heredoc.name, heredoc.chomp)).collect()
        };
        assert_eq!(
            names("RUN <<EOF 3<<-\"A B\" cat"),
            [("EOF".into(), false), ("A B".into(), true)]
        );
        assert_eq!(names("RUN cat<<EOF && echo $((1<<2)) <<<x"), []);
        assert_eq!(names("RUN echo \"<<EOF\" 'open"), []);
    }
}

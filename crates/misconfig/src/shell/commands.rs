//! Lists, compound commands and simple commands.

use super::words::Broken;

/// Levels of commands inside one another; a script that goes deeper is not read.
const MAX_DEPTH: usize = 100;

/// The words of each simple command, in the order in which the commands begin. Assignments and
/// redirections are no words; quotes are left as they are written. None where the script does
/// not parse.
pub(crate) fn commands(script: &str) -> Option<Vec<Vec<String>>> {
    let mut parser = Parser::new(script, 0);
    parser.list(&[]).ok()?;
    parser.peek().is_none().then_some(parser.found)
}

/// Where the reading of a script stands.
pub(super) struct Parser<'s> {
    pub(super) text: &'s str,
    pub(super) at: usize,
    depth: usize,
    /// Bytes that may still be read: `((` is read twice where it turns out to open no arithmetic,
    /// which must not add up.
    budget: usize,
    /// Commands found.
    pub(super) found: Vec<Vec<String>>,
    /// The words that end here-documents whose bodies begin at the next line.
    heredocs: Vec<(String, bool)>,
}

/// What a keyword opens: what ends its parts, one after the other.
static COMPOUNDS: &[(&str, &[&[&str]])] =
    &[("{", &[&["}"]]), ("while", &[&["do"], &["done"]]), ("until", &[&["do"], &["done"]])];

/// Words that declare: what follows them are no arguments of a command.
static DECLARATIONS: &[&str] =
    &["declare", "export", "let", "local", "nameref", "readonly", "typeset"];

/// Keywords that begin no command.
static CLOSERS: &[&str] = &["then", "elif", "else", "fi", "do", "done", "esac", "}"];

impl<'s> Parser<'s> {
    fn new(text: &'s str, depth: usize) -> Self {
        let budget = text.len().saturating_mul(4).saturating_add(1_024);
        Self { text, at: 0, depth, budget, found: Vec::new(), heredocs: Vec::new() }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at.checked_add(ahead)?).copied()
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
        self.budget = self.budget.saturating_sub(bytes);
    }

    pub(super) fn expect(&mut self, c: u8) -> Result<(), Broken> {
        if self.peek() != Some(c) {
            return Err(Broken);
        }
        self.skip(1);
        Ok(())
    }

    pub(super) fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Broken>,
    ) -> Result<T, Broken> {
        self.depth += 1;
        let over = self.depth > MAX_DEPTH || self.budget == 0;
        let result = if over { Err(Broken) } else { read(self) };
        self.depth -= 1;
        result
    }

    /// Gathers the commands of a text within this one.
    pub(super) fn inner(&mut self, text: &str) -> Result<(), Broken> {
        if self.depth >= MAX_DEPTH {
            return Err(Broken);
        }
        let mut inner = Parser::new(text, self.depth.saturating_add(1));
        inner.list(&[])?;
        if inner.peek().is_some() {
            return Err(Broken);
        }
        self.found.append(&mut inner.found);
        Ok(())
    }

    /// Commands up to one of the keywords, which is read too and returned, or to the end or a
    /// closing parenthesis, `;;` or `;&`, which are not.
    pub(super) fn list(&mut self, ends: &[&str]) -> Result<String, Broken> {
        loop {
            self.blanks_and_lines();
            match self.peek() {
                None | Some(b')') if ends.is_empty() => return Ok(String::new()),
                None | Some(b')') => return Err(Broken),
                Some(b';') if self.ends_branch() => return Ok(String::new()),
                _ => {}
            }
            let start = self.at;
            let keyword = self.plain_word();
            if ends.contains(&keyword) {
                let keyword = keyword.to_owned();
                self.skip(keyword.len());
                return Ok(keyword);
            }
            if CLOSERS.contains(&keyword) {
                return Err(Broken);
            }
            self.pipeline()?;
            self.blanks();
            match self.peek() {
                Some(b';') if self.ends_branch() => {}
                Some(b';' | b'&') => self.skip(1),
                _ => {}
            }
            if self.at == start {
                return Err(Broken);
            }
        }
    }

    /// Whether a `;` is that of `;;` or `;&`.
    fn ends_branch(&self) -> bool {
        matches!(self.peek_at(1), Some(b';' | b'&'))
    }

    /// Commands between `|`, `&&` and `||`.
    fn pipeline(&mut self) -> Result<(), Broken> {
        loop {
            self.statement()?;
            self.blanks();
            match (self.peek(), self.peek_at(1)) {
                (Some(b'&'), Some(b'&')) | (Some(b'|'), Some(b'|' | b'&')) => self.skip(2),
                (Some(b'|'), _) => self.skip(1),
                _ => return Ok(()),
            }
            self.blanks_and_lines();
        }
    }

    fn statement(&mut self) -> Result<(), Broken> {
        self.blanks();
        while ["!", "time"].contains(&self.plain_word()) {
            self.skip(self.plain_word().len());
            self.blanks();
        }
        let keyword = self.plain_word().to_owned();
        let compound = COMPOUNDS.iter().find(|(name, _)| *name == keyword);
        match keyword.as_str() {
            "" if self.peek() == Some(b'(') => {
                if self.peek_at(1) != Some(b'(') || !self.arithmetic(0) {
                    self.substitution(1)?;
                }
            }
            "if" => self.deeper(Self::condition)?,
            "for" | "select" => self.deeper(Self::for_loop)?,
            "case" => self.deeper(Self::case)?,
            "[[" => self.test()?,
            "function" => {
                self.skip(keyword.len());
                self.blanks();
                self.word()?;
                return self.deeper(Self::body);
            }
            _ => match compound {
                Some((name, parts)) => {
                    self.skip(name.len());
                    self.deeper(|parser| {
                        parts.iter().try_for_each(|ends| parser.until(ends).map(drop))
                    })?;
                }
                None => return self.simple(),
            },
        }
        self.redirections()
    }

    /// A list that one of the keywords must end.
    fn until(&mut self, ends: &[&str]) -> Result<String, Broken> {
        let end = self.list(ends)?;
        if end.is_empty() { Err(Broken) } else { Ok(end) }
    }

    fn condition(&mut self) -> Result<(), Broken> {
        self.skip("if".len());
        loop {
            self.until(&["then"])?;
            match self.until(&["elif", "else", "fi"])?.as_str() {
                "elif" => {}
                "else" => return self.until(&["fi"]).map(drop),
                _ => return Ok(()),
            }
        }
    }

    fn for_loop(&mut self) -> Result<(), Broken> {
        self.skip(self.plain_word().len());
        self.blanks();
        if self.peek() == Some(b'(') {
            if !self.arithmetic(0) {
                return Err(Broken);
            }
        } else if self.word()?.is_empty() {
            return Err(Broken);
        }
        self.blanks_and_lines();
        if self.plain_word() == "in" {
            self.skip(2);
            loop {
                self.blanks();
                if self.word()?.is_empty() {
                    break;
                }
            }
        }
        self.blanks();
        if self.peek() == Some(b';') {
            self.skip(1);
        }
        self.blanks_and_lines();
        let end = match self.plain_word() {
            "do" => "done",
            "{" => "}",
            _ => return Err(Broken),
        };
        self.skip(self.plain_word().len());
        self.until(&[end]).map(drop)
    }

    fn case(&mut self) -> Result<(), Broken> {
        self.skip("case".len());
        self.blanks();
        self.word()?;
        self.blanks_and_lines();
        if self.plain_word() != "in" {
            return Err(Broken);
        }
        self.skip(2);
        loop {
            self.blanks_and_lines();
            if self.plain_word() == "esac" {
                self.skip("esac".len());
                return Ok(());
            }
            self.patterns()?;
            if self.list(&["esac"])? == "esac" {
                return Ok(());
            }
            // `;;`, `;&` or `;;&`.
            while matches!(self.peek(), Some(b';' | b'&')) {
                self.skip(1);
            }
        }
    }

    /// `a | b)`, or in parentheses.
    fn patterns(&mut self) -> Result<(), Broken> {
        if self.peek() == Some(b'(') {
            self.skip(1);
        }
        loop {
            self.blanks();
            if self.word()?.is_empty() {
                return Err(Broken);
            }
            self.blanks();
            match self.peek() {
                Some(b'|') => self.skip(1),
                Some(b')') => {
                    self.skip(1);
                    return Ok(());
                }
                _ => return Err(Broken),
            }
        }
    }

    /// `[[ ... ]]`.
    fn test(&mut self) -> Result<(), Broken> {
        while self.peek().is_some() {
            self.blanks_and_lines();
            let word = self.word()?;
            if word == "]]" {
                return Ok(());
            }
            if word.is_empty() {
                self.skip(1);
            }
        }
        Err(Broken)
    }

    /// The body of a function, after its name.
    fn body(&mut self) -> Result<(), Broken> {
        self.blanks();
        if self.peek() == Some(b'(') {
            self.skip(1);
            self.blanks();
            self.expect(b')')?;
        }
        self.blanks_and_lines();
        self.statement()
    }

    /// Assignments, words and redirections up to what ends the command.
    fn simple(&mut self) -> Result<(), Broken> {
        // Commands in the words come after the command that they belong to.
        let outer = std::mem::take(&mut self.found);
        let mut words: Vec<String> = Vec::new();
        let start = self.at;
        loop {
            self.blanks();
            if self.redirection()? {
                continue;
            }
            let word = self.word()?;
            if word.is_empty() {
                break;
            }
            if words.is_empty() && is_assignment(&word) {
                if word.ends_with('=') && self.peek() == Some(b'(') {
                    self.balanced(b'(', b')')?;
                }
                continue;
            }
            words.push(word);
            if words.len() == 1 && self.peek() == Some(b'(') {
                let inside = std::mem::replace(&mut self.found, outer);
                self.found.extend(inside);
                return self.deeper(Self::body);
            }
            let declares = words.first().is_some_and(|first| DECLARATIONS.contains(&&**first));
            if declares && self.peek() == Some(b'(') {
                self.balanced(b'(', b')')?;
            }
        }
        if self.at == start {
            return Err(Broken);
        }
        let inside = std::mem::replace(&mut self.found, outer);
        let declares = words.first().is_some_and(|first| DECLARATIONS.contains(&&**first));
        if !words.is_empty() && !declares {
            self.found.push(words);
        }
        self.found.extend(inside);
        Ok(())
    }

    fn redirections(&mut self) -> Result<(), Broken> {
        loop {
            self.blanks();
            if !self.redirection()? {
                return Ok(());
            }
        }
    }

    /// One redirection, where one begins here.
    fn redirection(&mut self) -> Result<bool, Broken> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let operators =
            ["&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", "<(", ">>", ">&", ">|", ">(", "<", ">"];
        let rest = rest.get(digits..).unwrap_or_default();
        let Some(operator) = operators.iter().find(|operator| rest.starts_with(**operator)) else {
            return Ok(false);
        };
        if operator.ends_with('(') || (digits > 0 && operator.starts_with('&')) {
            return Ok(false);
        }
        self.skip(digits.saturating_add(operator.len()));
        self.blanks();
        let target = self.word()?;
        if target.is_empty() {
            return Err(Broken);
        }
        if *operator == "<<" || *operator == "<<-" {
            let end = target.replace(['"', '\'', '\\'], "");
            self.heredocs.push((end, *operator == "<<-"));
        }
        Ok(true)
    }

    /// The word here, where it has no quotes and nothing in it: a keyword may be one.
    fn plain_word(&self) -> &'s str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || ";&|()<>\"'`$\\".contains(c));
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    }

    fn blanks(&mut self) {
        loop {
            match (self.peek(), self.peek_at(1)) {
                (Some(b' ' | b'\t' | b'\r'), _) => self.skip(1),
                (Some(b'\\'), Some(b'\n')) => self.skip(2),
                (Some(b'#'), _) => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    self.skip(rest.find('\n').unwrap_or(rest.len()));
                }
                _ => return,
            }
        }
    }

    fn blanks_and_lines(&mut self) {
        loop {
            self.blanks();
            if self.peek() != Some(b'\n') {
                return;
            }
            self.skip(1);
            for (end, chomp) in std::mem::take(&mut self.heredocs) {
                self.skip_body(&end, chomp);
            }
        }
    }

    fn skip_body(&mut self, end: &str, chomp: bool) {
        while self.peek().is_some() {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let line = rest.split('\n').next().unwrap_or_default();
            self.skip(line.len().saturating_add(1));
            if (if chomp { line.trim_start_matches('\t') } else { line }) == end {
                return;
            }
        }
    }
}

/// `NAME=`, `NAME+=`, `NAME[..]=`.
fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split('[').next().unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(script: &str) -> Vec<String> {
        commands(script).unwrap().iter().map(|words| words.join(" ")).collect()
    }

    #[test]
    fn lists_and_pipes_part_commands() {
        let script = "a 1&&b; c | d >f 2>&1 || A=1 B= e & f\ng # h";
        assert_eq!(found(script), ["a 1", "b", "c", "d", "e", "f", "g"]);
        assert_eq!(found(""), [""; 0]);
    }

    #[test]
    fn quotes_stay_and_hide_what_is_in_them() {
        assert_eq!(found(r#"a "b && c" 'd;e' f\;g"#), [r#"a "b && c" 'd;e' f\;g"#]);
    }

    #[test]
    fn commands_in_words_follow_theirs() {
        let script = "a $(b; c \"$(d)\") `e` x=1; y=$(f); g <(h)";
        let all = ["a $(b; c \"$(d)\") `e` x=1", "b", "c \"$(d)\"", "d", "e", "f", "g <(h)", "h"];
        assert_eq!(found(script), all);
    }

    #[test]
    fn compound_commands_are_looked_into() {
        let script = "if a; then b; elif c; then d; else e; fi; (f) && { g; } > x";
        assert_eq!(found(script), ["a", "b", "c", "d", "e", "f", "g"]);
        let script = "for i in 1 $(a); do b $i; done; while c; do d; done; f() { g; }";
        assert_eq!(found(script), ["a", "b $i", "c", "d", "g"]);
        let script = "case $x in a|b) c ;; (*) d; esac; ! e; time f; [[ -n x && y ]] && g";
        assert_eq!(found(script), ["c", "d", "e", "f", "g"]);
        assert_eq!(
            found("(( x = 1 )); echo $((1 + (2))); export A=$(a)"),
            ["echo $((1 + (2)))", "a"]
        );
    }

    #[test]
    fn bodies_of_here_documents_are_no_commands() {
        assert_eq!(found("cat <<EOF > x\napt-get update\nEOF\nb"), ["cat", "b"]);
    }

    #[test]
    fn what_does_not_parse_has_none() {
        for script in ["a 'b", "(a", "a)", "if a; then b", "a |", "a && ", "fi", "a >", "$(a"] {
            assert_eq!(commands(script), None, "{script}");
        }
        assert_eq!(commands(&"(".repeat(100_000)), None);
        assert_eq!(commands(&"$(".repeat(100_000)), None);
    }
}

//! Words, and their parts.

use super::commands::Parser;

/// A script that does not parse.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken;

impl Parser<'_> {
    /// Reads a word as it is written, the quotes left in it; empty where none begins here.
    /// Commands inside it are gathered.
    pub(super) fn word(&mut self) -> Result<String, Broken> {
        let start = self.at;
        while let Some(c) = self.peek() {
            match c {
                b'\\' => self.skip(2),
                b'\'' => self.single_quoted()?,
                b'"' => self.double_quoted()?,
                b'`' => self.backquoted()?,
                b'$' => self.dollar()?,
                b'<' | b'>' if self.peek_at(1) == Some(b'(') => self.substitution(2)?,
                b'?' | b'*' | b'+' | b'@' | b'!' if self.peek_at(1) == Some(b'(') => {
                    self.skip(1);
                    self.balanced(b'(', b')')?;
                }
                b'#' if self.at == start => break,
                c if c.is_ascii_whitespace() || b";&|()<>".contains(&c) => break,
                _ => self.skip(1),
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Ok(text.replace("\\\n", ""))
    }

    fn single_quoted(&mut self) -> Result<(), Broken> {
        self.skip(1);
        while let Some(c) = self.peek() {
            self.skip(1);
            if c == b'\'' {
                return Ok(());
            }
        }
        Err(Broken)
    }

    pub(super) fn double_quoted(&mut self) -> Result<(), Broken> {
        self.skip(1);
        while let Some(c) = self.peek() {
            match c {
                b'"' => {
                    self.skip(1);
                    return Ok(());
                }
                b'\\' => self.skip(2),
                b'`' => self.backquoted()?,
                b'$' => self.dollar()?,
                _ => self.skip(1),
            }
        }
        Err(Broken)
    }

    /// `` `...` ``: the commands are those of the text between, one level of escapes removed.
    fn backquoted(&mut self) -> Result<(), Broken> {
        self.skip(1);
        let mut inner = Vec::new();
        while let Some(c) = self.peek() {
            match (c, self.peek_at(1)) {
                (b'`', _) => {
                    self.skip(1);
                    let inner = String::from_utf8_lossy(&inner).into_owned();
                    return self.inner(&inner);
                }
                (b'\\', Some(escaped @ (b'`' | b'\\' | b'$'))) => {
                    inner.push(escaped);
                    self.skip(2);
                }
                _ => {
                    inner.push(c);
                    self.skip(1);
                }
            }
        }
        Err(Broken)
    }

    fn dollar(&mut self) -> Result<(), Broken> {
        match (self.peek_at(1), self.peek_at(2)) {
            (Some(b'('), Some(b'(')) if self.arithmetic(1) => Ok(()),
            (Some(b'('), _) => self.substitution(2),
            (Some(b'{'), _) => {
                self.skip(1);
                self.balanced(b'{', b'}')
            }
            (Some(b'\''), _) => {
                self.skip(1);
                self.ansi_quoted()
            }
            _ => {
                self.skip(1);
                Ok(())
            }
        }
    }

    /// `$'...'`, in which a quote can be escaped.
    fn ansi_quoted(&mut self) -> Result<(), Broken> {
        self.skip(1);
        while let Some(c) = self.peek() {
            self.skip(if c == b'\\' { 2 } else { 1 });
            if c == b'\'' {
                return Ok(());
            }
        }
        Err(Broken)
    }

    /// `((...))`, after `before` bytes, where it ends with two parentheses; nothing is read
    /// where it does not: then it is a subshell in a subshell.
    pub(super) fn arithmetic(&mut self, before: usize) -> bool {
        let start = self.at;
        let outer = std::mem::take(&mut self.found);
        self.skip(before.saturating_add(1));
        let closed = self.balanced(b'(', b')').is_ok() && self.peek() == Some(b')');
        let inside = std::mem::replace(&mut self.found, outer);
        if closed {
            self.skip(1);
            self.found.extend(inside);
        } else {
            self.at = start;
        }
        closed
    }

    /// Commands up to a parenthesis, after the `before` bytes that open it.
    pub(super) fn substitution(&mut self, before: usize) -> Result<(), Broken> {
        self.skip(before);
        self.deeper(|parser| parser.list(&[]))?;
        self.expect(b')')
    }

    /// Text between brackets that may be nested.
    pub(super) fn balanced(&mut self, open: u8, close: u8) -> Result<(), Broken> {
        self.deeper(|parser| {
            parser.skip(1);
            let mut depth = 1_usize;
            while let Some(c) = parser.peek() {
                match c {
                    b'\\' => parser.skip(2),
                    b'\'' => parser.single_quoted()?,
                    b'"' => parser.double_quoted()?,
                    b'`' => parser.backquoted()?,
                    b'$' => parser.dollar()?,
                    _ => {
                        parser.skip(1);
                        depth = depth.saturating_add(usize::from(c == open));
                        depth = depth.saturating_sub(usize::from(c == close));
                        if depth == 0 {
                            return Ok(());
                        }
                    }
                }
            }
            Err(Broken)
        })
    }
}

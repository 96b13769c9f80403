//! Reading a version from left to right.

use super::VersionErrorKind;

/// What is left of a text that is being read.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
    length: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, length: text.len() }
    }

    /// The offset of what comes next.
    pub(super) fn at(&self) -> usize {
        self.length - self.rest.len()
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.bytes().next()
    }

    /// Takes the bytes as long as they are `wanted`: of those that are not ASCII, all or none.
    pub(super) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().position(|byte| !wanted(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or(("", self.rest));
        self.rest = rest;
        taken
    }

    /// Takes digits, maybe none.
    pub(super) fn digits(&mut self) -> &'a str {
        self.take_while(|byte| byte.is_ascii_digit())
    }

    /// Takes at least one digit.
    pub(super) fn number(&mut self) -> Result<&'a str, VersionErrorKind> {
        match self.digits() {
            "" => Err(self.unexpected()),
            digits => Ok(digits),
        }
    }

    /// Takes one byte if it is one of `wanted`, which must be ASCII.
    pub(super) fn eat_any(&mut self, wanted: &[u8]) -> Option<u8> {
        let byte = self.peek().filter(|byte| wanted.contains(byte))?;
        self.rest = self.rest.get(1..)?;
        Some(byte)
    }

    /// Whether `word` comes next; it is taken.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Whether `word` comes next in whatever case; it is returned as it is written.
    pub(super) fn eat_caseless(&mut self, word: &str) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(word.len())?;
        taken.eq_ignore_ascii_case(word).then(|| {
            self.rest = rest;
            taken
        })
    }

    /// What to say of a text that does not go on as it should.
    pub(super) fn unexpected(&self) -> VersionErrorKind {
        if self.is_done() {
            VersionErrorKind::Incomplete
        } else {
            VersionErrorKind::Unexpected { at: self.at() }
        }
    }

    /// Nothing may be left.
    pub(super) fn finish(&self) -> Result<(), VersionErrorKind> {
        if self.is_done() { Ok(()) } else { Err(self.unexpected()) }
    }
}

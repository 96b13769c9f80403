//! Reads a version from left to right.

use super::VersionErrorKind;

/// The rest of a text that is being read.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
    length: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, length: text.len() }
    }

    /// The offset of the next byte.
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

    /// Takes bytes as long as they are `wanted`. Bytes that are not ASCII must be all wanted or all
    /// not.
    pub(super) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().position(|byte| !wanted(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or(("", self.rest));
        self.rest = rest;
        taken
    }

    /// Takes digits, possibly none.
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

    /// Takes `word` if it comes next; returns whether it did.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes `word` if it comes next in any case; returns it as written.
    pub(super) fn eat_caseless(&mut self, word: &str) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(word.len())?;
        taken.eq_ignore_ascii_case(word).then(|| {
            self.rest = rest;
            taken
        })
    }

    /// The error for a text that does not continue as expected.
    pub(super) fn unexpected(&self) -> VersionErrorKind {
        if self.is_done() {
            VersionErrorKind::Incomplete
        } else {
            VersionErrorKind::Unexpected { at: self.at() }
        }
    }

    /// Checks that nothing is left.
    pub(super) fn finish(&self) -> Result<(), VersionErrorKind> {
        if self.is_done() { Ok(()) } else { Err(self.unexpected()) }
    }
}

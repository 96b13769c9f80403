//! Character classes and the escapes of characters.

use super::{Parser, SyntaxError, SyntaxErrorKind, unicode};

/// What `[:name:]` may name.
const POSIX: &[&str] = &[
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

impl<'e> Parser<'e> {
    /// Reads a class in brackets. Every character and range is written as a number, so that syntax
    /// of the `regex` crate alone (`&&`, `--`, `~~`, `[`) has no meaning here.
    pub(super) fn class(&mut self) -> Result<(), SyntaxError> {
        let start = self.rest;
        self.bump('[');
        let mut class = "[".to_owned();
        if self.rest.starts_with('^') {
            self.bump('^');
            class.push('^');
        }
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            match self.named_class_in_brackets()? {
                Some(named) => class.push_str(&named),
                None => class.push_str(&self.range(start)?),
            }
        }
        self.bump(']');
        class.push(']');
        self.push(self.cased(&class));
        Ok(())
    }

    fn named_class_in_brackets(&mut self) -> Result<Option<String>, SyntaxError> {
        let start = self.rest;
        if let Some((name, rest)) = start.strip_prefix("[:").and_then(|r| r.split_once(":]")) {
            if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
                return Err(self.error(start, SyntaxErrorKind::CharacterClass));
            }
            self.rest = rest;
            return Ok(Some(format!("[:{name}:]")));
        }
        self.named_class()
    }

    /// Reads `\d`, `\pN`, `\p{Greek}` and their like.
    pub(super) fn named_class(&mut self) -> Result<Option<String>, SyntaxError> {
        let Some((escape, rest)) = self.rest.split_at_checked(2) else { return Ok(None) };
        let class = match escape {
            r"\d" => "[0-9]",
            r"\D" => "[^0-9]",
            r"\s" => r"[\t\n\f\r ]",
            r"\S" => r"[^\t\n\f\r ]",
            r"\w" => "[0-9A-Za-z_]",
            r"\W" => "[^0-9A-Za-z_]",
            r"\p" => return self.unicode_class(rest, false).map(Some),
            r"\P" => return self.unicode_class(rest, true).map(Some),
            _ => return Ok(None),
        };
        self.rest = rest;
        Ok(Some(class.to_owned()))
    }

    fn unicode_class(&mut self, after: &'e str, negated: bool) -> Result<String, SyntaxError> {
        let error = self.error(self.rest, SyntaxErrorKind::CharacterClass);
        let (name, rest) = match after.strip_prefix('{') {
            Some(rest) => rest.split_once('}').ok_or(error)?,
            None => {
                let letter = after.chars().next().ok_or(error)?;
                after.split_at_checked(letter.len_utf8()).ok_or(error)?
            }
        };
        let (name, inverted) = match name.strip_prefix('^') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let class = unicode::class(name).ok_or(error)?;
        self.rest = rest;
        Ok(format!("\\{}{{{class}}}", if negated == inverted { 'p' } else { 'P' }))
    }

    /// Reads a character, or a range of them, of the class that began at `class`.
    fn range(&mut self, class: &str) -> Result<String, SyntaxError> {
        let start = self.rest;
        let low = self.class_character(class)?;
        let follows =
            self.rest.strip_prefix('-').is_some_and(|r| !r.is_empty() && !r.starts_with(']'));
        if !follows {
            return Ok(number_of(low));
        }
        self.bump('-');
        let high = self.class_character(class)?;
        if high < low {
            return Err(self.error(start, SyntaxErrorKind::CharacterClass));
        }
        Ok(format!("{}-{}", number_of(low), number_of(high)))
    }

    fn class_character(&mut self, class: &str) -> Result<char, SyntaxError> {
        match self.rest.chars().next() {
            None => Err(self.error(class, SyntaxErrorKind::MissingBracket)),
            Some('\\') => self.escaped_character(),
            Some(c) => {
                self.bump(c);
                Ok(c)
            }
        }
    }

    /// Reads an escape that stands for one character.
    pub(super) fn escaped_character(&mut self) -> Result<char, SyntaxError> {
        let start = self.rest;
        self.bump('\\');
        let Some(c) = self.rest.chars().next() else {
            return Err(self.error(start, SyntaxErrorKind::TrailingBackslash));
        };
        let error = self.error(start, SyntaxErrorKind::Escape);
        let octal = |rest: &str| rest.starts_with(|digit: char| digit.is_digit(8));
        self.bump(c);
        match c {
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\u{b}'),
            'x' => self.hexadecimal().ok_or(error),
            // One digit alone is a back reference.
            '1'..='7' if !octal(self.rest) => Err(error),
            '0'..='7' => {
                let mut code = c.to_digit(8).unwrap_or_default();
                for _ in 0..2 {
                    let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(8)) else {
                        break;
                    };
                    self.rest = self.rest.get(1..).unwrap_or_default();
                    code = code * 8 + digit;
                }
                char::from_u32(code).ok_or(error)
            }
            punctuation if punctuation.is_ascii() && !punctuation.is_ascii_alphanumeric() => {
                Ok(punctuation)
            }
            _ => Err(error),
        }
    }

    /// Reads `{10FFFF}` or two digits. A surrogate is no character and is refused; in Go it matches
    /// nothing.
    fn hexadecimal(&mut self) -> Option<char> {
        let (digits, rest) = match self.rest.strip_prefix('{') {
            Some(rest) => rest.split_once('}')?,
            None => self.rest.split_at_checked(2)?,
        };
        let digits_alone = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let significant = digits.trim_start_matches('0');
        if digits.is_empty() || !digits_alone {
            return None;
        }
        self.rest = rest;
        match significant {
            "" => Some('\0'),
            digits => u32::from_str_radix(digits, 16).ok().and_then(char::from_u32),
        }
    }
}

fn number_of(c: char) -> String {
    format!("\\x{{{:x}}}", u32::from(c))
}

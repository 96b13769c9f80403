//! Templates: the content of quotes or a here-document.

use std::sync::Arc;

use super::cursor::Cursor;
use super::expression::{expression, for_names};
use super::{Expr, Part, SyntaxError, SyntaxErrorKind};

/// The rest of a quoted template, with its closing quote.
pub(super) fn quoted(cursor: &mut Cursor<'_>) -> Result<Vec<Part>, SyntaxError> {
    let mut reader = Reader { quoted: true, trim: false };
    let (parts, ended) = cursor.nested(|cursor| reader.parts(cursor))?;
    if ended == Ended::Text { Ok(parts) } else { Err(cursor.expected("the end of a directive")) }
}

/// A template that ends where the text does: the string of a JSON file.
pub(super) fn whole(cursor: &mut Cursor<'_>) -> Result<Vec<Part>, SyntaxError> {
    let mut reader = Reader { quoted: false, trim: false };
    let (parts, ended) = cursor.nested(|cursor| reader.parts(cursor))?;
    if ended == Ended::Text { Ok(parts) } else { Err(cursor.expected("the end of a directive")) }
}

/// `<<MARKER` or `<<-MARKER` to the line with the marker.
pub(super) fn heredoc(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    cursor.advance(2);
    let indented = cursor.eat("-");
    let marker = cursor.identifier().ok_or_else(|| cursor.expected("a marker"))?;
    let rest = cursor.rest();
    let Some(first) = rest.find('\n').filter(|end| is_blank(rest.get(..*end))) else {
        return Err(cursor.expected("the end of the line"));
    };
    cursor.advance(first + 1);

    let (content, closing) = split_at_marker(cursor.rest(), marker)
        .ok_or_else(|| cursor.error(SyntaxErrorKind::Unterminated("a here-document")))?;
    let mut parts = cursor.within(content.len(), whole)?;
    if indented {
        strip_indent(&mut parts, indent_of(content), true);
    }
    cursor.advance(closing);
    Ok(Expr::Template(parts))
}

fn is_blank(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.trim().is_empty())
}

/// The lines before the one that holds only the marker, and the bytes up to the marker's end.
fn split_at_marker<'a>(text: &'a str, marker: &str) -> Option<(&'a str, usize)> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if line.trim() == marker {
            let closing = line.find(marker)? + marker.len();
            return Some((text.get(..offset)?, closing));
        }
        offset += line.len();
    }
    None
}

/// The least indentation of the lines that hold something.
fn indent_of(content: &str) -> usize {
    let indents = content
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len());
    indents.min().unwrap_or(0)
}

/// Takes up to `indent` blanks from the beginning of each line.
fn strip_indent(parts: &mut [Part], indent: usize, mut at_start: bool) {
    for part in parts {
        if let Part::Text(text) = part {
            let mut stripped = String::with_capacity(text.len());
            for line in text.split_inclusive('\n') {
                let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
                let skip = if at_start { blanks.min(indent) } else { 0 };
                stripped.push_str(line.get(skip..).unwrap_or_default());
                at_start = line.ends_with('\n');
            }
            *text = stripped.into();
        } else {
            if let Part::If { then, otherwise, .. } = part {
                strip_indent(then, indent, false);
                strip_indent(otherwise, indent, false);
            } else if let Part::For { body, .. } = part {
                strip_indent(body, indent, false);
            }
            at_start = false;
        }
    }
}

/// What ended a run of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Text,
    Else,
    EndIf,
    EndFor,
}

struct Reader {
    /// Whether a quote ends the template and backslashes escape.
    quoted: bool,
    /// Whether the white space that follows goes: after `~}`.
    trim: bool,
}

impl Reader {
    fn parts(&mut self, cursor: &mut Cursor<'_>) -> Result<(Vec<Part>, Ended), SyntaxError> {
        let mut parts = Vec::new();
        let mut text = String::new();
        loop {
            if self.at_end(cursor)? {
                self.flush(&mut parts, &mut text);
                return Ok((parts, Ended::Text));
            }
            if cursor.eat("$${") {
                text.push_str("${");
            } else if cursor.eat("%%{") {
                text.push_str("%{");
            } else if cursor.eat("${") {
                self.begin(cursor, &mut parts, &mut text);
                let inner = cursor.with_lines(true, expression)?;
                self.end(cursor)?;
                parts.push(Part::Interpolation(inner));
            } else if cursor.eat("%{") {
                self.begin(cursor, &mut parts, &mut text);
                if let Some(ended) = self.directive(cursor, &mut parts)? {
                    return Ok((parts, ended));
                }
            } else {
                text.push(self.character(cursor)?);
            }
        }
    }

    fn at_end(&self, cursor: &mut Cursor<'_>) -> Result<bool, SyntaxError> {
        match (self.quoted, cursor.at_end()) {
            (true, true) => Err(cursor.error(SyntaxErrorKind::Unterminated("a string"))),
            (true, false) => Ok(cursor.eat("\"")),
            (false, ended) => Ok(ended),
        }
    }

    fn flush(&mut self, parts: &mut Vec<Part>, text: &mut String) {
        let mut taken = std::mem::take(text);
        if std::mem::take(&mut self.trim) {
            taken = taken.trim_start().to_owned();
        }
        if !taken.is_empty() {
            parts.push(Part::Text(taken.into()));
        }
    }

    /// After `${` or `%{`: the text so far is a part; `~` takes its trailing white space.
    fn begin(&mut self, cursor: &mut Cursor<'_>, parts: &mut Vec<Part>, text: &mut String) {
        if cursor.eat("~") {
            text.truncate(text.trim_end().len());
        }
        self.flush(parts, text);
    }

    fn end(&mut self, cursor: &mut Cursor<'_>) -> Result<(), SyntaxError> {
        cursor.skip_lines()?;
        self.trim = cursor.eat("~");
        cursor.expect("}", "`}`")
    }

    fn directive(
        &mut self,
        cursor: &mut Cursor<'_>,
        parts: &mut Vec<Part>,
    ) -> Result<Option<Ended>, SyntaxError> {
        cursor.skip_lines()?;
        match cursor.identifier() {
            Some("if") => parts.push(cursor.nested(|cursor| self.conditional(cursor))?),
            Some("for") => parts.push(cursor.nested(|cursor| self.repeated(cursor))?),
            Some("else") => return self.end(cursor).map(|()| Some(Ended::Else)),
            Some("endif") => return self.end(cursor).map(|()| Some(Ended::EndIf)),
            Some("endfor") => return self.end(cursor).map(|()| Some(Ended::EndFor)),
            _ => return Err(cursor.expected("a directive")),
        }
        Ok(None)
    }

    fn conditional(&mut self, cursor: &mut Cursor<'_>) -> Result<Part, SyntaxError> {
        let condition = cursor.with_lines(true, expression)?;
        self.end(cursor)?;
        let (then, mut ended) = self.parts(cursor)?;
        let mut otherwise = Vec::new();
        if ended == Ended::Else {
            (otherwise, ended) = self.parts(cursor)?;
        }
        match ended {
            Ended::EndIf => Ok(Part::If { condition, then, otherwise }),
            _ => Err(cursor.expected("`%{ endif }`")),
        }
    }

    fn repeated(&mut self, cursor: &mut Cursor<'_>) -> Result<Part, SyntaxError> {
        let (key, value) = cursor.with_lines(true, for_names)?;
        let collection = cursor.with_lines(true, expression)?;
        self.end(cursor)?;
        match self.parts(cursor)? {
            (body, Ended::EndFor) => Ok(Part::For { key, value, collection, body }),
            _ => Err(cursor.expected("`%{ endfor }`")),
        }
    }

    fn character(&self, cursor: &mut Cursor<'_>) -> Result<char, SyntaxError> {
        match cursor.next() {
            Some('\n') if self.quoted => {
                Err(cursor.error(SyntaxErrorKind::Unterminated("a string")))
            }
            Some('\\') if self.quoted => escape(cursor),
            Some(c) => Ok(c),
            None => Err(cursor.error(SyntaxErrorKind::Unterminated("a string"))),
        }
    }
}

fn escape(cursor: &mut Cursor<'_>) -> Result<char, SyntaxError> {
    match cursor.next() {
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some('"') => Ok('"'),
        Some('\\') => Ok('\\'),
        Some('u') => unicode(cursor, 4),
        Some('U') => unicode(cursor, 8),
        _ => Err(cursor.error(SyntaxErrorKind::Escape)),
    }
}

fn unicode(cursor: &mut Cursor<'_>, digits: usize) -> Result<char, SyntaxError> {
    let code = cursor
        .rest()
        .get(..digits)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .and_then(char::from_u32);
    cursor.advance(digits);
    code.ok_or_else(|| cursor.error(SyntaxErrorKind::Escape))
}

/// The parts of a string of a JSON file, whose line is known from elsewhere.
pub(super) fn of_json(text: &str, limits: &crate::Limits) -> Result<Vec<Part>, SyntaxErrorKind> {
    if !text.contains("${") && !text.contains("%{") {
        let text: Arc<str> = text.into();
        return Ok(if text.is_empty() { Vec::new() } else { vec![Part::Text(text)] });
    }
    whole(&mut Cursor::new(text, limits)).map_err(|error| error.kind)
}

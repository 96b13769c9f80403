//! Attributes and blocks.

use std::sync::Arc;

use super::cursor::{Cursor, MAX_NAME_BYTES};
use super::{Attribute, Block, Body, SyntaxError, expression};
use crate::Limits;

pub(super) fn file(text: &str, limits: &Limits) -> Result<Body, SyntaxError> {
    let mut cursor = Cursor::new(text, limits);
    let body = body(&mut cursor)?;
    if cursor.at_end() { Ok(body) } else { Err(cursor.expected("a name")) }
}

fn body(cursor: &mut Cursor<'_>) -> Result<Body, SyntaxError> {
    let mut body = Body::default();
    loop {
        cursor.skip_lines()?;
        if cursor.at_end() || cursor.starts_with("}") {
            return Ok(body);
        }
        let start = cursor.position();
        let name: Arc<str> = cursor.identifier().ok_or_else(|| cursor.expected("a name"))?.into();
        cursor.skip_space()?;
        if cursor.starts_with("=") && !cursor.starts_with("==") {
            cursor.advance(1);
            let value = expression::expression(cursor)?;
            let lines = cursor.lines_from(start);
            body.attributes.push(Attribute { name, value, lines });
        } else {
            body.blocks.push(block(cursor, name, start)?);
        }
        cursor.skip_space()?;
        if !(cursor.at_end() || cursor.starts_with("\n") || cursor.starts_with("}")) {
            return Err(cursor.expected("the end of the line"));
        }
    }
}

fn block(cursor: &mut Cursor<'_>, kind: Arc<str>, start: usize) -> Result<Block, SyntaxError> {
    let mut labels = Vec::new();
    while !cursor.eat("{") {
        labels.push(label(cursor)?);
        cursor.skip_space()?;
    }
    let body = cursor.nested(body)?;
    cursor.expect("}", "`}`")?;
    Ok(Block { kind, labels, body, lines: cursor.lines_from(start) })
}

fn label(cursor: &mut Cursor<'_>) -> Result<Arc<str>, SyntaxError> {
    if let Some(name) = cursor.identifier() {
        return Ok(name.into());
    }
    if !cursor.starts_with("\"") {
        return Err(cursor.expected("`=`, a label or `{`"));
    }
    match expression::quoted(cursor)?.as_text() {
        Some(text) if text.len() <= MAX_NAME_BYTES => Ok(text.into()),
        _ => Err(cursor.expected("a label of at most 1024 bytes without interpolation")),
    }
}

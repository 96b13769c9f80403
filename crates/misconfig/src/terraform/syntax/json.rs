//! The JSON syntax: `*.tf.json`.
//!
//! Only the provider knows whether a property of a resource is an attribute or a nested block, so
//! an object, or a list of them, is read as both.

use std::sync::Arc;

use super::cursor::{Cursor, MAX_NAME_BYTES};
use super::{Attribute, Block, Body, Expr, SyntaxError, SyntaxErrorKind, template};
use crate::{Limits, Lines};

/// Levels of nested blocks that an object is also read as; no provider has more.
const BLOCK_LEVELS: usize = 8;

pub(super) fn file(text: &str, limits: &Limits) -> Result<Body, SyntaxError> {
    let document = document(text, limits)?;
    let mut reader = Reader { limits, nodes: 0 };
    let mut body = Body::default();
    for property in document.objects().flatten() {
        reader.root(property, &mut body)?;
    }
    Ok(body)
}

pub(super) fn values(text: &str, limits: &Limits) -> Result<Body, SyntaxError> {
    let document = document(text, limits)?;
    let mut reader = Reader { limits, nodes: 0 };
    let properties: &[Property] = document.objects().next().unwrap_or_default();
    reader.body(properties, 0)
}

pub(super) fn document(text: &str, limits: &Limits) -> Result<Json, SyntaxError> {
    let mut cursor = Cursor::new(text, limits);
    cursor.lines_are_space = true;
    let document = value(&mut cursor)?;
    blank(&mut cursor);
    if !cursor.at_end() {
        return Err(cursor.error(SyntaxErrorKind::Json("one value")));
    }
    Ok(document)
}

/// A JSON value and its lines.
#[derive(Debug)]
pub(crate) struct Json {
    pub(crate) kind: Kind,
    pub(crate) lines: Lines,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<Property>),
}

/// A member of a JSON object.
#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: String,
    line: u32,
    pub(crate) value: Json,
}

impl Property {
    /// From the name to the end of the value.
    pub(crate) fn lines(&self) -> Lines {
        Lines { start: self.line, end: self.value.lines.end }
    }
}

impl Json {
    /// A member of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let properties = self.properties().iter();
        properties.rev().find(|property| property.name == name).map(|property| &property.value)
    }

    /// The members of an object; none of anything else.
    pub(crate) fn properties(&self) -> &[Property] {
        match &self.kind {
            Kind::Object(properties) => properties,
            _ => &[],
        }
    }

    /// The elements of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The properties of an object, or of each object of a list.
    fn objects(&self) -> impl Iterator<Item = &[Property]> {
        let list = match &self.kind {
            Kind::List(list) => list.as_slice(),
            _ => std::slice::from_ref(self),
        };
        list.iter().filter_map(|value| match &value.kind {
            Kind::Object(properties) => Some(properties.as_slice()),
            _ => None,
        })
    }
}

fn blank(cursor: &mut Cursor<'_>) {
    let rest = cursor.rest();
    cursor.advance(rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len());
}

fn value(cursor: &mut Cursor<'_>) -> Result<Json, SyntaxError> {
    blank(cursor);
    let start = cursor.position();
    let kind = cursor.nested(|cursor| match cursor.peek() {
        Some('{') => object(cursor),
        Some('[') => list(cursor),
        Some('"') => string(cursor).map(Kind::Text),
        Some('t') if cursor.eat("true") => Ok(Kind::Bool(true)),
        Some('f') if cursor.eat("false") => Ok(Kind::Bool(false)),
        Some('n') if cursor.eat("null") => Ok(Kind::Null),
        _ => number(cursor),
    })?;
    Ok(Json { kind, lines: cursor.lines_from(start) })
}

fn object(cursor: &mut Cursor<'_>) -> Result<Kind, SyntaxError> {
    cursor.advance(1);
    let mut properties = Vec::new();
    loop {
        blank(cursor);
        if cursor.eat("}") {
            return Ok(Kind::Object(properties));
        }
        let line = cursor.line_of(cursor.position());
        let name = string(cursor)?;
        blank(cursor);
        cursor.expect(":", "`:`")?;
        properties.push(Property { name, line, value: value(cursor)? });
        blank(cursor);
        if !cursor.eat(",") && !cursor.starts_with("}") {
            return Err(cursor.error(SyntaxErrorKind::Json("`,` or `}`")));
        }
    }
}

fn list(cursor: &mut Cursor<'_>) -> Result<Kind, SyntaxError> {
    cursor.advance(1);
    let mut items = Vec::new();
    loop {
        blank(cursor);
        if cursor.eat("]") {
            return Ok(Kind::List(items));
        }
        items.push(value(cursor)?);
        blank(cursor);
        if !cursor.eat(",") && !cursor.starts_with("]") {
            return Err(cursor.error(SyntaxErrorKind::Json("`,` or `]`")));
        }
    }
}

fn number(cursor: &mut Cursor<'_>) -> Result<Kind, SyntaxError> {
    let rest = cursor.rest();
    let in_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
    let length = rest.find(|c| !in_number(c)).unwrap_or(rest.len());
    let number = rest.get(..length).and_then(|text| text.parse().ok());
    cursor.advance(length);
    number.map(Kind::Number).ok_or_else(|| cursor.error(SyntaxErrorKind::Json("a value")))
}

/// A string, with its escapes resolved by the JSON reader that the workspace has.
fn string(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    let rest = cursor.rest();
    let length = closing_quote(rest);
    let text = length.and_then(|length| serde_json::from_str(rest.get(..length)?).ok());
    cursor.advance(length.unwrap_or(0));
    text.ok_or_else(|| cursor.error(SyntaxErrorKind::Json("a string")))
}

fn closing_quote(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    let quote = inner.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })?;
    Some(quote + 2)
}

/// What makes blocks of properties.
struct Reader<'a> {
    limits: &'a Limits,
    nodes: usize,
}

impl Reader<'_> {
    fn root(&mut self, property: &Property, body: &mut Body) -> Result<(), SyntaxError> {
        let labels = match property.name.as_str() {
            "resource" | "data" | "ephemeral" => 2,
            "variable" | "output" | "module" | "provider" | "check" => 1,
            _ => 0,
        };
        let kind: Arc<str> = property.name.as_str().into();
        self.labelled(&kind, &mut Vec::new(), labels, property, body)
    }

    fn labelled(
        &mut self,
        kind: &Arc<str>,
        labels: &mut Vec<Arc<str>>,
        missing: usize,
        property: &Property,
        body: &mut Body,
    ) -> Result<(), SyntaxError> {
        for properties in property.value.objects() {
            if missing == 0 {
                let inner = self.body(properties, BLOCK_LEVELS)?;
                body.blocks.push(Block {
                    kind: Arc::clone(kind),
                    labels: labels.clone(),
                    body: inner,
                    lines: property.lines(),
                });
                continue;
            }
            for inner in properties {
                if inner.name.len() > MAX_NAME_BYTES {
                    let kind = SyntaxErrorKind::Json("a label of at most 1024 bytes");
                    return Err(SyntaxError { line: inner.line, kind });
                }
                labels.push(inner.name.as_str().into());
                self.labelled(kind, labels, missing - 1, inner, body)?;
                labels.pop();
            }
        }
        Ok(())
    }

    fn body(&mut self, properties: &[Property], levels: usize) -> Result<Body, SyntaxError> {
        let mut body = Body::default();
        for property in properties {
            if property.name == "dynamic" {
                self.labelled(&"dynamic".into(), &mut Vec::new(), 1, property, &mut body)?;
                continue;
            }
            // A comment, by the specification.
            if property.name == "//" {
                continue;
            }
            let name: Arc<str> = property.name.as_str().into();
            if levels > 0 {
                self.blocks(&name, property, levels - 1, &mut body)?;
            }
            let value = self.expression(&property.value)?;
            body.attributes.push(Attribute { name, value, lines: property.lines() });
        }
        Ok(body)
    }

    fn blocks(
        &mut self,
        kind: &Arc<str>,
        property: &Property,
        levels: usize,
        body: &mut Body,
    ) -> Result<(), SyntaxError> {
        let single = matches!(property.value.kind, Kind::Object(_));
        for properties in property.value.objects() {
            let lines = match (single, properties.first(), properties.last()) {
                (false, Some(first), Some(last)) => {
                    Lines { start: first.line, end: last.value.lines.end }
                }
                _ => property.lines(),
            };
            let inner = self.body(properties, levels)?;
            body.blocks.push(Block {
                kind: Arc::clone(kind),
                labels: Vec::new(),
                body: inner,
                lines,
            });
        }
        Ok(())
    }

    fn expression(&mut self, json: &Json) -> Result<Expr, SyntaxError> {
        let line = json.lines.start;
        if self.nodes >= self.limits.max_nodes {
            let kind = SyntaxErrorKind::TooMany { max: self.limits.max_nodes };
            return Err(SyntaxError { line, kind });
        }
        self.nodes += 1;
        Ok(match &json.kind {
            Kind::Null => Expr::Null,
            Kind::Bool(value) => Expr::Bool(*value),
            Kind::Number(value) => Expr::Number(*value),
            Kind::Text(text) => self.template(text, line)?,
            Kind::List(items) => Expr::List(
                items.iter().map(|item| self.expression(item)).collect::<Result<_, _>>()?,
            ),
            Kind::Object(properties) => {
                let item = |property: &Property| {
                    let key = self.template(&property.name, property.line)?;
                    Ok((key, self.expression(&property.value)?))
                };
                Expr::Object(properties.iter().map(item).collect::<Result<_, _>>()?)
            }
        })
    }

    fn template(&self, text: &str, line: u32) -> Result<Expr, SyntaxError> {
        let parts =
            template::of_json(text, self.limits).map_err(|kind| SyntaxError { line, kind })?;
        Ok(Expr::Template(parts))
    }
}

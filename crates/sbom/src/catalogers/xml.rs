//! A streaming reader of XML elements, each with its path and its line. Nothing is kept of earlier
//! elements, the document's own entities are not expanded, and nesting needs no stack.

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::text::LineIndex;
use crate::Error;

/// Limits on what is reported of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// The depth of nested elements that are reported.
    pub(crate) max_depth: usize,
    /// Longer text in one element is not reported.
    pub(crate) max_text_bytes: usize,
}

/// None of the ecosystems' formats nests half as deep, and longer text is no name and no version.
const MANIFEST: Bounds = Bounds { max_depth: 16, max_text_bytes: 4096 };

/// A document that is read from its beginning to its end.
pub(crate) struct Elements<'a> {
    reader: Reader<&'a [u8]>,
    lines: LineIndex,
    format: &'static str,
    /// The required name of the root; `None` if any will do.
    root: Option<&'static str>,
    bounds: Bounds,
    path: Vec<String>,
    /// The depth, which may be more than the path is long.
    depth: usize,
    text: String,
    /// Whether any element was there at all.
    is_xml: bool,
    /// Whether the end of `<a/>` is still to be reported.
    ends: bool,
    /// Whether the text has been reported.
    told: bool,
}

impl std::fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Elements").field("path", &self.path).finish_non_exhaustive()
    }
}

/// What comes next in a document.
#[derive(Debug)]
pub(crate) enum Step<'s> {
    /// An element begins.
    Open(Tag<'s>),
    /// An element ends.
    Close(Closed<'s>),
}

/// The beginning of an element.
#[derive(Debug)]
pub(crate) struct Tag<'s> {
    /// Names from the root to this element, without prefixes.
    pub(crate) path: &'s [String],
    /// 1-based line on which it begins.
    pub(crate) line: u64,
    start: BytesStart<'s>,
    max_bytes: usize,
}

/// The end of an element.
#[derive(Debug)]
pub(crate) struct Closed<'s> {
    /// Names from the root to this element, without prefixes.
    pub(crate) path: &'s [String],
    /// 1-based line on which it ends.
    pub(crate) line: u64,
    /// The text behind the last inner element, without blanks around it; empty when it is too
    /// long to be of use.
    pub(crate) text: &'s str,
}

impl Tag<'_> {
    /// The value of an attribute, whatever the case of its name.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        attributes.with_checks(false);
        let attribute = attributes
            .filter_map(Result::ok)
            .find(|it| it.key.local_name().as_ref().eq_ignore_ascii_case(name))?;
        self.value(&attribute)
    }

    /// The values of all attributes.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = String> {
        let mut attributes = self.start.attributes();
        attributes.with_checks(false);
        attributes.filter_map(Result::ok).filter_map(|attribute| self.value(&attribute))
    }

    fn value(&self, attribute: &Attribute<'_>) -> Option<String> {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some(value.trim().to_owned()).filter(|value| value.len() <= self.max_bytes)
    }
}

impl<'a> Elements<'a> {
    pub(crate) fn new(text: &'a str, format: &'static str) -> Self {
        Self::bounded(text, format, MANIFEST)
    }

    /// A document that is refused where its root is called otherwise.
    pub(crate) fn rooted(text: &'a str, format: &'static str, root: &'static str) -> Self {
        Self { root: Some(root), ..Self::new(text, format) }
    }

    pub(crate) fn bounded(text: &'a str, format: &'static str, bounds: Bounds) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = false;
        Self {
            reader,
            lines: LineIndex::of(text),
            format,
            root: None,
            bounds,
            path: Vec::new(),
            depth: 0,
            text: String::new(),
            is_xml: false,
            ends: false,
            told: false,
        }
    }

    /// The next step; none at the end. An element deeper than the bound is passed over with all
    /// that is in it.
    pub(crate) fn next(&mut self) -> Result<Option<Step<'_>>, Error> {
        if std::mem::take(&mut self.told) {
            self.text.clear();
        }
        if std::mem::take(&mut self.ends) {
            return Ok(self.close());
        }
        let max_bytes = self.bounds.max_text_bytes;
        loop {
            let line = self.line();
            match self.reader.read_event() {
                Ok(Event::Start(start)) => {
                    if self.open(&start) {
                        self.check_root(line)?;
                        return Ok(Some(Step::Open(Tag {
                            path: &self.path,
                            line,
                            start,
                            max_bytes,
                        })));
                    }
                }
                Ok(Event::Empty(start)) => {
                    if self.open(&start) {
                        self.check_root(line)?;
                        self.ends = true;
                        return Ok(Some(Step::Open(Tag {
                            path: &self.path,
                            line,
                            start,
                            max_bytes,
                        })));
                    }
                    self.depth = self.depth.saturating_sub(1);
                }
                Ok(Event::End(_)) => {
                    if (1..=self.bounds.max_depth).contains(&self.depth) {
                        return Ok(self.close());
                    }
                    self.depth = self.depth.saturating_sub(1);
                }
                Ok(Event::Text(part)) => self.push(&part),
                Ok(Event::CData(part)) => self.push(&part),
                Ok(Event::GeneralRef(name)) => self.push(&resolved(&name)),
                Ok(Event::Eof) => return self.end(line).map(|()| None),
                Ok(_) => {}
                Err(error) => return Err(self.malformed(&error.to_string(), line)),
            }
        }
    }

    fn end(&self, line: u64) -> Result<(), Error> {
        match (self.is_xml, self.depth) {
            (true, 0) => Ok(()),
            (true, _) => Err(self.malformed("it ends inside an element", line)),
            (false, _) => Err(self.malformed("there is no element in it", line)),
        }
    }

    fn check_root(&self, line: u64) -> Result<(), Error> {
        match (self.root, self.path.as_slice()) {
            (Some(root), [name]) if name != root => {
                Err(self.malformed(&format!("its root is not <{root}>"), line))
            }
            _ => Ok(()),
        }
    }

    /// Notes that an element begins, and returns whether it is reported.
    fn open(&mut self, start: &BytesStart<'_>) -> bool {
        self.is_xml = true;
        self.text.clear();
        self.depth = self.depth.saturating_add(1);
        if self.depth > self.bounds.max_depth {
            return false;
        }
        self.path.truncate(self.depth - 1);
        self.path.push(start.local_name().as_ref().to_owned());
        true
    }

    fn close(&mut self) -> Option<Step<'_>> {
        let line = self.line();
        self.told = true;
        let ended = self.depth;
        self.depth = self.depth.saturating_sub(1);
        // The name itself goes when the next element opens: the step still shows it.
        let path = self.path.get(..ended)?;
        let text = Some(self.text.trim()).filter(|text| text.len() <= self.bounds.max_text_bytes);
        Some(Step::Close(Closed { path, line, text: text.unwrap_or_default() }))
    }

    fn push(&mut self, part: &str) {
        if self.text.len() <= self.bounds.max_text_bytes {
            self.text.push_str(part);
        }
    }

    fn line(&self) -> u64 {
        self.lines.at(usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX))
    }

    fn malformed(&self, reason: &str, line: u64) -> Error {
        Error::Malformed { format: self.format, reason: reason.to_owned(), line: Some(line) }
    }
}

/// What `&name;` stands for: a character by number, or one of the five that XML itself names.
fn resolved(name: &BytesRef<'_>) -> String {
    match name.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        _ => resolve_xml_entity(name).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn steps(text: &str) -> Result<Vec<String>, Error> {
        let mut elements = Elements::new(text, "test");
        let mut steps = Vec::new();
        while let Some(step) = elements.next()? {
            steps.push(match step {
                Step::Open(tag) => {
                    let name = tag.attribute("name").unwrap_or_default();
                    format!("{}: {} {name:?}", tag.line, tag.path.join("/"))
                }
                Step::Close(end) => {
                    format!("{}: /{} {:?}", end.line, end.path.join("/"), end.text)
                }
            });
        }
        Ok(steps)
    }

    #[test]
    fn tells_paths_attributes_text_and_lines() {
        let text = "<?xml version=\"1.0\"?>\n<m:a>\n <b Name='x &amp; y'/>\n <c> 1&lt;<![CDATA[2]]>\n&#51;<!-- 4 --></c>\n</m:a>\n";
        assert_eq!(
            steps(text).unwrap(),
            [
                "2: a \"\"",
                "3: a/b \"x & y\"",
                "3: /a/b \"\"",
                "4: a/c \"\"",
                "5: /a/c \"1<2\\n3\"",
                "6: /a \"\"",
            ]
        );
    }

    #[test]
    fn what_is_no_document_is_malformed_at_its_line() {
        for (text, expected) in [("", 1), ("not\nxml", 2), ("<a>\n<b>\n</b>", 3), ("<a>\n<!--", 2)]
        {
            let error = steps(text).unwrap_err();
            assert!(
                matches!(error, Error::Malformed { line: Some(line), .. } if line == expected),
                "{text:?}: {error:?}"
            );
        }
    }

    #[test]
    fn entities_are_not_expanded_and_depth_costs_nothing() {
        let bomb = "<!DOCTYPE a [<!ENTITY x \"aaaa\"><!ENTITY y \"&x;&x;\">]><a>&y;</a>";
        assert_eq!(steps(bomb).unwrap(), ["1: a \"\"", "1: /a \"\""]);
        let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
        assert_eq!(steps(&deep).unwrap().len(), 2 * MANIFEST.max_depth);
        let long = format!("<a>{}</a>", "x".repeat(MANIFEST.max_text_bytes + 1));
        assert_eq!(steps(&long).unwrap()[1], "1: /a \"\"");
    }

    proptest! {
        #[test]
        fn never_panics(text in "[<>/!\\[\\]?a=\"'&#1; -]{0,60}") {
            drop(steps(&text));
        }
    }
}

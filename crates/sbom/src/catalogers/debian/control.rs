//! Stanzas of fields, as in `var/lib/dpkg/status`: deb822(5), Debian Policy 5.1.

use std::collections::BTreeMap;
use std::io::Read;

use crate::Facts;
use crate::lines::{Line, Lines};
use crate::os_package::MAX_LINE_BYTES;

/// Bytes of one field with all its lines.
const MAX_FIELD_BYTES: usize = MAX_LINE_BYTES;

/// The wanted fields of one paragraph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stanza {
    fields: BTreeMap<&'static str, String>,
    /// First and last 1-based line.
    pub(super) lines: (u64, u64),
    /// Whether the file ends within the last line of it.
    pub(super) is_cut: bool,
}

impl Stanza {
    /// The value of a wanted field, its lines joined by spaces; none when it is empty.
    pub(super) fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Reads stanzas and hands each that has a line to `each`. Of the fields only `wanted` are kept;
/// their names may differ in case. What is no field is a problem, and reading goes on behind it.
pub(super) fn read_stanzas(
    input: impl Read,
    wanted: &[&'static str],
    facts: &mut Facts,
    mut each: impl FnMut(Stanza, &mut Facts),
) {
    let mut lines = Lines::new(input, MAX_LINE_BYTES);
    let mut open: Option<OpenStanza> = None;
    while let Some(line) = lines.next(facts) {
        if line.bytes.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
            if let Some(stanza) = open.take() {
                each(stanza.close(facts), facts);
            }
            continue;
        }
        open.get_or_insert_with(|| OpenStanza::new(line.number)).take_line(line, wanted, facts);
    }
    if let Some(stanza) = open {
        each(stanza.close(facts), facts);
    }
}

/// A stanza whose end has not come yet.
struct OpenStanza {
    stanza: Stanza,
    /// Values in bytes, each with the line of its name.
    values: BTreeMap<&'static str, (u64, Vec<u8>)>,
    /// The field that a continuation line belongs to.
    current: Current,
}

enum Current {
    None,
    Unwanted,
    Wanted(&'static str),
}

impl OpenStanza {
    fn new(line: u64) -> Self {
        let stanza = Stanza { lines: (line, line), ..Stanza::default() };
        Self { stanza, values: BTreeMap::new(), current: Current::None }
    }

    fn take_line(&mut self, line: Line<'_>, wanted: &[&'static str], facts: &mut Facts) {
        self.stanza.lines.1 = line.number;
        self.stanza.is_cut = !line.is_ended;
        if line.bytes.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            self.take_continuation(line, facts);
            return;
        }
        let colon = line.bytes.iter().position(|byte| *byte == b':');
        let Some((name, rest)) = colon.and_then(|at| line.bytes.split_at_checked(at)) else {
            self.current = Current::None;
            facts.problem(Some(line.number), "a line that is no field");
            return;
        };
        let Some(field) = wanted.iter().find(|field| name.eq_ignore_ascii_case(field.as_bytes()))
        else {
            self.current = Current::Unwanted;
            return;
        };
        if self.values.contains_key(field) {
            self.current = Current::Unwanted;
            facts.problem(Some(line.number), format!("a second {field} in one record"));
            return;
        }
        self.current = Current::Wanted(field);
        self.values.insert(field, (line.number, Vec::new()));
        self.append(rest.get(1..).unwrap_or_default(), line, facts);
    }

    fn take_continuation(&mut self, line: Line<'_>, facts: &mut Facts) {
        match self.current {
            Current::Wanted(_) => self.append(line.bytes, line, facts),
            Current::Unwanted => {}
            Current::None => facts.problem(Some(line.number), "a line that continues no field"),
        }
    }

    fn append(&mut self, part: &[u8], line: Line<'_>, facts: &mut Facts) {
        let Current::Wanted(field) = self.current else { return };
        let Some((_, value)) = self.values.get_mut(field) else { return };
        let part = part.trim_ascii();
        if line.is_cut || value.len() + part.len() >= MAX_FIELD_BYTES {
            self.current = Current::Unwanted;
            let message =
                format!("{field} is longer than {MAX_FIELD_BYTES} bytes, its end is left out");
            facts.problem(Some(line.number), message);
        }
        if !value.is_empty() && !part.is_empty() {
            value.push(b' ');
        }
        let room = MAX_FIELD_BYTES.saturating_sub(value.len());
        value.extend_from_slice(part.get(..room).unwrap_or(part));
    }

    fn close(self, facts: &mut Facts) -> Stanza {
        let mut stanza = self.stanza;
        for (field, (line, value)) in self.values {
            let text = String::from_utf8(value).unwrap_or_else(|error| {
                facts.note(Some(line), format!("{field} is not UTF-8"));
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            });
            stanza.fields.insert(field, text);
        }
        stanza
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> (Vec<Stanza>, Facts) {
        let mut facts = Facts::default();
        let mut stanzas = Vec::new();
        read_stanzas(text, &["Package", "Depends"], &mut facts, |stanza, _| stanzas.push(stanza));
        (stanzas, facts)
    }

    fn messages(facts: &Facts) -> Vec<(u64, &str)> {
        facts.problems.iter().map(|p| (p.line.unwrap(), p.message.as_str())).collect()
    }

    #[test]
    fn joins_lines_and_passes_over_other_fields() {
        let text =
            b"\n\npackage: a\r\nDescription: x\n Package: no\n .\nDepends:\n b,\n\tc\n\nPackage: d";
        let (stanzas, facts) = read(text);
        assert_eq!(stanzas.len(), 2);
        assert_eq!(stanzas[0].get("Package"), Some("a"));
        assert_eq!(stanzas[0].get("Depends"), Some("b, c"));
        assert_eq!((stanzas[0].lines, stanzas[0].is_cut), ((3, 9), false));
        assert_eq!((stanzas[1].get("Package"), stanzas[1].is_cut), (Some("d"), true));
        assert!(facts.is_empty());
    }

    #[test]
    fn names_the_line_of_what_is_no_field() {
        let (stanzas, facts) = read(b" lost\nPackage: a\nrubbish\n more\nPackage: b\n");
        assert_eq!(stanzas[0].get("Package"), Some("a"));
        let expected = [
            (1, "a line that continues no field"),
            (3, "a line that is no field"),
            (4, "a line that continues no field"),
            (5, "a second Package in one record"),
        ];
        assert_eq!(messages(&facts), expected);
    }

    #[test]
    fn bounds_a_field_and_reads_on_behind_it() {
        let mut text = b"Depends: ".to_vec();
        text.resize(3 << 20, b'x');
        text.extend_from_slice(b"\n ");
        text.resize(5 << 20, b'y');
        text.extend_from_slice(b"\nPackage: a\n");
        let (stanzas, facts) = read(&text);
        assert_eq!(stanzas[0].get("Package"), Some("a"));
        assert!(stanzas[0].get("Depends").unwrap().len() <= MAX_FIELD_BYTES);
        assert_eq!(facts.problems.len(), 1);
    }

    #[test]
    fn other_encodings_are_kept_as_far_as_they_go() {
        let (stanzas, facts) = read(b"Package: J\xf6rg\n");
        assert_eq!(stanzas[0].get("Package"), Some("J\u{fffd}rg"));
        assert_eq!((facts.problems.len(), facts.notes[0].line), (0, Some(1)));
    }

    proptest! {
        #[test]
        fn reads_what_is_printed(records in prop::collection::vec(
            ("[a-z0-9.+-]{1,9}", "([!-~]{1,6}( [!-~]{1,6}){0,5})?"), 0..6,
        )) {
            let mut text = String::new();
            for (package, depends) in &records {
                let folded = depends.replace(' ', "\n ");
                writeln!(text, "Package: {package}\nPriority: x\nDepends: {folded}\n").unwrap();
            }
            let (stanzas, facts) = read(text.as_bytes());
            let again: Vec<_> = stanzas
                .iter()
                .map(|stanza| {
                    let field = |name| stanza.get(name).unwrap_or_default().to_owned();
                    (field("Package"), field("Depends"))
                })
                .collect();
            prop_assert_eq!(again, records);
            prop_assert!(facts.is_empty());
        }

        #[test]
        fn takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes);
        }
    }
}

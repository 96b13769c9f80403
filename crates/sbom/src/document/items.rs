//! The items of a JSON list, each read in its own form.

use serde::Deserialize;
use serde_json::value::RawValue;

/// What is left of a list that is known to be JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Items<'a>(&'a str);

/// An item that is not of the form asked for.
pub(crate) struct OtherForm<'a> {
    pub(crate) raw: &'a RawValue,
    pub(crate) error: serde_json::Error,
}

impl<'a> Items<'a> {
    /// The items of a value, when it is a list.
    pub(crate) fn of(list: &'a RawValue) -> Option<Self> {
        list.get().strip_prefix('[').map(Self)
    }

    /// The item that begins here and those behind it.
    pub(crate) fn at(start: &'a str) -> Self {
        Self(start)
    }

    /// The items in their order as lists of about `bytes` each, or of one item that is longer.
    pub(crate) fn split(self, bytes: usize) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = self.0;
        while let Some((part, behind)) =
            end_of_item(rest, bytes).and_then(|at| rest.split_at_checked(at))
        {
            parts.push(Self(part));
            rest = behind;
        }
        parts.push(Self(rest));
        parts
    }

    /// The next item with the place where it begins. It is looked at once when it has the form.
    pub(crate) fn next<T: Deserialize<'a>>(
        &mut self,
    ) -> Option<(&'a str, Result<T, OtherForm<'a>>)> {
        let next = |c: char| c == ',' || c.is_ascii_whitespace();
        let start = self.0.trim_start_matches(next);
        let error = match first_of(start)? {
            Ok((item, rest)) => {
                self.0 = rest;
                return Some((start, Ok(item)));
            }
            Err(error) => error,
        };
        let (raw, rest) = first_of(start)?.ok()?;
        self.0 = rest;
        Some((start, Err(OtherForm { raw, error })))
    }
}

/// The value that a text begins with, and what stands behind it; none at the end of a list.
fn first_of<'a, T: Deserialize<'a>>(text: &'a str) -> Option<serde_json::Result<(T, &'a str)>> {
    if text.is_empty() || text.starts_with(']') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    let value = values.next()?;
    let rest = text.get(values.byte_offset()..).unwrap_or_default();
    Some(value.map(|value| (value, rest)))
}

/// Where the first item ends that does so at `from` or behind it, with more items to follow. `list`
/// is known to be JSON, but for what stands in front of its first item.
fn end_of_item(list: &str, from: usize) -> Option<usize> {
    let (mut depth, mut at, bytes) = (0_usize, 0, list.as_bytes());
    loop {
        match bytes.get(at)? {
            b'"' => at = end_of_string(bytes, at + 1)?,
            b'[' | b'{' => depth += 1,
            // The end of the list itself.
            b']' | b'}' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 && at >= from.max(1) => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

/// Where the quotation mark is that ends the string whose content begins at `at`.
fn end_of_string(json: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', json.get(at..)?)?;
        match json.get(at)? {
            b'"' => return Some(at),
            _ => at += 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_other_forms_are_passed_over() {
        let list: &RawValue = serde_json::from_str(" [1 , \"a\",[2], {}\n,3 ]").unwrap();
        let mut items = Items::of(list).unwrap();
        let mut read = Vec::new();
        while let Some((_, item)) = items.next::<u8>() {
            read.push(item.map_err(|other| other.raw.get()));
        }
        assert_eq!(read, [Ok(1), Err("\"a\""), Err("[2]"), Err("{}"), Ok(3)]);
        assert!(items.next::<u8>().is_none());
    }

    #[test]
    fn parts_of_a_list_have_its_items() {
        let text = r#"[1, "],\"", [2,[3]] ,{"a,":"\\"},4 ]"#;
        let list: &RawValue = serde_json::from_str(text).unwrap();
        let items = |part: &mut Items<'_>| {
            let next = || part.next::<&RawValue>();
            let items = std::iter::from_fn(next).map(|(_, item)| item.ok().unwrap().get());
            items.collect::<Vec<_>>().join(";")
        };
        let whole = items(&mut Items::of(list).unwrap());
        for bytes in 0..text.len() + 1 {
            let mut parts = Items::of(list).unwrap().split(bytes);
            let parts: Vec<_> = parts.iter_mut().map(items).collect();
            assert_eq!(parts.join(";"), whole, "{bytes}");
        }
        assert_eq!(Items::of(list).unwrap().split(0).len(), 5);
    }

    #[test]
    fn what_is_no_list_has_no_items() {
        for (text, items) in [("[]", Some(0)), ("[ ]", Some(0)), ("{}", None), ("null", None)] {
            let raw: &RawValue = serde_json::from_str(text).unwrap();
            let count =
                |mut items: Items<'_>| std::iter::from_fn(|| items.next::<u8>().map(drop)).count();
            assert_eq!(Items::of(raw).map(count), items, "{text}");
        }
    }
}

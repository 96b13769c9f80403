//! The items of a JSON list, each read in the form that suits it.

use serde::Deserialize;
use serde_json::value::RawValue;

/// What is left of a list that is known to be JSON.
#[derive(Debug)]
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
    if text.starts_with(']') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    let value = values.next()?;
    let rest = text.get(values.byte_offset()..).unwrap_or_default();
    Some(value.map(|value| (value, rest)))
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
    fn what_is_no_list_has_no_items() {
        for (text, items) in [("[]", Some(0)), ("[ ]", Some(0)), ("{}", None), ("null", None)] {
            let raw: &RawValue = serde_json::from_str(text).unwrap();
            let count =
                |mut items: Items<'_>| std::iter::from_fn(|| items.next::<u8>().map(drop)).count();
            assert_eq!(Items::of(raw).map(count), items, "{text}");
        }
    }
}

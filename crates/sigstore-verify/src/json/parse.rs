use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::error::excerpt;
use super::{JsonError, Number, Value};

/// One level less than the limit of serde_json, which applies whatever the caller requests.
const MAX_DEPTH: usize = 126;

/// Values of one document. An SBOM of a large image has some hundred thousand; a value takes
/// up to 16 times its bytes (`0,0,0`), which this bounds at about 128 MiB.
const MAX_VALUES: usize = 1 << 22;

/// Up to this many keys, comparing each pair costs less than sorting.
const FEW_KEYS: usize = 12;

/// Reads one document: arrays and objects nested at most `max_depth` (and never more than 126)
/// levels, no key twice in an object, nothing but white space around.
///
/// # Errors
/// Where the document is not JSON or breaks one of these rules.
pub(crate) fn parse(bytes: &[u8], max_depth: usize) -> Result<Value<'_>, JsonError> {
    let max_depth = max_depth.min(MAX_DEPTH);
    let state = State { max_depth, values: Cell::new(0), failure: RefCell::new(None) };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = ValueSeed { depth: 0, state: &state }
        .deserialize(&mut deserializer)
        .map_err(|error| state.explain(&error))?;
    deserializer
        .end()
        .map_err(|error| JsonError::TrailingBytes { line: error.line(), column: error.column() })?;
    Ok(value)
}

/// The state that the levels of one reading share.
struct State {
    max_depth: usize,
    values: Cell<usize>,
    /// The reason behind a serde error, which itself can carry only text.
    failure: RefCell<Option<Failure>>,
}

enum Failure {
    DuplicateKey(String),
    TooDeep,
    TooManyValues,
}

impl State {
    fn fail<E: serde::de::Error>(&self, failure: Failure) -> E {
        self.failure.replace(Some(failure));
        E::custom("refused")
    }

    fn explain(&self, error: &serde_json::Error) -> JsonError {
        let (line, column) = (error.line(), error.column());
        match self.failure.take() {
            Some(Failure::DuplicateKey(key)) => JsonError::DuplicateKey { key, line, column },
            Some(Failure::TooDeep) => JsonError::TooDeep { max: self.max_depth },
            Some(Failure::TooManyValues) => JsonError::TooManyValues { max: MAX_VALUES },
            None => JsonError::Syntax { line, column },
        }
    }
}

#[derive(Clone, Copy)]
struct ValueSeed<'s> {
    /// Arrays and objects around this value.
    depth: usize,
    state: &'s State,
}

impl ValueSeed<'_> {
    /// The seed for the values inside this array or object.
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == self.state.max_depth {
            return Err(self.state.fail(Failure::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, state: self.state })
    }

    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        let values = self.state.values.get() + 1;
        if values > MAX_VALUES {
            return Err(self.state.fail(Failure::TooManyValues));
        }
        self.state.values.set(values);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(Number::Unsigned(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(u64::try_from(value).map_or(Number::Negative(value), Number::Unsigned)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Number(Number::Float(value)))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value<'de>, A::Error> {
        let seed = self.inner()?;
        let mut elements = Vec::new();
        while let Some(element) = access.next_element_seed(seed)? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value<'de>, A::Error> {
        let seed = self.inner()?;
        let mut members = Vec::new();
        while let Some(key) = access.next_key_seed(KeySeed)? {
            members.push((key, access.next_value_seed(seed)?));
        }
        match repeated(&members) {
            Some(key) => Err(self.state.fail(Failure::DuplicateKey(excerpt(key)))),
            None => Ok(Value::Object(members)),
        }
    }
}

/// The key of an object.
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// A key that occurs more than once.
fn repeated<'m>(members: &'m [(Cow<'_, str>, Value<'_>)]) -> Option<&'m str> {
    if members.len() <= FEW_KEYS {
        return members
            .iter()
            .enumerate()
            .find(|(index, (key, _))| members.iter().take(*index).any(|(other, _)| other == key))
            .map(|(_, (key, _))| key.as_ref());
    }
    let mut keys: Vec<&str> = members.iter().map(|(key, _)| key.as_ref()).collect();
    keys.sort_unstable();
    keys.windows(2).find_map(|pair| match pair {
        [first, second] if first == second => Some(*first),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_stay_integers() {
        let value =
            parse(b" [0, -1, 18446744073709551615, 18446744073709551616, 1.0] ", 4).unwrap();
        let Value::Array(elements) = value else { panic!("an array") };
        let numbers = [
            Number::Unsigned(0),
            Number::Negative(-1),
            Number::Unsigned(u64::MAX),
            Number::Float(18_446_744_073_709_551_616.0),
            Number::Float(1.0),
        ];
        assert_eq!(elements, numbers.map(Value::Number));
    }

    #[test]
    fn strings_are_borrowed_unless_escaped() {
        let value = parse(br#"["a", "\u0061"]"#, 4).unwrap();
        let Value::Array(elements) = value else { panic!("an array") };
        assert!(matches!(elements.first(), Some(Value::String(Cow::Borrowed("a")))));
        assert!(matches!(elements.get(1), Some(Value::String(Cow::Owned(text))) if text == "a"));
    }

    #[test]
    fn repeated_keys_are_refused_at_any_depth() {
        let refused = |key: &str, column| {
            Err(JsonError::DuplicateKey { key: key.to_owned(), line: 1, column })
        };
        assert_eq!(parse(br#"{"a":1,"a":1}"#, 4), refused("a", 13));
        assert_eq!(parse(br#"[{"b":{"a":1,"\u0061":2}}]"#, 4), refused("a", 24));
        let many: Vec<String> = (0..50).map(|n| format!("\"{}\":{n}", n % 49)).collect();
        let text = format!("{{{}}}", many.join(","));
        assert_eq!(parse(text.as_bytes(), 4), refused("0", text.len()));
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(nested(4).as_bytes(), 4).is_ok());
        assert_eq!(parse(nested(5).as_bytes(), 4), Err(JsonError::TooDeep { max: 4 }));
        assert!(parse(nested(126).as_bytes(), 1000).is_ok());
        assert_eq!(parse(nested(127).as_bytes(), 1000), Err(JsonError::TooDeep { max: 126 }));
        assert_eq!(parse("[".repeat(1 << 20).as_bytes(), 9), Err(JsonError::TooDeep { max: 9 }));
    }

    #[test]
    fn values_are_bounded() {
        let text = format!("[{}0]", "0,".repeat(MAX_VALUES));
        assert_eq!(parse(text.as_bytes(), 4), Err(JsonError::TooManyValues { max: MAX_VALUES }));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "'a'",
            "01",
            "+1",
            ".5",
            "1.",
            "NaN",
            "// c\n1",
            "\"\u{1}\"",
            "\"\\ud800\"",
            "\"\\x41\"",
            "\u{feff}1",
            "nul",
        ] {
            assert!(matches!(parse(text.as_bytes(), 4), Err(JsonError::Syntax { .. })), "{text}");
        }
        assert!(matches!(parse(b"\"\xff\"", 4), Err(JsonError::Syntax { .. })));
        assert!(matches!(parse(b"1 2", 4), Err(JsonError::TrailingBytes { line: 1, column: 3 })));
        assert!(matches!(parse(b"{}\0", 4), Err(JsonError::TrailingBytes { .. })));
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes, 8);
        }

        #[test]
        fn any_json_like_text_gives_an_answer(text in r#"[\[\]{}",:0-9a\\utrue. -]{0,80}"#) {
            let _ = parse(text.as_bytes(), 8);
        }
    }
}

use std::borrow::Cow;

use data_encoding::HEXLOWER_PERMISSIVE;

use super::error::excerpt;
use super::{FieldError, FieldErrorKind, Number, Value};
use crate::base64;

/// How the keys of a document are compared with the requested names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// As written.
    Exact,
    /// By the JSON mapping of protocol buffers: `logIndex` may also be written `log_index`.
    Proto,
    /// Without regard to ASCII case, as Go reads the documents that cosign writes.
    AnyCase,
}

/// A value inside a document, which can tell its place there for errors.
///
/// The place is only computed when an error needs it, so reading a correct document costs nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'v> {
    root: &'v Value<'v>,
    value: &'v Value<'v>,
    names: Names,
}

impl<'v> Field<'v> {
    /// The document itself.
    pub(crate) fn root(root: &'v Value<'v>, names: Names) -> Self {
        Self { root, value: root, names }
    }

    /// The value at this place.
    pub(crate) fn value(self) -> &'v Value<'v> {
        self.value
    }

    /// The member `name`, in its lowerCamelCase form.
    pub(crate) fn get(self, name: &str) -> Result<Self, FieldError> {
        self.optional(name)?.ok_or_else(|| self.member_error(name, FieldErrorKind::Missing))
    }

    /// The member `name` if there is one and it is not null, which means the same as unset.
    pub(crate) fn optional(self, name: &str) -> Result<Option<Self>, FieldError> {
        let mut found = None;
        for (key, value) in self.object()? {
            if self.is_name(key, name) && found.replace(value).is_some() {
                return Err(self.member_error(name, FieldErrorKind::SetTwice));
            }
        }
        Ok(found.filter(|value| **value != Value::Null).map(|value| Self { value, ..self }))
    }

    /// Refuses an object with a member that is not in `names`.
    pub(crate) fn only(self, names: &[&str]) -> Result<Self, FieldError> {
        match self
            .object()?
            .iter()
            .find(|(key, _)| !names.iter().any(|name| self.is_name(key, name)))
        {
            Some((key, _)) => Err(self.member_error(key, FieldErrorKind::Unknown)),
            None => Ok(self),
        }
    }

    /// The members of an object that are not null, in document order.
    pub(crate) fn members(
        self,
    ) -> Result<impl Iterator<Item = (&'v str, Self)> + use<'v>, FieldError> {
        Ok(self
            .object()?
            .iter()
            .filter(|(_, value)| *value != Value::Null)
            .map(move |(key, value)| (key.as_ref(), Self { value, ..self })))
    }

    /// The elements of an array, at most `max`.
    pub(crate) fn elements(
        self,
        max: usize,
    ) -> Result<impl ExactSizeIterator<Item = Self> + use<'v>, FieldError> {
        let Value::Array(elements) = self.value else { return Err(self.expected("an array")) };
        if elements.len() > max {
            return Err(self.error(FieldErrorKind::TooMany { count: elements.len(), max }));
        }
        Ok(elements.iter().map(move |value| Self { value, ..self }))
    }

    /// The elements of the array `name`; none where it is unset.
    pub(crate) fn list(self, name: &str, max: usize) -> Result<Vec<Self>, FieldError> {
        match self.optional(name)? {
            Some(field) => Ok(field.elements(max)?.collect()),
            None => Ok(Vec::new()),
        }
    }

    /// The text of a string.
    pub(crate) fn string(self) -> Result<&'v str, FieldError> {
        match self.value {
            Value::String(text) => Ok(text),
            _ => Err(self.expected("a string")),
        }
    }

    /// The text of a string that is not empty.
    pub(crate) fn nonempty_string(self) -> Result<&'v str, FieldError> {
        match self.string()? {
            "" => Err(self.error(FieldErrorKind::Missing)),
            text => Ok(text),
        }
    }

    /// Bytes in the JSON mapping of protocol buffers: base64 of either alphabet, padded or not.
    pub(crate) fn bytes(self) -> Result<Vec<u8>, FieldError> {
        base64::decode_lenient(self.string()?).map_err(|error| self.error(error.into()))
    }

    /// Bytes as [`Field::bytes`], at least one.
    pub(crate) fn nonempty_bytes(self) -> Result<Vec<u8>, FieldError> {
        match self.bytes()? {
            bytes if bytes.is_empty() => Err(self.error(FieldErrorKind::Missing)),
            bytes => Ok(bytes),
        }
    }

    /// Bytes in standard base64 (RFC 4648 section 4), with its padding.
    pub(crate) fn strict_bytes(self) -> Result<Vec<u8>, FieldError> {
        base64::decode(self.string()?).map_err(|error| self.error(error.into()))
    }

    /// Bytes in hexadecimal digits of either case.
    pub(crate) fn hex(self) -> Result<Vec<u8>, FieldError> {
        HEXLOWER_PERMISSIVE
            .decode(self.string()?.as_bytes())
            .map_err(|_| self.error(FieldErrorKind::Hex))
    }

    /// An integer from 0 to `max`: a number, or its decimal digits in a string, as the JSON
    /// mapping of protocol buffers writes 64-bit ones.
    pub(crate) fn unsigned(self, max: u64) -> Result<u64, FieldError> {
        let number = match self.value {
            Value::Number(Number::Unsigned(number)) => Some(*number),
            Value::Number(_) => None,
            Value::String(digits) => decimal(digits),
            _ => return Err(self.expected("an integer")),
        };
        number
            .filter(|number| *number <= max)
            .ok_or_else(|| self.error(FieldErrorKind::OutOfRange { min: 0, max }))
    }

    /// An int64 that is not negative: an index, a size, seconds since 1970.
    pub(crate) fn natural_int64(self) -> Result<u64, FieldError> {
        self.unsigned(i64::MAX.unsigned_abs())
    }

    /// An enumeration: one of the names, or the number that stands for it.
    pub(crate) fn enumeration<T: Copy>(self, values: &[(&str, u64, T)]) -> Result<T, FieldError> {
        let found = match self.value {
            Value::String(text) => values.iter().find(|(name, _, _)| name == text),
            Value::Number(Number::Unsigned(number)) => values.iter().find(|(_, n, _)| n == number),
            Value::Number(_) => None,
            _ => return Err(self.expected("the name of a value")),
        };
        found.map(|(_, _, value)| *value).ok_or_else(|| self.unknown_value())
    }

    /// The error about this value.
    pub(crate) fn error(self, kind: FieldErrorKind) -> FieldError {
        FieldError { path: self.path(), kind }
    }

    /// The error about the member `name`, which may be missing.
    pub(crate) fn member_error(self, name: &str, kind: FieldErrorKind) -> FieldError {
        let mut path =
            if std::ptr::eq(self.root, self.value) { String::new() } else { self.path() };
        push_key(&mut path, name);
        FieldError { path, kind }
    }

    /// The error that this text or number is not a known one.
    pub(crate) fn unknown_value(self) -> FieldError {
        let value = match self.value {
            Value::String(text) => excerpt(text),
            Value::Number(Number::Unsigned(number)) => number.to_string(),
            Value::Number(Number::Negative(number)) => number.to_string(),
            Value::Number(Number::Float(number)) => number.to_string(),
            _ => String::new(),
        };
        self.error(FieldErrorKind::UnknownValue { value })
    }

    /// The path of this value: `verificationMaterial.tlogEntries[0].logIndex`.
    pub(crate) fn path(self) -> String {
        let mut steps = Vec::new();
        find(self.root, self.value, &mut steps);
        let mut path = String::new();
        for step in steps.iter().rev() {
            match step {
                Step::Member(key) => push_key(&mut path, key),
                Step::Element(index) => path.push_str(&format!("[{index}]")),
            }
        }
        if path.is_empty() { "$".to_owned() } else { path }
    }

    fn expected(self, expected: &'static str) -> FieldError {
        self.error(FieldErrorKind::Type { expected })
    }

    fn object(self) -> Result<&'v [(Cow<'v, str>, Value<'v>)], FieldError> {
        match self.value {
            Value::Object(members) => Ok(members),
            _ => Err(self.expected("an object")),
        }
    }

    fn is_name(self, key: &str, name: &str) -> bool {
        match self.names {
            Names::Exact => key == name,
            Names::Proto => key == name || is_snake_case_of(key, name),
            Names::AnyCase => key.eq_ignore_ascii_case(name),
        }
    }
}

/// Whether `key` is the proto field name from which `lowerCamelCase` was derived.
fn is_snake_case_of(key: &str, camel: &str) -> bool {
    let mut key = key.bytes();
    camel.bytes().all(|byte| {
        if byte.is_ascii_uppercase() {
            key.next() == Some(b'_') && key.next() == Some(byte.to_ascii_lowercase())
        } else {
            key.next() == Some(byte)
        }
    }) && key.next().is_none()
}

/// Decimal digits without a sign and, but for zero itself, without a leading zero.
pub(crate) fn decimal(digits: &str) -> Option<u64> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let shortest = digits == "0" || !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain && shortest)
}

enum Step<'v> {
    Member(&'v str),
    Element(usize),
}

/// Collects the steps from `target` up to `from`; false if `target` is not below `from`.
fn find<'v>(from: &'v Value<'v>, target: &Value<'_>, steps: &mut Vec<Step<'v>>) -> bool {
    // Values are compared by address: no two values of a document share one.
    if std::ptr::addr_eq(from, target) {
        return true;
    }
    let step = match from {
        Value::Array(elements) => {
            elements.iter().position(|element| find(element, target, steps)).map(Step::Element)
        }
        Value::Object(members) => members
            .iter()
            .find(|(_, member)| find(member, target, steps))
            .map(|(key, _)| Step::Member(key)),
        _ => None,
    };
    match step {
        Some(step) => {
            steps.push(step);
            true
        }
        None => false,
    }
}

fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(&excerpt(key));
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn both_names_of_a_proto_field_are_read() {
        let document = parse(br#"{"log_index": "7", "logId": {"key_id": "_w"}}"#, 4).unwrap();
        let root = Field::root(&document, Names::Proto);
        assert_eq!(root.get("logIndex").unwrap().natural_int64(), Ok(7));
        let id = root.get("logId").unwrap().get("keyId").unwrap();
        assert_eq!(id.bytes(), Ok(vec![0xff]));
        assert_eq!(id.path(), "logId.key_id");
        let exact = Field::root(&document, Names::Exact);
        assert_eq!(exact.get("logIndex").unwrap_err().kind, FieldErrorKind::Missing);
        for (key, camel, same) in [
            ("log_index", "logIndex", true),
            ("log_index_", "logIndex", false),
            ("logindex", "logIndex", false),
            ("log_", "logIndex", false),
            ("rfc3161_timestamps", "rfc3161Timestamps", true),
            ("x509_certificate_chain", "x509CertificateChain", true),
        ] {
            assert_eq!(is_snake_case_of(key, camel), same, "{key}");
        }
    }

    #[test]
    fn errors_say_where() {
        let document =
            parse(br#"{"a": [{"b": 1}, {"logId": 1, "log_id": 2, "x y": 3}], "n": null}"#, 4)
                .unwrap();
        let root = Field::root(&document, Names::Proto);
        let second = root.get("a").unwrap().elements(2).unwrap().last().unwrap();
        let error = |path: &str, kind| FieldError { path: path.to_owned(), kind };
        assert_eq!(second.get("logId").unwrap_err(), error("a[1].logId", FieldErrorKind::SetTwice));
        assert_eq!(second.get("c").unwrap_err(), error("a[1].c", FieldErrorKind::Missing));
        assert_eq!(
            second.only(&["logId"]).unwrap_err(),
            error("a[1].x y", FieldErrorKind::Unknown)
        );
        assert_eq!(root.get("n").unwrap_err(), error("n", FieldErrorKind::Missing));
        assert_eq!(
            root.list("a", 1).unwrap_err(),
            error("a", FieldErrorKind::TooMany { count: 2, max: 1 })
        );
        assert_eq!(
            root.string().unwrap_err(),
            error("$", FieldErrorKind::Type { expected: "a string" })
        );
        assert_eq!(
            root.get("a").unwrap().get("b").unwrap_err(),
            error("a", FieldErrorKind::Type { expected: "an object" })
        );
    }

    #[test]
    fn integers_are_numbers_or_digits() {
        let read = |text: &str| {
            let document = parse(text.as_bytes(), 4).unwrap();
            Field::root(&document, Names::Proto).natural_int64().map_err(|error| error.kind)
        };
        let out_of_range = Err(FieldErrorKind::OutOfRange { min: 0, max: i64::MAX.unsigned_abs() });
        assert_eq!(read("0"), Ok(0));
        assert_eq!(read("\"0\""), Ok(0));
        assert_eq!(read("9223372036854775807"), Ok(i64::MAX.unsigned_abs()));
        assert_eq!(read("\"9223372036854775807\""), Ok(i64::MAX.unsigned_abs()));
        for text in [
            "9223372036854775808",
            "-1",
            "1.5",
            "1e3",
            "\"-1\"",
            "\"+1\"",
            "\"\"",
            "\" 1\"",
            "\"01\"",
            "\"0x1\"",
            "\"9223372036854775808\"",
            "\"99999999999999999999\"",
            "-0",
        ] {
            assert_eq!(read(text), out_of_range, "{text}");
        }
        assert!(matches!(read("true"), Err(FieldErrorKind::Type { .. })));
    }

    #[test]
    fn enumerations_are_names_or_numbers() {
        let values = [("SHA2_256", 1, 'a'), ("SHA2_384", 2, 'b')];
        let read = |text: &str| {
            let document = parse(text.as_bytes(), 4).unwrap();
            Field::root(&document, Names::Proto).enumeration(&values).map_err(|error| error.kind)
        };
        assert_eq!(read("\"SHA2_384\""), Ok('b'));
        assert_eq!(read("1"), Ok('a'));
        assert_eq!(read("3"), Err(FieldErrorKind::UnknownValue { value: "3".to_owned() }));
        assert_eq!(
            read("\"sha2_256\""),
            Err(FieldErrorKind::UnknownValue { value: "sha2_256".to_owned() })
        );
    }
}

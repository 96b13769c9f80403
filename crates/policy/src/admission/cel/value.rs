//! The values of expressions.
//!
//! A value borrows from the judged object and from the expression itself, and copies neither: lists
//! and maps of JSON stay JSON until one of their elements is used.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use serde_json::Value as Json;

use super::error::Error;
use super::evaluate::Run;
use super::functions::{AttestationKind, Authorizer, Cidr, Format, Signer, Url};
use crate::admission::quantity::Quantity;
use crate::admission::semver::Version;

/// A value of the language.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(Text<'a>),
    Bytes(Rc<[u8]>),
    List(List<'a>),
    Map(Map<'a>),
    Duration(Nanoseconds),
    Timestamp(jiff::Timestamp),
    Type(Type),
    Optional(Option<Rc<Value<'a>>>),
    Opaque(Opaque),
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Nanoseconds(pub(crate) i64);

/// A text, borrowed where it can be.
#[derive(Clone, Debug)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Rc<str>),
}

/// A list, borrowed where it can be.
#[derive(Clone, Debug)]
pub(crate) enum List<'a> {
    Json(&'a [Json]),
    Made(Rc<[Value<'a>]>),
}

/// A map, borrowed where it can be.
#[derive(Clone, Debug)]
pub(crate) enum Map<'a> {
    Json(&'a serde_json::Map<String, Json>),
    Made(Rc<BTreeMap<Key<'a>, Value<'a>>>),
}

/// The key of a map. Equal numbers are one key, whatever their types.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key<'a> {
    Bool(bool),
    Int(i64),
    /// A number that does not fit `Int`.
    Uint(u64),
    String(Text<'a>),
}

/// Types as values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Bytes,
    Double,
    Duration,
    Int,
    List,
    Map,
    Null,
    Opaque(&'static str),
    Optional,
    String,
    Timestamp,
    /// The type of types.
    OfTypes,
    Uint,
}

/// Values that only functions can read.
#[derive(Clone, Debug)]
pub(crate) enum Opaque {
    /// A kind of attestation.
    Attestation(Rc<AttestationKind>),
    /// A question to the authorizer.
    Authorizer(Rc<Authorizer>),
    Cidr(Cidr),
    Format(&'static Format),
    /// The receiver of functions on global context entries.
    GlobalContext,
    Http,
    Ip(std::net::IpAddr),
    /// A parsed reference.
    Image(Rc<sealift_model::Reference>),
    /// The receiver of functions on image metadata.
    ImageData,
    Quantity(Quantity),
    /// The receiver of functions on objects of the cluster.
    Resource,
    Semver(Rc<Version>),
    /// A trusted signer.
    Signer(Rc<Signer>),
    Url(Rc<Url>),
}

impl<'a> Value<'a> {
    /// Returns the bytes of a text, or of the text that a value is made of.
    pub(super) fn text_bytes(&self) -> usize {
        match self {
            Self::String(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Opaque(Opaque::Url(url)) => url.text.len(),
            _ => 0,
        }
    }

    /// Makes a value that borrows JSON.
    pub(crate) fn of_json(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => of_number(number),
            Json::String(text) => Self::String(Text::Borrowed(text)),
            Json::Array(items) => Self::List(List::Json(items)),
            Json::Object(fields) => Self::Map(Map::Json(fields)),
        }
    }

    /// Makes a value of owned JSON.
    pub(crate) fn of_owned_json(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => of_number(&number),
            Json::String(text) => Self::String(text.into()),
            Json::Array(items) => Self::list(items.into_iter().map(Self::of_owned_json)),
            Json::Object(fields) => Self::map(
                fields
                    .into_iter()
                    .map(|(name, value)| (Key::String(name.into()), Self::of_owned_json(value))),
            ),
        }
    }

    /// Converts it to JSON, where JSON has such a value. Each part counts as a step.
    pub(crate) fn to_json(&self, run: &mut Run<'a>) -> Result<Json, Error> {
        run.spend(1)?;
        Ok(match self {
            Self::Null | Self::Optional(None) => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => Json::from(*value),
            Self::Uint(value) => Json::from(*value),
            Self::Double(value) => Json::from(*value),
            Self::String(text) => {
                run.spend_bytes(text.len())?;
                Json::String(text.to_string())
            }
            Self::Bytes(bytes) => {
                run.spend_bytes(bytes.len())?;
                Json::String(super::functions::base64(bytes))
            }
            Self::List(list) => {
                let items = list.iter().map(|item| item.to_json(run));
                Json::Array(items.collect::<Result<_, _>>()?)
            }
            Self::Map(map) => {
                let fields =
                    map.iter().map(|(key, value)| Ok((key.to_string(), value.to_json(run)?)));
                Json::Object(fields.collect::<Result<_, Error>>()?)
            }
            Self::Optional(Some(value)) => value.to_json(run)?,
            Self::Duration(_) | Self::Timestamp(_) => {
                Json::String(super::functions::text_of(self)?.to_string())
            }
            Self::Type(_) | Self::Opaque(_) => return Err(Error::overload("json", &[self])),
        })
    }

    /// Makes a text.
    pub(crate) fn text(text: impl Into<Text<'a>>) -> Self {
        Self::String(text.into())
    }

    /// Makes a list.
    pub(crate) fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(List::Made(items.into_iter().collect()))
    }

    /// Makes a map.
    pub(crate) fn map(entries: impl IntoIterator<Item = (Key<'a>, Self)>) -> Self {
        Self::Map(Map::Made(Rc::new(entries.into_iter().collect())))
    }

    /// Makes a map of fields.
    pub(crate) fn fields<const N: usize>(fields: [(&'a str, Self); N]) -> Self {
        Self::map(fields.map(|(name, value)| (Key::String(Text::Borrowed(name)), value)))
    }

    /// Makes an optional with a value.
    pub(crate) fn some(value: Self) -> Self {
        Self::Optional(Some(Rc::new(value)))
    }

    /// Makes a number from a length.
    pub(crate) fn length(length: usize) -> Self {
        Self::Int(i64::try_from(length).unwrap_or(i64::MAX))
    }

    /// Returns its type.
    pub(crate) fn type_of(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Uint(_) => Type::Uint,
            Self::Double(_) => Type::Double,
            Self::String(_) => Type::String,
            Self::Bytes(_) => Type::Bytes,
            Self::List(_) => Type::List,
            Self::Map(_) => Type::Map,
            Self::Duration(_) => Type::Duration,
            Self::Timestamp(_) => Type::Timestamp,
            Self::Type(_) => Type::OfTypes,
            Self::Optional(_) => Type::Optional,
            Self::Opaque(opaque) => Type::Opaque(opaque.name()),
        }
    }

    /// Returns it as a key, where it can be one.
    pub(crate) fn to_key(&self) -> Option<Key<'a>> {
        match self {
            Self::Bool(value) => Some(Key::Bool(*value)),
            Self::Int(value) => Some(Key::Int(*value)),
            Self::Uint(value) => Some(i64::try_from(*value).map_or(Key::Uint(*value), Key::Int)),
            Self::Double(value) => super::compare::whole(*value).map(Key::Int),
            Self::String(text) => Some(Key::String(text.clone())),
            _ => None,
        }
    }

    /// Whether it is the zero value of its type.
    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Self::Null | Self::Optional(None) => true,
            Self::Bool(value) => !value,
            Self::Int(value) => *value == 0,
            Self::Uint(value) => *value == 0,
            Self::Double(value) => *value == 0.0,
            Self::String(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::List(list) => list.len() == 0,
            Self::Map(map) => map.len() == 0,
            Self::Duration(length) => length.0 == 0,
            Self::Timestamp(_) | Self::Type(_) | Self::Optional(Some(_)) | Self::Opaque(_) => false,
        }
    }
}

/// Reads JSON's numbers: whole ones are `int`, others `double`, as in Kubernetes.
fn of_number<'a>(number: &serde_json::Number) -> Value<'a> {
    match number.as_i64() {
        Some(whole) => Value::Int(whole),
        None => Value::Double(number.as_f64().unwrap_or(f64::NAN)),
    }
}

impl<'a> List<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Json(items) => items.len(),
            Self::Made(items) => items.len(),
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<Value<'a>> {
        match self {
            Self::Json(items) => items.get(index).map(Value::of_json),
            Self::Made(items) => items.get(index).cloned(),
        }
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = Value<'a>> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl<'a> Map<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Json(fields) => fields.len(),
            Self::Made(entries) => entries.len(),
        }
    }

    pub(crate) fn get(&self, key: &Key<'a>) -> Option<Value<'a>> {
        match (self, key) {
            (Self::Json(fields), Key::String(name)) => fields.get(&**name).map(Value::of_json),
            (Self::Json(_), _) => None,
            (Self::Made(entries), key) => entries.get(key).cloned(),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::Json(fields) => fields.contains_key(name),
            Self::Made(entries) => has_key(entries, name),
        }
    }

    pub(crate) fn field(&self, name: &'a str) -> Option<Value<'a>> {
        match self {
            Self::Json(fields) => fields.get(name).map(Value::of_json),
            Self::Made(entries) => entries.get(&Key::String(Text::Borrowed(name))).cloned(),
        }
    }

    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = (Key<'a>, Value<'a>)> + '_> {
        match self {
            Self::Json(fields) => {
                Box::new(fields.iter().map(|(name, value)| {
                    (Key::String(Text::Borrowed(name)), Value::of_json(value))
                }))
            }
            Self::Made(entries) => {
                Box::new(entries.iter().map(|(key, value)| (key.clone(), value.clone())))
            }
        }
    }
}

fn has_key<'k>(entries: &BTreeMap<Key<'k>, Value<'k>>, name: &'k str) -> bool {
    entries.contains_key(&Key::String(Text::Borrowed(name)))
}

impl<'a> Key<'a> {
    pub(crate) fn into_value(self) -> Value<'a> {
        match self {
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Uint(value) => Value::Uint(value),
            Self::String(text) => Value::String(text),
        }
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Uint(value) => value.fmt(f),
            Self::String(text) => f.write_str(text),
        }
    }
}

impl Type {
    /// Returns CEL's name of the type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Bytes => "bytes",
            Self::Double => "double",
            Self::Duration => "google.protobuf.Duration",
            Self::Int => "int",
            Self::List => "list",
            Self::Map => "map",
            Self::Null => "null_type",
            Self::Opaque(name) => name,
            Self::Optional => "optional_type",
            Self::String => "string",
            Self::Timestamp => "google.protobuf.Timestamp",
            Self::OfTypes => "type",
            Self::Uint => "uint",
        }
    }
}

impl Opaque {
    fn name(&self) -> &'static str {
        match self {
            Self::Attestation(_) => "attestation",
            Self::Authorizer(authorizer) => authorizer.type_name(),
            Self::Cidr(_) => "net.CIDR",
            Self::Format(_) => "kubernetes.NamedFormat",
            Self::GlobalContext => "globalcontext.Context",
            Self::Http => "http.Context",
            Self::Image(_) => "kyverno.image",
            Self::ImageData => "imagedata.Context",
            Self::Ip(_) => "net.IP",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Resource => "resource.Context",
            Self::Semver(_) => "kubernetes.Semver",
            Self::Signer(_) => "attestor",
            Self::Url(_) => "kubernetes.URL",
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self::Borrowed(text)
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self::Shared(text.into())
    }
}

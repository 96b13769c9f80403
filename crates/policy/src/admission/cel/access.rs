//! Access to fields and elements of values, also optional ones.

use super::error::{Error, Result};
use super::value::{Key, Opaque, Value};

/// The only field of an authorizer.
const REQUEST_RESOURCE: &str = "requestResource";

/// Selects a field. A field of an optional value is optional itself, in `a.?b.c` too.
pub(super) fn select<'a>(of: &Value<'a>, field: &'a str, optional: bool) -> Result<Value<'a>> {
    match of {
        Value::Map(map) => match (map.field(field), optional) {
            (Some(value), false) => Ok(value),
            (Some(value), true) => Ok(Value::some(value)),
            (None, true) => Ok(Value::Optional(None)),
            (None, false) => Err(Error::NoSuchKey(field.to_owned())),
        },
        Value::Opaque(Opaque::Authorizer(authorizer)) if field == REQUEST_RESOURCE => {
            let of_request = authorizer.request_resource();
            let of_request = of_request.ok_or_else(|| Error::NoSuchKey(field.to_owned()))?;
            Ok(Value::Opaque(Opaque::Authorizer(of_request.into())))
        }
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(of)) => select(of, field, true),
        Value::List(_) => Err(Error::overload("field of", &[of])),
        _ if optional => Ok(Value::Optional(None)),
        _ => Err(Error::NoSuchKey(field.to_owned())),
    }
}

/// Whether there is a field; values without fields are allowed, as in cel-go.
pub(super) fn has(of: &Value<'_>, field: &str) -> Result<bool> {
    match of {
        Value::Map(map) => Ok(map.has(field)),
        Value::Optional(Some(of)) => has(of, field),
        Value::List(_) => Err(Error::overload("has", &[of])),
        _ => Ok(false),
    }
}

/// Selects an element of a list or a map; none where an optional one is missing.
pub(super) fn element<'a>(
    of: &Value<'a>,
    index: &Value<'a>,
    optional: bool,
) -> Result<Option<Value<'a>>> {
    let found = match of {
        Value::Map(map) => index.to_key().and_then(|key| map.get(&key)),
        Value::List(list) => {
            let Some(Key::Int(place)) = index.to_key() else {
                return Err(Error::overload("[]", &[of, index]));
            };
            let found = usize::try_from(place).ok().and_then(|place| list.get(place));
            if found.is_none() && !optional {
                return Err(Error::IndexOutOfBounds(place));
            }
            found
        }
        _ if optional => None,
        _ => return Err(Error::overload("[]", &[of, index])),
    };
    if found.is_none() && !optional {
        let key = index.to_key();
        return Err(Error::NoSuchKey(key.map_or_else(String::new, |key| key.to_string())));
    }
    Ok(found)
}

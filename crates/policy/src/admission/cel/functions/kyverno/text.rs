//! Kyverno's functions on texts and lists.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::super::{mismatch, text};
use crate::Limits;
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Key, Value};
use crate::admission::jmespath;

/// Returns namespace and name of `system:serviceaccount:namespace:name`; empty for other texts.
pub(super) fn service_account<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(user)] = arguments else {
        return Err(mismatch("parseServiceAccount", arguments));
    };
    let account = user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    let (namespace, name) = account.filter(|(_, name)| !name.contains(':')).unwrap_or(("", ""));
    Ok(Value::fields([
        ("Namespace", Value::text(namespace.to_owned())),
        ("Name", Value::text(name.to_owned())),
    ]))
}

pub(super) fn md5<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    hash::<Md5>(run, "md5", arguments)
}

pub(super) fn sha1<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    hash::<Sha1>(run, "sha1", arguments)
}

pub(super) fn sha256<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    hash::<Sha256>(run, "sha256", arguments)
}

fn hash<'a, H: Digest>(
    run: &mut Run<'a>,
    name: &str,
    arguments: &[Value<'a>],
) -> Result<Value<'a>> {
    let [Value::String(text)] = arguments else { return Err(mismatch(name, arguments)) };
    run.spend_bytes(text.len())?;
    Ok(Value::text(HEXLOWER.encode(&H::digest(text.as_bytes()))))
}

pub(super) fn read_json<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(text)] = arguments else { return Err(mismatch("json", arguments)) };
    run.spend(text.len())?;
    let read = serde_json::from_str(text);
    read.map(Value::of_owned_json).map_err(|error| Error::invalid(format!("no JSON: {error}")))
}

pub(super) fn read_yaml<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(text)] = arguments else { return Err(mismatch("yaml", arguments)) };
    run.spend(text.len())?;
    let read = crate::error::yaml(text.as_bytes(), &Limits::default());
    read.map(Value::of_owned_json).map_err(|error| Error::invalid(format!("no YAML: {error}")))
}

/// Decodes a certificate, or a request for one, as Kyverno's JMESPath does.
pub(super) fn certificate<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(text)] = arguments else { return Err(mismatch("x509", arguments)) };
    run.spend(text.len())?;
    let text = serde_json::Value::String(text.to_string());
    let decoded = jmespath::search("x509_decode(@)", &text, run.surroundings.now());
    decoded.map(Value::of_owned_json).map_err(|error| Error::invalid(error.to_string()))
}

/// Makes a map of two lists of maps, pair by pair: a key from the first, a value from the second.
pub(super) fn to_map<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::List(keys), Value::List(values), Value::String(key), Value::String(value)] =
        arguments
    else {
        return Err(mismatch("listObjToMap", arguments));
    };
    run.spend(keys.len())?;
    if keys.len() != values.len() {
        return Err(Error::invalid("the lists have different lengths"));
    }
    let mut made = BTreeMap::new();
    for (one, other) in keys.iter().zip(values.iter()) {
        let (Value::Map(one), Value::Map(other)) = (&one, &other) else {
            return Err(Error::invalid("an element is no map"));
        };
        let name = one.get(&Key::String(key.clone()));
        let name = name.ok_or_else(|| Error::NoSuchKey(key.to_string()))?;
        let name = text(&name).ok_or_else(|| Error::invalid("a key is no text"))?.to_owned();
        let value = other.get(&Key::String(value.clone()));
        let value = value.ok_or_else(|| Error::invalid("a value is missing"))?;
        made.insert(Key::String(name.into()), value);
    }
    Ok(Value::map(made))
}

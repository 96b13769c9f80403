//! Queries of the cluster, of services and of registries.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::super::{mismatch, text};
use crate::admission::LabelSelector;
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Key, Map, Opaque, Text, Value};

/// `resource.Get(version, resource, namespace, name)`, `http.Get(url)`,
/// `globalContext.Get(name, projection)`.
pub(super) fn get<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    match arguments {
        [Value::Opaque(Opaque::Resource), asked @ ..] => {
            // A policy of a namespace names none, and reads only its own.
            let wanted = match run.namespace {
                Some(own) => {
                    texts(asked).map(|[version, resource, name]| [version, resource, own, name])
                }
                None => texts(asked),
            };
            let [version, resource, namespace, name] =
                wanted.ok_or_else(|| mismatch("resource.Get", arguments))?;
            let found = run.surroundings.object(version, resource, namespace, name);
            let there = |found: Option<Arc<Json>>| found.ok_or_else(|| not_there(resource, name));
            let found = there(found?)?;
            answer(run, found)
        }
        [Value::Opaque(Opaque::Http), Value::String(url)]
        | [Value::Opaque(Opaque::Http), Value::String(url), Value::Map(_)] => {
            call(run, "GET", url, None)
        }
        [Value::Opaque(Opaque::GlobalContext), Value::String(name)] => entry(run, name, ""),
        [Value::Opaque(Opaque::GlobalContext), Value::String(name), Value::String(projection)] => {
            entry(run, name, projection)
        }
        _ => Err(mismatch("Get", arguments)),
    }
}

fn not_there(resource: &str, name: &str) -> Error {
    Error::Unanswered(format!("there is no {name} among {resource}"))
}

/// Returns an entry of the global context; null where there is none.
fn entry<'a>(run: &mut Run<'a>, name: &str, projection: &str) -> Result<Value<'a>> {
    let projection = Some(projection).filter(|projection| !projection.is_empty());
    match run.surroundings.global_entry(name, projection)? {
        Some(entry) => answer(run, entry),
        None => Ok(Value::Null),
    }
}

/// `resource.List(version, resource, namespace, labels)`: a list object, as the API gives it.
pub(super) fn list<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::Opaque(Opaque::Resource), asked @ ..] = arguments else {
        return Err(mismatch("List", arguments));
    };
    let (asked, labels) = match asked {
        [asked @ .., Value::Map(labels)] => (asked, Some(labels)),
        asked => (asked, None),
    };
    let wanted = match run.namespace {
        Some(own) => texts(asked).map(|[version, resource]| [version, resource, own]),
        None => {
            texts(asked).or_else(|| texts(asked).map(|[version, resource]| [version, resource, ""]))
        }
    };
    let [version, resource, namespace] =
        wanted.ok_or_else(|| mismatch("resource.List", arguments))?;
    let labels = match labels {
        Some(labels) => {
            wanted_labels(labels).ok_or_else(|| mismatch("resource.List", arguments))?
        }
        None => LabelSelector::default(),
    };
    let found = run.surroundings.objects(version, resource, namespace, &labels)?;
    Ok(Value::fields([("items", answer(run, found)?)]))
}

fn wanted_labels(labels: &Map<'_>) -> Option<LabelSelector> {
    let label =
        |(name, value): (Key<'_>, Value<'_>)| Some((name.to_string(), text(&value)?.to_owned()));
    let labels: Option<BTreeMap<_, _>> = labels.iter().map(label).collect();
    labels.map(LabelSelector::of_labels)
}

/// `http.Post(url, data)`, `resource.Post(version, resource, namespace, data)`.
pub(super) fn post<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    match arguments {
        [Value::Opaque(Opaque::Http), Value::String(url), data]
        | [Value::Opaque(Opaque::Http), Value::String(url), data, Value::Map(_)] => {
            let data = data.to_json(run)?;
            call(run, "POST", url, Some(&data))
        }
        [
            Value::Opaque(Opaque::Resource),
            Value::String(version),
            Value::String(resource),
            asked @ ..,
        ] => {
            let prefix = if version.contains('/') { "apis" } else { "api" };
            let in_namespace =
                |namespace: &str| format!("/{prefix}/{version}/namespaces/{namespace}/{resource}");
            let (url, data) = match asked {
                [Value::String(namespace), data @ Value::Map(_)] if run.namespace.is_none() => {
                    (in_namespace(namespace), data)
                }
                [data @ Value::Map(_)] => match run.namespace {
                    Some(own) => (in_namespace(own), data),
                    None => (format!("/{prefix}/{version}/{resource}"), data),
                },
                _ => return Err(mismatch("resource.Post", arguments)),
            };
            let data = data.to_json(run)?;
            let made = run.surroundings.call("POST", &url, Some(&data))?;
            answer(run, made)
        }
        _ => Err(mismatch("Post", arguments)),
    }
}

/// `http.Put(url, data)`.
pub(super) fn put<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    match arguments {
        [Value::Opaque(Opaque::Http), Value::String(url), data]
        | [Value::Opaque(Opaque::Http), Value::String(url), data, Value::Map(_)] => {
            let data = data.to_json(run)?;
            call(run, "PUT", url, Some(&data))
        }
        _ => Err(mismatch("Put", arguments)),
    }
}

/// Returns an HTTP answer: the fields of its body, the whole body as `body`, and the status.
fn call<'a>(run: &mut Run<'a>, method: &str, url: &str, data: Option<&Json>) -> Result<Value<'a>> {
    let answered = run.surroundings.call(method, url, data)?;
    let answered = run.share(answered)?;
    let mut fields = BTreeMap::new();
    if let Json::Object(own) = answered {
        run.spend(own.len())?;
        fields.extend(
            own.iter()
                .map(|(name, value)| (Key::String(Text::Borrowed(name)), Value::of_json(value))),
        );
    }
    let [body, status] = ["body", "statusCode"].map(|name| Key::String(name.into()));
    if !(fields.contains_key(&body) && fields.contains_key(&status)) {
        fields.insert(body, Value::of_json(answered));
        fields.insert(status, Value::Int(200));
    }
    Ok(Value::map(fields))
}

/// `image.GetMetadata(reference)`.
pub(super) fn metadata<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::Opaque(Opaque::ImageData), Value::String(reference)] = arguments else {
        return Err(mismatch("GetMetadata", arguments));
    };
    let mut known = run.surroundings.image(reference)?;
    // Kyverno's two kinds of policies use two names for the configuration.
    if let Json::Object(fields) = &mut known
        && let Some(config) = fields.get("configData").cloned()
    {
        fields.entry("config").or_insert(config);
    }
    answer(run, Arc::new(known))
}

pub(super) fn answer<'a>(run: &mut Run<'a>, answer: Arc<Json>) -> Result<Value<'a>> {
    let answer = run.share(answer)?;
    Ok(Value::of_json(answer))
}

fn texts<'v, const N: usize>(values: &'v [Value<'_>]) -> Option<[&'v str; N]> {
    let texts: Option<Vec<&str>> = values.iter().map(text).collect();
    texts?.try_into().ok()
}

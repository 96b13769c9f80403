//! The language by examples: an expression, and what it is.

mod hostile;
mod language;
mod libraries;
mod types;

use serde_json::{Value as Json, json};

use super::{Input, Names, Opaque, Run, Shared, Value};
use crate::admission::Alone;

/// A Pod, as expressions see it.
fn pod() -> Json {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "shop", "labels": {"app": "shop", "tier.example.com/name": "front"}},
        "spec": {
            "replicas": 3,
            "ratio": 1.5,
            "nothing": null,
            "containers": [
                {"name": "a", "image": "ghcr.io/your-org/shop:1", "ports": [{"hostPort": 80}, {}]},
                {"name": "b", "image": "nginx"},
            ],
        },
    })
}

/// What an expression says of the Pod, as text.
fn say(text: &str) -> String {
    let object = pod();
    let names = Names::new(&[Input::Object, Input::OldObject, Input::Http]);
    let program = match names.compile(text) {
        Ok(program) => program,
        Err(error) => return format!("compile: {error}"),
    };
    let around = Alone("2026-11-21T12:00:00Z".parse().unwrap());
    let shared = Shared::default();
    let mut run = Run::new(&[], &around, &shared);
    run.give(Input::Object, Value::of_json(&object));
    run.give(Input::OldObject, Value::Null);
    run.give(Input::Http, Value::Opaque(Opaque::Http));
    match run.value(&program) {
        Ok(value) => shown(&value, &mut run),
        Err(error) => format!("error: {error}"),
    }
}

fn shown<'a>(value: &Value<'a>, run: &mut Run<'a>) -> String {
    match value {
        Value::Optional(None) => "none".into(),
        Value::Optional(Some(value)) => format!("some({})", shown(value, run)),
        Value::Type(named) => named.name().into(),
        Value::Uint(value) => format!("{value}u"),
        Value::Bytes(bytes) => format!("{bytes:?}"),
        Value::Duration(_) | Value::Timestamp(_) => {
            super::functions::text_of(value).unwrap().to_string()
        }
        Value::Opaque(_) => super::functions::text_of(value)
            .map_or_else(|error| error.to_string(), |text| text.to_string()),
        other => other.to_json(run).unwrap().to_string(),
    }
}

fn all(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| say(text) != *expected)
        .map(|(text, expected)| format!("{text}\n  is {}\n  not {expected}", say(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

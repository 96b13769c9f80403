//! Patterns that objects are compared with, and their anchors.
//!
//! | anchor | what follows holds |
//! | --- | --- |
//! | `(key)` | conditional: where it does not, the rest of its map does not count |
//! | `<(key)` | global: where it does not, the whole rule does not count |
//! | `=(key)` | equality: if the key is there |
//! | `^(key)` | existence: for at least one element |
//! | `X(key)` | negation: the key is not there |

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::wildcard;
use super::scalar;

/// The result of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// The object matches the pattern.
    Holds,
    /// An anchor exempts the object.
    Skipped,
    /// The object differs from this path on: `/spec/containers/0/image/`.
    Differs(String),
    /// It cannot be compared.
    Undecided(String),
}

/// A key with an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor<'k> {
    kind: Kind,
    pub(super) key: &'k str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Condition,
    Global,
    Equality,
    Existence,
    Negation,
    /// `+(key)`, which only mutation uses.
    Addition,
}

impl<'k> Anchor<'k> {
    pub(super) fn of(key: &'k str) -> Option<Self> {
        let inner = key.trim().strip_suffix(')')?;
        let (modifier, key) = inner.split_once('(')?;
        let kind = match modifier {
            "" => Kind::Condition,
            "<" => Kind::Global,
            "=" => Kind::Equality,
            "^" => Kind::Existence,
            "X" => Kind::Negation,
            "+" => Kind::Addition,
            _ => return None,
        };
        (!key.is_empty()).then_some(Self { kind, key })
    }

    fn written(self, key: &str) -> String {
        let modifier = match self.kind {
            Kind::Condition => "",
            Kind::Global => "<",
            Kind::Equality => "=",
            Kind::Existence => "^",
            Kind::Negation => "X",
            Kind::Addition => "+",
        };
        format!("{modifier}({key})")
    }
}

/// Why an object does not match a pattern.
enum Differs {
    /// A condition or a global anchor does not hold.
    Anchor,
    /// Anchors exempt everything in a map or list.
    LeftOut,
    /// A forbidden key exists.
    Forbidden(String),
    /// A value does not match.
    Value(String),
    /// The two cannot be compared.
    Incomparable,
}

impl Differs {
    fn is_skip(&self) -> bool {
        matches!(self, Self::Anchor | Self::LeftOut)
    }
}

type Comparison = Result<(), Differs>;

/// Compares an object with a pattern.
pub(super) fn compare(object: &Value, pattern: &Value) -> Compared {
    let mut comparer = Comparer { keys: BTreeMap::new() };
    match comparer.element(object, pattern, "/") {
        Ok(()) => Compared::Holds,
        Err(differs) if differs.is_skip() => Compared::Skipped,
        Err(Differs::Forbidden(path)) => Compared::Differs(path),
        Err(_) if comparer.misses_a_key() => {
            Compared::Undecided("a key that the pattern's anchors name is not there".to_owned())
        }
        Err(Differs::Value(path)) => Compared::Differs(path),
        Err(_) => Compared::Undecided("the lists differ in length".to_owned()),
    }
}

struct Comparer<'p> {
    /// The keys of conditions and existence anchors, and whether any object had them.
    keys: BTreeMap<&'p str, bool>,
}

impl<'p> Comparer<'p> {
    fn misses_a_key(&self) -> bool {
        self.keys.values().any(|found| !found)
    }

    fn element(&mut self, value: &Value, pattern: &'p Value, path: &str) -> Comparison {
        let differs = || Err(Differs::Value(path.to_owned()));
        match pattern {
            Value::Object(fields) => match value {
                Value::Object(own) => {
                    self.note_keys(fields, own);
                    match with_labels(fields, own) {
                        Cow::Borrowed(fields) => self.map(own, fields, path),
                        Cow::Owned(fields) => {
                            // These keys do not outlive the call, so they are recorded for it
                            // alone.
                            let mut inner = Comparer { keys: BTreeMap::new() };
                            inner.map(own, &fields, path)
                        }
                    }
                }
                _ => differs(),
            },
            Value::Array(patterns) => match value {
                Value::Array(items) => self.list(items, patterns, path),
                _ => differs(),
            },
            scalar => {
                let holds = match value {
                    Value::Array(items) => items.iter().all(|item| scalar::is(item, scalar)),
                    value => scalar::is(value, scalar),
                };
                if holds { Ok(()) } else { differs() }
            }
        }
    }

    fn note_keys(&mut self, pattern: &'p Map<String, Value>, object: &Map<String, Value>) {
        for key in pattern.keys() {
            if let Some(anchor) = Anchor::of(key)
                && matches!(anchor.kind, Kind::Condition | Kind::Existence)
            {
                *self.keys.entry(key.as_str()).or_default() |= object.contains_key(anchor.key);
            }
        }
    }

    /// Compares the anchors first, then the rest; of the rest, global anchors and values with
    /// anchors in them come first.
    fn map(
        &mut self,
        object: &Map<String, Value>,
        pattern: &'p Map<String, Value>,
        path: &str,
    ) -> Comparison {
        let (mut applied, mut left_out, mut by_anchor) = (0, 0, false);
        for (key, below) in pattern {
            let Some(anchor) = Anchor::of(key) else { continue };
            if matches!(anchor.kind, Kind::Global | Kind::Addition) {
                continue;
            }
            match self.anchor(object, anchor, below, path) {
                Ok(()) => applied += 1,
                Err(differs) if differs.is_skip() => {
                    left_out += 1;
                    by_anchor |= matches!(differs, Differs::Anchor);
                }
                // A failure of a key that a sibling's anchor exempts does not count.
                Err(_) if by_anchor => {}
                Err(differs) => return Err(differs),
            }
        }
        if left_out > 0 && (applied == 0 || by_anchor) {
            return Err(Differs::LeftOut);
        }
        for (key, below) in rest_in_order(pattern) {
            match Anchor::of(key) {
                Some(anchor) if anchor.kind == Kind::Global => {
                    self.anchor(object, anchor, below, path)?;
                }
                _ => self.field(object, key, below, path)?,
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        object: &Map<String, Value>,
        key: &str,
        below: &'p Value,
        path: &str,
    ) -> Comparison {
        let value = object.get(key).unwrap_or(&Value::Null);
        if below.as_str() == Some("*") {
            let there = !value.is_null();
            return if there { Ok(()) } else { Err(Differs::Value(path.to_owned())) };
        }
        self.element(value, below, &format!("{path}{key}/"))
    }

    fn anchor(
        &mut self,
        object: &Map<String, Value>,
        anchor: Anchor<'_>,
        below: &'p Value,
        path: &str,
    ) -> Comparison {
        let path = format!("{path}{}/", anchor.key);
        let value = object.get(anchor.key);
        match (anchor.kind, value) {
            (Kind::Negation, Some(_)) => Err(Differs::Forbidden(path)),
            (Kind::Condition, None) => Err(Differs::Anchor),
            (Kind::Condition | Kind::Global, Some(value)) => {
                self.element(value, below, &path).map_err(|_| Differs::Anchor)
            }
            (Kind::Equality, Some(value)) => self.element(value, below, &path),
            (Kind::Existence, Some(value)) => self.existence(value, below, &path),
            (_, None) | (Kind::Addition, Some(_)) => Ok(()),
        }
    }

    /// Checks that at least one element matches each of the patterns.
    fn existence(&mut self, value: &Value, below: &'p Value, path: &str) -> Comparison {
        let differs = || Differs::Value(path.to_owned());
        let (Value::Array(items), Value::Array(patterns)) = (value, below) else {
            return Err(differs());
        };
        for pattern in patterns {
            let mut some = false;
            for (at, item) in items.iter().enumerate() {
                if self.element(item, pattern, &format!("{path}{at}/")).is_ok() {
                    some = true;
                    break;
                }
            }
            if !some || !pattern.is_object() {
                return Err(differs());
            }
        }
        Ok(())
    }

    fn list(&mut self, items: &[Value], patterns: &'p [Value], path: &str) -> Comparison {
        match patterns.first() {
            None => Err(Differs::Value(path.to_owned())),
            // One map applies to all elements.
            Some(pattern @ Value::Object(_)) => {
                self.each(items.iter().map(|item| (item, pattern)), path)
            }
            Some(Value::Array(_)) if items.len() < patterns.len() => Err(Differs::Incomparable),
            Some(Value::Array(_)) => self.each(items.iter().zip(patterns), path),
            Some(scalar) => {
                let holds = items.iter().all(|item| scalar::is(item, scalar));
                if holds { Ok(()) } else { Err(Differs::Value(path.to_owned())) }
            }
        }
    }

    fn each<'i>(
        &mut self,
        pairs: impl Iterator<Item = (&'i Value, &'p Value)>,
        path: &str,
    ) -> Comparison {
        let (mut applied, mut left_out) = (0, 0);
        for (at, (item, pattern)) in pairs.enumerate() {
            match self.element(item, pattern, &format!("{path}{at}/")) {
                Ok(()) => applied += 1,
                Err(differs) if differs.is_skip() => left_out += 1,
                Err(differs) => return Err(differs),
            }
        }
        if applied == 0 && left_out > 0 { Err(Differs::LeftOut) } else { Ok(()) }
    }
}

fn rest_in_order(pattern: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let rest = || {
        pattern.iter().filter(|(key, _)| {
            Anchor::of(key)
                .is_none_or(|anchor| matches!(anchor.kind, Kind::Global | Kind::Addition))
        })
    };
    let is_early = |(key, below): &(&String, &Value)| {
        Anchor::of(key).is_some_and(|anchor| anchor.kind == Kind::Global) || has_anchors(below)
    };
    rest()
        .filter(is_early)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .chain(rest().filter(move |own| !is_early(own)))
}

fn has_anchors(pattern: &Value) -> bool {
    match pattern {
        Value::Object(fields) => fields.iter().any(|(key, below)| {
            Anchor::of(key).is_some_and(|anchor| anchor.kind != Kind::Addition)
                || has_anchors(below)
        }),
        Value::Array(items) => items.iter().any(has_anchors),
        _ => false,
    }
}

/// Replaces wildcards in the pattern's names of labels and annotations by the names that the object
/// has.
fn with_labels<'p>(
    pattern: &'p Map<String, Value>,
    object: &Map<String, Value>,
) -> Cow<'p, Map<String, Value>> {
    let part = |of: &Map<String, Value>, name: &str| {
        let is_it = |key: &str| key == name || Anchor::of(key).is_some_and(|own| own.key == name);
        of.keys().find(|key| is_it(key)).cloned()
    };
    let Some(metadata_key) = part(pattern, "metadata") else { return Cow::Borrowed(pattern) };
    let Some(Value::Object(metadata)) = pattern.get(&metadata_key) else {
        return Cow::Borrowed(pattern);
    };
    let mut replaced = None;
    for name in ["labels", "annotations"] {
        let Some(key) = part(metadata, name) else { continue };
        let own = object.get("metadata").and_then(|own| own.get(name)).and_then(Value::as_object);
        let (Some(Value::Object(wanted)), Some(own)) = (metadata.get(&key), own) else { continue };
        if !wanted.keys().any(|key| wildcard::has_wildcard(key)) {
            continue;
        }
        let renamed = wanted.iter().map(|(key, value)| (named(key, own), value.clone()));
        let renamed: Map<String, Value> = renamed.collect();
        let metadata = replaced.get_or_insert_with(|| metadata.clone());
        metadata.insert(key, renamed.into());
    }
    match replaced {
        None => Cow::Borrowed(pattern),
        Some(metadata) => {
            let mut pattern = pattern.clone();
            pattern.insert(metadata_key, metadata.into());
            Cow::Owned(pattern)
        }
    }
}

fn named(key: &str, own: &Map<String, Value>) -> String {
    if !wildcard::has_wildcard(key) {
        return key.to_owned();
    }
    let anchor = Anchor::of(key);
    let pattern = anchor.map_or(key, |anchor| anchor.key);
    let found = own.keys().find(|own| wildcard::matches(pattern, own));
    let name = found.map_or(pattern, String::as_str);
    anchor.map_or_else(|| name.to_owned(), |anchor| anchor.written(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn gives(object: Value, pattern: Value, expected: Compared) {
        assert_eq!(compare(&object, &pattern), expected, "{object} {pattern}");
    }

    fn pod() -> Value {
        json!({
            "metadata": { "labels": { "app.kubernetes.io/name": "a", "team": "b" } },
            "spec": { "containers": [
                { "name": "one", "image": "nginx:1", "ports": [{ "containerPort": 80 }] },
                { "name": "two", "image": "busybox:latest", "imagePullPolicy": "Always" },
            ]},
        })
    }

    fn differs(path: &str) -> Compared {
        Compared::Differs(path.to_owned())
    }

    #[test]
    fn maps_and_lists() {
        gives(pod(), json!({"spec": {"containers": [{"name": "?*"}]}}), Compared::Holds);
        gives(
            pod(),
            json!({"spec": {"containers": [{"image": "!*:latest"}]}}),
            differs("/spec/containers/1/image/"),
        );
        gives(
            pod(),
            json!({"metadata": {"labels": {"other": "?*"}}}),
            differs("/metadata/labels/other/"),
        );
        gives(
            pod(),
            json!({"metadata": {"annotations": {"a": "*"}}}),
            differs("/metadata/annotations/"),
        );
        gives(pod(), json!({"spec": {"hostNetwork": null}}), Compared::Holds);
    }

    #[test]
    fn conditions_leave_out() {
        let pattern = json!({"spec": {"containers": [
            {"(image)": "*:latest", "imagePullPolicy": "Always"},
        ]}});
        gives(pod(), pattern, Compared::Holds);
        let pattern =
            json!({"spec": {"containers": [{"(image)": "x", "imagePullPolicy": "Always"}]}});
        gives(pod(), pattern, Compared::Skipped);
        let pattern = json!({"spec": {"containers": [{"<(image)": "*:1", "name": "?*"}]}});
        gives(pod(), pattern, Compared::Holds);
        let pattern = json!({"spec": {"<(a)": "b", "containers": "x"}});
        gives(json!({"spec": {"a": "c"}}), pattern, Compared::Skipped);
    }

    #[test]
    fn equality_existence_and_negation() {
        gives(pod(), json!({"spec": {"=(hostPID)": false}}), Compared::Holds);
        gives(pod(), json!({"spec": {"^(containers)": [{"image": "nginx:*"}]}}), Compared::Holds);
        gives(
            pod(),
            json!({"spec": {"^(containers)": [{"image": "redis:*"}]}}),
            differs("/spec/containers/"),
        );
        gives(pod(), json!({"spec": {"X(containers)": "null"}}), differs("/spec/containers/"));
        gives(pod(), json!({"spec": {"X(volumes)": "null"}}), Compared::Holds);
    }

    #[test]
    fn names_of_labels_have_wildcards() {
        gives(pod(), json!({"metadata": {"labels": {"*/name": "a"}}}), Compared::Holds);
        gives(
            pod(),
            json!({"metadata": {"labels": {"=(te*)": "c"}}}),
            differs("/metadata/labels/team/"),
        );
    }
}

//! Conditions: `key`, `operator`, `value`, in `any` and `all`.

use serde::Deserialize;
use serde_json::Value;

use super::compare::Operator;
use super::scope::{Scope, Unresolved};
use super::substitute;

/// Conditions, in one of the two forms.
#[derive(Debug)]
pub(super) enum Conditions {
    /// A list: all must hold.
    List(Vec<Condition>),
    /// One of `any`, and all of `all`.
    AnyAll(AnyAll),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AnyAll {
    any: Option<Vec<Condition>>,
    all: Vec<Condition>,
}

/// One condition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    #[serde(default)]
    key: Value,
    operator: Operator,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    message: String,
}

/// Whether conditions hold, with their message.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) holds: bool,
    pub(super) message: String,
}

impl Conditions {
    /// Reads conditions; returns none where there are none.
    pub(super) fn read(value: &Value) -> Result<Option<Self>, String> {
        match value {
            Value::Null => Ok(None),
            Value::Array(items) => {
                let list = items
                    .iter()
                    .map(|item| Condition::deserialize(item).map_err(|error| error.to_string()));
                Ok(Some(Self::List(list.collect::<Result<_, _>>()?)))
            }
            value => AnyAll::deserialize(value)
                .map(|conditions| Some(Self::AnyAll(conditions)))
                .map_err(|error| error.to_string()),
        }
    }

    /// Evaluates the conditions; the error is the reason why one cannot be decided.
    pub(super) fn ask(&self, scope: &mut Scope<'_>) -> Result<Held, Unresolved> {
        match self {
            Self::List(list) => all(list, scope, ";"),
            Self::AnyAll(conditions) => conditions.ask(scope),
        }
    }
}

impl AnyAll {
    fn ask(&self, scope: &mut Scope<'_>) -> Result<Held, Unresolved> {
        let (mut holding, mut failing) = (Vec::new(), Vec::new());
        let mut any_holds = self.any.is_none();
        for condition in self.any.iter().flatten() {
            let holds = condition.ask(scope)?;
            let messages = if holds { &mut holding } else { &mut failing };
            messages.push(condition.message.as_str());
            if holds {
                any_holds = true;
                break;
            }
        }
        let mut all_hold = true;
        for condition in &self.all {
            if condition.ask(scope)? {
                holding.push(&condition.message);
            } else {
                failing.push(&condition.message);
                all_hold = false;
                break;
            }
        }
        let holds = any_holds && all_hold;
        Ok(Held { holds, message: joined(if holds { &holding } else { &failing }, "; ") })
    }
}

/// Evaluates several blocks, all of which must hold.
pub(super) fn ask_all(blocks: &[Conditions], scope: &mut Scope<'_>) -> Result<Held, Unresolved> {
    for block in blocks {
        let held = block.ask(scope)?;
        if !held.holds {
            return Ok(held);
        }
    }
    Ok(Held { holds: true, message: String::new() })
}

fn all(list: &[Condition], scope: &mut Scope<'_>, separator: &str) -> Result<Held, Unresolved> {
    let mut messages = Vec::new();
    for condition in list {
        if !condition.ask(scope)? {
            return Ok(Held { holds: false, message: condition.message.clone() });
        }
        messages.push(condition.message.as_str());
    }
    Ok(Held { holds: true, message: joined(&messages, separator) })
}

fn joined(messages: &[&str], separator: &str) -> String {
    let some: Vec<&str> = messages.iter().copied().filter(|text| !text.is_empty()).collect();
    some.join(separator)
}

impl Condition {
    fn ask(&self, scope: &mut Scope<'_>) -> Result<bool, Unresolved> {
        let key = substitute::all(&self.key, scope)?;
        let value = substitute::all(&self.value, scope)?;
        Ok(self.operator.holds(&key, &value))
    }
}

//! Variables: their given values, their defaults, and their types.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Env, Evaluator, Key, Reason, ScopeId, Value};
use crate::terraform::syntax::{Block, Expr};

impl<'a> Evaluator<'a> {
    pub(super) fn variable(&mut self, scope: ScopeId, name: &Arc<str>) -> Value {
        let block = self.module(scope).and_then(|module| module.variables.get(name));
        let Some(block) = block else {
            return Value::unknown(Reason::NotDeclared(format!("var.{name}").into()));
        };
        self.keep(scope, Key::Variable(Arc::clone(name)), |this| {
            this.evaluate_variable(scope, name, block)
        })
    }

    fn evaluate_variable(&mut self, scope: ScopeId, name: &Arc<str>, block: &'a Block) -> Value {
        let given = self.given(scope, name);
        let not_nullable = block
            .body
            .attribute("nullable")
            .is_some_and(|nullable| matches!(nullable.value, Expr::Bool(false)));
        let value = match (given, block.body.attribute("default")) {
            (Some(Value::Null), Some(default)) if not_nullable => {
                self.evaluate(&default.value, &mut Env::new(scope))
            }
            (Some(given), _) => given,
            (None, Some(default)) => self.evaluate(&default.value, &mut Env::new(scope)),
            (None, None) => {
                let path = self.scope(scope).map(|scope| Arc::clone(&scope.path));
                let full = format!("{}var.{name}", path.unwrap_or_default());
                self.not_given.insert(full.into());
                return Value::unknown(Reason::NotGiven(Arc::clone(name)));
            }
        };
        match block.body.attribute("type") {
            Some(kind) => self.convert(value, &kind.value, scope),
            None => value,
        }
    }

    fn given(&mut self, scope: ScopeId, name: &Arc<str>) -> Option<Value> {
        let (given, caller) = {
            let scope = self.scope(scope)?;
            (scope.given.get(name).cloned(), scope.caller.clone())
        };
        if given.is_some() {
            return given;
        }
        let (mut env, call) = caller?;
        self.pay(call.body.attributes.len() / 16);
        let argument = call.body.attribute(name)?;
        Some(self.evaluate(&argument.value, &mut env))
    }

    /// Converts to a type as far as that decides a value: texts, numbers and conditions into one
    /// another, and the defaults of `optional` attributes.
    fn convert(&mut self, value: Value, kind: &'a Expr, scope: ScopeId) -> Value {
        if !self.pay(1) {
            return Value::unknown(Reason::Limit("steps"));
        }
        match (kind, &value) {
            (_, Value::Null | Value::Unknown(_) | Value::Handle(_)) => value,
            (Expr::Name(name), _) => convert_primitive(value, name),
            (Expr::Call { name, arguments, .. }, _) => match (&**name, arguments.first()) {
                ("object", Some(Expr::Object(fields))) => {
                    self.convert_object(&value, fields, scope)
                }
                ("list" | "set", Some(inner)) => match value.as_list() {
                    Some(items) => {
                        let convert = |item: &Value| self.convert(item.clone(), inner, scope);
                        let items = items.iter().map(convert).collect();
                        if &**name == "set" { Value::set(items) } else { Value::list(items) }
                    }
                    None => value,
                },
                ("map", Some(inner)) => match &value {
                    Value::Object(items) => {
                        let convert = |(key, item): (&Arc<str>, &Value)| {
                            (Arc::clone(key), self.convert(item.clone(), inner, scope))
                        };
                        Value::object(items.iter().map(convert).collect())
                    }
                    _ => value,
                },
                ("optional", Some(inner)) => self.convert(value, inner, scope),
                _ => value,
            },
            _ => value,
        }
    }

    fn convert_object(
        &mut self,
        value: &Value,
        fields: &'a [(Expr, Expr)],
        scope: ScopeId,
    ) -> Value {
        let Value::Object(items) = value else {
            return value.clone();
        };
        let mut object = BTreeMap::new();
        for (key, kind) in fields {
            let Some(key) = key.as_text() else { continue };
            if !self.pay(1 + key.len() / 16) {
                return Value::unknown(Reason::Limit("steps"));
            }
            let given = items.get(key).filter(|value| **value != Value::Null);
            let value = match given {
                Some(given) => self.convert(given.clone(), kind, scope),
                None => match kind {
                    Expr::Call { name, arguments, .. } if &**name == "optional" => {
                        match (arguments.first(), arguments.get(1)) {
                            (Some(inner), Some(default)) => {
                                let default = self.evaluate(default, &mut Env::new(scope));
                                self.convert(default, inner, scope)
                            }
                            _ => Value::Null,
                        }
                    }
                    _ => Value::Null,
                },
            };
            object.insert(Arc::from(key), value);
        }
        Value::object(object)
    }
}

fn convert_primitive(value: Value, name: &str) -> Value {
    let converted = match name {
        "string" => value.to_text().map(Value::Text),
        "number" => value.to_number().map(Value::Number),
        "bool" => value.to_bool().map(Value::Bool),
        _ => None,
    };
    converted.unwrap_or(value)
}

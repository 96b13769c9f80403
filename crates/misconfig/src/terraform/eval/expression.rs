//! Expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use sealift_model::Impact;

use super::operators::operate;
use super::unify::unified;
use super::value::MAX_WEIGHT;
use super::{Env, Evaluator, Reason, Value, functions};
use crate::terraform::syntax::{Expr, For, Operator};

impl<'a> Evaluator<'a> {
    /// The value of an expression. What it gives is paid for by its weight, so that whoever reads
    /// it once, or keeps it, need not pay again.
    pub(crate) fn evaluate(&mut self, expr: &'a Expr, env: &mut Env) -> Value {
        // Twice the nesting of one file: a chain of locals adds theirs.
        if self.depth >= self.limits.max_depth.saturating_mul(2) {
            self.limit("max_depth", self.limits.max_depth);
            return Value::unknown(Reason::Limit("nested values"));
        }
        if !self.pay(1) {
            return Value::unknown(Reason::Limit("steps"));
        }
        self.depth += 1;
        let mut value = self.dispatch(expr, env);
        self.depth -= 1;
        if !self.pay(value.cost() - 1) {
            value = Value::unknown(Reason::Limit("steps"));
        }
        if let Value::Unknown(why) = &value
            && let Reason::Limit(_) = why.reason
        {
            let message = format!("a value is unknown: {}", why.reason);
            self.tell(message, Impact::Incomplete);
        }
        value
    }

    fn dispatch(&mut self, expr: &'a Expr, env: &mut Env) -> Value {
        match expr {
            Expr::Null => Value::Null,
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Number(value) => Value::Number(*value),
            Expr::Template(parts) => self.template(parts, env),
            Expr::List(items) => {
                Value::list(items.iter().map(|item| self.evaluate(item, env)).collect())
            }
            Expr::Object(items) => self.object(items, env),
            Expr::For(inner) => self.for_expression(inner, env),
            Expr::Conditional(parts) => self.conditional(parts, env),
            Expr::Not(inner) => match self.evaluate(inner, env) {
                unknown @ Value::Unknown(_) => unknown,
                value => known(value.to_bool().map(|value| Value::Bool(!value)), "not a condition"),
            },
            Expr::Negate(inner) => match self.evaluate(inner, env) {
                unknown @ Value::Unknown(_) => unknown,
                value => {
                    known(value.to_number().map(|value| Value::Number(-value)), "not a number")
                }
            },
            Expr::Operations(first, rest) => self.operations(first, rest, env),
            Expr::Call { name, arguments, spread } => self.call(name, arguments, *spread, env),
            Expr::Name(_) => self.traverse(expr, &[], env),
            Expr::Traversal(base, steps) => self.traverse(base, steps, env),
        }
    }

    fn object(&mut self, items: &'a [(Expr, Expr)], env: &mut Env) -> Value {
        let mut object = BTreeMap::new();
        let mut unknown = Vec::new();
        for (key, value) in items {
            let key = self.evaluate(key, env);
            let value = self.evaluate(value, env);
            match (key.to_text(), key) {
                (Some(key), _) => _ = object.insert(key, value),
                (None, Value::Unknown(why)) => unknown.push(why),
                (None, _) => return Value::invalid("the key of an object is no text"),
            }
        }
        if unknown.is_empty() { Value::object(object) } else { Value::because_of(&unknown) }
    }

    fn conditional(&mut self, parts: &'a [Expr; 3], env: &mut Env) -> Value {
        let [condition, then, otherwise] = parts;
        match self.evaluate(condition, env) {
            Value::Unknown(why) => {
                let branches = [self.evaluate(then, env), self.evaluate(otherwise, env)];
                // Whichever it is, it is that.
                if let [Value::Text(a), Value::Text(b)] = &branches
                    && a == b
                {
                    return Value::Text(Arc::clone(a));
                }
                let mut unknown = vec![why];
                for branch in branches {
                    if let Value::Unknown(why) = branch {
                        unknown.push(why);
                    }
                }
                Value::because_of(&unknown)
            }
            value => match value.to_bool() {
                Some(true) => self.chosen(then, otherwise, env),
                Some(false) => self.chosen(otherwise, then, env),
                None => Value::invalid("not a condition"),
            },
        }
    }

    /// The result that a condition chooses, in the type that both results have in common.
    fn chosen(&mut self, chosen: &'a Expr, other: &'a Expr, env: &mut Env) -> Value {
        let value = self.evaluate(chosen, env);
        if !matches!(value, Value::Bool(_) | Value::Number(_) | Value::List(_)) {
            return value;
        }
        let both = unified(vec![value.clone(), self.evaluate(other, env)]);
        // Values without a common type would be refused; the type of null is not known here.
        both.and_then(|both| both.into_iter().next()).unwrap_or(value)
    }

    fn operations(
        &mut self,
        first: &'a Expr,
        rest: &'a [(Operator, Expr)],
        env: &mut Env,
    ) -> Value {
        let mut left = self.evaluate(first, env);
        for (operator, right) in rest {
            // A side that decides alone spares the other.
            match (operator, left.to_bool()) {
                (Operator::Or, Some(true)) | (Operator::And, Some(false)) => {
                    return Value::Bool(*operator == Operator::Or);
                }
                _ => {}
            }
            let right = self.evaluate(right, env);
            left = operate(*operator, left, right);
        }
        left
    }

    /// Runs a body for each element; an unknown collection gives why.
    pub(super) fn each_element(
        &mut self,
        collection: &Value,
        names: (Option<&Arc<str>>, &Arc<str>),
        env: &mut Env,
        mut body: impl FnMut(&mut Self, &mut Env) -> bool,
    ) -> Result<(), Value> {
        for (key, value) in collection.elements()? {
            if !self.pay(1) {
                return Err(Value::unknown(Reason::Limit("steps")));
            }
            let depth = env.names.len();
            if let Some(name) = names.0 {
                env.names.push((Arc::clone(name), key));
            }
            env.names.push((Arc::clone(names.1), value));
            let goes_on = body(self, env);
            env.names.truncate(depth);
            if !goes_on {
                break;
            }
        }
        Ok(())
    }

    fn for_expression(&mut self, inner: &'a For, env: &mut Env) -> Value {
        let collection = self.evaluate(&inner.collection, env);
        let names = (inner.key_name.as_ref(), &inner.value_name);
        let mut list = Vec::new();
        let mut object: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        let mut unknown = Vec::new();
        let mut weight = 0_usize;
        let ran = self.each_element(&collection, names, env, |this, env| {
            if let Some(condition) = &inner.condition {
                match this.evaluate(condition, env) {
                    Value::Unknown(why) => unknown.push(why),
                    value if value.to_bool() == Some(true) => {}
                    _ => return true,
                }
            }
            let value = this.evaluate(&inner.value, env);
            weight = weight.saturating_add(value.weight());
            match inner.key.as_ref().map(|key| this.evaluate(key, env)) {
                None => list.push(value),
                Some(Value::Unknown(why)) => unknown.push(why),
                Some(key) => {
                    if let Some(key) = key.to_text() {
                        object.entry(key).or_default().push(value);
                    }
                }
            }
            // Elements of a value that would not be made need not be gathered.
            weight <= MAX_WEIGHT
        });
        if let Err(why) = ran {
            return why;
        }
        if !unknown.is_empty() {
            return Value::because_of(&unknown);
        }
        if inner.key.is_none() {
            return Value::list(list);
        }
        if !inner.group && object.values().any(|values| values.len() > 1) {
            return Value::invalid("two elements with the same key");
        }
        let value = |mut values: Vec<Value>| match inner.group {
            true => Value::list(values),
            false => values.pop().unwrap_or(Value::Null),
        };
        Value::object(object.into_iter().map(|(key, values)| (key, value(values))).collect())
    }

    fn call(
        &mut self,
        name: &Arc<str>,
        arguments: &'a [Expr],
        spread: bool,
        env: &mut Env,
    ) -> Value {
        match &**name {
            "try" => return self.first_valid(arguments, env),
            "can" => {
                let value = self.first_valid(arguments, env);
                return match &value {
                    Value::Unknown(why) if is_error(&why.reason) => Value::Bool(false),
                    Value::Unknown(_) => value,
                    _ => Value::Bool(true),
                };
            }
            _ => {}
        }
        let mut values: Vec<Value> =
            arguments.iter().map(|argument| self.evaluate(argument, env)).collect();
        if spread {
            match values.pop() {
                Some(Value::List(items) | Value::Set(items)) => {
                    values.extend(items.iter().cloned())
                }
                Some(unknown @ Value::Unknown(_)) => return unknown,
                _ => return Value::invalid("not a list"),
            }
        }
        if !self.pay(functions::search_cost(name, &values)) {
            return Value::unknown(Reason::Limit("steps"));
        }
        let value = match self.read_by(name, &values, env.scope) {
            Some(value) => value,
            None => functions::call(name, &values),
        };
        if let Value::Unknown(why) = &value
            && why.reason == Reason::Function(Arc::clone(name))
        {
            self.not_evaluated.insert(Arc::clone(name));
        }
        value
    }

    /// The first argument that Terraform would not refuse.
    fn first_valid(&mut self, arguments: &'a [Expr], env: &mut Env) -> Value {
        let mut last = Value::invalid("no argument");
        for argument in arguments {
            last = self.evaluate(argument, env);
            match &last {
                Value::Unknown(why) if is_error(&why.reason) => {}
                _ => return last,
            }
        }
        last
    }
}

fn is_error(reason: &Reason) -> bool {
    matches!(reason, Reason::Invalid(_) | Reason::NotDeclared(_))
}

fn known(value: Option<Value>, otherwise: &'static str) -> Value {
    value.unwrap_or_else(|| Value::invalid(otherwise))
}

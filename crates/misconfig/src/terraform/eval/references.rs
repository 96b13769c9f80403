//! References: `var.a`, `local.b.c`, `module.d.e`, `aws_s3_bucket.f[0].arn`.

use std::sync::Arc;

use super::value::Handle;
use super::{Env, Evaluator, Key, Mode, Reason, ScopeId, Value};
use crate::terraform::syntax::{Expr, Step};

impl<'a> Evaluator<'a> {
    pub(super) fn traverse(&mut self, base: &'a Expr, steps: &'a [Step], env: &mut Env) -> Value {
        let Expr::Name(name) = base else {
            let value = self.evaluate(base, env);
            return self.follow(value, steps, env);
        };
        // Few but in a template, which may be given thousands.
        if !self.pay(env.names.len() / 16) {
            return Value::unknown(Reason::Limit("steps"));
        }
        if let Some(value) = env.get(name) {
            let value = value.clone();
            return self.follow(value, steps, env);
        }
        let Some((Step::Attribute(member), rest)) = steps.split_first() else {
            return Value::invalid("a name alone is no value");
        };
        let (value, rest) = match &**name {
            "var" => (self.variable(env.scope, member), rest),
            "local" => (self.local(env.scope, member), rest),
            "module" => (self.module_call(env.scope, member), rest),
            "each" | "count" | "self" => (Value::invalid("not in a block with instances"), rest),
            "path" => (self.path(env.scope, member), rest),
            "terraform" => (Value::text("default"), rest),
            "data" => {
                let Some((Step::Attribute(resource), rest)) = rest.split_first() else {
                    return Value::invalid("data without a name");
                };
                (self.resource(env.scope, Mode::Data, member, resource), rest)
            }
            _ => (self.resource(env.scope, Mode::Managed, name, member), rest),
        };
        self.follow(value, rest, env)
    }

    fn follow(&mut self, mut value: Value, steps: &'a [Step], env: &mut Env) -> Value {
        for step in steps {
            value = match step {
                Step::Attribute(name) => self.attribute(&value, name),
                Step::Index(index) => {
                    let index = self.evaluate(index, env);
                    self.index(&value, &index)
                }
                Step::Splat(inner) => match value {
                    unknown @ Value::Unknown(_) => return unknown,
                    Value::Null => Value::list(Vec::new()),
                    Value::List(items) | Value::Set(items) => {
                        if !self.pay(items.len()) {
                            return Value::unknown(Reason::Limit("steps"));
                        }
                        let mut results = Vec::new();
                        for item in items.iter() {
                            results.push(self.follow(item.clone(), inner, env));
                        }
                        Value::list(results)
                    }
                    single => Value::list(vec![self.follow(single, inner, env)]),
                },
            };
        }
        value
    }

    fn attribute(&mut self, value: &Value, name: &Arc<str>) -> Value {
        match value {
            Value::Object(items) => {
                items.get(name).cloned().unwrap_or_else(|| Value::invalid("no such attribute"))
            }
            Value::Handle(Handle::Resource { scope, block, instance }) => {
                self.resource_attribute(*scope, *block, *instance, name)
            }
            Value::Handle(Handle::Module { scope }) => self.output(*scope, name),
            Value::Unknown(why) => Value::because_of(&[Arc::clone(why)]),
            _ => Value::invalid("no such attribute"),
        }
    }

    fn index(&mut self, value: &Value, index: &Value) -> Value {
        match (value, index) {
            (Value::Unknown(why), _) | (_, Value::Unknown(why)) => {
                Value::because_of(&[Arc::clone(why)])
            }
            (Value::List(items), _) => index
                .to_index()
                .and_then(|index| items.get(index).cloned())
                .unwrap_or_else(|| Value::invalid("no such element")),
            (Value::Object(_), _) => match index.to_text() {
                Some(name) => self.attribute(value, &name),
                None => Value::invalid("no such element"),
            },
            // One that represents instances whose number is not known.
            (Value::Handle(handle), _) if self.stands_for_many(handle) => value.clone(),
            (Value::Handle(_), Value::Text(name)) => self.attribute(value, name),
            _ => Value::invalid("not a collection"),
        }
    }

    fn local(&mut self, scope: ScopeId, name: &Arc<str>) -> Value {
        let Some(expr) = self.module(scope).and_then(|module| module.locals.get(name)) else {
            return Value::unknown(Reason::NotDeclared(format!("local.{name}").into()));
        };
        self.keep(scope, Key::Local(Arc::clone(name)), |this| {
            this.evaluate(expr, &mut Env::new(scope))
        })
    }

    pub(super) fn output(&mut self, scope: ScopeId, name: &Arc<str>) -> Value {
        let block = self.module(scope).and_then(|module| module.outputs.get(name));
        let Some(expr) = block.and_then(|block| block.body.attribute("value")) else {
            return Value::unknown(Reason::NotDeclared(format!("the output {name}").into()));
        };
        self.keep(scope, Key::Output(Arc::clone(name)), |this| {
            this.evaluate(&expr.value, &mut Env::new(scope))
        })
    }

    fn path(&self, scope: ScopeId, member: &str) -> Value {
        match (member, self.module(scope)) {
            ("module", Some(module)) if module.folder.is_empty() => Value::text("."),
            ("module", Some(module)) => Value::text(module.folder.as_str()),
            ("root" | "cwd", _) => Value::text("."),
            _ => Value::invalid("no such path"),
        }
    }
}

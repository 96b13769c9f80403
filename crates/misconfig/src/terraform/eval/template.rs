//! Evaluates templates; each part that is unknown leaves a hole in the text.

use std::sync::Arc;

use super::value::{HOLE, Unknown};
use super::{Env, Evaluator, Reason, Value};
use crate::terraform::syntax::Part;

impl<'a> Evaluator<'a> {
    pub(super) fn template(&mut self, parts: &'a [Part], env: &mut Env) -> Value {
        match parts {
            [] => return Value::text(""),
            [Part::Text(text)] => return Value::Text(Arc::clone(text)),
            // `"${x}"` is x itself, whatever its type.
            [Part::Interpolation(inner)] => return self.evaluate(inner, env),
            _ => {}
        }
        let mut text = String::new();
        let mut unknown = Vec::new();
        self.parts(parts, env, &mut text, &mut unknown);
        if text.len() > self.limits.max_file_bytes {
            return Value::unknown(Reason::Limit("the length of a text"));
        }
        Value::partial_text(text, &unknown)
    }

    fn parts(
        &mut self,
        parts: &'a [Part],
        env: &mut Env,
        text: &mut String,
        unknown: &mut Vec<Arc<Unknown>>,
    ) {
        for part in parts {
            if text.len() > self.limits.max_file_bytes {
                return;
            }
            match part {
                Part::Text(literal) => {
                    if !self.pay(literal.len() / 16) {
                        text.push(HOLE);
                        let reason = Reason::Limit("steps");
                        unknown.push(Arc::new(Unknown {
                            reason,
                            references: Vec::new(),
                            text: None,
                        }));
                        return;
                    }
                    text.push_str(literal);
                }
                Part::Interpolation(inner) => {
                    let value = self.evaluate(inner, env);
                    self.append(&value, text, unknown);
                }
                Part::If { condition, then, otherwise } => match self.evaluate(condition, env) {
                    Value::Unknown(why) => {
                        text.push(HOLE);
                        unknown.push(why);
                    }
                    value if value.to_bool() == Some(true) => self.parts(then, env, text, unknown),
                    _ => self.parts(otherwise, env, text, unknown),
                },
                Part::For { key, value, collection, body } => {
                    let collection = self.evaluate(collection, env);
                    let names = (key.as_ref(), value);
                    let ran = self.each_element(&collection, names, env, |this, env| {
                        this.parts(body, env, text, unknown);
                        text.len() <= this.limits.max_file_bytes
                    });
                    if let Err(Value::Unknown(why)) = ran {
                        text.push(HOLE);
                        unknown.push(why);
                    }
                }
            }
        }
    }

    fn append(&mut self, value: &Value, text: &mut String, unknown: &mut Vec<Arc<Unknown>>) {
        match (value.to_text(), value) {
            (Some(value), _) => {
                if self.pay(value.len() / 16) {
                    text.push_str(&value);
                }
            }
            (None, Value::Unknown(why)) => {
                match &why.text {
                    Some(partial) if self.pay(partial.len() / 16) => text.push_str(partial),
                    _ => text.push(HOLE),
                }
                unknown.push(Arc::clone(why));
            }
            (None, _) => {
                text.push(HOLE);
                let reason = Reason::Invalid("not a text");
                unknown.push(Arc::new(Unknown { reason, references: Vec::new(), text: None }));
            }
        }
    }
}

//! The attributes of resources, as expressions read them.

use std::sync::Arc;

use super::value::{Handle, Unknown};
use super::{Env, Evaluator, Key, Mode, Reason, Reference, ScopeId, Value, policy_document};
use crate::terraform::syntax::Body;

impl<'a> Evaluator<'a> {
    pub(super) fn resource(
        &mut self,
        scope: ScopeId,
        mode: Mode,
        kind: &Arc<str>,
        name: &Arc<str>,
    ) -> Value {
        let Some(module) = self.module(scope) else { return Value::Null };
        match module.find(mode, kind, name) {
            Some(block) => self.resource_value(scope, block),
            None => {
                let prefix = if mode == Mode::Data { "data." } else { "" };
                let address: Arc<str> = format!("{prefix}{kind}.{name}").into();
                Value::unknown(Reason::NotDeclared(address))
            }
        }
    }

    /// The address of an instance from outside: `module.a.aws_s3_bucket.b["c"]`.
    pub(crate) fn address(&mut self, scope: ScopeId, block: usize, instance: usize) -> Arc<str> {
        let suffix = self.expansion(scope, block).suffix(instance);
        let path = self.scope(scope).map(|scope| Arc::clone(&scope.path)).unwrap_or_default();
        let resource = self.module(scope).and_then(|module| module.resources.get(block));
        let address = match resource {
            Some(resource) => {
                let prefix = if resource.mode == Mode::Data { "data." } else { "" };
                format!("{path}{prefix}{}.{}{suffix}", resource.kind, resource.name).into()
            }
            None => path,
        };
        self.pay(address.len() / 16);
        address
    }

    /// The names that the expressions of an instance see.
    pub(crate) fn resource_env(&mut self, scope: ScopeId, block: usize, instance: usize) -> Env {
        let itself = Value::Handle(Handle::Resource { scope, block, instance });
        self.expansion(scope, block).env(scope, instance).with("self", itself)
    }

    pub(super) fn resource_attribute(
        &mut self,
        scope: ScopeId,
        block: usize,
        instance: usize,
        name: &Arc<str>,
    ) -> Value {
        let address = self.address(scope, block, instance);
        let reference = Reference { address, attribute: Arc::clone(name) };
        let resource = self.module(scope).and_then(|module| module.resources.get(block));
        let body = resource.map(|resource| &resource.block.body);
        self.pay(body.map_or(0, |body| body.attributes.len() / 16));
        let written = body.and_then(|body| body.attribute(name));
        let value = match (written, resource, body) {
            (Some(written), _, _) => {
                let key = Key::Attribute { block, instance, name: Arc::clone(name) };
                self.keep(scope, key, |this| {
                    let mut env = this.resource_env(scope, block, instance);
                    this.evaluate(&written.value, &mut env)
                })
            }
            (None, Some(resource), Some(body)) => {
                self.computed(scope, (block, instance), (&resource.kind, body), name, &reference)
            }
            _ => Value::Null,
        };
        self.read(reference);
        value
    }

    /// An attribute that is not written: the value that its provider is known to derive from the
    /// others.
    fn computed(
        &mut self,
        scope: ScopeId,
        (block, instance): (usize, usize),
        (kind, body): (&str, &'a Body),
        name: &str,
        reference: &Reference,
    ) -> Value {
        let unknown = |text: Option<Arc<str>>| {
            Value::Unknown(Arc::new(Unknown {
                reason: Reason::Computed,
                references: vec![reference.clone()],
                text,
            }))
        };
        match (kind, name) {
            ("aws_iam_policy_document", "json" | "minified_json") => {
                let key = Key::Attribute { block, instance, name: "json".into() };
                let document = self.keep(scope, key, |this| {
                    let mut env = this.resource_env(scope, block, instance);
                    policy_document::render(this, body, &mut env)
                });
                match document {
                    Value::Unknown(why) => unknown(why.text.clone()),
                    known => known,
                }
            }
            ("aws_s3_bucket", "id" | "arn") => {
                let name_of = Arc::from("bucket");
                let written = body.attribute("bucket").is_some();
                match written.then(|| self.resource_attribute(scope, block, instance, &name_of)) {
                    Some(Value::Text(bucket)) if name == "arn" => {
                        Value::text(format!("arn:aws:s3:::{bucket}"))
                    }
                    Some(Value::Text(bucket)) => Value::Text(bucket),
                    _ => unknown(None),
                }
            }
            _ => unknown(None),
        }
    }
}

//! The evaluated bodies of resources, with `dynamic` blocks expanded.

use std::sync::Arc;

use super::{Env, Evaluator, Mode, ScopeId, Value};
use crate::Lines;
use crate::terraform::model::{Attribute, Block, Place, Resource};
use crate::terraform::syntax::{self, Body};

impl<'a> Evaluator<'a> {
    /// Every resource of a module and of those that it calls.
    pub(crate) fn resources(&mut self, root: ScopeId) -> Vec<Resource> {
        let mut found = Vec::new();
        let mut scopes = vec![root];
        while let Some(scope) = scopes.pop() {
            let Some(module) = self.module(scope) else { continue };
            for block in 0..module.resources.len() {
                self.instances_of(scope, block, &mut found);
            }
            for name in module.calls.keys().rev() {
                let value = self.module_call(scope, name);
                self.called(&value, &mut scopes);
            }
        }
        found
    }

    fn called(&self, value: &Value, scopes: &mut Vec<ScopeId>) {
        match value {
            Value::Handle(super::value::Handle::Module { scope }) => scopes.push(*scope),
            Value::List(items) | Value::Set(items) => {
                items.iter().rev().for_each(|item| self.called(item, scopes));
            }
            Value::Object(items) => {
                items.values().rev().for_each(|item| self.called(item, scopes));
            }
            _ => {}
        }
    }

    fn instances_of(&mut self, scope: ScopeId, index: usize, found: &mut Vec<Resource>) {
        let Some(resource) = self.module(scope).and_then(|module| module.resources.get(index))
        else {
            return;
        };
        let instances = self.expansion(scope, index);
        let calls = self.scope(scope).map(|scope| Arc::clone(&scope.places)).unwrap_or_default();
        for instance in 0..instances.len() {
            // Nothing is left to evaluate with: what would follow is unknown, and said to be.
            if self.is_spent() {
                return;
            }
            let mut env = self.resource_env(scope, index, instance);
            let written = &resource.block;
            let block =
                self.block(&written.kind, &written.body, resource.file, written.lines, &mut env);
            let address = self.address(scope, index, instance);
            let suffix = instances.suffix(instance);
            let every = address.strip_suffix(&*suffix).unwrap_or(&address).into();
            found.push(Resource {
                address,
                every,
                kind: Arc::clone(&resource.kind),
                is_data: resource.mode == Mode::Data,
                calls: Arc::clone(&calls),
                block,
            });
        }
    }

    /// A body with its values.
    pub(crate) fn block(
        &mut self,
        kind: &str,
        body: &'a Body,
        file: usize,
        lines: Lines,
        env: &mut Env,
    ) -> Block {
        let mut block = Block::new(kind, Place { file, lines });
        for attribute in &body.attributes {
            // It takes more room than a value does.
            self.pay(1);
            let (value, references) = self.traced(|this| this.evaluate(&attribute.value, env));
            block.attributes.push(Attribute {
                name: Arc::clone(&attribute.name),
                value,
                references: references.into(),
                place: Place { file, lines: attribute.lines },
            });
        }
        for inner in &body.blocks {
            if &*inner.kind == "dynamic" {
                self.dynamic(inner, file, env, &mut block);
            } else if self.pay(1) {
                let inner = self.block(&inner.kind, &inner.body, file, inner.lines, env);
                block.blocks.push(inner);
            }
        }
        block.add_blocks_of_values();
        block
    }

    /// `dynamic "kind" { for_each = …  content { … } }`.
    fn dynamic(&mut self, dynamic: &'a syntax::Block, file: usize, env: &Env, into: &mut Block) {
        let Some(kind) = dynamic.labels.first() else { return };
        let Some(content) = dynamic.body.blocks.iter().find(|inner| &*inner.kind == "content")
        else {
            return;
        };
        let iterator = match dynamic.body.attribute("iterator").map(|iterator| &iterator.value) {
            Some(syntax::Expr::Name(name)) => Arc::clone(name),
            Some(text) => text.as_text().unwrap_or(kind).into(),
            None => Arc::clone(kind),
        };
        let pairs: Vec<(Value, Value)> = match self.expand_dynamic(&dynamic.body, env) {
            Ok(pairs) => pairs,
            // One block represents as many as there may be.
            Err(unknown) => vec![(unknown.clone(), unknown)],
        };
        for (key, value) in pairs {
            if self.is_spent() {
                return;
            }
            let pair = [(Arc::from("key"), key), (Arc::from("value"), value)].into();
            let mut env = env.clone().with(&iterator, Value::object(pair));
            into.blocks.push(self.block(kind, &content.body, file, content.lines, &mut env));
        }
    }

    fn expand_dynamic(&mut self, body: &'a Body, env: &Env) -> Result<Vec<(Value, Value)>, Value> {
        let Some(each) = body.attribute("for_each") else {
            return Err(Value::invalid("a dynamic block without for_each"));
        };
        // Unlike a resource's, the elements of a list may be anything here.
        let pairs = match self.evaluate(&each.value, &mut env.clone()) {
            Value::Null => Vec::new(),
            value => value.elements()?,
        };
        if self.take_instances(pairs.len()) {
            Ok(pairs)
        } else {
            Err(Value::unknown(super::Reason::Limit("instances")))
        }
    }

    fn is_spent(&self) -> bool {
        self.steps > self.max_steps.0
    }
}

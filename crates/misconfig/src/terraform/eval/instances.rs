//! Instances of a resource or module call by `count` and `for_each`.

use std::rc::Rc;
use std::sync::Arc;

use sealift_model::Impact;

use super::module::Source;
use super::value::{Handle, index_value};
use super::{Calls, Env, Evaluator, Reason, ScopeId, Value};
use crate::terraform::model::Place;
use crate::terraform::syntax::{Block, Body};

/// The instances of one block.
#[derive(Debug)]
pub(crate) enum Instances {
    /// Neither `count` nor `for_each`.
    Single,
    Count(usize),
    /// Keys and values of `for_each`.
    Each(Vec<(Arc<str>, Value)>),
    /// Their number is not known: one represents them all.
    Unknown(Value),
}

impl Instances {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Single | Self::Unknown(_) => 1,
            Self::Count(count) => *count,
            Self::Each(items) => items.len(),
        }
    }

    /// What follows an instance's name: `[0]`, `["a"]`.
    pub(crate) fn suffix(&self, instance: usize) -> String {
        match self {
            Self::Single | Self::Unknown(_) => String::new(),
            Self::Count(_) => format!("[{instance}]"),
            Self::Each(items) => {
                items.get(instance).map(|(key, _)| format!("[\"{key}\"]")).unwrap_or_default()
            }
        }
    }

    /// The names that an instance's expressions see.
    pub(super) fn env(&self, scope: ScopeId, instance: usize) -> Env {
        let env = Env::new(scope);
        let pair = |key, value| {
            Value::object([(Arc::from("key"), key), (Arc::from("value"), value)].into())
        };
        match self {
            Self::Single => env,
            Self::Count(_) => {
                let index = [(Arc::from("index"), index_value(instance))].into();
                env.with("count", Value::object(index))
            }
            Self::Each(items) => match items.get(instance) {
                Some((key, value)) => {
                    env.with("each", pair(Value::Text(Arc::clone(key)), value.clone()))
                }
                None => env,
            },
            Self::Unknown(why) => {
                let index = [(Arc::from("index"), why.clone())].into();
                env.with("each", pair(why.clone(), why.clone())).with("count", Value::object(index))
            }
        }
    }

    /// The value of the block's name: one handle, a list or an object of them.
    fn value(&self, handle: impl Fn(usize) -> Handle) -> Value {
        match self {
            Self::Single | Self::Unknown(_) => Value::Handle(handle(0)),
            Self::Count(count) => {
                Value::list((0..*count).map(|index| Value::Handle(handle(index))).collect())
            }
            Self::Each(items) => {
                let items = items.iter().enumerate();
                Value::object(
                    items
                        .map(|(index, (key, _))| (Arc::clone(key), Value::Handle(handle(index))))
                        .collect(),
                )
            }
        }
    }
}

impl<'a> Evaluator<'a> {
    /// The instances of a resource.
    pub(crate) fn expansion(&mut self, scope: ScopeId, block: usize) -> Rc<Instances> {
        let unknown = || Rc::new(Instances::Unknown(Value::unknown(Reason::Cycle("count".into()))));
        match self.scope(scope).and_then(|scope| scope.expansions.get(&block)) {
            Some(Some(kept)) => return Rc::clone(kept),
            Some(None) => return unknown(),
            None => {}
        }
        let Some(resource) = self.module(scope).and_then(|module| module.resources.get(block))
        else {
            return unknown();
        };
        self.set_expansion(scope, block, None);
        let instances = Rc::new(self.expand(&resource.block.body, &Env::new(scope)));
        self.set_expansion(scope, block, Some(Rc::clone(&instances)));
        instances
    }

    fn set_expansion(&mut self, scope: ScopeId, block: usize, kept: Option<Rc<Instances>>) {
        if let Some(scope) = self.scope_mut(scope) {
            scope.expansions.insert(block, kept);
        }
    }

    /// The instances of a body by its `count` or `for_each`.
    pub(super) fn expand(&mut self, body: &'a Body, env: &Env) -> Instances {
        if let Some(count) = body.attribute("count") {
            return match self.evaluate(&count.value, &mut env.clone()) {
                Value::Null => Instances::Single,
                value => match value.to_index() {
                    Some(count) if self.take_instances(count) => Instances::Count(count),
                    Some(_) => Instances::Unknown(Value::unknown(Reason::Limit("instances"))),
                    None => Instances::Unknown(why(value)),
                },
            };
        }
        match body.attribute("for_each") {
            Some(each) => {
                let value = self.evaluate(&each.value, &mut env.clone());
                self.expand_each(value)
            }
            None if self.take_instances(1) => Instances::Single,
            None => Instances::Count(0),
        }
    }

    fn expand_each(&mut self, value: Value) -> Instances {
        let items: Option<Vec<(Arc<str>, Value)>> = match &value {
            Value::Object(items) => {
                Some(items.iter().map(|(key, value)| (Arc::clone(key), value.clone())).collect())
            }
            Value::List(items) | Value::Set(items) => {
                let keyed = |item: &Value| item.to_text().map(|key| (key, item.clone()));
                items.iter().map(keyed).collect()
            }
            _ => None,
        };
        match items {
            Some(items) if self.take_instances(items.len()) => Instances::Each(items),
            Some(_) => Instances::Unknown(Value::unknown(Reason::Limit("instances"))),
            None => Instances::Unknown(why(value)),
        }
    }

    /// Counts instances; false where there would be too many.
    pub(super) fn take_instances(&mut self, count: usize) -> bool {
        let total = self.instances.saturating_add(count);
        if total > self.limits.max_instances {
            self.limit("max_instances", self.limits.max_instances);
            return false;
        }
        self.instances = total;
        true
    }

    pub(super) fn resource_value(&mut self, scope: ScopeId, block: usize) -> Value {
        let instances = self.expansion(scope, block);
        instances.value(|instance| Handle::Resource { scope, block, instance })
    }

    pub(super) fn stands_for_many(&mut self, handle: &Handle) -> bool {
        match handle {
            Handle::Resource { scope, block, .. } => {
                matches!(*self.expansion(*scope, *block), Instances::Unknown(_))
            }
            Handle::Module { .. } => true,
        }
    }

    /// The value of `module.name`, with the modules that it stands for.
    pub(super) fn module_call(&mut self, scope: ScopeId, name: &Arc<str>) -> Value {
        let not_declared = || Value::unknown(Reason::NotDeclared(format!("module.{name}").into()));
        match self.scope(scope).and_then(|scope| scope.calls.get(name)) {
            Some(Some(value)) => return value.clone(),
            Some(None) => return Value::unknown(Reason::Cycle(format!("module.{name}").into())),
            None => {}
        }
        let Some(call) = self.module(scope).and_then(|module| module.calls.get(name)) else {
            return not_declared();
        };
        self.set_call(scope, name, None);
        let value = self.load(scope, name, call.file, &call.item);
        self.set_call(scope, name, Some(value.clone()));
        value
    }

    fn set_call(&mut self, scope: ScopeId, name: &Arc<str>, value: Option<Value>) {
        if let Some(scope) = self.scope_mut(scope) {
            scope.calls.insert(Arc::clone(name), value);
        }
    }

    fn load(&mut self, scope: ScopeId, name: &Arc<str>, file: usize, call: &'a Block) -> Value {
        let not_loaded = || Value::unknown(Reason::NotLoaded(Arc::clone(name)));
        let (Some(caller), line) = (self.module(scope), call.lines.start) else {
            return not_loaded();
        };
        let found = match caller.local_source(call) {
            Source::Folder(folder) => {
                let module = self.modules.get(&folder);
                module.ok_or_else(|| format!("no Terraform files in {folder}"))
            }
            Source::Outside(source) => Err(format!("{source} is above the folder that is checked")),
            Source::Remote(source) => self
                .fetched_for(scope, name)
                .ok_or_else(|| format!("{source} is not below the folder that is checked")),
            Source::Unreadable => Err("its source is no text".to_owned()),
        };
        let said = match found {
            Ok(module) if !self.is_inside(scope, &module.folder) => {
                return self.instantiate(scope, name, (file, call), module);
            }
            Ok(module) => format!("module {name} includes itself: {}", module.folder),
            Err(why) => format!("module {name} is not loaded: {why}"),
        };
        self.say(file, line, said, Impact::Partial);
        not_loaded()
    }

    /// The module that `terraform init` fetched for a call, if it did.
    fn fetched_for(&self, scope: ScopeId, name: &str) -> Option<&'a super::Module> {
        let folder = self.fetched?.get(&*self.names_of(scope, name))?;
        self.modules.get(folder)
    }

    /// The names of the calls that lead to one in a scope.
    fn names_of(&self, scope: ScopeId, name: &str) -> Arc<str> {
        match self.scope(scope).map(|scope| &*scope.names) {
            None | Some("") => name.into(),
            Some(names) => format!("{names}.{name}").into(),
        }
    }

    /// Whether a scope is in a module of this folder, or called from one.
    fn is_inside(&self, scope: ScopeId, folder: &str) -> bool {
        let mut next = Some(scope);
        while let Some(scope) = next.and_then(|id| self.scope(id)) {
            if scope.module.folder == folder {
                return true;
            }
            next = scope.caller.as_ref().map(|(env, _)| env.scope);
        }
        false
    }

    fn instantiate(
        &mut self,
        scope: ScopeId,
        name: &Arc<str>,
        (file, call): (usize, &'a Block),
        module: &'a super::Module,
    ) -> Value {
        let instances = self.expand(&call.body, &Env::new(scope));
        let path = self.scope(scope).map(|scope| Arc::clone(&scope.path)).unwrap_or_default();
        let address_bytes = path.len().saturating_add(name.len());
        if !self.pay(instances.len().saturating_mul(address_bytes) / 16) {
            return Value::unknown(Reason::Limit("steps"));
        }
        let names = self.names_of(scope, name);
        let around = self.scope(scope).map(|scope| Arc::clone(&scope.places)).unwrap_or_default();
        let place = Place { file, lines: call.lines };
        let places: Arc<[Place]> = around.iter().copied().chain([place]).collect();
        let scopes: Vec<ScopeId> = (0..instances.len())
            .map(|instance| {
                let path = format!("{path}module.{name}{}.", instances.suffix(instance));
                let env = instances.env(scope, instance);
                let (names, places) = (Arc::clone(&names), Arc::clone(&places));
                let calls = Calls { path: path.into(), names, places };
                self.push_scope(module, calls, Some((env, call)), Default::default())
            })
            .collect();
        instances.value(|instance| Handle::Module {
            scope: scopes.get(instance).copied().unwrap_or(scope),
        })
    }
}

fn why(value: Value) -> Value {
    match value {
        unknown @ Value::Unknown(_) => unknown,
        _ => Value::invalid("neither a number nor a collection of texts"),
    }
}

//! The variables of a rule: the request, and what context entries load.
//!
//! An entry is loaded when an expression first names it, and sees only the entries before it.
//! Values that are loaded or set within an element of a `foreach` are dropped after it.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::jmespath::{self, Budget, Expression, is_shallow};
use super::super::{Given, Operation, Request, Roles, Surroundings, Unanswered};
use super::document::{ApiCall, Entry, Variable};
use super::expressions::Expressions;
use super::{images, substitute};

/// The variables of one rule, for one request.
pub(super) struct Scope<'r> {
    /// Made when a variable is first named: most patterns name none.
    root: Option<Value>,
    entries: Vec<Pending<'r>>,
    /// Entries from this index on may not be loaded: the one that is being loaded, and those after
    /// it.
    bound: Option<usize>,
    undo: Vec<Undo>,
    around: &'r dyn Surroundings,
    expressions: &'r Expressions,
    request: &'r Request,
    deletion: bool,
    policy_namespace: &'r str,
    left_to_substitute: usize,
    /// The budget of all expressions and elements of a rule.
    budget: Budget,
    /// The number of nested loads of entries.
    loading: usize,
    /// The user's roles, once they were queried.
    roles: Option<Roles>,
}

/// The most bytes that all substitutions of one rule may make.
const MAX_SUBSTITUTED: usize = 64 << 20;

/// The largest number of nested loads.
const MAX_LOADING: usize = 32;

struct Pending<'r> {
    entry: Source<'r>,
    loaded: bool,
}

#[derive(Clone, Copy)]
enum Source<'r> {
    Entry(&'r Entry),
    /// The variable `images`.
    Images,
}

enum Undo {
    Set(String, Option<Value>),
    Loaded(usize),
    Added,
}

/// A state that a scope can return to.
pub(super) struct Mark(usize);

/// Why a variable has no value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Unresolved {
    /// The expression has no value.
    Search(jmespath::Error),
    /// Something else.
    Other(String),
}

impl Unresolved {
    /// Whether a key is missing, such as that of an optional field.
    pub(super) fn is_unknown_key(&self) -> bool {
        matches!(self, Self::Search(jmespath::Error::UnknownKey(_)))
    }
}

impl From<Unanswered> for Unresolved {
    fn from(why: Unanswered) -> Self {
        Self::Other(why.to_string())
    }
}

impl std::fmt::Display for Unresolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Search(error) => error.fmt(f),
            Self::Other(problem) => f.write_str(problem),
        }
    }
}

impl<'r> Scope<'r> {
    pub(super) fn new(
        request: &'r Request,
        around: &'r dyn Surroundings,
        expressions: &'r Expressions,
        policy_namespace: &'r str,
    ) -> Self {
        Self {
            root: None,
            entries: vec![Pending { entry: Source::Images, loaded: false }],
            bound: None,
            undo: Vec::new(),
            around,
            expressions,
            request,
            deletion: request.operation == Operation::Delete,
            policy_namespace,
            left_to_substitute: MAX_SUBSTITUTED,
            budget: Budget::new(),
            loading: 0,
            roles: None,
        }
    }

    pub(super) fn around(&self) -> &'r dyn Surroundings {
        self.around
    }

    pub(super) fn request(&self) -> &'r Request {
        self.request
    }

    /// Whether an object is to be deleted; `request.object` then means the old one.
    pub(super) fn is_deletion(&self) -> bool {
        self.deletion
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.undo.len())
    }

    /// Drops everything that was set, loaded and added since a mark.
    pub(super) fn return_to(&mut self, mark: &Mark) {
        while self.undo.len() > mark.0
            && let Some(undo) = self.undo.pop()
        {
            match undo {
                Undo::Set(name, Some(value)) => _ = self.fields().insert(name, value),
                Undo::Set(name, None) => _ = self.fields().remove(&name),
                Undo::Loaded(at) => {
                    if let Some(pending) = self.entries.get_mut(at) {
                        pending.loaded = false;
                    }
                }
                Undo::Added => _ = self.entries.pop(),
            }
        }
    }

    fn root(&mut self) -> &mut Value {
        self.root.get_or_insert_with(|| root(self.request))
    }

    #[expect(clippy::expect_used, reason = "the root is always an object")]
    fn fields(&mut self) -> &mut Map<String, Value> {
        let root = self.root();
        if !root.is_object() {
            *root = Value::Object(Map::new());
        }
        root.as_object_mut().expect("made an object above")
    }

    /// Gives a variable a value.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        let before = self.fields().insert(name.to_owned(), value);
        self.undo.push(Undo::Set(name.to_owned(), before));
    }

    /// Sets the value at a path of names; objects are merged.
    pub(super) fn set_path(&mut self, path: &str, value: Value) {
        let names = names(path);
        let Some((first, rest)) = names.split_first() else { return };
        let mut whole = self.fields().get(first).cloned().unwrap_or_default();
        put(&mut whole, rest, value);
        self.set(first, whole);
    }

    /// Returns a part of the request, with the values that are given for it.
    pub(super) fn object(&mut self, pointer: &str) -> Value {
        self.root().pointer(pointer).cloned().unwrap_or_default()
    }

    /// Adds entries, which are loaded when they are named. Entries with given values are left out.
    pub(super) fn add(&mut self, entries: &'r [Entry]) {
        for entry in entries {
            let is_given = entry.variable.is_none() && self.fields().contains_key(&entry.name);
            if !is_given {
                self.entries.push(Pending { entry: Source::Entry(entry), loaded: false });
                self.undo.push(Undo::Added);
            }
        }
    }

    /// Sets the values that are given for a rule; of values for each element, the one at `index`.
    pub(super) fn give(&mut self, given: &[(String, Given)], index: usize) {
        for (path, given) in given {
            let value = match given {
                Given::Value(value) => Some(value),
                Given::Elements(values) => values.get(index),
            };
            if let Some(value) = value {
                self.set_path(path, value.clone());
            }
        }
    }

    /// Evaluates an expression.
    pub(super) fn query(&mut self, text: &str) -> Result<Value, Unresolved> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Unresolved::Other("an empty variable".to_owned()));
        }
        self.load_named_in(text)?;
        if may_name_roles(text) {
            self.load_roles(text)?;
        }
        let (now, expressions) = (self.around.now(), self.expressions);
        self.root();
        let (Some(root), budget) = (&self.root, &self.budget) else {
            return Err(Unresolved::Other("there is nothing to name".to_owned()));
        };
        let given = match expressions.get(text) {
            Some(expression) => expression.search(root, now, budget),
            None => Expression::parse(text).and_then(|own| own.search(root, now, budget)),
        };
        given.map_err(Unresolved::Search)
    }

    /// Begins a rule with a full budget.
    pub(super) fn begin(&mut self) {
        self.budget = Budget::new();
        self.left_to_substitute = MAX_SUBSTITUTED;
    }

    /// Counts one element of a list.
    pub(super) fn count_element(&self) -> Result<(), Unresolved> {
        /// Each element costs some steps, whatever is evaluated.
        const STEPS: usize = 20;
        self.budget.take(STEPS).map_err(Unresolved::Search)
    }

    /// Counts bytes that a substitution made.
    pub(super) fn count(&mut self, bytes: usize) -> Result<(), Unresolved> {
        let left = self.left_to_substitute.checked_sub(bytes).ok_or_else(|| {
            Unresolved::Other(format!("more than {MAX_SUBSTITUTED} bytes of substituted variables"))
        });
        self.left_to_substitute = left?;
        Ok(())
    }

    /// Adds the roles that are bound to the user, which need a query of the cluster.
    fn load_roles(&mut self, text: &str) -> Result<(), Unresolved> {
        let (around, user) = (self.around, &self.request.user_info);
        let names_them = ROLES.iter().any(|own| is_named(&format!("request.{own}"), text));
        if !names_them && !around.knows_cluster() {
            return Ok(());
        }
        if self.roles.is_none() {
            self.roles = Some(around.roles(user)?);
        }
        let Some(roles) = &self.roles else { return Ok(()) };
        let values = [roles.roles.clone(), roles.cluster_roles.clone()];
        // Empty roles may mean that there was no query.
        if *roles == Roles::default() && !around.knows_cluster() {
            let problem = "the roles of who asks are not known";
            return Err(Unresolved::Other(problem.to_owned()));
        }
        if let Some(Value::Object(request)) = self.fields().get_mut("request") {
            for (name, value) in ROLES.into_iter().zip(values) {
                // Given values are kept.
                request.entry(name).or_insert_with(|| value.into());
            }
        }
        Ok(())
    }

    fn load_named_in(&mut self, text: &str) -> Result<(), Unresolved> {
        let bound = self.bound.unwrap_or(self.entries.len());
        for at in 0..bound {
            let Some(pending) = self.entries.get_mut(at) else { break };
            let name = match pending.entry {
                Source::Entry(entry) => entry.name.as_str(),
                Source::Images => "images",
            };
            if pending.loaded || !is_named(name, text) {
                continue;
            }
            pending.loaded = true;
            let source = pending.entry;
            self.undo.push(Undo::Loaded(at));
            let before = self.bound.replace(at);
            self.loading += 1;
            let loaded = match self.loading {
                0..=MAX_LOADING => self.load(source),
                _ => Err(Unresolved::Other(format!("more than {MAX_LOADING} entries in a row"))),
            };
            self.loading -= 1;
            self.bound = before;
            let too_deep = || Unresolved::Other("it lies too deep".to_owned());
            let loaded =
                loaded.and_then(|value| is_shallow(&value).then_some(value).ok_or_else(too_deep));
            let loaded = loaded.map_err(|why| match source {
                Source::Entry(entry) => {
                    Unresolved::Other(format!("context entry {}: {why}", entry.name))
                }
                Source::Images => why,
            });
            if loaded.is_err()
                && let Some(pending) = self.entries.get_mut(at)
            {
                pending.loaded = false;
            }
            let value = loaded?;
            // An object without images has no such variable.
            let is_none =
                matches!(source, Source::Images) && value.as_object().is_some_and(Map::is_empty);
            if !is_none {
                self.set(name, value);
            }
        }
        Ok(())
    }

    fn load(&mut self, source: Source<'r>) -> Result<Value, Unresolved> {
        let Source::Entry(entry) = source else {
            return images::variable(self.request.judged()).map_err(Unresolved::Other);
        };
        if let Some(variable) = &entry.variable {
            return self.variable(variable);
        }
        if let Some(map) = &entry.config_map {
            let name = self.text(&map.name)?;
            let namespace = self.text(&map.namespace)?;
            let namespace = match (namespace.as_str(), self.policy_namespace) {
                ("", "") => "default",
                ("", own) => own,
                (other, own) if !own.is_empty() && other != own => {
                    let problem = "a config map of another namespace than the policy's";
                    return Err(Unresolved::Other(problem.to_owned()));
                }
                (namespace, _) => namespace,
            };
            let map = self.around.object("v1", "configmaps", namespace, &name);
            let map = map?.ok_or_else(|| {
                Unresolved::Other(format!("there is no config map {namespace}/{name}"))
            })?;
            return Ok(json!({ "data": map.get("data"), "metadata": map.get("metadata") }));
        }
        if let Some(call) = &entry.api_call {
            return self.call(call);
        }
        if let Some(image) = &entry.image_registry {
            let reference = self.text(&image.reference)?;
            let data = self.around.image(&reference)?;
            return self.part(&image.jmes_path, data.into());
        }
        if let Some(reference) = &entry.global_reference {
            let name = self.text(&reference.name)?;
            let (name, projection) = name.split_once('.').unwrap_or((&name, ""));
            let projection = Some(projection).filter(|projection| !projection.is_empty());
            let data = self.around.global_entry(name, projection)?;
            let data = data.ok_or_else(|| {
                Unresolved::Other(format!("there is no global context entry {name}"))
            })?;
            return self.part(&reference.jmes_path, data);
        }
        Err(Unresolved::Other("it says nothing to load".to_owned()))
    }

    fn variable(&mut self, variable: &Variable) -> Result<Value, Unresolved> {
        let path = self.text(&variable.jmes_path)?;
        let default = match &variable.default {
            Value::Null => Value::Null,
            default => substitute::all(default, self)?,
        };
        let given = match (&variable.value, path.as_str()) {
            (Value::Null, "") => Ok(Value::Null),
            (Value::Null, path) => self.query(path),
            (value, "") => substitute::all(value, self),
            (value, path) => {
                let value = substitute::all(value, self)?;
                let found = jmespath::search(path, &value, self.around.now());
                found.map_err(Unresolved::Search)
            }
        };
        match given {
            Ok(Value::Null) | Err(_) if !default.is_null() => Ok(default),
            Ok(Value::Null) => Err(Unresolved::Other("it is null".to_owned())),
            Ok(value) => Ok(value),
            // A variable that is not available is not a missing optional field.
            Err(why) => Err(Unresolved::Other(why.to_string())),
        }
    }

    fn call(&mut self, call: &ApiCall) -> Result<Value, Unresolved> {
        let url = match &call.service {
            Some(service) => self.text(&service.url)?,
            None => self.text(&call.url_path)?,
        };
        let method = if call.method.is_empty() { "GET" } else { call.method.as_str() };
        let mut body = Map::new();
        for datum in &call.data {
            body.insert(datum.key.clone(), substitute::all(&datum.value, self)?);
        }
        let body = Some(Value::Object(body)).filter(|_| !call.data.is_empty());
        match self.around.call(method, &url, body.as_ref()) {
            Ok(data) => self.part(&call.jmes_path, data),
            Err(_) if !call.default.is_null() => {
                let default = substitute::all(&call.default, self)?;
                self.part(&call.jmes_path, default.into())
            }
            Err(why) => Err(why.into()),
        }
    }

    /// Returns a part of loaded data; a whole that is shared is copied for the rule.
    fn part(&mut self, path: &str, data: Arc<Value>) -> Result<Value, Unresolved> {
        if path.is_empty() {
            return Ok(Arc::unwrap_or_clone(data));
        }
        let path = self.text(path)?;
        let found = jmespath::search(&path, &data, self.around.now());
        found.map_err(|error| Unresolved::Other(error.to_string()))
    }

    /// Substitutes the variables of a text.
    fn text(&mut self, text: &str) -> Result<String, Unresolved> {
        match substitute::text(text, self)? {
            Value::String(text) => Ok(text),
            other => Err(Unresolved::Other(format!("{other} is no text"))),
        }
    }
}

/// Whether a text names a variable, as a word that is not a field of another.
fn is_named(name: &str, text: &str) -> bool {
    let is_word = |next: char| next.is_ascii_alphanumeric() || next == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|text| text.chars().next());
        before.is_none_or(|before| before != '.' && !before.is_ascii_alphanumeric())
            && after.is_none_or(|after| !is_word(after))
    })
}

/// The fields of the request that hold the user's roles.
const ROLES: [&str; 2] = ["roles", "clusterRoles"];

/// Whether an expression may read the user's roles: wherever it names the request without one of
/// its other fields.
fn may_name_roles(text: &str) -> bool {
    text.match_indices("request").any(|(at, name)| {
        let rest = text.get(at + name.len()..).unwrap_or_default();
        let field = rest.strip_prefix('.').filter(|rest| rest.starts_with(char::is_alphabetic));
        field.is_none_or(|field| ROLES.iter().any(|own| field.starts_with(own)))
    })
}

/// Makes the variables of every rule: `request`, `serviceAccountName`, `serviceAccountNamespace`.
fn root(request: &Request) -> Value {
    let fields = json!({
        "operation": request.operation,
        "namespace": request.namespace,
        "name": request.name,
        "kind": request.kind,
        "resource": request.resource,
        "dryRun": request.dry_run,
    });
    let Value::Object(mut fields) = fields else { return Value::Null };
    let mut put = |key: &str, value: Value| {
        fields.insert(key.to_owned(), value);
    };
    for (key, object) in [("object", &request.object), ("oldObject", &request.old_object)] {
        if !object.is_null() {
            put(key, object.clone());
        }
    }
    let texts = [
        ("uid", &request.uid),
        ("subResource", &request.sub_resource),
        ("requestSubResource", &request.request_sub_resource),
    ];
    for (key, text) in texts {
        if !text.is_empty() {
            put(key, text.clone().into());
        }
    }
    if let Some(kind) = &request.request_kind {
        put("requestKind", json!(kind));
    }
    if let Some(resource) = &request.request_resource {
        put("requestResource", json!(resource));
    }
    if !request.options.is_null() {
        put("options", request.options.clone());
    }
    let mut root = Map::new();
    if request.user_info != super::super::UserInfo::default() {
        let user = &request.user_info;
        put("userInfo", serde_json::to_value(user).unwrap_or_default());
        let account = user.username.strip_prefix("system:serviceaccount:").unwrap_or_default();
        let (namespace, name) = account.split_once(':').unwrap_or_default();
        root.insert("serviceAccountName".to_owned(), name.into());
        root.insert("serviceAccountNamespace".to_owned(), namespace.into());
    }
    root.insert("request".to_owned(), fields.into());
    root.into()
}

/// Returns the names of a path: `request.object.metadata.annotations."example.com/a"`.
fn names(path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut name = String::new();
    let mut quoted = false;
    for next in path.chars() {
        match next {
            '"' => quoted = !quoted,
            '.' if !quoted => names.push(std::mem::take(&mut name)),
            next => name.push(next),
        }
    }
    names.push(name);
    names
}

fn put(into: &mut Value, names: &[String], value: Value) {
    match names.split_first() {
        Some((name, rest)) => {
            if !into.is_object() {
                *into = Value::Object(Map::new());
            }
            put(&mut into[name.as_str()], rest, value);
        }
        None => match (into, value) {
            (Value::Object(own), Value::Object(fields)) => {
                for (name, value) in fields {
                    put(own.entry(name).or_insert(Value::Null), &[], value);
                }
            }
            (into, value) => *into = value,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_variables() {
        for text in ["cm", "cm.data", "'a' || cm.b", "length(cm)", "{{cm}}"] {
            assert!(is_named("cm", text), "{text}");
        }
        for text in ["a.cm", "cms", "xcm", "a.cm.b"] {
            assert!(!is_named("cm", text), "{text}");
        }
    }

    #[test]
    fn paths_with_quoted_names() {
        assert_eq!(names("a.\"b.c/d\".e"), ["a", "b.c/d", "e"]);
        let mut value = json!({ "a": { "x": 1 } });
        put(&mut value, &names("a.\"b.c\""), json!(true));
        assert_eq!(value, json!({ "a": { "x": 1, "b.c": true } }));
    }
}

//! Compiled modules, for any number of evaluations.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use regorus::{LimitError, Value};
use sealift_model::Timestamp;

use super::calls::Rules;
use super::engines::{Engines, Recipe};
use super::error::{RegoPlace, read};
use super::functions::{self, allowance};
use super::reads::Reads;
use super::source::Parsed;
use super::{RegoError, Source};

/// The most values in a result; nobody reads a larger one.
const MAX_RESULT_NODES: usize = 1_000_000;

/// Bounds on what compiling and evaluating Rego may cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RegoLimits {
    /// Bytes of one module. Default: 1 MiB; the largest of Trivy's has 30 KiB.
    pub max_module_bytes: usize,
    /// Modules of one program. Default: 10 000; Trivy's bundle has about 1 500.
    pub max_modules: usize,
    /// How deep statements may be nested when evaluated, over a chain of rules. Default: 400, which
    /// fit the stack of any thread; Trivy's checks need less than 100.
    pub max_nesting: usize,
    /// The time limit of one evaluation. Default: one second.
    pub max_time: Duration,
    /// Bytes that the functions make in one evaluation. Default: 64 MiB; those of Trivy's checks
    /// make some kilobytes.
    pub max_made_bytes: usize,
}

impl Default for RegoLimits {
    fn default() -> Self {
        Self {
            max_module_bytes: 1 << 20,
            max_modules: 10_000,
            max_nesting: 400,
            max_time: Duration::from_secs(1),
            max_made_bytes: 64 << 20,
        }
    }
}

/// A function for policies beyond those of Rego.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Function {
    /// Its name, `result.new`.
    pub name: &'static str,
    /// The number of its arguments.
    pub arity: u8,
    /// Its body: returns a value, nothing where it is undefined, or the reason of a failure.
    pub call: FunctionBody,
}

/// The body of a [`Function`].
pub type FunctionBody = fn(&[serde_json::Value]) -> Result<Option<serde_json::Value>, String>;

impl Function {
    /// Makes a function.
    #[must_use]
    pub const fn new(name: &'static str, arity: u8, call: FunctionBody) -> Self {
        Self { name, arity, call }
    }
}

/// A document to judge in the interpreter's form, made once for any number of programs.
#[derive(Clone, Debug)]
pub struct Input(pub(super) Value);

impl Input {
    /// Converts a JSON document.
    #[must_use]
    pub fn new(document: &impl serde::Serialize) -> Self {
        // The conversion goes through text, which the interpreter reads faster than a tree.
        let text = serde_json::to_string(document).unwrap_or_default();
        Self(Value::from_json_str(&text).unwrap_or(Value::Undefined))
    }

    /// Makes an object of converted documents; they are shared, not copied.
    #[must_use]
    pub fn object<'d>(fields: impl IntoIterator<Item = (&'static str, &'d Self)>) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (Value::from(name), value.0.clone()));
        Self(Value::from(fields.collect::<BTreeMap<_, _>>()))
    }
}

/// Modules, parsed and checked together.
#[derive(Default)]
pub struct Program {
    recipe: Recipe,
    engines: Vec<Engines>,
    /// The rules without arguments, each with the index of its engines and its path.
    rules: BTreeMap<String, (usize, Vec<String>)>,
    /// All rules, with their dependencies.
    uses: Rules,
    foreign: Vec<(String, RegoPlace)>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("rules", &self.rules.keys()).finish_non_exhaustive()
    }
}

impl Program {
    /// Compiles modules together, with the documents below `data` and with functions of the caller.
    ///
    /// # Errors
    /// When a module is not valid Rego, calls an unknown function, depends on itself, or exceeds a
    /// limit.
    pub fn compile(
        modules: &[Source<'_>],
        data: &serde_json::Value,
        given: &[Function],
        limits: &RegoLimits,
    ) -> Result<Self, RegoError> {
        check_count(modules, limits)?;
        // The interpreter's parser may panic as well as its evaluation.
        guarded(|| {
            let parsed: Result<Vec<Parsed>, RegoError> =
                modules.iter().map(|module| Parsed::read(*module, limits)).collect();
            Self::build(&parsed?, data, given, limits)
        })
    }

    /// Compiles the valid modules, and returns the error of each other module by its index. A
    /// module that calls a function of a broken module is broken, too.
    ///
    /// # Errors
    /// When there are too many modules, or an error belongs to none of them.
    pub fn compile_sound(
        modules: &[Source<'_>],
        data: &serde_json::Value,
        given: &[Function],
        limits: &RegoLimits,
    ) -> Result<(Self, Vec<(usize, RegoError)>), RegoError> {
        check_count(modules, limits)?;
        let mut broken = Vec::new();
        let mut sound = Vec::new();
        let mut indices = Vec::new();
        for (index, module) in modules.iter().enumerate() {
            match guarded(|| Parsed::read(*module, limits)) {
                Ok(parsed) => {
                    sound.push(parsed);
                    indices.push(index);
                }
                Err(error) => broken.push((index, error)),
            }
        }
        loop {
            let error = match guarded(|| Self::build(&sound, data, given, limits)) {
                Ok(program) => return Ok((program, broken)),
                Err(error) => error,
            };
            let Some(at) = sound.iter().position(|parsed| parsed.is_to_blame(&error)) else {
                return Err(error);
            };
            sound.remove(at);
            broken.push((indices.remove(at), error));
        }
    }

    fn build(
        parsed: &[Parsed],
        data: &serde_json::Value,
        given: &[Function],
        limits: &RegoLimits,
    ) -> Result<Self, RegoError> {
        let names = functions::names().chain(given.iter().map(|function| function.name)).collect();
        let rules = Rules::of(parsed, &names)?;
        rules.check_depth(limits.max_nesting)?;

        let recipe = Recipe::new(parsed, data, given, limits);
        // Only all modules together show some errors of one.
        let whole = recipe.engine(&recipe.all())?;
        let mut engines = vec![Engines::from(recipe.all(), whole)];
        let mut known = BTreeMap::from([(recipe.all(), 0)]);
        let asked = rules.values().map(|(name, path, needed)| {
            let at = *known.entry(needed).or_insert_with_key(|modules| {
                engines.push(Engines::of(modules.clone()));
                engines.len() - 1
            });
            (name, (at, path.clone()))
        });
        let asked = asked.collect();
        let foreign = rules.foreign.iter().filter(|(path, _)| {
            let pointer = path.trim_start_matches("data").replace('.', "/");
            data.pointer(&pointer).is_none()
        });
        Ok(Self {
            foreign: foreign.map(|(path, at)| (path.clone(), at.clone())).collect(),
            rules: asked,
            uses: rules,
            recipe,
            engines,
        })
    }

    /// Returns the paths of the rules that can be evaluated, `data.shop.allow`, in order.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str)
    }

    /// Whether a rule exists.
    #[must_use]
    pub fn has_rule(&self, rule: &str) -> bool {
        self.rules.contains_key(rule)
    }

    /// Returns what a rule and all its dependencies read of the input.
    pub(super) fn reads(&self, rule: &str) -> Reads {
        self.rules.get(rule).map(|(_, path)| self.uses.reads(path)).unwrap_or_default()
    }

    /// Returns the first module that defines a rule.
    pub(super) fn file_of(&self, rule: &str) -> &str {
        self.rules.get(rule).map_or("", |(_, path)| self.uses.file(path))
    }

    /// Returns the documents below `data` that are used but that neither a module nor the caller
    /// defines, each with its first use.
    pub fn missing_documents(&self) -> impl Iterator<Item = (&str, &RegoPlace)> {
        self.foreign.iter().map(|(path, at)| (path.as_str(), at))
    }

    /// Evaluates a rule with an input at a time; without a time, the present is undefined. Returns
    /// nothing where the rule is undefined. Sets become arrays in their order.
    ///
    /// # Errors
    /// When the rule does not exist, or the evaluation fails or takes too long.
    pub fn eval(
        &self,
        rule: &str,
        input: &Input,
        now: Option<Timestamp>,
    ) -> Result<Option<serde_json::Value>, RegoError> {
        let engines = self.rules.get(rule).and_then(|(at, _)| self.engines.get(*at));
        let Some(engines) = engines else { return Err(RegoError::UnknownRule(rule.to_owned())) };
        let mut instance = engines.take(&self.recipe)?;
        instance.set(input, now);
        let RegoLimits { max_time, max_made_bytes: max, .. } = self.recipe.limits;
        allowance::begin(max);
        let (value, instance) = guarded(move || {
            let value = instance.engine.eval_rule(rule.to_owned());
            let value = value.map_err(|error| failure(&error, max_time));
            let value = value.and_then(|value| match value {
                Value::Undefined => Ok(None),
                value => result(&value).map(Some),
            });
            Ok((value, instance))
        })?;
        engines.give_back(instance);
        if allowance::is_passed() {
            let (at, limit) = (RegoPlace::default(), "bytes made by functions");
            return Err(RegoError::LimitExceeded { at, limit, max });
        }
        value
    }
}

fn check_count(modules: &[Source<'_>], limits: &RegoLimits) -> Result<(), RegoError> {
    let max = limits.max_modules;
    if modules.len() > max {
        let at = RegoPlace::default();
        return Err(RegoError::LimitExceeded { at, limit: "modules", max });
    }
    Ok(())
}

/// Runs the interpreter and turns its panics into errors. It panics on some unexpected input
/// (slices beyond the end of a string), and a policy that cannot be decided must deny and not end a
/// server. The engine that panicked is dropped and never used again.
pub(super) fn guarded<T>(run: impl FnOnce() -> Result<T, RegoError>) -> Result<T, RegoError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(RegoError::Panicked(text.unwrap_or_default()))
    })
}

pub(super) fn failure(error: &anyhow::Error, max_time: Duration) -> RegoError {
    let text = error.to_string();
    let timed_out = matches!(error.downcast_ref(), Some(LimitError::TimeLimitExceeded { .. }))
        || text.contains("execution exceeded time limit");
    if timed_out {
        return RegoError::TimedOut(max_time);
    }
    let (at, message) = read(&text);
    RegoError::Failed { at, message }
}

/// Converts a result to JSON. Values share their parts, so a small one may be large when written
/// out.
fn result(value: &Value) -> Result<serde_json::Value, RegoError> {
    let mut left = MAX_RESULT_NODES;
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items.iter()),
            Value::Set(items) => waiting.extend(items.iter()),
            Value::Object(fields) => waiting.extend(fields.iter().map(|(_, value)| value)),
            _ => {}
        }
        left = left.checked_sub(1).ok_or_else(|| RegoError::LimitExceeded {
            at: RegoPlace::default(),
            limit: "values in a result",
            max: MAX_RESULT_NODES,
        })?;
    }
    Ok(json(value))
}

pub(super) fn json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

//! Compiled modules, evaluated as often as wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, LimitError, Value};
use sealift_model::Timestamp;

use super::calls::Rules;
use super::error::{RegoPlace, read};
use super::source::{Parsed, lengths};
use super::{RegoError, Source, functions, negation};

/// How many steps of the interpreter go by between two looks at the clock.
const STEPS_BETWEEN_LOOKS: u32 = 256;

/// Values in a result; more is no answer that anybody reads.
const MAX_RESULT_NODES: usize = 1_000_000;

/// What an engine's clock says where it is given no time.
const NO_TIME: i64 = i64::MIN;

/// Bounds on what compiling and evaluating Rego may cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RegoLimits {
    /// Bytes of one module. Default: 1 MiB; the largest of Trivy's has 30 KiB.
    pub max_module_bytes: usize,
    /// Modules of one program. Default: 10 000; Trivy's bundle has about 1 500.
    pub max_modules: usize,
    /// Statements that are evaluated inside one another, over a chain of rules. Default: 400, which
    /// fit the stack of any thread; Trivy's checks have less than 100.
    pub max_nesting: usize,
    /// The time of one evaluation. Default: one second.
    pub max_time: Duration,
}

impl Default for RegoLimits {
    fn default() -> Self {
        Self {
            max_module_bytes: 1 << 20,
            max_modules: 10_000,
            max_nesting: 400,
            max_time: Duration::from_secs(1),
        }
    }
}

/// A function that is given to policies beyond those of Rego.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Function {
    /// Its name, `result.new`.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arity: u8,
    /// What it does: a value, nothing where it is undefined, or why it failed.
    pub call: FunctionBody,
}

/// What a [`Function`] does.
pub type FunctionBody = fn(&[serde_json::Value]) -> Result<Option<serde_json::Value>, String>;

impl Function {
    /// A function.
    #[must_use]
    pub const fn new(name: &'static str, arity: u8, call: FunctionBody) -> Self {
        Self { name, arity, call }
    }
}

/// A document to judge, in the interpreter's form: made once, it may be given to many programs.
#[derive(Clone, Debug)]
pub struct Input(Value);

impl Input {
    /// The form of a JSON document.
    #[must_use]
    pub fn new(document: &impl serde::Serialize) -> Self {
        // Through text, which the interpreter reads faster than it takes over a tree.
        let text = serde_json::to_string(document).unwrap_or_default();
        Self(Value::from_json_str(&text).unwrap_or(Value::Undefined))
    }

    /// An object of documents that are in that form already; they are shared, not copied.
    #[must_use]
    pub fn object<'d>(fields: impl IntoIterator<Item = (&'static str, &'d Self)>) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (Value::from(name), value.0.clone()));
        Self(Value::from(fields.collect::<BTreeMap<_, _>>()))
    }
}

/// Modules, parsed and checked together.
pub struct Program {
    base: Engine,
    /// Engines that wait for work: one for each evaluation at a time.
    idle: Mutex<Vec<Instance>>,
    rules: BTreeSet<String>,
    foreign: Vec<(String, RegoPlace)>,
    max_time: Duration,
}

impl Default for Program {
    /// A program without rules.
    fn default() -> Self {
        Self {
            base: Engine::new(),
            idle: Mutex::default(),
            rules: BTreeSet::new(),
            foreign: Vec::new(),
            max_time: RegoLimits::default().max_time,
        }
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// An engine with a clock of its own.
struct Instance {
    engine: Engine,
    now_ns: Arc<AtomicI64>,
}

impl Program {
    /// Compiles modules together, with the documents below `data` and with functions of the
    /// caller.
    ///
    /// # Errors
    /// When a module is no Rego, calls what there is not, depends on itself, or passes a limit.
    pub fn compile(
        modules: &[Source<'_>],
        data: &serde_json::Value,
        given: &[Function],
        limits: &RegoLimits,
    ) -> Result<Self, RegoError> {
        check_count(modules, limits)?;
        // The interpreter's parser is trusted no more than its evaluation.
        guarded(|| {
            let parsed: Result<Vec<Parsed>, RegoError> =
                modules.iter().map(|module| Parsed::read(*module, limits)).collect();
            Self::build(&parsed?, data, given, limits)
        })
    }

    /// Compiles those of the modules that are sound, and tells of each other by its index why it
    /// is not: what calls a function of a broken module is broken, too.
    ///
    /// # Errors
    /// When there are too many modules, or something fails that belongs to none of them.
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

        let mut engine = Engine::new();
        engine.set_policy_length_config(lengths(limits));
        engine.set_gather_prints(true);
        engine.set_strict_builtin_errors(false);
        engine.set_execution_timer_config(ExecutionTimerConfig {
            limit: limits.max_time,
            check_interval: NonZeroU32::new(STEPS_BETWEEN_LOOKS).unwrap_or(NonZeroU32::MIN),
        });
        for module in parsed {
            module.add_to(&mut engine, negation::explicit(module))?;
        }
        let failed = |error: anyhow::Error| failure(&error, limits.max_time);
        engine.add_data(Input::new(data).0).map_err(failed)?;
        functions::add(&mut engine).map_err(failed)?;
        for function in given {
            let call = function.call;
            let extension = Box::new(move |arguments: Vec<Value>| {
                let arguments: Vec<serde_json::Value> = arguments.iter().map(json).collect();
                match call(&arguments) {
                    Ok(Some(value)) => Ok(Value::from(value)),
                    Ok(None) => Ok(Value::Undefined),
                    Err(why) => Err(anyhow::Error::msg(why)),
                }
            });
            engine
                .add_extension(function.name.to_owned(), function.arity, extension)
                .map_err(failed)?;
        }
        // Orders the statements of each body; what is asked for does not matter.
        engine.eval_query("true".to_owned(), false).map_err(failed)?;
        let foreign = rules.foreign.iter().filter(|(path, _)| {
            let pointer = path.trim_start_matches("data").replace('.', "/");
            data.pointer(&pointer).is_none()
        });
        Ok(Self {
            foreign: foreign.map(|(path, at)| (path.clone(), at.clone())).collect(),
            rules: rules.paths().collect(),
            base: engine,
            idle: Mutex::default(),
            max_time: limits.max_time,
        })
    }

    /// The paths of the rules that can be asked for, `data.shop.allow`, in their order.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(String::as_str)
    }

    /// Whether there is such a rule.
    #[must_use]
    pub fn has_rule(&self, rule: &str) -> bool {
        self.rules.contains(rule)
    }

    /// The documents below `data` that are asked for, and that neither a module makes nor the
    /// caller gave, and where each is asked for first.
    pub fn missing_documents(&self) -> impl Iterator<Item = (&str, &RegoPlace)> {
        self.foreign.iter().map(|(path, at)| (path.as_str(), at))
    }

    /// What a rule is for an input at a time, without which the present is undefined; nothing where it is undefined. Sets are arrays in
    /// their order.
    ///
    /// # Errors
    /// When there is no such rule, when evaluating it fails or takes too long.
    pub fn eval(
        &self,
        rule: &str,
        input: &Input,
        now: Option<Timestamp>,
    ) -> Result<Option<serde_json::Value>, RegoError> {
        if !self.has_rule(rule) {
            return Err(RegoError::UnknownRule(rule.to_owned()));
        }
        let mut instance = self.instance();
        let now_ns = now.map_or(NO_TIME, |now| now.unix_seconds().saturating_mul(1_000_000_000));
        instance.now_ns.store(now_ns, Ordering::Relaxed);
        instance.engine.set_input(input.0.clone());
        let max_time = self.max_time;
        let (value, instance) = guarded(move || {
            let value = instance.engine.eval_rule(rule.to_owned());
            let value = value.map_err(|error| failure(&error, max_time));
            let value = value.and_then(|value| match value {
                Value::Undefined => Ok(None),
                value => result(&value).map(Some),
            });
            Ok((value, instance))
        })?;
        self.give_back(instance);
        value
    }

    fn instance(&self) -> Instance {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| {
            let mut engine = self.base.clone();
            let now_ns = Arc::new(AtomicI64::new(0));
            let clock = now_ns.clone();
            let read = move |_: Vec<Value>| {
                Ok(match clock.load(Ordering::Relaxed) {
                    NO_TIME => Value::Undefined,
                    now_ns => Value::from(now_ns),
                })
            };
            // It is new, so there is none of that name.
            _ = engine.add_extension(functions::NOW.to_owned(), 0, Box::new(read));
            Instance { engine, now_ns }
        })
    }

    fn give_back(&self, mut instance: Instance) {
        _ = instance.engine.take_prints();
        instance.engine.set_input(Value::Undefined);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(instance);
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

/// Runs the interpreter so that a panic of it is an error. It has some on input that it does not
/// expect (slices beyond the end of a string), and a policy that cannot be decided must deny and
/// not end a server. What panicked is dropped and never asked again.
fn guarded<T>(run: impl FnOnce() -> Result<T, RegoError>) -> Result<T, RegoError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(RegoError::Panicked(text.unwrap_or_default()))
    })
}

fn failure(error: &anyhow::Error, max_time: Duration) -> RegoError {
    let text = error.to_string();
    let timed_out = matches!(error.downcast_ref(), Some(LimitError::TimeLimitExceeded { .. }))
        || text.contains("execution exceeded time limit");
    if timed_out {
        return RegoError::TimedOut(max_time);
    }
    let (at, message) = read(&text);
    RegoError::Failed { at, message }
}

/// A result as JSON. Values share their parts, so that a small one may be large written out.
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

fn json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

//! Engines of the interpreter. Each holds only the modules that a rule needs, since an evaluation
//! costs time for every module of its engine; it is kept for the next evaluation.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use sealift_model::Timestamp;

use super::program::{failure, guarded, json};
use super::source::{Parsed, lengths};
use super::{Function, Input, RegoError, RegoLimits, functions, negation, patterns};

/// The number of interpreter steps between two checks of the clock.
const STEPS_BETWEEN_LOOKS: u32 = 256;

/// The value of an engine's clock without a given time.
const NO_TIME: i64 = i64::MIN;

/// Everything that engines are made of.
#[derive(Default)]
pub(super) struct Recipe {
    modules: Vec<Text>,
    data: Option<Input>,
    given: Vec<Function>,
    pub(super) limits: RegoLimits,
}

/// A module in the interpreter's form.
struct Text {
    name: String,
    v0: bool,
    text: String,
}

impl Recipe {
    pub(super) fn new(
        parsed: &[Parsed],
        data: &serde_json::Value,
        given: &[Function],
        limits: &RegoLimits,
    ) -> Self {
        let text = |module: &Parsed| Text {
            name: module.name.clone(),
            v0: module.v0,
            text: negation::explicit(module),
        };
        Self {
            modules: parsed.iter().map(text).collect(),
            data: Some(Input::new(data)),
            given: given.to_vec(),
            limits: limits.clone(),
        }
    }

    pub(super) fn all(&self) -> Vec<usize> {
        (0..self.modules.len()).collect()
    }

    /// Makes an engine of some of the modules, ready for evaluation.
    pub(super) fn engine(&self, modules: &[usize]) -> Result<Engine, RegoError> {
        let failed = |error: anyhow::Error| failure(&error, self.limits.max_time);
        let mut engine = Engine::new();
        engine.set_policy_length_config(lengths(&self.limits));
        engine.set_gather_prints(true);
        engine.set_strict_builtin_errors(false);
        engine.set_execution_timer_config(ExecutionTimerConfig {
            limit: self.limits.max_time,
            check_interval: NonZeroU32::new(STEPS_BETWEEN_LOOKS).unwrap_or(NonZeroU32::MIN),
        });
        for module in modules.iter().filter_map(|at| self.modules.get(*at)) {
            engine.set_rego_v0(module.v0);
            engine.add_policy(module.name.clone(), module.text.clone()).map_err(failed)?;
        }
        if let Some(data) = &self.data {
            engine.add_data(data.0.clone()).map_err(failed)?;
        }
        functions::add(&mut engine).map_err(failed)?;
        patterns::add(&mut engine).map_err(failed)?;
        for function in &self.given {
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
        // This orders the statements of each body; the query itself does not matter.
        engine.eval_query("true".to_owned(), false).map_err(failed)?;
        Ok(engine)
    }
}

/// The engines of one set of modules.
pub(super) struct Engines {
    modules: Vec<usize>,
    base: OnceLock<Result<Engine, RegoError>>,
    /// The idle engines; each evaluation uses one alone.
    idle: Mutex<Vec<Instance>>,
}

/// An engine with its own clock.
pub(super) struct Instance {
    pub(super) engine: Engine,
    now_ns: Arc<AtomicI64>,
}

impl Engines {
    pub(super) fn of(modules: Vec<usize>) -> Self {
        Self { modules, base: OnceLock::new(), idle: Mutex::default() }
    }

    /// Starts a set with one engine.
    pub(super) fn from(modules: Vec<usize>, engine: Engine) -> Self {
        Self { modules, base: Ok(engine).into(), idle: Mutex::default() }
    }

    /// Takes an engine for one evaluation, or makes one.
    pub(super) fn take(&self, recipe: &Recipe) -> Result<Instance, RegoError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(instance) = idle {
            return Ok(instance);
        }
        let base = self.base.get_or_init(|| guarded(|| recipe.engine(&self.modules)));
        let mut engine = base.as_ref().map_err(Clone::clone)?.clone();
        let now_ns = Arc::new(AtomicI64::new(NO_TIME));
        let clock = now_ns.clone();
        let read = move |_: Vec<Value>| {
            Ok(match clock.load(Ordering::Relaxed) {
                NO_TIME => Value::Undefined,
                now_ns => Value::from(now_ns),
            })
        };
        // The engine is new, so the name is free.
        _ = engine.add_extension(functions::NOW.to_owned(), 0, Box::new(read));
        Ok(Instance { engine, now_ns })
    }

    pub(super) fn give_back(&self, mut instance: Instance) {
        _ = instance.engine.take_prints();
        instance.engine.set_input(Value::Undefined);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(instance);
    }
}

impl Instance {
    pub(super) fn set(&mut self, input: &Input, now: Option<Timestamp>) {
        let now_ns = now.map_or(NO_TIME, |now| now.unix_seconds().saturating_mul(1_000_000_000));
        self.now_ns.store(now_ns, Ordering::Relaxed);
        self.engine.set_input(input.0.clone());
    }
}

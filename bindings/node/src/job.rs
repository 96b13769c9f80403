//! Work on a thread of its own, and the promise of its result.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, Result};

use crate::failure::Failure;

/// The stack size of the command's main thread on most systems.
const STACK_BYTES: usize = 8 << 20;

type Resolver<T> = Box<dyn FnOnce(Env) -> Result<T> + Send>;

/// Does `work` on a new thread.
pub(crate) fn promise<T: ToNapiValue + Send + 'static>(
    env: &Env,
    work: impl FnOnce() -> std::result::Result<T, Failure> + Send + 'static,
) -> Result<Object<'_>> {
    let (deferred, promise) = env.create_deferred::<T, Resolver<T>>()?;
    let run = move || {
        // A panic would leave a promise that never settles.
        let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Failure::bug()));
        match done {
            Ok(value) => deferred.resolve(Box::new(move |_| Ok(value))),
            Err(failure) => deferred.reject(failure.into()),
        }
    };
    thread::Builder::new()
        .name("sealift".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(run)
        .map_err(|error| Failure::argument(format!("no thread can be started: {error}")))?;
    Ok(promise)
}

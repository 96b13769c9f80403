//! CEL as in Kubernetes and Kyverno: <https://github.com/google/cel-spec>, with the macros and
//! libraries of cel-go, Kubernetes and Kyverno.
//!
//! ```text
//! text ── lexer, parser ──> Syntax ── compile (names, macros) ──> Program
//! Program + inputs + variables ── Run ──> Value
//! ```
//!
//! Reasons not to use the crate `cel` (0.15, as of November 2026): it has no bound on the cost of
//! an evaluation, so that a comprehension over two long lists, or a text joined to itself, would
//! block a webhook; its values own their data, so that each object would be copied for each policy;
//! and it brings a generated parser with its runtime, and a second library for dates with the time
//! zone database.
//!
//! Types are checked when an expression is evaluated. For the API server's own policies they are
//! also checked at loading, since the server rejects an expression whose types cannot fit, such as
//! `1 + 'a'`; in Kyverno's policies, that is an error at evaluation, never a yes.
//!
//! `random` is an error.
mod access;
mod compare;
mod compile;
mod error;
mod evaluate;
mod functions;
mod lexer;
mod loops;
mod operators;
mod parser;
mod policies;
mod program;
mod shared;
mod signatures;
mod syntax;
#[cfg(test)]
mod tests;
mod types;
mod value;

pub(crate) use compile::Names;
pub(crate) use error::{CompileError, Error};
pub(crate) use evaluate::Run;
pub(crate) use functions::{AttestationKind, Authorizer, Signer};
pub(crate) use policies::{CelRule, FAMILY, MatchConditions, NativeRule, Place};
pub(crate) use program::{Input, Program};
pub(crate) use shared::Shared;
pub(crate) use types::Wanted;
pub(crate) use value::{Key, Opaque, Value};

//! CEL as Kubernetes and Kyverno have it: <https://github.com/google/cel-spec>, the macros and
//! libraries of cel-go, Kubernetes' and Kyverno's own.
//!
//! ```text
//! text ── lexer, parser ──> Syntax ── compile (names, macros) ──> Program
//! Program + inputs + variables ── Run ──> Value
//! ```
//!
//! Why this is written here and not the crate `cel` (0.15, looked at in November 2026): that one
//! has no bound on what an evaluation may cost, so that a comprehension over two long lists, or a
//! text joined to itself, would hold a webhook; its values own what they hold, so that each object
//! would be copied for each policy; and it brings a generated parser with its runtime, and a
//! second library for dates with the database of time zones.
//!
//! Types are checked when an expression is evaluated. For the API server's own policies they are
//! checked when one is loaded, too, for it would not take one whose types cannot fit (`1 + 'a'`); for
//! Kyverno's, that is an error once it is evaluated, never a yes.
//!
//! Named time zones are not known, `random` is an error.
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

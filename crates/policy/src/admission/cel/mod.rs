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
//! Types are checked when an expression is evaluated. What Kubernetes would refuse for its types
//! when a policy is loaded (`1 + 'a'`) is an error here once it is evaluated, never a yes.
//!
//! Named time zones are not known, `random` is an error, and an authorizer answers nothing.
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
mod syntax;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use compile::Names;
pub(crate) use error::{CompileError, Error};
pub(crate) use evaluate::Run;
pub(crate) use functions::{AttestationKind, Signer};
pub(crate) use policies::{CelRule, FAMILY, MatchConditions, NativeRule, Place};
pub(crate) use program::{Input, Program};
pub(crate) use value::{Key, Opaque, Value};

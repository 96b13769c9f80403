//! Policies written in Rego, evaluated within bounds.
//!
//! ```
//! use sealift_policy::rego::{Input, Program, RegoLimits, Source};
//!
//! let text = "package shop\nallow if input.image == \"ghcr.io/your-org/web\"\n";
//! let modules = [Source::new("shop.rego", text)];
//! let program = Program::compile(&modules, &serde_json::json!({}), &[], &RegoLimits::default())?;
//! let input = Input::new(&serde_json::json!({"image": "ghcr.io/your-org/web"}));
//! let now = "2026-01-31T12:00:00Z".parse()?;
//! assert_eq!(program.eval("data.shop.allow", &input, Some(now))?, Some(true.into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ```text
//! modules ── parse, v1 or v0 ── walks, heads, every, patterns, negations as OPA reads them ── calls known? cycles? ──> Program
//! Program + input + time ── eval, held to time ──> Some(value) | None: undefined | an error
//! ```
//!
//! The interpreter is `regorus`. These are its differences from OPA, and how each is handled here:
//!
//! | `regorus` | OPA | here |
//! | --- | --- | --- |
//! | `not f(x)` holds where `x` is undefined | the whole body is undefined | each negation is preceded by its operands, as by OPA's compiler |
//! | `walk(x)` of one argument is an array of all pairs in some places and never holds in others | a relation that holds once for each pair | a choice of one of all pairs; an error when it is compiled within `not`, where `walk(x, y)` also is one, and `with` |
//! | `{"a": x} = y` also holds where `y` has further fields | only where it has none | restricted to the number of fields, where a name beside `with` may be refused; an error when it is compiled as the argument of a function, as the result of a call (`walk(x, [_, {"a": y}])`), as the key of `some`, in a field whose key is not a literal, and with `_` in brackets within `not` |
//! | `=` in the body of `every` gives the names of `every` other values | compares | the names have their values in the body |
//! | `p contains xs[_].a` holds for nothing where one of `xs` has no `a` | holds for the others | the choices of a head are moved into the body, as by OPA's compiler; an error when it is compiled where there is no such body: an `else` without a value, a v0 set without a body |
//! | `not xs[_] == 1` asks whether one item is not | an error when it is compiled | an error when it is compiled; so is `not xs[_]` |
//! | a function named `walk` is taken for Rego's | hides Rego's | calling it is an error when it is compiled |
//! | a call of a missing function fails when it is evaluated, and the error is lost where another definition of the caller gives a value | an error when it is compiled | an error when it is compiled |
//! | a function may call itself until the stack ends | an error when it is compiled | an error when it is compiled; so is a chain of rules that is too long |
//! | a second body of a v0 rule, `p { a } { b }`, is an `else` | a rule of its own | the same as `regorus`; an error when it is compiled where the rule makes a set |
//! | `some x` beside a rule `x` is an error where `x` is compared | hides the rule | the same as `regorus` |
//! | `sprintf` knows few verbs and gives nothing for others | Go's | written anew |
//! | regular expressions are Rust's, of 100 KiB at most | Go's | read as Go's, bounded by the matcher's own limit |
//! | `object.subset` of arrays takes the items in any order | one after another | written anew |
//! | `any`, `all`, `re_match` and others of Rego v0 are missing | there in v0 | written anew |
//! | `strings.replace_n` searches replacements again | it does not | written anew |
//! | `numbers.range`, `net.cidr_expand`, `bits.lsh`, `concat`, `array.concat`, `replace` make results of any size | so does OPA | bounded by limits; another limit bounds what all functions make in one evaluation |
//! | `sort` puts sets before objects | after them | the same as `regorus` |
//! | `crypto.*` and others are missing | there | hashes, `yaml.*`, `urlquery.*`, `time.format`, `time.diff` and `array.flatten` are written anew; the rest is an error when it is compiled |
//! | the clock is the machine's | the machine's | the caller's |
//! | `if`, `in`, `every` and `contains` are names in v0 where they are not imported, which is printed | names | such a module is not read as v0: its errors as v1 are reported |
//! | lines have at most 1,024 characters | no limit | at most 65,535 |
//!
//! The clock is checked between the steps of an evaluation: one step, such as the product of two
//! huge numbers, is not interrupted.
//!
//! Nothing here reaches the network, the environment or chance: `http.send`, `opa.runtime`,
//! `rand.intn` and `uuid.rfc4122` are errors when a policy is compiled.
pub(crate) mod admission;
mod ast;
mod calls;
mod edits;
mod engines;
mod error;
mod every;
mod flow;
mod functions;
mod heads;
mod ignore;
mod names;
mod negation;
mod nesting;
mod patterns;
mod program;
mod reads;
mod source;
#[cfg(test)]
mod tests;
mod walks;

pub use admission::RegoPolicies;
pub use error::{RegoError, RegoPlace};
pub use ignore::IgnorePolicy;
pub use program::{Function, FunctionBody, Input, Program, RegoLimits};
pub use source::Source;

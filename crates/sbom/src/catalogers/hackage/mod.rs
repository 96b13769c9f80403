//! Haskell: packages pinned by Stack and Cabal.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `hackage-cabal` | `cabal.project.freeze` | every package that is frozen, with lines |
//! | `hackage-stack` | `stack.yaml.lock`, and `extra-deps` of `stack.yaml` | packages from Hackage, with lines |
//!
//! They do not find: packages of Stack's snapshot or of the compiler; packages from git and from
//! archives; the dependencies between packages.

mod cabal;
mod stack;

pub(super) use cabal::Freeze;
pub(super) use stack::Stack;

//! Haskell: what Stack and Cabal pin.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `hackage-cabal` | `cabal.project.freeze` | every package that is frozen, with lines |
//! | `hackage-stack` | `stack.yaml.lock`, and `extra-deps` of `stack.yaml` | packages from Hackage, with lines |
//!
//! What they cannot find: packages that come with the snapshot that Stack uses, or with the
//! compiler; packages from git and from archives; which package needs which.

mod cabal;
mod stack;

pub(super) use cabal::Freeze;
pub(super) use stack::Stack;

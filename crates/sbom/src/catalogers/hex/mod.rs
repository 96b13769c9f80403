//! Elixir, Erlang and Gleam: what Mix, Rebar and Gleam lock.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `hex-gleam` | `manifest.toml` of Gleam | what is locked, from Hex and git, with what each needs |
//! | `hex-mix` | `mix.lock` | what is locked, from Hex and git, with what each needs |
//! | `hex-rebar` | `rebar.lock` | what is locked, from Hex and git, and whether the project asked for it |
//!
//! What they cannot find: the applications that come with Erlang itself; packages in folders of
//! the project. A package from git has its commit for a version.

mod gleam;
mod mix;
mod rebar;

use sealift_model::{Ecosystem, Package, PurlError};

use crate::catalogers::declared;

pub(super) use gleam::Gleam;
pub(super) use mix::Mix;
pub(super) use rebar::Rebar;

fn package(name: &str, version: &str) -> Result<Package, PurlError> {
    declared::package(Ecosystem::Hex, name, version)
}

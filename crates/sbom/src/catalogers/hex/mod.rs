//! Elixir, Erlang and Gleam: packages locked by Mix, Rebar and Gleam.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `hex-gleam` | `manifest.toml` of Gleam | what is locked, from Hex and git, with what each needs |
//! | `hex-mix` | `mix.lock` | what is locked, from Hex and git, with what each needs |
//! | `hex-rebar` | `rebar.lock` | what is locked, from Hex and git, and whether the project asked for it |
//!
//! They do not find: the applications of Erlang itself; packages in folders of the project. The
//! version of a package from git is its commit.

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

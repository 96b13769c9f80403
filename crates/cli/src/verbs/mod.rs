//! One function for each verb.

mod admission;
mod admission_serve;
mod clean;
mod config;
mod db;
mod gate;
mod harbor;
mod judged;
mod login;
mod man;
mod scan;
mod serve;
mod sign;
mod transfer;
mod verify;
mod version;

use clap_complete::Shell;

use crate::failure::Failure;
use crate::{args, output};

pub(crate) use admission::admission_review;
pub(crate) use admission_serve::admission_serve;
pub(crate) use clean::clean;
pub(crate) use config::config;
pub(crate) use db::db;
pub(crate) use gate::gate;
pub(crate) use harbor::harbor_serve;
pub(crate) use login::{login, logout};
pub(crate) use man::man;
pub(crate) use scan::{fs, image, repo, rootfs, sbom};
pub(crate) use sign::{
    attest, attest_blob, generate_key_pair, import_key_pair, public_key, sign, sign_blob,
};
pub(crate) use transfer::{copy, load, save};
pub(crate) use verify::{
    download, initialize, tree, triangulate, verify, verify_attestation, verify_blob,
    verify_blob_attestation,
};
pub(crate) use version::version;

/// `completion`: a completion script for a shell.
pub(crate) fn completion(shell: Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "sealift", &mut script);
    output::print(&script)?;
    Ok(0)
}

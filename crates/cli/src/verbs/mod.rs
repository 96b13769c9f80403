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
pub(crate) use scan::{fs, image, rootfs, sbom};
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

/// `man`: the manual page of the command or of one verb, in roff.
pub(crate) fn man(verb: Option<&str>) -> Result<u8, Failure> {
    let command = args::command();
    let described = match verb {
        None => Some(&command),
        Some(verb) => command.find_subcommand(verb),
    };
    let Some(described) = described else {
        return Err(Failure::Value {
            flag: "man",
            value: verb.unwrap_or_default().to_owned(),
            hint: "`sealift --help` lists the verbs",
        });
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(described.clone())
        .render(&mut page)
        .map_err(|source| Failure::Output { path: None, source })?;
    output::print(&page)?;
    Ok(0)
}

//! The `sealift` command as a library: arguments in, exit status out. All that it knows about
//! images and advisories is in the facade `sealift`; here are arguments, progress, messages and
//! exit codes.
//!
//! ```
//! let environment = sealift_cli::Environment::empty();
//! let status = sealift_cli::run(["sealift".into(), "version".into()].into_iter(), &environment);
//! assert_eq!(status, std::process::ExitCode::SUCCESS);
//! ```
#![forbid(unsafe_code)]

#[macro_use]
mod complain;

mod advisories;
mod args;
mod cache;
mod clock;
mod cluster;
mod deadline;
mod engines;
mod environment;
mod failure;
mod files;
mod helm;
mod key_reference;
mod network;
mod output;
mod places;
mod progress;
mod scan_plan;
mod summary;
mod suppress;
mod target;
mod trust;
mod verbs;
mod vex;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::FromArgMatches;
use sealift::escape;

pub use environment::Environment;

use args::{AdmissionVerb, Cli, HarborVerb, Verb};
use failure::Failure;

/// Runs the command: `args` are the program's name and its arguments.
pub fn run(args: impl Iterator<Item = OsString>, environment: &Environment) -> ExitCode {
    ExitCode::from(status(args, environment))
}

/// The same with the exit status as a number, for programs in other languages.
pub fn status(args: impl Iterator<Item = OsString>, environment: &Environment) -> u8 {
    match dispatch(args, environment) {
        Ok(status) => status,
        Err(Failure::Usage(error)) => {
            // To stdout when help was asked for, else to stderr: clap knows which.
            let code = error.exit_code();
            let printed = error.print();
            u8::try_from(code).unwrap_or(2).max(u8::from(printed.is_err()))
        }
        Err(failure) => {
            // Paths and names in it may be anybody's.
            for line in failure.to_string().lines() {
                eprintln!("{}", escape::terminal(line));
            }
            failure.status()
        }
    }
}

fn dispatch(
    args: impl Iterator<Item = OsString>,
    environment: &Environment,
) -> Result<u8, Failure> {
    let command = args::command();
    let (given, left_out) = args::peers::without_harmless(&command, args.collect())?;
    let (set, filled) = args::variables::fill_in(&command, given, environment);
    let set = args::trivy_config::fill_in(&command, set)?;
    let verb = set.iter().find_map(|arg| command.find_subcommand(arg)).map(|verb| verb.get_name());
    let verb = verb.unwrap_or_default().to_owned();
    let explained = |error| args::peers::explained(error, &filled, &verb);
    let matches = command.try_get_matches_from(set).map_err(explained)?;
    let cli = Cli::from_arg_matches(&matches)?;
    for flag in left_out.iter().filter(|_| !cli.global.quiet) {
        eprintln!("warning: --{flag} has no effect here");
    }
    match cli.verb {
        Verb::Image(image) => verbs::image(*image, &cli.global, environment),
        Verb::Fs(tree) => verbs::fs(tree, &cli.global, environment),
        Verb::Repo(tree) => verbs::repo(tree, &cli.global, environment),
        Verb::Rootfs(tree) => verbs::rootfs(tree, &cli.global, environment),
        Verb::Config(config) => verbs::config(&config, &cli.global, environment),
        Verb::Sbom(sbom) => verbs::sbom(sbom, &cli.global, environment),
        Verb::Gate(gate) => verbs::gate(*gate, &cli.global, environment),
        Verb::Admission(admission) => match admission.what {
            AdmissionVerb::Review(review) => {
                verbs::admission_review(&review, &cli.global, environment)
            }
            AdmissionVerb::Serve(serve) => verbs::admission_serve(&serve, &cli.global, environment),
        },
        Verb::Harbor(harbor) => match harbor.what {
            HarborVerb::Serve(serve) => verbs::harbor_serve(&serve, &cli.global, environment),
        },
        Verb::Db(db) => verbs::db(db, &cli.global, environment),
        Verb::Verify(verify) => verbs::verify(verify, &cli.global, environment),
        Verb::VerifyAttestation(verify) => {
            verbs::verify_attestation(verify, &cli.global, environment)
        }
        Verb::VerifyBlob(verify) => verbs::verify_blob(verify, &cli.global, environment),
        Verb::VerifyBlobAttestation(verify) => {
            verbs::verify_blob_attestation(verify, &cli.global, environment)
        }
        Verb::GenerateKeyPair(keys) => verbs::generate_key_pair(&keys, &cli.global, environment),
        Verb::ImportKeyPair(keys) => verbs::import_key_pair(&keys, &cli.global, environment),
        Verb::PublicKey(key) => verbs::public_key(&key, &cli.global, environment),
        Verb::Sign(sign) => verbs::sign(&sign, &cli.global, environment),
        Verb::Attest(attest) => verbs::attest(&attest, &cli.global, environment),
        Verb::SignBlob(sign) => verbs::sign_blob(&sign, &cli.global, environment),
        Verb::AttestBlob(attest) => verbs::attest_blob(&attest, &cli.global, environment),
        Verb::Initialize(initialize) => verbs::initialize(&initialize, &cli.global, environment),
        Verb::Tree(tree) => verbs::tree(tree, &cli.global, environment),
        Verb::Triangulate(args) => verbs::triangulate(&args, &cli.global, environment),
        Verb::Download(args) => verbs::download(&args, &cli.global, environment),
        Verb::Login(login) => verbs::login(login, environment),
        Verb::Logout(logout) => verbs::logout(&logout, environment),
        Verb::Copy(args) => verbs::copy(&args, &cli.global, environment),
        Verb::Save(args) => verbs::save(&args, &cli.global, environment),
        Verb::Load(args) => verbs::load(&args, &cli.global, environment),
        Verb::Clean(clean) => verbs::clean(&clean, &cli.global, environment),
        Verb::Version(args) => verbs::version(&args, &cli.global, environment),
        Verb::Completion { shell } => verbs::completion(shell),
        Verb::Man(args) => verbs::man(&args),
    }
}

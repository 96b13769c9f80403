//! From arguments to the verb that they name.

use std::ffi::OsString;

use clap::FromArgMatches;

use crate::args::{self, AdmissionVerb, Cli, HarborVerb, Verb};
use crate::failure::Failure;
use crate::{Context, Environment, verbs};

/// Reads the arguments, adds those of variables and configuration files, and runs the verb.
///
/// # Errors
/// Any failure before the verb returns an exit status.
pub(crate) fn dispatch(
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
    let context = Context { global: &cli.global, environment };
    match cli.verb {
        Verb::Image(image) => verbs::image(*image, context),
        Verb::Fs(tree) => verbs::fs(tree, context),
        Verb::Repo(tree) => verbs::repo(tree, context),
        Verb::Rootfs(tree) => verbs::rootfs(tree, context),
        Verb::Config(config) => verbs::config(&config, context),
        Verb::Sbom(sbom) => verbs::sbom(sbom, context),
        Verb::Gate(gate) => verbs::gate(*gate, context),
        Verb::Admission(admission) => match admission.what {
            AdmissionVerb::Review(review) => verbs::admission_review(&review, context),
            AdmissionVerb::Serve(serve) => verbs::admission_serve(&serve, context),
        },
        Verb::Harbor(harbor) => match harbor.what {
            HarborVerb::Serve(serve) => verbs::harbor_serve(&serve, context),
        },
        Verb::Db(db) => verbs::db(db, context),
        Verb::Verify(verify) => verbs::verify(verify, context),
        Verb::VerifyAttestation(verify) => verbs::verify_attestation(verify, context),
        Verb::VerifyBlob(verify) => verbs::verify_blob(verify, context),
        Verb::VerifyBlobAttestation(verify) => verbs::verify_blob_attestation(verify, context),
        Verb::GenerateKeyPair(keys) => verbs::generate_key_pair(&keys, context),
        Verb::ImportKeyPair(keys) => verbs::import_key_pair(&keys, context),
        Verb::PublicKey(key) => verbs::public_key(&key, context),
        Verb::Sign(sign) => verbs::sign(&sign, context),
        Verb::Attest(attest) => verbs::attest(&attest, context),
        Verb::SignBlob(sign) => verbs::sign_blob(&sign, context),
        Verb::AttestBlob(attest) => verbs::attest_blob(&attest, context),
        Verb::Initialize(initialize) => verbs::initialize(&initialize, context),
        Verb::Tree(tree) => verbs::tree(tree, context),
        Verb::Triangulate(args) => verbs::triangulate(&args, context),
        Verb::Download(args) => verbs::download(&args, context),
        Verb::Login(login) => verbs::login(login, environment),
        Verb::Logout(logout) => verbs::logout(&logout, environment),
        Verb::Copy(args) => verbs::copy(&args, context),
        Verb::Save(args) => verbs::save(&args, context),
        Verb::Load(args) => verbs::load(&args, context),
        Verb::Clean(clean) => verbs::clean(&clean, context),
        Verb::Version(args) => verbs::version(&args, context),
        Verb::Completion { shell } => verbs::completion(shell),
        Verb::Man(args) => verbs::man(&args),
    }
}

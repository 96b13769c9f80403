//! Flags and verbs of the peers that this command does not have.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::variables::{self, Filled, Peer};
use crate::Environment;
use crate::failure::Failure;

/// Whether a flag has a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    None,
    Some,
}

/// The peers' flags for what this command does not need: caches it has not, databases of theirs
/// and calls it does not make, registries it does not ask, checks it does not run, tables it does not
/// draw, hints that it needs none of. Leaving them out changes no finding and weakens no check.
const HARMLESS: &[(&str, Value)] = &[
    ("allow-certificate-chain", Value::None),
    ("allow-http-registry", Value::None),
    ("allow-insecure-registry", Value::None),
    ("cacert", Value::Some),
    ("cache-backend", Value::Some),
    ("cache-ttl", Value::Some),
    ("checks-bundle", Value::None),
    ("checks-bundle-repository", Value::Some),
    ("config-file-schemas", Value::Some),
    ("custom-headers", Value::Some),
    ("db-repository", Value::Some),
    ("dependency-tree", Value::None),
    ("disable-telemetry", Value::None),
    ("docker-host", Value::Some),
    ("experimental-oci11", Value::None),
    ("ignored-licenses", Value::Some),
    ("image-config-scanners", Value::Some),
    ("include-deprecated-checks", Value::None),
    ("include-dev-deps", Value::None),
    ("insecure", Value::None),
    ("java-db", Value::None),
    ("java-db-repository", Value::Some),
    ("k8s-keychain", Value::None),
    ("license-confidence-level", Value::Some),
    ("license-full", Value::None),
    ("max-workers", Value::Some),
    ("misconfig-scanners", Value::Some),
    ("new-bundle-format", Value::None),
    ("password", Value::Some),
    ("podman-host", Value::Some),
    ("raw-config-scanners", Value::Some),
    ("redis-ca", Value::Some),
    ("redis-cert", Value::Some),
    ("redis-key", Value::Some),
    ("redis-tls", Value::None),
    ("registry-cacert", Value::Some),
    ("registry-client-cert", Value::Some),
    ("registry-client-key", Value::Some),
    ("registry-password", Value::Some),
    ("registry-referrers-mode", Value::Some),
    ("registry-server-name", Value::Some),
    ("registry-token", Value::Some),
    ("registry-username", Value::Some),
    ("rego-error-limit", Value::Some),
    ("rekor-url", Value::Some),
    ("render-cause", Value::Some),
    ("report", Value::Some),
    ("secret-config", Value::Some),
    ("signature-digest-algorithm", Value::Some),
    ("skip-check-update", Value::None),
    ("skip-java-db-update", Value::None),
    ("skip-policy-update", Value::None),
    ("skip-version-check", Value::None),
    ("skip-vex-repo-update", Value::None),
    ("table-mode", Value::Some),
    ("token", Value::Some),
    ("token-header", Value::Some),
    ("trace-rego", Value::None),
    ("username", Value::Some),
    ("vex-repo", Value::None),
];

/// Trivy's flags without which the outcome would be another, and what to do instead.
const MISSING: &[(&str, &str)] = &[
    ("ansible-extra-vars", GENERAL_HINT),
    ("ansible-inventory", GENERAL_HINT),
    ("ansible-playbook", GENERAL_HINT),
    ("cf-params", GENERAL_HINT),
    ("compliance", CHECKS_HINT),
    ("config", "give its settings as flags or as variables SEALIFT_<FLAG>"),
    ("detection-priority", GENERAL_HINT),
    ("distro", GENERAL_HINT),
    ("download-java-db-only", DATABASE_HINT),
    ("enable-modules", GENERAL_HINT),
    ("generate-default-config", GENERAL_HINT),
    ("k8s-version", GENERAL_HINT),
    ("max-image-size", GENERAL_HINT),
    ("module-dir", GENERAL_HINT),
    ("output-plugin-arg", GENERAL_HINT),
    ("pkg-relationships", GENERAL_HINT),
    ("removed-pkgs", GENERAL_HINT),
    ("sbom-sources", "read the SBOM itself with `sealift sbom FILE`"),
    ("server", "scan here: leave it out and name a database with --db FILE"),
    (
        "template",
        "Trivy's junit.tpl and gitlab.tpl are --format junit and gitlab; else start from json",
    ),
    ("tf-exclude-downloaded-modules", GENERAL_HINT),
    ("vuln-severity-source", GENERAL_HINT),
];

const GENERAL_HINT: &str = "leave it out; `sealift help image` lists the flags that there are";
const DATABASE_HINT: &str = "fetch advisories with `sealift db update --ecosystem Maven`";
const CHECKS_HINT: &str = "of a container image, packages and their vulnerabilities are scanned";

/// Cosign's flags without which the outcome would be another, and what to do instead.
const MISSING_OF_COSIGN: &[(&str, &str)] = &[
    ("attachment", "name the attachment itself by its digest"),
    ("ca-intermediates", ROOT_HINT),
    ("ca-roots", ROOT_HINT),
    ("certificate-chain", ROOT_HINT),
    ("payload", "verify the image in a layout, or the payload with verify-blob"),
    ("policy", "leave it out and look at the payloads that are printed"),
    ("sct", "timestamps of certificates are read from the certificate alone"),
    ("sk", KEY_HINT),
    ("slot", KEY_HINT),
    ("timestamp-certificate-chain", ROOT_HINT),
];

const ROOT_HINT: &str = "put the certificates into a trusted root and name it with --trusted-root";
const KEY_HINT: &str = "keys on security tokens are not read; name a file with --key FILE";

/// Verbs of Trivy and Cosign that this command does not have.
const VERBS: &[&str] = &[
    "attach",
    "client",
    "convert",
    "dockerfile",
    "env",
    "generate",
    "k8s",
    "kubernetes",
    "manifest",
    "module",
    "piv-tool",
    "pkcs11-tool",
    "plugin",
    "policy",
    "registry",
    "repo",
    "repository",
    "server",
    "signing-config",
    "trusted-root",
    "upload",
    "vex",
    "vm",
];

/// The arguments without harmless flags that their verb does not have, and the flags that were
/// among them.
pub(crate) fn without_harmless(
    command: &Command,
    args: Vec<OsString>,
) -> (Vec<OsString>, Vec<&'static str>) {
    let mut verb = command;
    for arg in args.iter().skip(1) {
        verb = verb.find_subcommand(arg).unwrap_or(verb);
    }
    let is_ours = |flag: &str| verb.get_arguments().any(|arg| arg.get_long() == Some(flag));
    let mut kept = Vec::with_capacity(args.len());
    let mut left_out = Vec::new();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            kept.push(arg);
            kept.extend(args);
            break;
        }
        let text = arg.to_str().and_then(|text| text.strip_prefix("--"));
        let (name, inline) = match text.map(|text| text.split_once('=')) {
            Some(Some((name, _))) => (Some(name), true),
            Some(None) => (text, false),
            None => (None, false),
        };
        let known = HARMLESS.iter().find(|(flag, _)| Some(*flag) == name && !is_ours(flag));
        let Some((flag, value)) = known else {
            kept.push(arg);
            continue;
        };
        left_out.push(*flag);
        if *value == Value::Some && !inline {
            args.next();
        }
    }
    (kept, left_out)
}

/// What clap says, in our words where it is about a flag or verb of the peers.
pub(crate) fn explained(error: clap::Error, filled: &[Filled]) -> Failure {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let missing = match error.kind() {
        ErrorKind::UnknownArgument => text(ContextKind::InvalidArg).and_then(missing_flag),
        ErrorKind::InvalidSubcommand => {
            text(ContextKind::InvalidSubcommand).filter(|verb| VERBS.contains(verb)).map(|verb| {
                (format!("the verb {verb}"), "`sealift --help` lists those that there are")
            })
        }
        _ => None,
    };
    let set = filled.iter().find(|set| {
        text(ContextKind::InvalidArg)
            .is_some_and(|written| written.split([' ', '[', '=']).next() == Some(set.flag.as_str()))
    });
    match (missing, set) {
        (Some((what, hint)), _) => Failure::NotYet { what, hint },
        (None, Some(set)) => Failure::Variable { variable: set.variable.clone(), error },
        (None, None) => Failure::Usage(error),
    }
}

fn missing_flag(written: &str) -> Option<(String, &'static str)> {
    let flag = match written {
        "-c" => "config",
        "-t" => "template",
        long => long.strip_prefix("--")?,
    };
    let mut missing = MISSING.iter().chain(MISSING_OF_COSIGN);
    let (flag, hint) = missing.find(|(name, _)| *name == flag)?;
    Some((format!("--{flag}"), hint))
}

/// A flag that this command does not have but that a variable sets, which must not go unnoticed.
pub(crate) fn set_by_variable(peer: Peer, environment: &Environment) -> Result<(), Failure> {
    let missing = match peer {
        Peer::Trivy => MISSING,
        Peer::Cosign => MISSING_OF_COSIGN,
    };
    for (flag, hint) in missing {
        let set =
            peer.prefixes().iter().map(|prefix| variables::name(prefix, flag)).find(|variable| {
                let value = environment.get(variable);
                value.is_some_and(|value| !["false", "0"].iter().any(|off| value == *off))
            });
        if let Some(variable) = set {
            return Err(Failure::NotYet { what: format!("--{flag}, set by {variable},"), hint });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_out_flag_and_value() {
        let leave_out = |args: &[&str]| {
            without_harmless(&crate::args::command(), args.iter().map(OsString::from).collect())
        };
        let args = ["s", "image", "--cache-ttl", "1h", "--redis-tls", "x", "--", "--cache-ttl"];
        let (kept, left_out) = leave_out(&args);
        assert_eq!(kept, ["s", "image", "x", "--", "--cache-ttl"]);
        assert_eq!(left_out, ["cache-ttl", "redis-tls"]);
        let ours = ["s", "sign-blob", "--rekor-url", "https://rekor.example", "x"];
        assert_eq!(leave_out(&ours), (ours.map(OsString::from).to_vec(), Vec::new()));
        let (kept, _) = leave_out(&["s", "sbom", "--rekor-url", "https://rekor.example", "x"]);
        assert_eq!(kept, ["s", "sbom", "x"]);
    }

    #[test]
    fn what_the_peers_have_and_we_do_not_is_named() {
        for (args, what) in [
            (&["sealift", "image", "x", "--compliance", "x"][..], "--compliance"),
            (&["sealift", "fs", "x", "-t", "@t.tpl"], "--template"),
            (&["sealift", "convert", "x"], "the verb convert"),
            (&["sealift", "attach", "sbom", "x"], "the verb attach"),
            (&["sealift", "sign", "x", "--sk"], "--sk"),
            (&["sealift", "verify", "x", "--ca-roots", "f"], "--ca-roots"),
        ] {
            let error = crate::args::command().try_get_matches_from(args).unwrap_err();
            let Failure::NotYet { what: named, .. } = explained(error, &[]) else {
                panic!("{args:?}");
            };
            assert_eq!(named, what);
        }
    }

    #[test]
    fn no_flag_is_both_ours_and_missing() {
        let command = crate::args::command();
        let ours = command.get_subcommands().flat_map(|verb| verb.get_arguments());
        let ours: Vec<&str> = ours.filter_map(|arg| arg.get_long()).collect();
        for flag in MISSING.iter().chain(MISSING_OF_COSIGN).map(|row| row.0) {
            assert!(!ours.contains(&flag), "{flag}");
        }
    }

    #[test]
    fn a_variable_for_a_missing_flag_is_an_error() {
        let named = |variables| match set_by_variable(Peer::Trivy, &Environment::of(variables)) {
            Err(Failure::NotYet { what, .. }) => what,
            other => format!("{other:?}"),
        };
        assert_eq!(named(&[("TRIVY_DISTRO", "a")]), "--distro, set by TRIVY_DISTRO,");
        assert_eq!(named(&[("TRIVY_REMOVED_PKGS", "false")]), "Ok(())");
        assert_eq!(named(&[("TRIVY_USERNAME", "me")]), "Ok(())");
    }
}

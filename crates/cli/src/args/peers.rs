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
    /// A number from 1.
    Count,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl Value {
    /// The values that are allowed, if this is not one of them.
    fn refusal(self, text: &str) -> Option<&'static str> {
        match self {
            Self::Count if !text.parse::<u64>().is_ok_and(|number| number > 0) => {
                Some("a number from 1 is expected; it has no effect here")
            }
            Self::OneOf(words) if !words.contains(&text) => {
                Some("the peer does not know it either; leave it out")
            }
            _ => None,
        }
    }
}

/// The peers' flags for things that this command does not have or need: caches, databases, calls,
/// registries, checks, tables and hints. Leaving them out changes no finding and weakens no check.
const HARMLESS: &[(&str, Value)] = &[
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
    ("include-deprecated-checks", Value::None),
    ("insecure", Value::None),
    ("java-db", Value::None),
    ("java-db-repository", Value::Some),
    ("k8s-keychain", Value::None),
    ("license-confidence-level", Value::Some),
    ("license-full", Value::None),
    ("max-workers", Value::Count),
    ("misconfig-scanners", Value::Some),
    ("new-bundle-format", Value::None),
    ("password", Value::Some),
    ("podman-host", Value::Some),
    ("raw-config-scanners", Value::Some),
    ("redis-ca", Value::Some),
    ("redis-cert", Value::Some),
    ("redis-key", Value::Some),
    ("redis-tls", Value::None),
    ("record-creation-timestamp", Value::None),
    ("registry-cacert", Value::Some),
    ("registry-client-cert", Value::Some),
    ("registry-client-key", Value::Some),
    ("registry-password", Value::Some),
    ("registry-referrers-mode", Value::OneOf(&["legacy", "oci-1-1"])),
    ("registry-server-name", Value::Some),
    ("registry-token", Value::Some),
    ("registry-username", Value::Some),
    ("rego-error-limit", Value::Some),
    ("rekor-entry-type", Value::OneOf(&["dsse", "intoto"])),
    ("rekor-url", Value::Some),
    ("render-cause", Value::Some),
    ("report", Value::Some),
    ("secret-config", Value::Some),
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

/// Trivy's flags that this command does not have and that would change the outcome, and what to do
/// instead.
const MISSING: &[(&str, &str)] = &[
    ("ansible-extra-vars", ANSIBLE_HINT),
    ("ansible-inventory", ANSIBLE_HINT),
    ("ansible-playbook", ANSIBLE_HINT),
    ("branch", CHECKOUT_HINT),
    ("cf-params", "CloudFormation templates are not checked"),
    ("commit", CHECKOUT_HINT),
    ("compliance", CHECKS_HINT),
    (
        "detection-priority",
        "versions that are not pinned are listed and not matched, as with `precise`: leave it out",
    ),
    ("distro", "the distribution is read from the target; in an SBOM, from the purls"),
    ("download-checks-bundle-only", "leave it out: the checks are part of the program"),
    ("download-java-db-only", DATABASE_HINT),
    ("enable-modules", GENERAL_HINT),
    ("generate-default-config", GENERAL_HINT),
    ("k8s-version", GENERAL_HINT),
    ("max-image-size", GENERAL_HINT),
    ("module-dir", GENERAL_HINT),
    ("output-plugin-arg", GENERAL_HINT),
    (
        "pkg-relationships",
        "leave it out; Relationship of Packages in --format json tells them apart",
    ),
    ("removed-pkgs", "--all-layers lists what upper layers hide"),
    ("sbom-sources", "read the SBOM itself with `sealift sbom FILE`"),
    ("server", "scan here: leave it out and name a database with --db FILE"),
    ("template", TEMPLATE_HINT),
    ("tag", CHECKOUT_HINT),
    ("tf-exclude-downloaded-modules", "leave out the folders: --skip-dirs '**/.terraform'"),
    ("vuln-severity-source", "VendorSeverity of --format json has what each source says"),
];

const TEMPLATE_HINT: &str =
    "Trivy's junit.tpl and gitlab.tpl are --format junit and gitlab; else start from json";

/// Formats of Trivy, Grype and Syft that reports do not have, and what to write instead.
const FORMATS: &[(&str, &str)] = &[
    ("cyclonedx-json", "--format cyclonedx writes CycloneDX as JSON"),
    ("cyclonedx-xml", "--format cyclonedx writes CycloneDX as JSON"),
    ("github-json", "--format github writes GitHub's snapshot"),
    ("purls", PACKAGES_HINT),
    ("spdx-tag-value", "--format spdx writes SPDX as tags with values"),
    ("syft-json", PACKAGES_HINT),
    ("syft-table", "--format table lists findings, json packages, too"),
    ("syft-text", "--format table lists findings, json packages, too"),
    ("template", TEMPLATE_HINT),
];

const PACKAGES_HINT: &str =
    "--format cyclonedx or spdx-json lists packages for other programs, json does in Trivy's form";

/// Flags of Trivy's for which an empty value is the same as no flag.
const EMPTY_IS_UNSET: &[&str] = &[
    "cache-dir",
    "compliance",
    "config",
    "ignore-policy",
    "image-config-scanners",
    "output",
    "platform",
    "severity",
    "template",
    "vex",
];

/// Values of missing flags that ask for what this command does anyway: Trivy's defaults.
const DEFAULTS: &[(&str, &str)] =
    &[("detection-priority", "precise"), ("vuln-severity-source", "auto")];

const ANSIBLE_HINT: &str = "playbooks of Ansible are not checked";
const CHECKOUT_HINT: &str = "check it out with Git and scan the folder";

const GENERAL_HINT: &str = "leave it out; --help after the verb lists the flags that there are";
const DATABASE_HINT: &str = "fetch advisories with `sealift db update --ecosystem Maven`";
const CHECKS_HINT: &str =
    "leave it out; there is no report by benchmark, and `sealift config` checks files one by one";

/// Cosign's flags that this command does not have and that would change the outcome, and what to do
/// instead.
const MISSING_OF_COSIGN: &[(&str, &str)] = &[
    ("attachment", "name the attachment itself by its digest"),
    (
        "attachment-tag-prefix",
        "leave it out: tags are made of the image's digest alone, and COSIGN_REPOSITORY names \
         another repository for them",
    ),
    ("issue-certificate", SIGNER_HINT),
    ("kms", SERVICE_HINT),
    ("policy", "leave it out and look at the payloads that are printed"),
    ("sct", "timestamps of certificates are read from the certificate alone"),
    ("sk", KEY_HINT),
    ("slot", KEY_HINT),
    (
        "staging",
        "name that instance: --mirror https://tuf-repo-cdn.sigstage.dev --root FILE, its root.json",
    ),
];

const SERVICE_HINT: &str = "keys in key services are not made or used; leave it out for files";

const KEY_HINT: &str = "keys on security tokens are not read; name a file with --key FILE";

const SIGNER_HINT: &str = "sign by a key alone, or by an identity without one";

/// Flags that other verbs may have, and what to do instead where they are absent: those of cosign's
/// verbs, and of Grype, Syft and OSV-Scanner, whose command lines are not followed.
const OF_OTHERS: &[(&str, &str)] = &[
    ("by-cve", "findings bear their CVE already"),
    ("catalogers", "--pkg-types and --match say which packages count"),
    ("certificate", SIGNER_HINT),
    ("certificate-chain", SIGNER_HINT),
    ("docker", "name the image: `sealift image docker-daemon:NAME`"),
    ("exclude", "--skip-dirs and --skip-files leave out folders and files"),
    ("experimental-offline", "--offline, with a database that is here"),
    ("fail-on", "`sealift gate` has it; a scan fails by --severity LIST --exit-code N"),
    ("file", "--output FILE writes the report there"),
    (
        "file-patterns",
        "`sealift config` and `sealift fs --scanners misconfig` have it, for configuration files; \
         packages are read from files that have the names their tools give them",
    ),
    ("lockfile", "name the file itself: `sealift fs FILE`"),
    ("offline-vulnerabilities", "--offline, with a database that is here"),
    ("only-fixed", "--ignore-unfixed leaves out what has no fix"),
    ("only-notfixed", "--ignore-status fixed leaves out what has a fix"),
    ("override-default-catalogers", "--pkg-types and --match say which packages count"),
    ("payload", "what is signed is made of the image; a payload of one's own: `sealift sign-blob`"),
    ("recursive", "a folder is always scanned with all below it"),
    ("sbom", "read it with `sealift sbom FILE`"),
    ("scope", "--all-layers lists what upper layers hide, too"),
    ("select-catalogers", "--pkg-types and --match say which packages count"),
];

/// Flags that mean something else with cosign's verbs.
const OF_COSIGN_VERBS: &[(&str, &str)] = &[
    ("docker", "name the image in its registry"),
    ("file", "--output-file FILE writes there what goes to stdout"),
    ("recursive", "an index and its images are attested one by one, each by its own digest"),
    ("sbom", "attest it: `sealift attest --type cyclonedx --predicate FILE IMAGE`"),
];

/// Flags that mean something else with cosign's verbs that verify.
const OF_VERIFYING: &[(&str, &str)] = &[(
    "certificate",
    "the certificate that lies beside an attestation counts; of one in a file: \
     `sealift verify-blob-attestation --signature FILE --certificate FILE`",
)];

/// Short forms of missing flags.
const SHORT: &[(&str, &str)] =
    &[("-L", "lockfile"), ("-S", "sbom"), ("-r", "recursive"), ("-t", "template")];

/// Verbs of other scanners, and the verbs that do the same here.
const VERBS_OF_OTHERS: &[(&str, &str)] = &[
    ("convert", "choose the --format when scanning; `sealift sbom FILE` reads an SBOM again"),
    ("dir", FOLDER_HINT),
    ("k8s", CLUSTER_HINT),
    ("kubernetes", CLUSTER_HINT),
    ("packages", SCAN_HINT),
    ("scan", SCAN_HINT),
    ("source", FOLDER_HINT),
    ("status", "`sealift db info FILE` tells what is in a database"),
];

const SCAN_HINT: &str =
    "an image is scanned by `sealift image`, a folder by `sealift fs`, an SBOM by `sealift sbom`";
const TARGET_HINT: &str =
    "name the verb before it: `sealift image IMAGE`, `sealift fs DIR`, `sealift sbom FILE`";
const FOLDER_HINT: &str = "a folder is scanned by `sealift fs DIR`";
const CLUSTER_HINT: &str =
    "manifests are checked by `sealift config DIR`, a cluster's admission is `sealift admission`";

/// Verbs of Trivy and Cosign that this command does not have.
const VERBS: &[&str] = &[
    "attach",
    "bundle",
    "client",
    "dockerfile",
    "env",
    "generate",
    "manifest",
    "module",
    "piv-tool",
    "pkcs11-tool",
    "plugin",
    "policy",
    "registry",
    "server",
    "signing-config",
    "trusted-root",
    "upload",
    "vex",
    "vm",
];

/// The arguments without the harmless flags that their verb does not have, and those flags.
pub(crate) fn without_harmless(
    command: &Command,
    args: Vec<OsString>,
) -> Result<(Vec<OsString>, Vec<&'static str>), Failure> {
    let mut verb = command;
    for arg in args.iter().skip(1) {
        verb = verb.find_subcommand(arg).unwrap_or(verb);
    }
    let args = if Peer::of(verb.get_name()) == Peer::Trivy { without_empty(args) } else { args };
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
            Some(Some((name, value))) => (Some(name), Some(OsString::from(value))),
            Some(None) => (text, None),
            None => (None, None),
        };
        let set = text.and_then(|text| text.split_once('=')).map(|(_, value)| value);
        let set = set.or_else(|| args.as_slice().first().and_then(|next| next.to_str()));
        let default = DEFAULTS
            .iter()
            .find(|(flag, usual)| Some(*flag) == name && Some(*usual) == set)
            .map(|(flag, _)| (*flag, Value::Some));
        let harmless = HARMLESS.iter().find(|(flag, _)| Some(*flag) == name && !is_ours(flag));
        let Some((flag, value)) = default.or(harmless.copied()) else {
            kept.push(arg);
            continue;
        };
        left_out.push(flag);
        if value == Value::None {
            continue;
        }
        let written = inline.or_else(|| args.next()).unwrap_or_default();
        let written = written.to_string_lossy();
        if let Some(hint) = value.refusal(&written) {
            return Err(Failure::Unusable {
                what: format!("--{flag}"),
                error: format!("{written:?} is no value of it").into(),
                hint,
            });
        }
    }
    Ok((kept, left_out))
}

/// The arguments without flags of Trivy's that have an empty value, as an unset variable of a
/// script leaves them: as in Trivy, they have no effect. Flags whose value would then come from
/// elsewhere are kept.
fn without_empty(args: Vec<OsString>) -> Vec<OsString> {
    let mut kept = Vec::with_capacity(args.len());
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let text = arg.to_str().and_then(|text| text.strip_prefix("--")).unwrap_or_default();
        let follows = args.as_slice().first().is_some_and(|next| next.is_empty());
        if text.strip_suffix('=').is_some_and(|flag| EMPTY_IS_UNSET.contains(&flag)) {
            continue;
        }
        if follows && EMPTY_IS_UNSET.contains(&text) {
            args.next();
            continue;
        }
        let is_last = arg == "--";
        kept.push(arg);
        if is_last {
            kept.extend(args);
            break;
        }
    }
    kept
}

/// The error of clap, in our words if it is about a flag or verb of the peers.
///
/// `verb` is the one that was asked for.
pub(crate) fn explained(error: clap::Error, filled: &[Filled], verb: &str) -> Failure {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let is_about = |flag: &str| {
        text(ContextKind::InvalidArg)
            .is_some_and(|written| written.split([' ', '[', '=']).next() == Some(flag))
    };
    let set = filled.iter().find(|set| is_about(&set.flag));
    let missing = match error.kind() {
        ErrorKind::UnknownArgument => {
            text(ContextKind::InvalidArg).and_then(|written| missing_flag(written, verb))
        }
        ErrorKind::InvalidSubcommand if verb.is_empty() => {
            let word = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            if word.contains([':', '/', '.']) {
                let (flag, value) = ("sealift", word.to_owned());
                return Failure::Value { flag, value, hint: TARGET_HINT };
            }
            missing_verb(word)
        }
        ErrorKind::InvalidValue if is_about("--format") => {
            text(ContextKind::InvalidValue).and_then(|format| missing_format(format, set))
        }
        ErrorKind::InvalidSubcommand => text(ContextKind::InvalidSubcommand).and_then(missing_verb),
        _ => None,
    };
    match (missing, set) {
        (Some((what, hint)), _) => Failure::NotYet { what, hint },
        (None, Some(set)) => Failure::Variable { variable: set.variable.clone(), error },
        (None, None) => Failure::Usage(error),
    }
}

fn missing_verb(verb: &str) -> Option<(String, &'static str)> {
    let of_others = VERBS_OF_OTHERS.iter().find(|(name, _)| *name == verb).map(|(_, hint)| *hint);
    let is_known = || VERBS.contains(&verb);
    let hint = of_others
        .or_else(|| is_known().then_some("`sealift --help` lists those that there are"))?;
    Some((format!("the verb {verb}"), hint))
}

/// The message for a missing report format; `set` is the variable that names it, if any.
fn missing_format(format: &str, set: Option<&Filled>) -> Option<(String, &'static str)> {
    let (format, hint) = FORMATS.iter().find(|(name, _)| *name == format)?;
    let what = match set {
        Some(set) => format!("--format {format}, set by {},", set.variable),
        None => format!("--format {format}"),
    };
    Some((what, hint))
}

fn missing_flag(written: &str, verb: &str) -> Option<(String, &'static str)> {
    let short = SHORT.iter().find(|(short, _)| *short == written).map(|(_, long)| *long);
    let flag = match short {
        Some(long) => long,
        None => written.strip_prefix("--")?,
    };
    let of_verb: &[_] = match Peer::of(verb) {
        Peer::Cosign => OF_COSIGN_VERBS,
        Peer::Trivy => &[],
    };
    let of_verifying = if verb.starts_with("verify") { OF_VERIFYING } else { &[] };
    let of_verb = of_verifying.iter().chain(of_verb);
    let mut missing = of_verb.chain(MISSING).chain(MISSING_OF_COSIGN).chain(OF_OTHERS);
    let (flag, hint) = missing.find(|(name, _)| *name == flag)?;
    Some((format!("--{flag}"), hint))
}

/// What to do instead of a flag of Trivy's that this command does not have.
pub(super) fn hint_of_missing(flag: &str) -> Option<&'static str> {
    MISSING.iter().find(|(name, _)| *name == flag).map(|(_, hint)| *hint)
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
                let is_default = |value| DEFAULTS.contains(&(*flag, value));
                value.is_some_and(|value| {
                    let off = ["false", "0"].iter().any(|off| value == *off);
                    !off && !value.to_str().is_some_and(is_default)
                })
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
            let args = args.iter().map(OsString::from).collect();
            without_harmless(&crate::args::command(), args).unwrap()
        };
        let args = ["s", "image", "--cache-ttl", "1h", "--redis-tls", "x", "--", "--cache-ttl"];
        let (kept, left_out) = leave_out(&args);
        assert_eq!(kept, ["s", "image", "x", "--", "--cache-ttl"]);
        assert_eq!(left_out, ["cache-ttl", "redis-tls"]);
        let defaults =
            ["s", "fs", "--detection-priority", "precise", "--vuln-severity-source=auto", "x"];
        let (kept, left_out) = leave_out(&defaults);
        assert_eq!(kept, ["s", "fs", "x"]);
        assert_eq!(left_out, ["detection-priority", "vuln-severity-source"]);
        let other = ["s", "fs", "--detection-priority", "comprehensive", "x"];
        assert_eq!(leave_out(&other).0, other);
        let ours = ["s", "sign-blob", "--rekor-url", "https://rekor.example", "x"];
        assert_eq!(leave_out(&ours), (ours.map(OsString::from).to_vec(), Vec::new()));
        let (kept, _) = leave_out(&["s", "sbom", "--rekor-url", "https://rekor.example", "x"]);
        assert_eq!(kept, ["s", "sbom", "x"]);
    }

    #[test]
    fn what_is_set_to_nothing_says_nothing() {
        let left = |args: &[&str]| {
            let args = args.iter().map(OsString::from).collect();
            without_harmless(&crate::args::command(), args).unwrap().0
        };
        let args =
            ["s", "fs", "--severity", "", "--template=", "--vex", "", "x", "--", "--vex", ""];
        assert_eq!(left(&args), ["s", "fs", "x", "--", "--vex", ""]);
        let args = ["s", "fs", "--severity", "HIGH", "--ignorefile", "", "--exit-code=", "x"];
        assert_eq!(left(&args), args);
        let args = ["s", "sign", "--output-file", "", "--output", "", "x"];
        assert_eq!(left(&args), args);
    }

    #[test]
    fn a_value_without_effect_must_be_one() {
        for (args, is_right) in [
            (["s", "verify", "--max-workers=0", "x"], false),
            (["s", "verify", "--max-workers=4", "x"], true),
            (["s", "tree", "--registry-referrers-mode=bogus", "x"], false),
            (["s", "tree", "--registry-referrers-mode=oci-1-1", "x"], true),
        ] {
            let args: Vec<OsString> = args.into_iter().map(OsString::from).collect();
            let outcome = without_harmless(&crate::args::command(), args.clone());
            assert_eq!(outcome.is_ok(), is_right, "{args:?}");
        }
    }

    #[test]
    fn what_the_peers_have_and_we_do_not_is_named() {
        for (args, what) in [
            (&["sealift", "image", "x", "--compliance", "x"][..], "--compliance"),
            (&["sealift", "fs", "x", "-t", "@t.tpl"], "--template"),
            (&["sealift", "db", "status"], "the verb status"),
            (&["sealift", "convert", "x"], "the verb convert"),
            (&["sealift", "attach", "sbom", "x"], "the verb attach"),
            (&["sealift", "scan", "source", "-r", "x"], "the verb scan"),
            (&["sealift", "fs", "-L", "x"], "--lockfile"),
            (&["sealift", "image", "x", "--only-fixed"], "--only-fixed"),
            (&["sealift", "image", "x", "--fail-on", "high"], "--fail-on"),
            (&["sealift", "sign", "x", "--sk"], "--sk"),
            (&["sealift", "verify", "x", "--sct", "f"], "--sct"),
            (&["sealift", "sign", "x", "--certificate-chain", "f"], "--certificate-chain"),
            (&["sealift", "attest", "x", "--certificate", "f"], "--certificate"),
            (&["sealift", "attest", "x", "--issue-certificate"], "--issue-certificate"),
            (&["sealift", "sign", "x", "--attachment", "sbom"], "--attachment"),
            (&["sealift", "verify", "x", "--attachment-tag-prefix=a"], "--attachment-tag-prefix"),
            (&["sealift", "verify-attestation", "x", "--certificate", "f"], "--certificate"),
            (&["sealift", "sign", "x", "--payload", "f"], "--payload"),
            (&["sealift", "attest", "-r", "x"], "--recursive"),
            (&["sealift", "initialize", "--staging"], "--staging"),
            (&["sealift", "bundle", "create"], "the verb bundle"),
        ] {
            let error = crate::args::command().try_get_matches_from(args).unwrap_err();
            let Failure::NotYet { what: named, .. } = explained(error, &[], args[1]) else {
                panic!("{args:?}");
            };
            assert_eq!(named, what);
        }
        for flag in ["attachment-tag-prefix", "issue-certificate", "attachment"] {
            assert!(missing_flag(&format!("--{flag}"), "verify").is_some(), "{flag}");
        }
        let of_signing = missing_flag("--certificate", "sign").unwrap().1;
        assert_ne!(missing_flag("--certificate", "verify-attestation").unwrap().1, of_signing);
        let of_image = missing_flag("-r", "image").unwrap().1;
        assert_ne!(missing_flag("-r", "attest").unwrap().1, of_image);
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
        assert_eq!(named(&[("TRIVY_DETECTION_PRIORITY", "precise")]), "Ok(())");
    }
}

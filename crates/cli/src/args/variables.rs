//! Flags that variables set: `SEALIFT_<FLAG>`, and after it those of the peer that has the verb,
//! `TRIVY_<FLAG>` or `COSIGN_<FLAG>`.

use std::ffi::OsString;
use std::iter;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use crate::Environment;

/// The verbs that are cosign's; the others are Trivy's.
const COSIGN_VERBS: [&str; 19] = [
    "attest",
    "attest-blob",
    "attestation",
    "copy",
    "generate-key-pair",
    "import-key-pair",
    "initialize",
    "load",
    "public-key",
    "save",
    "sign",
    "sign-blob",
    "signature",
    "tree",
    "triangulate",
    "verify",
    "verify-attestation",
    "verify-blob",
    "verify-blob-attestation",
];

/// A program whose command line is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Trivy,
    Cosign,
}

impl Peer {
    const ALL: [Self; 2] = [Self::Trivy, Self::Cosign];

    /// The peer that has the verb.
    pub(crate) fn of(verb: &str) -> Self {
        if COSIGN_VERBS.contains(&verb) { Self::Cosign } else { Self::Trivy }
    }

    /// The prefixes of variables; the first that is set counts.
    pub(super) fn prefixes(self) -> [&'static str; 2] {
        match self {
            Self::Trivy => ["SEALIFT_", "TRIVY_"],
            Self::Cosign => ["SEALIFT_", "COSIGN_"],
        }
    }
}

/// Flags that exclude something from the scan, or from what counts.
const NARROWING: [&str; 6] =
    ["ignorefile", "pkg-types", "policy-file", "skip-dirs", "skip-files", "vex"];

/// A flag that a variable set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filled {
    /// With its hyphens.
    pub(crate) flag: String,
    pub(crate) variable: String,
}

/// Adds to `args` the flags that are not among them and that a variable sets. Weakening flags from
/// variables (`--insecure*`, `--allow-*`, exclusions) are named on stderr.
pub(crate) fn fill_in(
    command: &Command,
    mut args: Vec<OsString>,
    environment: &Environment,
) -> (Vec<OsString>, Vec<Filled>) {
    // Usually none is set, and finding the verb takes a third of the start-up time.
    if !Peer::ALL.iter().flat_map(|peer| peer.prefixes()).any(|prefix| environment.has(prefix)) {
        return (args, Vec::new());
    }
    let lenient = command.clone().ignore_errors(true);
    let mut filled = Vec::new();
    let Ok(matches) = lenient.try_get_matches_from(&args) else { return (args, filled) };
    let (verb, given) = innermost(command, &matches);
    let prefixes = Peer::of(verb.get_name()).prefixes();
    let mut added = Vec::new();
    for arg in verb.get_arguments() {
        let Some(flag) = arg.get_long().filter(|flag| !["help", "version"].contains(flag)) else {
            continue;
        };
        let id = arg.get_id().as_str();
        if given.value_source(id) == Some(ValueSource::CommandLine) {
            continue;
        }
        let names: Vec<&str> =
            iter::once(flag).chain(arg.get_all_aliases().into_iter().flatten()).collect();
        let mut variables =
            prefixes.iter().flat_map(|prefix| names.iter().map(|flag| name(prefix, flag)));
        let set = variables.find_map(|variable| {
            let value = environment.get(&variable)?;
            Some((variable, value))
        });
        let Some((variable, value)) = set else { continue };
        if flag == "password" && !has_user(verb, given, prefixes, environment) {
            // This variable is for all verbs, and for some it is the password of a key.
            eprintln!(
                "warning: {variable} is the registry's password here, and is not used without a user \
                 name; that of a key is SEALIFT_KEY_PASSWORD"
            );
            continue;
        }
        let weakens = flag.starts_with("allow-") || flag.starts_with("insecure");
        if weakens || NARROWING.contains(&flag) {
            eprintln!("warning: --{flag} comes from {variable}");
        }
        let mut word = OsString::from(format!("--{flag}="));
        word.push(value);
        added.push(word);
        filled.push(Filled { flag: format!("--{flag}"), variable });
    }
    let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    args.splice(end..end, added);
    (args, filled)
}

/// Whether `--username` is given, or set by a variable.
fn has_user(
    verb: &Command,
    given: &ArgMatches,
    prefixes: [&str; 2],
    environment: &Environment,
) -> bool {
    let flag = verb.get_arguments().find(|arg| arg.get_long() == Some("username"));
    let is_given = |arg: &clap::Arg| {
        given.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    let is_set = |prefix: &&str| environment.get(&name(prefix, "username")).is_some();
    flag.is_some_and(is_given) || prefixes.iter().any(is_set)
}

/// The variable that sets a flag.
pub(super) fn name(prefix: &str, flag: &str) -> String {
    format!("{prefix}{}", flag.to_ascii_uppercase().replace('-', "_"))
}

/// The verb that the arguments name, with its matches.
pub(super) fn innermost<'c>(
    command: &'c Command,
    matches: &'c ArgMatches,
) -> (&'c Command, &'c ArgMatches) {
    let inner = matches.subcommand().and_then(|(name, matches)| {
        command.find_subcommand(name).map(|command| (command, matches))
    });
    inner.map_or((command, matches), |(command, matches)| innermost(command, matches))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(args: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
        let environment = Environment::of(variables);
        let args = args.iter().map(OsString::from).collect();
        let (args, _) = fill_in(&crate::args::command(), args, &environment);
        args.into_iter().map(|arg| arg.into_string().unwrap()).collect()
    }

    #[test]
    fn variables_fill_in_what_is_not_given() {
        let variables = [("TRIVY_SEVERITY", "HIGH"), ("SEALIFT_FORMAT", "json")];
        let args = ["sealift", "fs", "-f", "table", "--", "x"];
        let expected = ["sealift", "fs", "-f", "table", "--severity=HIGH", "--", "x"];
        assert_eq!(filled(&args, &variables), expected);
    }

    #[test]
    fn a_variable_may_have_a_flag_s_other_name() {
        let args = ["sealift", "image", "x"];
        let filled = filled(&args, &[("TRIVY_VULN_TYPE", "os"), ("TRIVY_OFFLINE_SCAN", "true")]);
        assert_eq!(filled[3..], ["--pkg-types=os", "--offline=true"]);
    }

    #[test]
    fn the_verbs_of_a_peer_have_its_variables() {
        let variables = [("TRIVY_OUTPUT", "report.json"), ("COSIGN_OUTPUT", "text")];
        assert_eq!(filled(&["sealift", "verify", "x"], &variables)[3..], ["--output=text"]);
        assert_eq!(filled(&["sealift", "fs", "x"], &variables)[3..], ["--output=report.json"]);
    }

    #[test]
    fn a_password_without_a_user_is_not_the_registry_s() {
        let password = ("SEALIFT_PASSWORD", "secret");
        let args = ["sealift", "image", "x"];
        assert_eq!(filled(&args, &[password]), args);
        let named = filled(&args, &[password, ("TRIVY_USERNAME", "ada")]);
        assert_eq!(named[3..], ["--username=ada", "--password=secret"]);
        let given = ["sealift", "image", "x", "--username", "ada"];
        assert_eq!(filled(&given, &[password])[5..], ["--password=secret"]);
    }

    #[test]
    fn our_own_prefix_comes_first() {
        let variables = [("TRIVY_EXIT_CODE", "1"), ("SEALIFT_EXIT_CODE", "7")];
        assert_eq!(filled(&["sealift", "fs", "x"], &variables)[3], "--exit-code=7");
    }
}

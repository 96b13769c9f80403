//! Flags that Trivy's configuration file sets (Trivy docs, "Config file"): `--config trivy.yaml`.
//!
//! It is read only if it is named. A flag that is given, or that a variable sets, overrides it;
//! settings with Trivy's defaults have no effect.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, Command};
use serde_json::Value;

use super::{peers, variables};
use crate::failure::Failure;
use crate::files;

/// A key of the file, its flag, and the value that it has in the file that Trivy generates.
type Row = (&'static str, &'static str, &'static str);

const KEYS: &[Row] = &[
    ("cacert", "cacert", ""),
    ("cache.backend", "cache-backend", "fs"),
    ("cache.dir", "cache-dir", ""),
    ("cache.ttl", "cache-ttl", "0s"),
    ("db.download-java-only", "download-java-db-only", "false"),
    ("db.download-only", "download-db-only", "false"),
    ("db.java-repository", "java-db-repository", ""),
    ("db.java-skip-update", "skip-java-db-update", "false"),
    ("db.no-progress", "no-progress", "false"),
    ("db.repository", "db-repository", ""),
    ("db.skip-update", "skip-db-update", "false"),
    ("debug", "debug", "false"),
    ("dependency-tree", "dependency-tree", "false"),
    ("exit-code", "exit-code", "0"),
    ("exit-on-eol", "exit-on-eol", "0"),
    ("format", "format", "table"),
    ("generate-default-config", "generate-default-config", "false"),
    ("ignore-policy", "ignore-policy", ""),
    ("ignorefile", "ignorefile", ".trivyignore"),
    ("image.docker.host", "docker-host", ""),
    ("image.image-config-scanners", "image-config-scanners", ""),
    ("image.input", "input", ""),
    ("image.max-size", "max-image-size", ""),
    ("image.platform", "platform", ""),
    ("image.podman.host", "podman-host", ""),
    ("image.removed-pkgs", "removed-pkgs", "false"),
    ("image.source", "image-src", "docker,containerd,podman,remote"),
    ("insecure", "insecure", "false"),
    ("list-all-pkgs", "list-all-pkgs", ""),
    ("misconfiguration.checks-bundle-repository", "checks-bundle-repository", ""),
    ("misconfiguration.cloudformation.params", "cf-params", ""),
    ("misconfiguration.config-file-schemas", "config-file-schemas", ""),
    ("misconfiguration.download-checks-bundle-only", "download-checks-bundle-only", "false"),
    ("misconfiguration.helm.api-versions", "helm-api-versions", ""),
    ("misconfiguration.helm.kube-version", "helm-kube-version", ""),
    ("misconfiguration.helm.set", "helm-set", ""),
    ("misconfiguration.helm.set-file", "helm-set-file", ""),
    ("misconfiguration.helm.set-string", "helm-set-string", ""),
    ("misconfiguration.helm.values", "helm-values", ""),
    ("misconfiguration.include-non-failures", "include-non-failures", "false"),
    ("misconfiguration.scanners", "misconfig-scanners", ALL_CHECKED),
    (
        "misconfiguration.terraform.exclude-downloaded-modules",
        "tf-exclude-downloaded-modules",
        "false",
    ),
    ("misconfiguration.terraform.vars", "tf-vars", ""),
    ("module.dir", "module-dir", ""),
    ("module.enable-modules", "enable-modules", ""),
    ("output", "output", ""),
    ("output-plugin-arg", "output-plugin-arg", ""),
    ("pkg.include-dev-deps", "include-dev-deps", "false"),
    ("pkg.relationships", "pkg-relationships", "unknown,root,workspace,direct,indirect"),
    ("pkg.types", "pkg-types", "os,library"),
    ("quiet", "quiet", "false"),
    ("registry.password", "password", ""),
    ("registry.password-stdin", "password-stdin", "false"),
    ("registry.token", "registry-token", ""),
    ("registry.username", "username", ""),
    ("rego.check", "config-check", ""),
    ("rego.data", "config-data", ""),
    ("rego.error-limit", "rego-error-limit", "10"),
    ("rego.include-deprecated-checks", "include-deprecated-checks", "false"),
    ("rego.namespaces", "check-namespaces", ""),
    ("rego.skip-check-update", "skip-check-update", "false"),
    ("rego.trace", "trace-rego", "false"),
    ("report", "report", "all"),
    ("repository.branch", "branch", ""),
    ("repository.commit", "commit", ""),
    ("repository.tag", "tag", ""),
    ("scan.compliance", "compliance", ""),
    ("scan.detection-priority", "detection-priority", "precise"),
    ("scan.disable-telemetry", "disable-telemetry", "false"),
    ("scan.distro", "distro", ""),
    ("scan.file-patterns", "file-patterns", ""),
    ("scan.offline", "offline-scan", "false"),
    ("scan.parallel", "parallel", "5"),
    ("scan.rekor-url", "rekor-url", ""),
    ("scan.sbom-sources", "sbom-sources", ""),
    ("scan.scanners", "scanners", "vuln,secret"),
    ("scan.show-suppressed", "show-suppressed", "false"),
    ("scan.skip-dirs", "skip-dirs", ""),
    ("scan.skip-files", "skip-files", ""),
    ("scan.skip-version-check", "skip-version-check", "false"),
    ("secret.config", "secret-config", "trivy-secret.yaml"),
    ("server.addr", "server", ""),
    ("server.custom-headers", "custom-headers", ""),
    ("server.token", "token", ""),
    ("server.token-header", "token-header", "Trivy-Token"),
    ("severity", "severity", "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"),
    ("table-mode", "table-mode", "summary,detailed"),
    ("template", "template", ""),
    ("timeout", "timeout", "5m0s"),
    ("vulnerability.ignore-status", "ignore-status", ""),
    ("vulnerability.ignore-unfixed", "ignore-unfixed", "false"),
    ("vulnerability.severity-source", "vuln-severity-source", "auto"),
    ("vulnerability.skip-vex-repo-update", "skip-vex-repo-update", "false"),
    ("vulnerability.vex", "vex", ""),
];

/// Other words for keys, of earlier releases or of the documentation.
const OTHER_KEYS: &[(&str, &str)] = &[
    ("compliance", "scan.compliance"),
    ("rego.check-namespaces", "rego.namespaces"),
    ("rego.policy", "rego.check"),
    ("scan.security-checks", "scan.scanners"),
    ("show-suppressed", "scan.show-suppressed"),
    ("vex", "vulnerability.vex"),
    ("vulnerability.type", "pkg.types"),
];

const ALL_CHECKED: &str = "azure-arm,cloudformation,dockerfile,helm,kubernetes,terraform,\
                           terraformplan-json,terraformplan-snapshot,ansible";

/// Groups of keys that change no finding: caches, licences, which are not looked for, and groups of
/// verbs that this command does not have.
const HARMLESS: [&str; 5] = ["cache.redis.", "clean.", "kubernetes.", "license.", "server.listen"];

/// The default folder of Trivy's modules: the file that Trivy generates has the full path, with the
/// home folder of its user.
const MODULES: &str = "/.trivy/modules";

/// Adds to `args` the flags that the file of `--config` sets.
pub(crate) fn fill_in(
    command: &Command,
    mut args: Vec<OsString>,
) -> Result<Vec<OsString>, Failure> {
    // Finding the verb takes a third of the start-up time.
    let may_name = |arg: &OsString| {
        let arg = arg.as_encoded_bytes();
        arg.starts_with(b"--config") || (arg.starts_with(b"-") && arg.contains(&b'c'))
    };
    if !args.iter().any(may_name) {
        return Ok(args);
    }
    let Ok(matches) = command.clone().ignore_errors(true).try_get_matches_from(&args) else {
        return Ok(args);
    };
    let (verb, given) = variables::innermost(command, &matches);
    let Ok(Some(path)) = given.try_get_one::<PathBuf>("config") else { return Ok(args) };
    let unusable = |error: String| Failure::Unusable {
        what: path.display().to_string(),
        error: error.into(),
        hint: "give its settings as flags, or as variables SEALIFT_<FLAG>",
    };
    let bytes = files::document(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| unusable(error.to_string()))?;
    let document = serde_saphyr::from_str(text).map_err(|error| unusable(error.to_string()))?;
    let mut settings = Vec::new();
    flatten("", &document, &mut settings);
    let mut added = Vec::new();
    for (key, value) in &settings {
        let Some(flag) = flag_of(key, value).map_err(unusable)? else {
            continue;
        };
        if let Some(hint) = peers::hint_of_missing(flag) {
            return Err(Failure::NotYet { what: format!("{key} in {}", path.display()), hint });
        }
        let is_given = |arg: &&Arg| {
            given.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
        };
        // A file is for all verbs: settings that this verb does not have are for others.
        if let Some(arg) = verb.get_arguments().find(|arg| is_called(arg, flag))
            && !is_given(&arg)
        {
            added.push(OsString::from(format!("--{flag}={value}")));
        }
    }
    let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    args.splice(end..end, added);
    Ok(args)
}

fn is_called(arg: &Arg, flag: &str) -> bool {
    let aliases = arg.get_all_aliases().unwrap_or_default();
    arg.get_long() == Some(flag) || aliases.contains(&flag)
}

/// The flag that a key sets, unless the value is the default.
fn flag_of(key: &str, value: &str) -> Result<Option<&'static str>, String> {
    let other = OTHER_KEYS.iter().find(|(other, _)| *other == key);
    let usual = other.map_or(key, |(_, usual)| usual);
    let known = KEYS.iter().find(|row| row.0 == key || row.0 == usual);
    match known {
        Some((_, _, default)) if value.is_empty() || value == *default => Ok(None),
        Some(("module.dir", _, _)) if value.ends_with(MODULES) => Ok(None),
        Some((_, flag, _)) => Ok(Some(flag)),
        None if value.is_empty() || HARMLESS.iter().any(|group| key.starts_with(group)) => Ok(None),
        None => Err(format!("the key {key} is not known")),
    }
}

/// The settings by their keys from the top: `scan.skip-dirs`; lists with commas, as flags have them.
fn flatten(key: &str, value: &Value, settings: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let below = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                flatten(&below, value, settings);
            }
        }
        Value::Array(elements) => {
            let texts: Vec<String> = elements.iter().map(text).collect();
            settings.push((key.to_owned(), texts.join(",")));
        }
        value => settings.push((key.to_owned(), text(value))),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The flags that a file adds.
    fn added(args: &[&str], file: &str) -> Result<Vec<String>, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trivy.yaml");
        std::fs::write(&path, file).unwrap();
        let mut args: Vec<OsString> = args.iter().map(OsString::from).collect();
        args.extend(["--config".into(), path.into_os_string()]);
        let before = args.len();
        let mut args = fill_in(&crate::args::command(), args)?;
        let mut added: Vec<String> =
            args.split_off(before).into_iter().map(|it| it.into_string().unwrap()).collect();
        added.sort();
        Ok(added)
    }

    #[test]
    fn keys_are_flags_of_the_verb() {
        let file = "severity:\n  - HIGH\n  - CRITICAL\nscan:\n  skip-dirs: [a, b]\n  offline: true\n\
                    image:\n  platform: linux/arm64\nvulnerability:\n  ignore-unfixed: true\n\
                    exit-code: 3\nlicense:\n  forbidden: [AGPL-3.0]\n";
        let shared = ["--ignore-unfixed=true", "--offline-scan=true"];
        let image = added(&["s", "image", "x", "--exit-code", "1"], file).unwrap();
        assert_eq!(image[..2], shared);
        let own = ["--platform=linux/arm64", "--severity=HIGH,CRITICAL", "--skip-dirs=a,b"];
        assert_eq!(image[2..], own);
        let tree = added(&["s", "fs", "x", "-s", "LOW"], file).unwrap();
        assert_eq!(tree, ["--exit-code=3", shared[0], shared[1], "--skip-dirs=a,b"]);
    }

    #[test]
    fn what_trivy_has_anyway_says_nothing() {
        let file = "scan:\n  distro: \"\"\n  detection-priority: precise\n  unheard-of: []\nformat: table\n\
                    pkg:\n  relationships: [unknown, root, workspace, direct, indirect]\n";
        assert!(added(&["s", "image", "x"], file).unwrap().is_empty());
    }

    #[test]
    fn the_file_that_trivy_generates_is_taken() {
        let file = "clean:\n  all: false\nkubernetes:\n  burst: 10\nmisconfiguration:\n  \
                    download-checks-bundle-only: false\nmodule:\n  dir: /home/ada/.trivy/modules\n  \
                    enable-modules: []\nregistry:\n  password-stdin: false\nrepository:\n  \
                    branch: \"\"\nserver:\n  listen: localhost:4954\n";
        assert!(added(&["s", "image", "x"], file).unwrap().is_empty());
        for file in [
            "misconfiguration:\n  download-checks-bundle-only: true\n",
            "module:\n  dir: /srv/modules\n",
            "repository:\n  branch: main\n",
        ] {
            let error = added(&["s", "fs", "x"], file).unwrap_err();
            assert!(matches!(error, Failure::NotYet { .. }), "{file}");
        }
    }

    #[test]
    fn older_words_and_certificates_are_flags() {
        let file = "cacert: corp.pem\nvulnerability:\n  type: [os]\nscan:\n  \
                    security-checks: [vuln]\n";
        let flags = ["--cacert=corp.pem", "--pkg-types=os", "--scanners=vuln"];
        assert_eq!(added(&["s", "image", "x"], file).unwrap(), flags);
        let checks = "rego:\n  policy: [p]\n";
        assert_eq!(added(&["s", "config", "x"], checks).unwrap(), ["--config-check=p"]);
    }

    #[test]
    fn what_would_change_the_outcome_is_refused() {
        let error = added(&["s", "fs", "x"], "scan:\n  distro: alpine/3.20\n").unwrap_err();
        assert!(
            matches!(&error, Failure::NotYet { what, .. } if what.starts_with("scan.distro in"))
        );
        for file in ["scan:\n  no-such-key: 1\n", "severity: [\n"] {
            let error = added(&["s", "fs", "x"], file).unwrap_err();
            assert!(matches!(error, Failure::Unusable { .. }), "{file}");
        }
    }

    #[test]
    fn each_key_is_there_once_and_in_order() {
        assert!(KEYS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}

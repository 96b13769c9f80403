//! The results of checks of configuration files, as reports have them.

use sealift_misconfig::{Check, Failure, FileKind, FileResult, Lines, Status};

use crate::Counts;
use serde::Serialize;

/// The results of checks of configuration files.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Configuration {
    /// The files, by path.
    pub files: Vec<FileResult>,
    /// Whether passing checks, and failures that do not count, are listed in JSON, too. Default:
    /// no.
    pub lists_all: bool,
}

impl Configuration {
    /// The results for these files.
    #[must_use]
    pub fn new(files: Vec<FileResult>) -> Self {
        Self { files, lists_all: false }
    }

    /// The failures that count, each with its file and check.
    pub fn failures(&self) -> impl Iterator<Item = (&FileResult, &Check, &Failure)> {
        self.files
            .iter()
            .flat_map(|file| file.failures().map(move |(check, failure)| (file, check, failure)))
    }

    /// The number of failures of each severity.
    #[must_use]
    pub fn counts(&self) -> Counts {
        counts(self.failures().map(|(_, check, _)| check))
    }

    /// The number of failures that do not count.
    #[must_use]
    pub fn ignored(&self) -> usize {
        let found = self.files.iter().flat_map(|file| &file.misconfigurations);
        found.filter(|found| matches!(found.status, Status::Ignored(_))).count()
    }
}

/// How many of the checks there are of each severity.
pub(crate) fn counts<'c>(checks: impl Iterator<Item = &'c Check>) -> Counts {
    let mut counts = Counts::default();
    checks.for_each(|check| counts.add(check.severity));
    counts
}

/// The page about a check; none for checks that exist only here.
pub(crate) fn page(check: &Check) -> Option<String> {
    let known = PROVIDERS.iter().any(|(prefix, _)| check.id.starts_with(prefix));
    let safe = check.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let page = || format!("https://avd.aquasec.com/misconfig/{}", check.id.to_ascii_lowercase());
    (known && safe).then(page)
}

/// The subjects of checks by the beginnings of their ids: Trivy's `Provider`.
const PROVIDERS: &[(&str, &str)] = &[
    ("DS-", "Dockerfile"),
    ("KSV-", "Kubernetes"),
    ("KCV-", "Kubernetes"),
    ("KUBE-", "Kubernetes"),
    ("AWS-", "AWS"),
    ("AZU-", "Azure"),
    ("GCP-", "Google"),
    ("DIG-", "DigitalOcean"),
    ("GIT-", "GitHub"),
    ("NIF-", "Nifcloud"),
    ("OCI-", "Oracle"),
    ("OPNSTK-", "OpenStack"),
];

/// Trivy's `Provider` of a check.
pub(crate) fn provider(check: &Check) -> Option<&'static str> {
    let known = PROVIDERS.iter().find(|(prefix, _)| check.id.starts_with(prefix));
    known.map(|(_, provider)| *provider)
}

/// The name of a kind of file, for people.
pub(crate) fn kind_name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Dockerfile => "Dockerfile",
        FileKind::Kubernetes => "Kubernetes",
        FileKind::Helm => "Helm",
        FileKind::Compose => "Compose",
        FileKind::Terraform => "Terraform",
        FileKind::TerraformPlan => "Terraform Plan",
        _ => "Configuration",
    }
}

/// A file and the lines in it that fail: `app/Dockerfile:3-5`.
pub(crate) fn place(path: &str, lines: Option<Lines>) -> String {
    match lines {
        None => path.to_owned(),
        Some(Lines { start, end }) if start == end => format!("{path}:{start}"),
        Some(Lines { start, end }) => format!("{path}:{start}-{end}"),
    }
}

#[cfg(test)]
mod tests {
    use sealift_misconfig::{Options, SourceFile, scan};
    use sealift_model::Inventory;

    use crate::{
        Artifact, ArtifactKind, Configuration, JsonOptions, Report, TableStyle, json, junit,
        markdown, sarif, table,
    };

    const HOSTILE: &str = "FROM a:latest\nMAINTAINER <b>|x|</b> [y](z)\nUSER b\nHEALTHCHECK NONE\n";

    fn report(files: &[(&str, &str)]) -> Report {
        let files: Vec<_> =
            files.iter().map(|(path, text)| SourceFile::new(path, text.as_bytes())).collect();
        let artifact = Artifact::new("./shop", ArtifactKind::Filesystem);
        let mut report = Report::new(artifact, Inventory::default(), "0.1.0");
        report.covers_system = false;
        report.configuration = Some(Configuration::new(scan(&files, &Options::default())));
        report
    }

    fn text(write: impl FnOnce(&mut String) -> std::fmt::Result) -> String {
        let mut text = String::new();
        write(&mut text).unwrap();
        text
    }

    #[test]
    fn a_table_tells_each_check_with_its_lines() {
        let clean = "FROM a:1\nUSER b\nHEALTHCHECK NONE\n";
        let report = report(&[("Dockerfile", HOSTILE), ("x/Dockerfile", clean)]);
        let style = TableStyle::plain(60);
        let table = text(|out| table::write(&report, &style, out));
        insta::assert_snapshot!(table);
    }

    #[test]
    fn a_folder_without_such_files_is_told() {
        let table = text(|out| table::write(&report(&[]), &TableStyle::plain(80), out));
        assert_eq!(table, "Configuration: no file that a check looks at\n\n");
    }

    #[test]
    fn nothing_of_a_file_is_markup() {
        let report = report(&[("<a>|Dockerfile", "x"), ("b&.dockerfile", HOSTILE)]);
        let junit = text(|out| junit::write(&report, out));
        assert!(junit.contains(r#"failures="2""#) && !junit.contains("<b>"), "{junit}");
        let markdown = text(|out| markdown::write(&report, out));
        assert!(!markdown.contains("<b>") && !markdown.contains("[y](z)"), "{markdown}");
        assert!(markdown.contains("**2 misconfigurations: 1 HIGH, 1 MEDIUM**"), "{markdown}");
    }

    #[test]
    fn rules_and_results_go_together() {
        let report = report(&[("a/Dockerfile", HOSTILE), ("b/Dockerfile", HOSTILE)]);
        let mut bytes = Vec::new();
        sarif::write(&report, &mut bytes).unwrap();
        let log: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 2);
        let results = run["results"].as_array().unwrap();
        let prints: std::collections::BTreeSet<_> =
            results.iter().map(|result| result["partialFingerprints"].to_string()).collect();
        assert_eq!((results.len(), prints.len()), (4, 4));
    }

    #[test]
    fn json_counts_what_passes() {
        let mut bytes = Vec::new();
        let report = report(&[("Dockerfile", HOSTILE)]);
        json::write(&report, &JsonOptions::default(), &mut bytes).unwrap();
        let written: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let result = &written["Results"][0];
        let failures = result["Misconfigurations"].as_array().unwrap();
        assert_eq!(result["MisconfSummary"]["Failures"], failures.len());
        let rows = &report.configuration.as_ref().unwrap().files[0].misconfigurations;
        assert_eq!(result["MisconfSummary"]["Successes"], rows.len() - failures.len());
        assert_eq!(failures[0]["PrimaryURL"], "https://avd.aquasec.com/misconfig/ds-0001");
    }
}

//! The results for one file: `Class` `config`.

use std::io;

use sealift_misconfig::{Check, Failure, FileKind, FileResult, Misconfiguration, Status};
use serde::Serialize;

use super::object::Members;
use crate::configuration::{kind_name, page, provider};
use crate::{Configuration, Report};

/// Writes the members of a file's result.
pub(super) fn write<W: io::Write + ?Sized>(
    configuration: &Configuration,
    file: &FileResult,
    result: &mut Members<'_, '_, W>,
) -> io::Result<()> {
    result.put("Target", &file.path)?;
    result.put("Class", "config")?;
    result.put("Type", file.kind.name())?;
    let failures = file.failures().count();
    result.put("MisconfSummary", &Summary { successes: file.passed(), failures })?;
    let listed = file.misconfigurations.iter().filter_map(|found| row(configuration, file, found));
    result.put_list("Misconfigurations", &listed.collect::<Vec<_>>())
}

/// The result of a check, in the form of a report's `Misconfigurations`; none for a result that is
/// not listed.
pub fn misconfiguration(
    configuration: &Configuration,
    file: &FileResult,
    found: &Misconfiguration,
) -> Option<serde_json::Value> {
    serde_json::to_value(row(configuration, file, found)?).ok()
}

/// The files of a report with results to list.
pub(super) fn files(report: &Report) -> impl Iterator<Item = (&Configuration, &FileResult)> {
    let configurations = report.configuration.iter();
    configurations.flat_map(|all| all.files.iter().map(move |file| (all, file)))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    successes: usize,
    failures: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Row<'r> {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "ID")]
    id: &'r str,
    #[serde(rename = "AVDID", skip_serializing_if = "Option::is_none")]
    avd_id: Option<String>,
    title: &'r str,
    description: &'r str,
    message: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    resolution: &'r str,
    severity: &'static str,
    #[serde(rename = "PrimaryURL", skip_serializing_if = "Option::is_none")]
    primary_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    references: Option<[String; 1]>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored_by: Option<&'r str>,
    cause_metadata: Cause<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Cause<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    code: Code<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Code<'r> {
    lines: Option<Vec<Line<'r>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Line<'r> {
    number: u32,
    content: &'r str,
    is_cause: bool,
    annotation: &'static str,
    /// Whether more lines follow that are not shown.
    truncated: bool,
    first_cause: bool,
    last_cause: bool,
}

/// What is written of what a check says; failures that do not count and passes where all is
/// listed.
fn row<'r>(
    configuration: &Configuration,
    file: &FileResult,
    found: &'r Misconfiguration,
) -> Option<Row<'r>> {
    let (status, failure) = match &found.status {
        Status::Fail(failure) => ("FAIL", Some(failure)),
        Status::Pass if configuration.lists_all => ("PASS", None),
        Status::Ignored(failure) if configuration.lists_all => ("EXCEPTION", Some(failure)),
        Status::Pass | Status::Ignored(_) | Status::NotRun(_) => return None,
    };
    let check = &found.check;
    let url = page(check);
    let package = package(check, file.kind);
    Some(Row {
        kind: format!("{} Security Check", kind_name(file.kind)),
        id: &check.id,
        avd_id: url.as_ref().map(|_| format!("AVD-{}", check.id)),
        title: &check.title,
        description: &check.description,
        message: failure.map_or("No issues found", |failure| &failure.message),
        query: package.as_ref().map(|package| format!("data.{package}.deny")),
        namespace: package,
        resolution: &check.resolution,
        severity: check.severity.name(),
        references: url.clone().map(|url| [url]),
        primary_url: url,
        status,
        ignored_by: failure.and_then(|failure| failure.ignored_by.as_deref()),
        cause_metadata: cause(check, failure),
    })
}

/// The Rego package of Trivy's check: `builtin.dockerfile.DS002`. Those of cloud services have
/// the service in it, which nothing here knows.
fn package(check: &Check, kind: FileKind) -> Option<String> {
    let (letters, number) = check.id.split_once('-')?;
    let number: u32 = number.parse().ok()?;
    match (kind, letters) {
        (FileKind::Dockerfile, "DS") => Some(format!("builtin.dockerfile.{letters}{number:03}")),
        (FileKind::Kubernetes | FileKind::Helm, "KSV" | "KCV") => {
            Some(format!("builtin.kubernetes.{letters}{number:03}"))
        }
        _ => None,
    }
}

fn cause<'r>(check: &Check, failure: Option<&'r Failure>) -> Cause<'r> {
    let lines = failure.and_then(|failure| failure.lines);
    let provider = provider(check);
    Cause {
        resource: failure.and_then(|failure| failure.resource.as_deref()),
        provider,
        service: provider
            .filter(|name| ["Dockerfile", "Kubernetes"].contains(name))
            .and(Some("general")),
        start_line: lines.map(|lines| lines.start),
        end_line: lines.map(|lines| lines.end),
        code: Code { lines: failure.and_then(code) },
    }
}

fn code(failure: &Failure) -> Option<Vec<Line<'_>>> {
    let lines = failure.lines.filter(|_| !failure.excerpt.is_empty())?;
    let last = failure.excerpt.len().saturating_sub(1);
    let numbered = (lines.start..).zip(&failure.excerpt).enumerate();
    let shown = numbered.map(|(at, (number, content))| Line {
        number,
        content,
        is_cause: true,
        annotation: "",
        truncated: at == last && number < lines.end,
        first_cause: at == 0,
        last_cause: at == last,
    });
    Some(shown.collect())
}

//! Formats of reports.

use clap::ValueEnum;

/// Formats of the results of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfigFormat {
    Table,
    Json,
    Sarif,
    Junit,
    #[value(alias = "github-markdown")]
    Markdown,
}

/// Formats of the report of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    Table,
    Json,
    #[value(name = "cyclonedx")]
    CycloneDx,
    SpdxJson,
    Spdx,
    Sarif,
    Junit,
    #[value(alias = "github-markdown")]
    Markdown,
    #[value(name = "gitlab", alias = "gitlab-container-scanning")]
    GitLab,
    #[value(name = "github")]
    GitHub,
    CosignVuln,
}

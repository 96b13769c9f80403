//! Flags of all verbs that scan.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{EnumValueParser, StringValueParser};
use clap::{ArgAction, Args, ValueEnum};
use sealift::{Severity, Timestamp};

use super::values::{Word, parse_bool, parse_report_path, parse_time};
use super::{ReportFormat, SuppressArgs};

/// What is reported, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Report")]
pub(crate) struct ShownArgs {
    /// Write the report to this file instead of stdout.
    #[arg(short, long, value_name = "FILE", value_parser = parse_report_path)]
    pub(crate) output: Option<PathBuf>,
    /// Severities to show and to gate on, an exact list.
    #[arg(
        short,
        long,
        value_name = "LIST",
        value_delimiter = ',',
        value_parser = Word(Severity::from_str),
        ignore_case = true,
        default_value = "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"
    )]
    pub(crate) severity: Vec<Severity>,
}

/// What is not looked at.
#[derive(Debug, Args)]
#[command(next_help_heading = "Scope")]
pub(crate) struct SkipArgs {
    /// Folders to leave out, as patterns relative to the target's root; of a folder also from the
    /// working directory or absolute.
    #[arg(long, value_name = "GLOBS", value_delimiter = ',')]
    pub(crate) skip_dirs: Vec<String>,
    /// Files to leave out, as patterns relative to the target's root; of a folder also from the
    /// working directory or absolute.
    #[arg(long, value_name = "GLOBS", value_delimiter = ',')]
    pub(crate) skip_files: Vec<String>,
}

/// Flags of all verbs that scan.
#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Format of the report; cyclonedx has vulnerabilities with --scanners vuln.
    #[arg(short, long, value_name = "FORMAT", default_value = "table", help_heading = "Report")]
    pub(crate) format: ReportFormat,
    #[command(flatten)]
    pub(crate) shown: ShownArgs,
    /// Exit with this status when findings remain, and with 3 when the scan is incomplete. Default: 0
    /// whatever is found.
    #[arg(long, value_name = "N", help_heading = "Exit status")]
    pub(crate) exit_code: Option<u8>,
    /// Exit with this status when the distribution is past its end of life.
    #[arg(long, value_name = "N", help_heading = "Exit status")]
    pub(crate) exit_on_eol: Option<u8>,
    /// Judge ages and ends of life as of this day or time; default: SOURCE_DATE_EPOCH, else now.
    #[arg(long, value_name = "DAY", value_parser = parse_time, help_heading = "Exit status")]
    pub(crate) as_of: Option<Timestamp>,
    /// Leave out findings in packages of the base image; the report says how many.
    #[arg(long, help_heading = "Filters")]
    pub(crate) exclude_base: bool,
    /// Leave out what has no fix yet; a malicious package stays.
    #[arg(long, help_heading = "Filters")]
    pub(crate) ignore_unfixed: bool,
    /// Statuses to leave out: unknown, not_affected, affected, fixed, ...
    #[arg(long, value_name = "LIST", value_delimiter = ',',
          value_parser = Word(StringValueParser::new()), help_heading = "Filters")]
    pub(crate) ignore_status: Vec<String>,
    #[command(flatten)]
    pub(crate) suppress: SuppressArgs,
    /// What to look for: vuln (the default), and in a folder misconfig. Trivy's other scanners are
    /// accepted; sealift does not have them, and the report says so.
    #[arg(
        long,
        alias = "security-checks",
        value_name = "LIST",
        value_delimiter = ',',
        value_parser = Word(EnumValueParser::<ScannerKind>::new()),
        hide_possible_values = true,
        help_heading = "Scope"
    )]
    pub(crate) scanners: Option<Vec<ScannerKind>>,
    /// Kinds of packages to look for.
    #[arg(
        long,
        alias = "vuln-type",
        value_name = "LIST",
        value_delimiter = ',',
        value_parser = Word(EnumValueParser::<PackageKind>::new()),
        default_value = "os,library",
        help_heading = "Scope"
    )]
    pub(crate) pkg_types: Vec<PackageKind>,
    /// List packages without findings in JSON, too.
    #[arg(long, default_value = "true", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_parser = parse_bool, help_heading = "Report")]
    pub(crate) list_all_pkgs: bool,
    #[command(flatten)]
    pub(crate) skip: SkipArgs,
    /// Packages to match. Default: installed ones of an image or root file system, declared ones of a
    /// source tree.
    #[arg(long = "match", value_name = "WHICH", help_heading = "Scope")]
    pub(crate) matching: Option<MatchKind>,
    /// Also match packages that lockfiles and manifests need only to build or test.
    #[arg(long, help_heading = "Scope")]
    pub(crate) include_dev_deps: bool,
    /// The advisory database; a file that is named here is never updated. Default: the database in
    /// the cache folder, which is fetched when it is missing, lacks an ecosystem of the target or
    /// is older than a day.
    #[arg(long, value_name = "FILE", help_heading = "Advisory database")]
    pub(crate) db: Option<PathBuf>,
    /// Where advisories are fetched from instead of their public places: a URL or a folder laid
    /// out as OSV's exports (<Ecosystem>/all.zip), with kev.json and epss_scores-current.csv.gz,
    /// or oci://REFERENCE of an artifact with these files.
    #[arg(long, value_name = "URL|DIR|REFERENCE", help_heading = "Advisory database")]
    pub(crate) db_mirror: Option<String>,
    /// Fetch no advisories; an image that is named is still asked of its registry.
    #[arg(long, alias = "offline-scan", help_heading = "Advisory database")]
    pub(crate) offline: bool,
    /// Use the database in the cache folder without updating it.
    #[arg(long, help_heading = "Advisory database")]
    pub(crate) skip_db_update: bool,
    /// Bring the database of the cache folder up to date and scan nothing; where there is none, it
    /// is made of the usual ecosystems.
    #[arg(long, help_heading = "Advisory database")]
    pub(crate) download_db_only: bool,
    /// Trivy's configuration file; what is in it counts after flags and variables. It is read only
    /// where it is named.
    #[arg(short, long, value_name = "FILE", help_heading = "Global")]
    pub(crate) config: Option<PathBuf>,
    /// Show no progress.
    #[arg(long, help_heading = "Global")]
    pub(crate) no_progress: bool,
    /// Also show advisories that are not about security, and those of other streams of an RPM
    /// module.
    #[arg(long, help_heading = "Filters")]
    pub(crate) all_records: bool,
    /// With --exit-code: do not fail because the scan is incomplete.
    #[arg(long, help_heading = "Exit status")]
    pub(crate) allow_incomplete: bool,
    /// Threads that read layers; default: one for each processor.
    #[arg(long, alias = "parallel", value_name = "N", help_heading = "Global")]
    pub(crate) threads: Option<NonZeroUsize>,
}

impl ScanArgs {
    /// Whether the report lists packages without findings: SPDX and GitHub's snapshot cannot
    /// contain them, and CycloneDX does, as in Trivy, only if `--scanners` asks for them.
    pub(crate) fn only_lists(&self) -> bool {
        match self.format {
            ReportFormat::SpdxJson | ReportFormat::Spdx | ReportFormat::GitHub => true,
            ReportFormat::CycloneDx => !self.lists_vulnerabilities(),
            _ => false,
        }
    }

    /// Whether `--scanners` names vulnerabilities.
    pub(crate) fn lists_vulnerabilities(&self) -> bool {
        self.scanners.as_ref().is_some_and(|list| list.contains(&ScannerKind::Vuln))
    }

    /// Whether configuration files are checked.
    pub(crate) fn looks_for_misconfigurations(&self) -> bool {
        self.scanners.as_ref().is_some_and(|list| list.contains(&ScannerKind::Misconfig))
    }
}

/// The values of Trivy's `--scanners`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum ScannerKind {
    Vuln,
    #[value(alias = "config")]
    Misconfig,
    Secret,
    License,
}

impl ScannerKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Vuln => "vuln",
            Self::Misconfig => "misconfig",
            Self::Secret => "secret",
            Self::License => "license",
        }
    }
}

/// Kinds of packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PackageKind {
    Os,
    Library,
}

/// Packages that are matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MatchKind {
    Installed,
    Declared,
    All,
}

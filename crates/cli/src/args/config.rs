//! Flags about configuration files.

use std::path::PathBuf;

use clap::Args;
use sealift::{FileKind, Timestamp};

use super::values::{Word, parse_file_kind, parse_time};
use super::{ConfigFormat, ShownArgs, SkipArgs, SuppressArgs, VexSignerArgs};

/// Flags of all verbs that check configuration files.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration files")]
pub(crate) struct CheckArgs {
    /// Kinds of configuration files to check: dockerfile, kubernetes, helm, compose, terraform,
    /// terraformplan. Default: all.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = Word(parse_file_kind))]
    pub(crate) misconfig_scanners: Vec<FileKind>,
    /// Files that are of a kind whatever they are called: KIND:EXPRESSION, as
    /// 'dockerfile:.*[.]docker'.
    #[arg(long, value_name = "PATTERNS", value_delimiter = ',')]
    pub(crate) file_patterns: Vec<String>,
    /// Report checks that pass and failures that do not count in JSON, too.
    #[arg(long)]
    pub(crate) include_non_failures: bool,
    /// Files with values of Terraform variables, the last winning.
    #[arg(long, value_name = "FILES", value_delimiter = ',')]
    pub(crate) tf_vars: Vec<PathBuf>,
    /// Checks in Rego, and the libraries that they need: files, or folders with them.
    #[arg(
        long,
        alias = "policy",
        alias = "config-policy",
        value_name = "PATHS",
        value_delimiter = ','
    )]
    pub(crate) config_check: Vec<PathBuf>,
    /// Packages that hold such checks beside builtin and user.
    #[arg(
        long,
        alias = "namespaces",
        alias = "policy-namespaces",
        value_name = "PACKAGES",
        value_delimiter = ','
    )]
    pub(crate) check_namespaces: Vec<String>,
    /// Documents in JSON or YAML that such checks find below data: files, or folders with them.
    #[arg(long, alias = "data", value_name = "PATHS", value_delimiter = ',')]
    pub(crate) config_data: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) helm: HelmArgs,
}

/// How charts are rendered.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration files")]
pub(crate) struct HelmArgs {
    /// Render Helm charts with the program helm and check what it prints; it runs what is in the
    /// charts. Without it their templates are not checked, which the report says.
    #[arg(long)]
    pub(crate) helm: bool,
    /// Files with values of charts.
    #[arg(long, value_name = "FILES", value_delimiter = ',', requires = "helm")]
    pub(crate) helm_values: Vec<PathBuf>,
    /// Values of charts, as image.tag=1.
    #[arg(long, value_name = "VALUES", value_delimiter = ',', requires = "helm")]
    pub(crate) helm_set: Vec<String>,
    /// The same, always as texts.
    #[arg(long, value_name = "VALUES", value_delimiter = ',', requires = "helm")]
    pub(crate) helm_set_string: Vec<String>,
    /// The same, read from files.
    #[arg(long, value_name = "VALUES", value_delimiter = ',', requires = "helm")]
    pub(crate) helm_set_file: Vec<String>,
    /// Versions of the API that charts may ask for.
    #[arg(long, value_name = "VERSIONS", value_delimiter = ',', requires = "helm")]
    pub(crate) helm_api_versions: Vec<String>,
    /// Version of Kubernetes that charts may ask for.
    #[arg(long, value_name = "VERSION", requires = "helm")]
    pub(crate) helm_kube_version: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// The folder, or a single file.
    pub(crate) path: PathBuf,
    /// Format of the report.
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ConfigFormat,
    #[command(flatten)]
    pub(crate) shown: ShownArgs,
    /// Exit with this status when a check fails.
    #[arg(long, value_name = "N")]
    pub(crate) exit_code: Option<u8>,
    /// With --exit-code: do not fail because the scan is incomplete.
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
    #[command(flatten)]
    pub(crate) skip: SkipArgs,
    /// File of what does not count: ids in lines, else by its name .trivyignore.yaml. Default:
    /// .trivyignore in the working directory, if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) ignorefile: Option<PathBuf>,
    /// Policy in Rego whose rule data.trivy.ignore is true of each failure, in Trivy's JSON form,
    /// that does not count.
    #[arg(long, value_name = "FILE")]
    pub(crate) ignore_policy: Option<PathBuf>,
    /// The policy; default: sealift.toml in the working directory, if it is there. Its exceptions
    /// count.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy_file: Option<PathBuf>,
    /// Judge what expires as of this day or time; default: now.
    #[arg(long, value_name = "DAY", value_parser = parse_time)]
    pub(crate) as_of: Option<Timestamp>,
    /// Trivy's configuration file; what is in it counts after flags and variables. It is read only
    /// where it is named.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Show no progress.
    #[arg(long)]
    pub(crate) no_progress: bool,
    #[command(flatten)]
    pub(crate) checks: CheckArgs,
}

impl ConfigArgs {
    /// Whether failures decide the exit status.
    pub(crate) fn gates(&self) -> bool {
        self.exit_code.is_some_and(|code| code != 0)
    }

    /// The same as flags of a package scan: VEX statements are never about configuration files.
    pub(crate) fn suppress(&self) -> SuppressArgs {
        SuppressArgs {
            ignorefile: self.ignorefile.clone(),
            ignore_policy: self.ignore_policy.clone(),
            vex: Vec::new(),
            vex_signer: VexSignerArgs::default(),
            show_suppressed: false,
            policy_file: self.policy_file.clone(),
        }
    }
}

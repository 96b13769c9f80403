//! Flags of `admission`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use sealift::Timestamp;

use super::values::parse_time;
use super::{AccessArgs, AdmissionServeArgs, ClusterArgs};

/// `admission`.
#[derive(Debug, Args)]
pub(crate) struct AdmissionArgs {
    #[command(subcommand)]
    pub(crate) what: AdmissionVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdmissionVerb {
    /// Say what policies say of objects, or of an AdmissionReview on stdin.
    #[command(
        after_help = "Exit status: 0 everything is admitted; 1 something is refused; 2 wrong \
                            usage or unreadable input, and nothing was judged."
    )]
    Review(Box<AdmissionReviewArgs>),
    /// Answer the admission reviews of a Kubernetes cluster.
    Serve(Box<AdmissionServeArgs>),
}

/// What objects are judged by.
#[derive(Debug, Args)]
pub(crate) struct JudgedArgs {
    /// Policies of Kubernetes, and the exceptions from them: files, and folders with all YAML,
    /// JSON and Rego in them.
    #[arg(long, value_name = "FILE|DIR", value_delimiter = ',')]
    pub(crate) policy: Vec<PathBuf>,
    /// The image rules, [admission] of this file; default: sealift.toml where it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy_file: Option<PathBuf>,
    /// The advisory database; default: that of the cache folder, where it is there. A server opens
    /// it again when it is replaced.
    #[arg(long, value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) access: AccessArgs,
}

/// `admission review`.
#[derive(Debug, Args)]
pub(crate) struct AdmissionReviewArgs {
    #[command(flatten)]
    pub(crate) judged: JudgedArgs,
    /// Contact no registry and no transparency log, and do not refresh the trusted root. Rules that
    /// need one refuse.
    #[arg(long)]
    pub(crate) offline: bool,
    /// The objects: files, and folders with all YAML and JSON in them. Without it, an
    /// AdmissionReview is read from stdin.
    #[arg(short, long, value_name = "FILE|DIR", value_delimiter = ',')]
    pub(crate) resource: Vec<PathBuf>,
    /// Exceptions from the policies.
    #[arg(long, value_name = "FILE|DIR", value_delimiter = ',', visible_alias = "exception")]
    pub(crate) exceptions: Vec<PathBuf>,
    /// What stands in for what a cluster would tell: a file of Kyverno's kind Values.
    #[arg(long, value_name = "FILE", visible_alias = "values-file",
          conflicts_with_all = ["cluster", "kubeconfig"])]
    pub(crate) values: Option<PathBuf>,
    /// Who asks: a file of Kyverno's kind UserInfo.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cluster", "kubeconfig"])]
    pub(crate) userinfo: Option<PathBuf>,
    /// Objects and recorded API answers that stand in for the cluster: objects, and files of
    /// Kyverno's kinds ClusterResource and Context.
    #[arg(long, value_name = "FILE|DIR", value_delimiter = ',',
          conflicts_with_all = ["cluster", "kubeconfig"])]
    pub(crate) cluster_resources: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    /// What is done with the objects; default: what the values say, else CREATE. For an update, the
    /// old object is the same one, and no rule passes over what was there before.
    #[arg(long, value_name = "OPERATION", ignore_case = true)]
    pub(crate) operation: Option<OperationKind>,
    /// The time to judge by; default: now.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) as_of: Option<Timestamp>,
    /// How the answers are written. Of a review on stdin, json is the answer to it.
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ReviewFormat,
    /// Write them to this file.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OperationKind {
    Create,
    Update,
    Delete,
    Connect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewFormat {
    Table,
    Json,
    Junit,
}

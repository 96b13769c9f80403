//! Flags of who asks a cluster.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The cluster that policies may ask.
#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    /// The cluster that policies may ask for namespaces, roles and other objects, which is only
    /// read: in-cluster is the one that this runs in, as the service account of its Pod. Default:
    /// none, and policies that ask for one are refused.
    #[arg(long, value_name = "WHICH", conflicts_with = "kubeconfig", help_heading = "Cluster")]
    pub(crate) cluster: Option<ClusterKind>,
    /// The same, as a file of kubectl says.
    #[arg(long, value_name = "FILE", help_heading = "Cluster")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Another context of that file than its current one.
    #[arg(long, value_name = "NAME", requires = "kubeconfig", help_heading = "Cluster")]
    pub(crate) context: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClusterKind {
    InCluster,
}

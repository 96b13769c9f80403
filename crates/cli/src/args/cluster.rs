//! Flags for access to a cluster.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The cluster that policies may ask.
#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    /// The cluster that policies may ask for namespaces, roles and other objects, which is only
    /// read: in-cluster is the one that this runs in, as the service account of its Pod. Default:
    /// none. A server then refuses policies that ask for one; a review takes what no file of its
    /// flags says for empty, and notes those policies where there are no such files.
    #[arg(long, value_name = "WHICH", conflicts_with = "kubeconfig", help_heading = "Cluster")]
    pub(crate) cluster: Option<ClusterKind>,
    /// The cluster that this kubeconfig file names.
    #[arg(long, value_name = "FILE", help_heading = "Cluster")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Context in the kubeconfig file. Default: its current-context.
    #[arg(long, value_name = "NAME", requires = "kubeconfig", help_heading = "Cluster")]
    pub(crate) context: Option<String>,
}

impl ClusterArgs {
    /// Whether a cluster is named.
    pub(crate) fn is_some(&self) -> bool {
        self.cluster.is_some() || self.kubeconfig.is_some()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClusterKind {
    InCluster,
}

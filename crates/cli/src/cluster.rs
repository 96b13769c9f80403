//! The cluster that policies may query, from flags and the environment.

use std::error::Error as StdError;

use sealift::admission::Cluster;
use sealift::kubernetes::{Access, Client, Limits, Outcome};

use crate::args::{ClusterArgs, ClusterKind};
use crate::failure::Failure;
use crate::{Environment, clock, network};

/// The cluster, and a note about it for the user; `None` if no flag names one. `told` is called
/// with the outcome of each request.
pub(crate) fn opened(
    args: &ClusterArgs,
    environment: &Environment,
    told: impl Fn(Outcome) + Send + Sync + 'static,
) -> Result<Option<(Cluster, Option<String>)>, Failure> {
    let access = match (&args.kubeconfig, args.cluster) {
        (Some(file), _) => Access::of_kubeconfig(file, args.context.as_deref()),
        (None, Some(ClusterKind::InCluster)) => {
            let (host, port) = (variable(environment, HOST)?, variable(environment, PORT)?);
            Access::in_cluster(&host, &port)
        }
        (None, None) => return Ok(None),
    };
    let access = access.map_err(unusable)?;
    let note = access.note();
    let client = Client::new(access, network::config(environment), Limits::default());
    let client = client.map_err(unusable)?.telling(told);
    Ok(Some((Cluster::new(client, clock::now), note)))
}

/// What Kubernetes gives to every Pod (kubernetes.io, Accessing the Kubernetes API from a Pod).
const HOST: &str = "KUBERNETES_SERVICE_HOST";
const PORT: &str = "KUBERNETES_SERVICE_PORT";

fn variable(environment: &Environment, name: &str) -> Result<String, Failure> {
    let value = environment.get(name).map(|value| value.to_string_lossy().into_owned());
    value.ok_or_else(|| unusable(format!("{name} is not set: this runs in no cluster")))
}

fn unusable(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Failure {
    Failure::Unusable {
        what: "the cluster".to_owned(),
        error: error.into(),
        hint: "mend it, or leave out --cluster and --kubeconfig and the policies that need one",
    }
}

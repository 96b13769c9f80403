//! Kubernetes clusters.

use sealift_model::Severity::{Critical, High, Medium};

use super::super::Rule;
use super::super::network::is_public;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0038",
        severity: Medium,
        title: "EKS cluster does not log its control plane",
        why: "Nobody can tell who did what in the cluster.",
        fix: "List all of `api`, `audit`, `authenticator`, `controllerManager` and `scheduler` in `enabled_cluster_log_types`.",
        kinds: &["aws_eks_cluster"],
        run: logging,
    },
    Rule {
        id: "AWS-0039",
        severity: High,
        title: "EKS cluster does not encrypt its secrets",
        why: "Who reads the storage of the control plane reads the secrets.",
        fix: "Set `encryption_config` for `secrets` with a key.",
        kinds: &["aws_eks_cluster"],
        run: secrets,
    },
    Rule {
        id: "AWS-0040",
        severity: Critical,
        title: "EKS cluster can be reached from outside",
        why: "The API of the cluster can be attacked from the internet.",
        fix: "Set `endpoint_public_access = false`.",
        kinds: &["aws_eks_cluster"],
        run: |look| look.must_be_false("vpc_config.endpoint_public_access", true),
    },
    Rule {
        id: "AWS-0041",
        severity: Critical,
        title: "EKS cluster can be reached from anywhere",
        why: "The API of the cluster can be attacked from any address.",
        fix: "List the networks that need it in `public_access_cidrs`.",
        kinds: &["aws_eks_cluster"],
        run: public_cidrs,
    },
];

const LOGS: [&str; 5] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

fn logging(look: &mut Look<'_>) {
    let types = look.resource.get("enabled_cluster_log_types");
    let enabled: Vec<_> = types.texts().collect();
    let missing = LOGS.iter().any(|log| enabled.iter().all(|enabled| &**enabled != *log));
    look.fail_if(missing && !types.holds_unknown(), look.resource);
}

fn secrets(look: &mut Look<'_>) {
    let cluster = look.resource;
    let Some(encryption) = cluster.block("encryption_config") else { return look.fail(cluster) };
    let resources = encryption.get("resources");
    let covered = resources.texts().any(|resource| &*resource == "secrets");
    if !covered && !resources.holds_unknown() {
        return look.fail(cluster);
    }
    match encryption.block("provider") {
        Some(provider) => {
            let key = provider.get("key_arn");
            look.fail_if(key.is_empty(), &key);
        }
        None => look.fail(cluster),
    }
}

fn public_cidrs(look: &mut Look<'_>) {
    let Some(vpc) = look.resource.block("vpc_config") else { return };
    if vpc.get("endpoint_public_access").bool_or(true) != Some(true) {
        return;
    }
    let cidrs = vpc.get("public_access_cidrs");
    look.fail_if(cidrs.is_missing() || cidrs.texts().any(|cidr| is_public(&cidr)), &cidrs);
}

//! System calls that containers may make.

use sealift_model::Severity::{Low, Medium};

use super::object::{Container, Object, Pod};
use super::rule::{Cause, Rule, Test};
use crate::Check;
use crate::yaml::Node;

/// The checks of seccomp profiles.
pub(super) static RULES: &[Rule] = &[
    Rule {
        check: Check::new(
            "KSV-0030",
            Low,
            "No seccomp profile of the runtime",
            "Without a profile a container may make every system call.",
            "Set securityContext.seccompProfile.type to RuntimeDefault, for the pod or the container.",
        ),
        test: Test::Causes(
            without_seccomp_profile,
            "has no seccomp profile RuntimeDefault or Localhost",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0104",
            Medium,
            "No system call is filtered",
            "Without a seccomp profile, or with Unconfined, a container may make every system call.",
            "Set securityContext.seccompProfile.type to RuntimeDefault or Localhost.",
        ),
        test: Test::Container(is_unconfined, "runs without a seccomp profile"),
    },
];

/// The annotation for a whole pod that a `seccompProfile` took the place of (Kubernetes 1.19).
const POD_SECCOMP: &str = "seccomp.security.alpha.kubernetes.io/pod";

/// The same for one container, with its name behind it.
const CONTAINER_SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";

fn without_seccomp_profile(object: &Object<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    for pod in &object.pods {
        let Some(annotations) = pod.annotations() else { continue };
        if annotations
            .get(POD_SECCOMP)
            .is_some_and(|profile| profile.str() != Some("runtime/default"))
        {
            causes.push(Cause::at(annotations.lines));
        }
    }
    let kept = |container: &&Container<'_>| {
        let annotated = |pod: Pod<'_>| {
            pod.annotations().is_some_and(|annotations| annotations.get(POD_SECCOMP).is_some())
        };
        let kind = container.context.at(&["seccompProfile", "type"]).and_then(Node::str);
        container.pod.is_some_and(|pod| !annotated(pod))
            && !matches!(kind, Some("RuntimeDefault" | "Localhost"))
    };
    causes.extend(object.containers.iter().filter(kept).map(Cause::container));
    causes
}

fn is_unconfined(container: &Container<'_>) -> bool {
    let Some(pod) = container.pod else { return false };
    match container.context.at(&["seccompProfile", "type"]) {
        Some(kind) => kind
            .str()
            .is_some_and(|kind| kind.is_empty() || kind.eq_ignore_ascii_case("unconfined")),
        None => {
            let key = format!("{CONTAINER_SECCOMP}{}", container.name());
            let profile =
                pod.annotations().and_then(|annotations| annotations.get(&key)).and_then(Node::str);
            profile.is_none_or(|profile| profile.eq_ignore_ascii_case("unconfined"))
        }
    }
}

//! Applies policies for Pods to the controllers that make Pods.
//!
//! As in Kyverno, the paths of the Pod in all expressions and messages are changed to the
//! template's path. Kyverno replaces text, and so does this.

use super::form::{Autogen, MatchResources, ResourceRule};
use crate::admission::LabelSelector;

/// The place of the Pod in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the object.
    Itself,
    /// `spec.template` of a controller.
    Template,
    /// `spec.jobTemplate.spec.template` of a CronJob.
    JobTemplate,
}

/// The fields that an expression reads from the object itself and not from the template. A name is
/// always the template's, which has none: an expression on it has no value for controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// Nothing: rules of a `ClusterPolicy`.
    Nothing,
    /// The namespace: the policies of CEL.
    Namespace,
}

/// The controllers: resource, group, place of the Pod.
const CONTROLLERS: [(&str, &str, Place); 6] = [
    ("cronjobs", "batch", Place::JobTemplate),
    ("daemonsets", "apps", Place::Template),
    ("deployments", "apps", Place::Template),
    ("jobs", "batch", Place::Template),
    ("replicasets", "apps", Place::Template),
    ("statefulsets", "apps", Place::Template),
];

impl Place {
    fn path(self) -> &'static str {
        match self {
            Self::Itself => "",
            Self::Template => "spec.template.",
            Self::JobTemplate => "spec.jobTemplate.spec.template.",
        }
    }

    /// Changes an expression on a Pod to one on the object that contains the Pod.
    pub(super) fn rewrite(self, text: &str, own: Own) -> String {
        if self == Self::Itself {
            return text.to_owned();
        }
        let mut text = text.to_owned();
        for part in ["spec", "metadata"] {
            for object in ["object.", "oldObject."] {
                text = replace(
                    &text,
                    &format!("{object}{part}"),
                    &format!("{object}{}{part}", self.path()),
                    own,
                );
            }
        }
        text
    }
}

fn replace(text: &str, from: &str, to: &str, own: Own) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(from) {
        made.push_str(before);
        let kept = own == Own::Namespace && is_namespace(after);
        made.push_str(if kept { from } else { to });
        rest = after;
    }
    made + rest
}

/// Whether `.namespace` follows.
fn is_namespace(after: &str) -> bool {
    after
        .strip_prefix(".namespace")
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}

/// Returns the rules that are generated from a policy on Pods: the Pod's place, and what they
/// match.
pub(super) fn rules(
    constraints: &MatchResources,
    autogen: Option<&Autogen>,
) -> Vec<(Place, MatchResources)> {
    let Some(pods) = only_pods(constraints) else { return Vec::new() };
    let controllers = autogen.and_then(|autogen| autogen.pod_controllers.as_ref());
    let wanted = controllers.and_then(|controllers| controllers.controllers.as_ref());
    let rule = |place: Place| {
        let wants = |resource: &str| wanted.is_none_or(|all| all.iter().any(|one| one == resource));
        let of_place =
            CONTROLLERS.iter().filter(|(resource, _, own)| *own == place && wants(resource));
        let resource_rules: Vec<ResourceRule> = of_place
            .map(|(resource, group, _)| ResourceRule {
                api_groups: vec![(*group).to_owned()],
                api_versions: vec!["v1".to_owned()],
                resources: vec![(*resource).to_owned()],
                operations: pods.operations.clone(),
                ..ResourceRule::default()
            })
            .collect();
        let namespace_selector = constraints.namespace_selector.clone();
        (place, MatchResources { resource_rules, namespace_selector, ..MatchResources::default() })
    };
    let rules = [Place::Template, Place::JobTemplate].into_iter().map(rule);
    rules.filter(|(_, constraints)| !constraints.resource_rules.is_empty()).collect()
}

/// Returns the only rule of a policy for nothing but Pods: all of them, or all of some namespaces.
fn only_pods(constraints: &MatchResources) -> Option<&ResourceRule> {
    let selector = constraints.object_selector.as_ref();
    let [rule] = constraints.resource_rules.as_slice() else { return None };
    let all = selector.is_none_or(LabelSelector::is_empty)
        && constraints.exclude_resource_rules.is_empty()
        && rule.resource_names.is_empty();
    (all && rule.api_groups == [""] && rule.api_versions == ["v1"] && rule.resources == ["pods"])
        .then_some(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_pod_are_those_of_the_template() {
        let cases = [
            (
                "object.spec.a + oldObject.metadata.labels.b",
                "object.spec.template.spec.a + oldObject.spec.template.metadata.labels.b",
            ),
            (
                "object.metadata.name + object.metadata.namespace",
                "object.spec.template.metadata.name + object.metadata.namespace",
            ),
            ("object.metadata.namespaces", "object.spec.template.metadata.namespaces"),
            ("object.kind == 'a'", "object.kind == 'a'"),
            ("namespaceObject.metadata.labels", "namespaceObject.metadata.labels"),
        ];
        for (pod, template) in cases {
            assert_eq!(Place::Template.rewrite(pod, Own::Namespace), template);
            assert_eq!(Place::Itself.rewrite(pod, Own::Namespace), pod);
        }
        let job = Place::JobTemplate.rewrite("object.spec.containers", Own::Nothing);
        assert_eq!(job, "object.spec.jobTemplate.spec.template.spec.containers");
        let namespace = Place::Template.rewrite("object.metadata.namespace", Own::Nothing);
        assert_eq!(namespace, "object.spec.template.metadata.namespace");
    }
}

//! Policies about Pods, applied to what makes Pods.
//!
//! As Kyverno does: the paths of the Pod in all expressions and messages are written anew for the
//! template that it stands in. Kyverno replaces text, and so does this.

use super::form::{Autogen, MatchResources, ResourceRule};

/// Where in an object the Pod stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the object.
    Itself,
    /// `spec.template` of a controller.
    Template,
    /// `spec.jobTemplate.spec.template` of a CronJob.
    JobTemplate,
}

/// What makes Pods: resource, group, place.
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

    /// An expression on a Pod, as one on what the Pod stands in. The name and the namespace stay
    /// those of the object itself, as templates have none.
    pub(crate) fn rewrite(self, text: &str) -> String {
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
                );
            }
        }
        text
    }
}

fn replace(text: &str, from: &str, to: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(from) {
        made.push_str(before);
        made.push_str(if is_own(after) { from } else { to });
        rest = after;
    }
    made + rest
}

/// Whether `.name` or `.namespace` follows.
fn is_own(after: &str) -> bool {
    [".namespace", ".name"].into_iter().any(|suffix| {
        after
            .strip_prefix(suffix)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

/// The rules that are made of a policy on Pods: where the Pod stands, and what they match.
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
        (place, MatchResources { resource_rules, ..MatchResources::default() })
    };
    let rules = [Place::Template, Place::JobTemplate].into_iter().map(rule);
    rules.filter(|(_, constraints)| !constraints.resource_rules.is_empty()).collect()
}

/// The one rule of a policy that is about Pods, all of them, and nothing else.
fn only_pods(constraints: &MatchResources) -> Option<&ResourceRule> {
    let selects = |selector: &Option<super::form::Selector>| {
        selector.as_ref().is_some_and(|selector| !super::constraints::is_empty(selector))
    };
    let [rule] = constraints.resource_rules.as_slice() else { return None };
    let all = !selects(&constraints.namespace_selector)
        && !selects(&constraints.object_selector)
        && constraints.exclude_resource_rules.is_empty()
        && rule.resource_names.is_empty();
    (all && rule.api_groups == [""] && rule.api_versions == ["v1"] && rule.resources == ["pods"])
        .then_some(rule)
}

//! Selects the requests of a policy (`admissionregistration.k8s.io/v1`, MatchResources).

use serde_json::Value as Json;

use super::form::{MatchResources, ResourceRule, Scope};
use crate::admission::labels::{is_namespace, namespace_labels};
use crate::admission::{LabelSelector, Operation, Request, Surroundings, Unanswered};

/// Whether a request matches.
///
/// # Errors
/// When the labels of its namespace decide, and they are not available.
pub(super) fn matches(
    constraints: &MatchResources,
    request: &Request,
    around: &dyn Surroundings,
) -> Result<bool, Unanswered> {
    let any = |rules: &[ResourceRule]| rules.iter().any(|rule| rule_matches(rule, request));
    let rules = &constraints.resource_rules;
    let is_one = (rules.is_empty() || any(rules))
        && !any(&constraints.exclude_resource_rules)
        && of_selected_object(constraints.object_selector.as_ref(), request);
    match is_one {
        true => of_selected_namespace(constraints.namespace_selector.as_ref(), request, around),
        false => Ok(false),
    }
}

/// Whether the labels of the object, or of the old one, match.
fn of_selected_object(selector: Option<&LabelSelector>, request: &Request) -> bool {
    let Some(selector) = selector.filter(|selector| !selector.is_empty()) else { return true };
    let of = |object: &Json| !object.is_null() && selector.selects_object(object);
    of(&request.object) || of(&request.old_object)
}

/// Whether the namespace's labels match: a Namespace has its own, and an object in none always
/// matches.
fn of_selected_namespace(
    selector: Option<&LabelSelector>,
    request: &Request,
    around: &dyn Surroundings,
) -> Result<bool, Unanswered> {
    let Some(selector) = selector.filter(|selector| !selector.is_empty()) else { return Ok(true) };
    Ok(namespace_labels(request, around)?.is_none_or(|labels| selector.selects(&labels)))
}

fn rule_matches(rule: &ResourceRule, request: &Request) -> bool {
    let one = |all: &[String], own: &str| all.iter().any(|one| one == "*" || one == own);
    let scope = match rule.scope {
        None | Some(Scope::Any) => true,
        Some(Scope::Cluster) => request.namespace.is_empty() || is_namespace(request),
        Some(Scope::Namespaced) => !request.namespace.is_empty() && !is_namespace(request),
    };
    // The API requires operations; in Kyverno, a missing list means all.
    (rule.operations.is_empty() || one(&rule.operations, operation(request.operation)))
        && one(&rule.api_groups, &request.resource.group)
        && one(&rule.api_versions, &request.resource.version)
        && rule.resources.iter().any(|resource| resource_matches(resource, request))
        && (rule.resource_names.is_empty() || rule.resource_names.contains(&request.name))
        && scope
}

/// Matches `pods`, `pods/status`, `pods/*`, `*`, `*/scale`, `*/*`.
fn resource_matches(wanted: &str, request: &Request) -> bool {
    let (resource, part) = wanted.split_once('/').unwrap_or((wanted, ""));
    let part_matches = part == "*" || part == request.sub_resource;
    (resource == "*" || resource == request.resource.resource) && part_matches
}

pub(super) fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Create => "CREATE",
        Operation::Update => "UPDATE",
        Operation::Delete => "DELETE",
        Operation::Connect => "CONNECT",
    }
}

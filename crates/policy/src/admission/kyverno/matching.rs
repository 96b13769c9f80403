//! Decides which requests a rule applies to.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

use super::super::request::plural;
use super::super::{
    GroupVersionKind, Operation, Request, Roles, Surroundings, Unanswered, UserInfo, wildcard,
};
use super::document::{Filter, Labels, Match, Resources, Selector, Subject};

/// A request, as rules see it.
pub(super) struct Target<'t> {
    pub(super) object: &'t Value,
    pub(super) kind: Cow<'t, GroupVersionKind>,
    /// The resource, for a request to a subresource: the name of its kind is then not certain.
    pub(super) resource: &'t str,
    pub(super) namespace: &'t str,
    pub(super) subresource: &'t str,
    pub(super) operation: Operation,
    pub(super) user: &'t UserInfo,
    /// Whether roles may be bound to the user; an invented user has none.
    pub(super) has_roles: bool,
    pub(super) known: &'t Known<'t>,
}

/// What the surroundings know of a request: queried once, and only when a rule needs it.
pub(super) struct Known<'t> {
    around: &'t dyn Surroundings,
    request: &'t Request,
    roles: OnceCell<Result<Roles, Unanswered>>,
    labels: OnceCell<Result<Labels, Unanswered>>,
}

impl<'t> Known<'t> {
    pub(super) fn new(request: &'t Request, around: &'t dyn Surroundings) -> Self {
        Self { around, request, roles: OnceCell::new(), labels: OnceCell::new() }
    }

    /// Returns the roles that are bound to the user.
    fn roles(&self) -> Result<&Roles, Unanswered> {
        let roles = self.roles.get_or_init(|| self.around.roles(&self.request.user_info));
        roles.as_ref().map_err(Clone::clone)
    }

    /// Returns the labels of the request's namespace.
    pub(super) fn labels(&self) -> Result<&Labels, Unanswered> {
        let namespace = &self.request.namespace;
        let labels = self.labels.get_or_init(|| match namespace.is_empty() {
            true => Ok(Labels::default()),
            false => self.around.namespace_labels(namespace),
        });
        labels.as_ref().map_err(Clone::clone)
    }
}

/// The roles of an invented user.
static NO_ROLES: Roles = Roles { roles: Vec::new(), cluster_roles: Vec::new() };

impl<'t> Target<'t> {
    pub(super) fn of(request: &'t Request, object: &'t Value, known: &'t Known<'t>) -> Self {
        Self {
            object,
            kind: request.resource_kind(),
            resource: if request.sub_resource.is_empty() { "" } else { &request.resource.resource },
            namespace: request.object_namespace(),
            subresource: &request.sub_resource,
            operation: request.operation,
            user: &request.user_info,
            has_roles: true,
            known,
        }
    }

    fn text(&self, pointer: &str) -> &'t str {
        self.object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn name(&self) -> &'t str {
        match self.text("/metadata/name") {
            "" => self.text("/metadata/generateName"),
            name => name,
        }
    }

    pub(super) fn namespace(&self) -> &'t str {
        self.namespace
    }

    fn is_namespace(&self) -> bool {
        self.text("/kind") == "Namespace"
    }

    fn roles(&self) -> Result<&'t Roles, Unanswered> {
        if self.has_roles { self.known.roles() } else { Ok(&NO_ROLES) }
    }

    /// Whether nothing is known of the user; conditions on the user then do not count.
    fn is_anonymous(&self) -> Result<bool, Unanswered> {
        Ok(*self.user == UserInfo::default() && *self.roles()? == Roles::default())
    }
}

/// Whether a condition holds; an error where the surroundings have no answer.
type Held = Result<bool, Unanswered>;

/// Whether a rule applies.
pub(super) fn applies(matches: &Match, exclude: Option<&Match>, target: &Target<'_>) -> Held {
    let anonymous = target.is_anonymous()?;
    let is_matched = |filter: &Filter| {
        if anonymous {
            both(Ok(filter.resources != Resources::default()), || filter.fits_resources(target))
        } else {
            both(Ok(*filter != Filter::default()), || filter.fits(target))
        }
    };
    let matched = if !matches.any.is_empty() {
        any(&matches.any, is_matched)
    } else if !matches.all.is_empty() {
        all(&matches.all, is_matched)
    } else {
        is_matched(&matches.own())
    };
    both(matched, || exclude.map_or(Ok(true), |own| Ok(!is_excluded(own, target)?)))
}

/// Whether an exception's `match` applies; one without filters never does.
pub(super) fn is_excepted(matches: &Match, target: &Target<'_>) -> Held {
    let fits =
        |filter: &Filter| both(Ok(*filter != Filter::default()), || filter.fits_exception(target));
    if matches.any.is_empty() {
        both(Ok(!matches.all.is_empty()), || all(&matches.all, fits))
    } else {
        any(&matches.any, fits)
    }
}

fn is_excluded(exclude: &Match, target: &Target<'_>) -> Held {
    let fits = |filter: &Filter| both(Ok(*filter != Filter::default()), || filter.fits(target));
    if !exclude.any.is_empty() {
        any(&exclude.any, fits)
    } else if !exclude.all.is_empty() {
        all(&exclude.all, fits)
    } else {
        fits(&exclude.own())
    }
}

/// Whether both hold: one that does not hold decides, even where the other is an error.
fn both(one: Held, other: impl FnOnce() -> Held) -> Held {
    match one {
        Ok(false) => Ok(false),
        Ok(true) => other(),
        Err(why) => {
            if other() == Ok(false) {
                Ok(false)
            } else {
                Err(why)
            }
        }
    }
}

fn all(filters: &[Filter], holds: impl Fn(&Filter) -> Held) -> Held {
    let mut held = Ok(true);
    for filter in filters {
        held = both(held, || holds(filter));
    }
    held
}

fn any(filters: &[Filter], holds: impl Fn(&Filter) -> Held) -> Held {
    let not = |held: Held| held.map(|holds| !holds);
    not(all(filters, |filter| not(holds(filter))))
}

/// The kinds of subjects.
const SUBJECTS: [&str; 3] = ["ServiceAccount", "Group", "User"];

impl Match {
    /// Finds parts that could never match, or would be ignored: the field, and the problem.
    pub(super) fn check(&self) -> Result<(), (String, String)> {
        let wrong = |field: &str, problem: &str| Err((field.to_owned(), problem.to_owned()));
        let own = self.own();
        if !self.any.is_empty() && !self.all.is_empty() {
            return wrong("all", "it does not go with any");
        }
        if !(self.any.is_empty() && self.all.is_empty()) && own != Filter::default() {
            return wrong("", "what is asked beside any or all stands within it");
        }
        own.check()?;
        for (form, filters) in [("any", &self.any), ("all", &self.all)] {
            for (at, filter) in filters.iter().enumerate() {
                let place = |(field, problem)| (format!("{form}[{at}].{field}"), problem);
                filter.check().map_err(place)?;
            }
        }
        Ok(())
    }

    /// As [`check`](Self::check), where there must be a filter.
    pub(super) fn check_some(&self) -> Result<(), (String, String)> {
        let mut filters = self.any.iter().chain(&self.all);
        let none = if self.any.is_empty() && self.all.is_empty() {
            self.own() == Filter::default()
        } else {
            filters.any(|filter| *filter == Filter::default())
        };
        if none {
            return Err((String::new(), "an empty filter matches nothing".to_owned()));
        }
        self.check()
    }

    /// Returns the filter that is outside of `any` and `all`.
    fn own(&self) -> Filter {
        Filter {
            resources: self.resources.clone(),
            subjects: self.subjects.clone(),
            roles: self.roles.clone(),
            cluster_roles: self.cluster_roles.clone(),
        }
    }

    /// Returns all descriptions of resources.
    pub(super) fn descriptions(&self) -> impl Iterator<Item = &Resources> {
        let filters = self.any.iter().chain(&self.all).map(|filter| &filter.resources);
        filters.chain(std::iter::once(&self.resources))
    }
}

impl Filter {
    fn check(&self) -> Result<(), (String, String)> {
        let mut kinds = self.resources.kinds.iter();
        if let Some(kind) = kinds.find(|kind| kind_parts(kind).is_none()) {
            return Err(("resources.kinds".to_owned(), format!("{kind:?} is no kind")));
        }
        let unknown = |own: &&Subject| !SUBJECTS.contains(&own.kind.as_str());
        match self.subjects.iter().find(unknown) {
            Some(subject) => {
                let problem = format!("{:?} is none of {}", subject.kind, SUBJECTS.join(", "));
                Err(("subjects.kind".to_owned(), problem))
            }
            None => Ok(()),
        }
    }

    fn fits(&self, target: &Target<'_>) -> Held {
        both(self.fits_resources(target), || self.fits_user(target))
    }

    fn fits_resources(&self, target: &Target<'_>) -> Held {
        both(Ok(self.resources.is_for(target.operation)), || self.resources.fits(target, false))
    }

    fn fits_exception(&self, target: &Target<'_>) -> Held {
        let is_for = self.resources.is_for(target.operation);
        let fits = both(Ok(is_for), || self.resources.fits(target, true));
        both(fits, || self.fits_user(target))
    }

    fn fits_user(&self, target: &Target<'_>) -> Held {
        let mut subjects = self.subjects.iter();
        if !(self.subjects.is_empty() || subjects.any(|subject| subject.is(target.user))) {
            return Ok(false);
        }
        if self.roles.is_empty() && self.cluster_roles.is_empty() {
            return Ok(true);
        }
        let some = |wanted: &[String], own: &[String]| {
            wanted.is_empty() || own.iter().any(|role| wanted.contains(role))
        };
        let own = target.roles()?;
        Ok(some(&self.roles, &own.roles) && some(&self.cluster_roles, &own.cluster_roles))
    }
}

impl Subject {
    fn is(&self, user: &UserInfo) -> bool {
        match self.kind.as_str() {
            "ServiceAccount" => {
                let name = format!("system:serviceaccount:{}:{}", self.namespace, self.name);
                wildcard::matches(&name, &user.username)
            }
            "Group" => user.groups.iter().any(|group| wildcard::matches(&self.name, group)),
            "User" => wildcard::matches(&self.name, &user.username),
            _ => false,
        }
    }
}

impl Resources {
    fn is_for(&self, operation: Operation) -> bool {
        self.operations.is_empty() || self.operations.contains(&operation)
    }

    fn fits(&self, target: &Target<'_>, for_exception: bool) -> Held {
        let name = target.name();
        let namespace = if target.is_namespace() { target.name() } else { target.namespace() };
        let fits = (self.kinds.is_empty() || self.kinds.iter().any(|kind| is_kind(kind, target)))
            && (self.name.is_empty() || wildcard::matches(&self.name, name))
            && (self.names.is_empty() || wildcard::any(&self.names, name))
            && (self.namespaces.is_empty() || wildcard::any(&self.namespaces, namespace))
            && has_annotations(&self.annotations, target)
            && self.selector.as_ref().is_none_or(|selector| {
                selector.fits(&labels(target.object.pointer("/metadata/labels")))
            });
        match &self.namespace_selector {
            _ if !fits => Ok(false),
            None => Ok(true),
            Some(_) if target.is_namespace() => Ok(for_exception),
            Some(selector) => Ok(selector.fits(target.known.labels()?)),
        }
    }
}

/// Returns the labels of an object that have text values.
pub(super) fn labels(of: Option<&Value>) -> Labels {
    let fields = of.and_then(Value::as_object).into_iter().flatten();
    fields.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn has_annotations(wanted: &Labels, target: &Target<'_>) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let own = labels(target.object.pointer("/metadata/annotations"));
    wanted.iter().all(|(key, value)| {
        own.iter().any(|(own_key, own_value)| {
            wildcard::matches(key, own_key) && wildcard::matches(value, own_value)
        })
    })
}

fn is_kind(wanted: &str, target: &Target<'_>) -> bool {
    let Some([group, version, kind, subresource]) = kind_parts(wanted) else { return false };
    let own = &target.kind;
    let is_kind = wildcard::matches(kind, &own.kind)
        || (!target.resource.is_empty() && plural(kind) == target.resource);
    if !is_kind
        || !wildcard::matches(group, &own.group)
        || !wildcard::matches(version, &own.version)
    {
        return false;
    }
    // For a rule on pods, ephemeral containers are a part of the pod.
    let of_pod = own.group.is_empty() && own.version == "v1" && own.kind == "Pod";
    wildcard::matches(subresource, target.subresource)
        || (of_pod && target.subresource == "ephemeralcontainers")
}

/// Returns group, version, kind and subresource of `apps/v1/Deployment/scale`, `Pod.status`, `*/*`.
pub(super) fn kind_parts(text: &str) -> Option<[&str; 4]> {
    let mut parts: Vec<&str> = text.split('/').collect();
    if let Some(last) = parts.pop() {
        parts.extend(last.split('.'));
    }
    Some(match parts.as_slice() {
        [kind] => ["*", "*", kind, ""],
        ["*", "*"] => ["*"; 4],
        ["*", sub] if sub.to_lowercase() == *sub => ["*", "*", "*", sub],
        [version, kind] if is_version(version) => ["*", version, kind, ""],
        [kind, sub] => ["*", "*", kind, sub],
        [version, kind, sub] if is_version(version) => ["*", version, kind, sub],
        [group, version, kind] => [group, version, kind, ""],
        [group, version, kind, sub] => [group, version, kind, sub],
        _ => return None,
    })
}

/// Whether a text is a version: `v1`, `v1beta1`, `*`.
fn is_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return text == "*" };
    let Some(rest) = rest.strip_prefix(|next: char| next.is_ascii_digit()) else { return false };
    let pre = rest.strip_prefix("alpha").or_else(|| rest.strip_prefix("beta"));
    rest.is_empty() || pre.is_some_and(|n| n.len() == 1 && n.chars().all(|c| c.is_ascii_digit()))
}

impl Selector {
    pub(super) fn fits(&self, labels: &Labels) -> bool {
        self.match_labels.iter().all(|(key, value)| has_label(key, value, labels))
            && self
                .match_expressions
                .iter()
                .all(|it| it.operator.holds(labels.get(&it.key), &it.values))
    }
}

fn has_label(key: &str, value: &str, labels: &Labels) -> bool {
    if wildcard::has_wildcard(key) || wildcard::has_wildcard(value) {
        labels.iter().any(|(own_key, own_value)| {
            wildcard::matches(key, own_key) && wildcard::matches(value, own_value)
        })
    } else {
        labels.get(key).is_some_and(|own| own == value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_taken_apart() {
        let all = [
            ("Pod", ["*", "*", "Pod", ""]),
            ("v1/Pod", ["*", "v1", "Pod", ""]),
            ("apps/v1/Deployment", ["apps", "v1", "Deployment", ""]),
            ("apps/v1/Deployment/scale", ["apps", "v1", "Deployment", "scale"]),
            ("Pod/exec", ["*", "*", "Pod", "exec"]),
            ("Pod.status", ["*", "*", "Pod", "status"]),
            ("*/*", ["*", "*", "*", "*"]),
            ("*", ["*", "*", "*", ""]),
            ("*/Deployment", ["*", "*", "Deployment", ""]),
            ("networking.k8s.io/*/Ingress", ["networking.k8s.io", "*", "Ingress", ""]),
        ];
        for (text, parts) in all {
            assert_eq!(kind_parts(text), Some(parts), "{text}");
        }
    }
}

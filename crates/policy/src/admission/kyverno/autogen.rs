//! Rules for the controllers of pods, generated from rules for pods.

use serde_json::{Map, Value, json};

use super::document::{Match, Resources};
use super::matching::kind_parts;

/// A rule of a policy, as written or generated.
#[derive(Debug)]
pub(super) struct Generated {
    pub(super) rule: Value,
    /// The kinds of its objects; empty for a rule as written, which decides by its own match.
    pub(super) kinds: Vec<&'static str>,
}

/// The kinds of controllers, each with its full form.
const CONTROLLERS: &[(&str, &str)] = &[
    ("CronJob", "batch/v1/CronJob"),
    ("DaemonSet", "apps/v1/DaemonSet"),
    ("Deployment", "apps/v1/Deployment"),
    ("Job", "batch/v1/Job"),
    ("ReplicaSet", "apps/v1/ReplicaSet"),
    ("ReplicationController", "v1/ReplicationController"),
    ("StatefulSet", "apps/v1/StatefulSet"),
];

/// The annotation that names the controllers to generate rules for.
const ANNOTATION: &str = "pod-policies.kyverno.io/autogen-controllers";

/// The longest name of a generated rule.
const MAX_NAME: usize = 63;

/// Returns the rules of a policy and those generated from them.
pub(super) fn rules(
    policy: &Value,
    rules: &[(Value, Option<Match>, Option<Match>)],
) -> Vec<Generated> {
    let mut all: Vec<Generated> = rules
        .iter()
        .map(|(rule, ..)| Generated { rule: rule.clone(), kinds: Vec::new() })
        .collect();
    if !can_generate(rules) {
        return all;
    }
    let annotation = policy
        .get("metadata")
        .and_then(|metadata| metadata.get("annotations"))
        .and_then(|annotations| annotations.get(ANNOTATION))
        .and_then(Value::as_str);
    let wanted =
        |kind: &str| annotation.is_none_or(|names| names.split(',').any(|own| own == kind));
    let controllers: Vec<(&'static str, &'static str)> =
        CONTROLLERS.iter().copied().filter(|(kind, _)| wanted(kind)).collect();
    let (cron, others): (Vec<_>, Vec<_>) =
        controllers.into_iter().partition(|(kind, _)| *kind == "CronJob");
    for (rule, matches, exclude) in rules {
        let name = rule.get("name").and_then(Value::as_str).unwrap_or_default();
        if name.starts_with("autogen-") || !is_for_pods(matches.as_ref(), exclude.as_ref()) {
            continue;
        }
        if !others.is_empty() {
            all.extend(generate(rule, "autogen", &others, &["template"]));
        }
        if !cron.is_empty() {
            all.extend(generate(rule, "autogen-cronjob", &cron, &["jobTemplate", "template"]));
        }
    }
    all
}

/// Whether rules for controllers are generated: not where a rule names objects or labels, since
/// those of a controller differ, nor where one patches by paths, which differ, too (Kyverno's
/// `CanAutoGen`).
fn can_generate(rules: &[(Value, Option<Match>, Option<Match>)]) -> bool {
    let mut for_pods = false;
    for (rule, matches, exclude) in rules {
        if rule.get("generate").is_some() || patches_by_path(rule) {
            return false;
        }
        for matches in [matches, exclude].into_iter().flatten() {
            for resources in matches.descriptions() {
                if names_objects(resources) {
                    return false;
                }
                for_pods |= resources
                    .kinds
                    .iter()
                    .any(|kind| kind == "Pod" || CONTROLLERS.iter().any(|(own, _)| own == kind));
            }
        }
    }
    for_pods
}

fn patches_by_path(rule: &Value) -> bool {
    let Some(mutate) = rule.get("mutate") else { return false };
    let loops = mutate.get("foreach").and_then(Value::as_array).into_iter().flatten();
    std::iter::once(mutate).chain(loops).any(|one| {
        let patch = one.get("patchesJson6902").and_then(Value::as_str);
        patch.is_some_and(|patch| !patch.is_empty())
    })
}

fn names_objects(resources: &Resources) -> bool {
    !resources.name.is_empty()
        || !resources.names.is_empty()
        || resources.selector.is_some()
        || !resources.annotations.is_empty()
        || (resources.kinds.len() > 1 && has_pod(&resources.kinds))
}

fn has_pod(kinds: &[String]) -> bool {
    kinds.iter().any(|kind| kind_parts(kind).is_some_and(|[_, _, kind, _]| kind == "Pod"))
}

fn is_for_pods(matches: Option<&Match>, exclude: Option<&Match>) -> bool {
    let kinds = |of: &Match| -> Vec<String> {
        of.descriptions().flat_map(|own| own.kinds.iter().cloned()).collect()
    };
    let excluded = exclude.map(kinds).unwrap_or_default();
    matches.is_some_and(|matches| has_pod(&kinds(matches)))
        && (excluded.is_empty() || has_pod(&excluded))
}

fn generate(
    rule: &Value,
    prefix: &str,
    controllers: &[(&'static str, &'static str)],
    way: &[&str],
) -> Option<Generated> {
    let mut rule = rule.as_object()?.clone();
    let name = rule.get("name").and_then(Value::as_str).unwrap_or_default();
    let name: String = format!("{prefix}-{name}").chars().take(MAX_NAME).collect();
    rule.insert("name".to_owned(), name.into());
    let kinds: Value = controllers.iter().map(|(_, kind)| Value::from(*kind)).collect();
    let for_cron_jobs = way.len() > 1;
    if let Some(matches) = rule.get_mut("match") {
        replace_kinds(matches, &kinds, for_cron_jobs, true);
    }
    if let Some(exclude) = rule.get_mut("exclude") {
        replace_kinds(exclude, &kinds, for_cron_jobs, false);
    }
    if let Some(Value::Object(validate)) = rule.get_mut("validate") {
        into_template(validate, way);
    } else if rule.get("verifyImages").is_none() {
        return None;
    }
    let is_cel = rule.get("validate").is_some_and(|validate| validate.get("cel").is_some());
    let mut rule = Value::Object(rule);
    // CEL's variables are left to its own compiler, which knows the paths itself.
    if !is_cel {
        let template = way.join(".spec.");
        for object in ["request.object", "request.oldObject"] {
            for part in ["spec", "metadata"] {
                let from = format!("{object}.{part}");
                replace_text(&mut rule, &from, &format!("{object}.spec.{template}.{part}"));
            }
        }
    }
    Some(Generated { rule, kinds: controllers.iter().map(|(kind, _)| *kind).collect() })
}

/// Changes filters on pods to filters on the controllers; for cron jobs, all filters.
fn replace_kinds(of: &mut Value, kinds: &Value, all: bool, alone: bool) {
    let own_kinds = |resources: &Value| -> Vec<String> {
        let kinds = resources.get("kinds").and_then(Value::as_array);
        kinds.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut several = false;
    for form in ["any", "all"] {
        let Some(Value::Array(filters)) = of.get_mut(form) else { continue };
        if filters.is_empty() || several {
            continue;
        }
        several = true;
        for filter in filters {
            let Some(filter) = filter.as_object_mut() else { continue };
            let resources = filter.entry("resources").or_insert_with(|| json!({}));
            if all || has_pod(&own_kinds(resources)) {
                resources["kinds"] = kinds.clone();
            }
        }
    }
    if !several && let Some(of) = of.as_object_mut() {
        let resources = of.entry("resources").or_insert_with(|| json!({}));
        if alone || !own_kinds(resources).is_empty() {
            resources["kinds"] = kinds.clone();
        }
    }
}

/// Moves patterns into the template: `spec.template`, `spec.jobTemplate.spec.template`.
fn into_template(validate: &mut Map<String, Value>, way: &[&str]) {
    let wrap = |pattern: Value| {
        way.iter().rev().fold(pattern, |inner, part| json!({ "spec": { *part: inner } }))
    };
    if let Some(pattern) = validate.get_mut("pattern") {
        *pattern = wrap(pattern.take());
    }
    if let Some(Value::Array(patterns)) = validate.get_mut("anyPattern") {
        for pattern in patterns {
            *pattern = wrap(pattern.take());
        }
    }
}

fn replace_text(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text.contains(from) => *text = text.replace(from, to),
        Value::Array(items) => items.iter_mut().for_each(|item| replace_text(item, from, to)),
        Value::Object(fields) => {
            let named: Vec<String> =
                fields.keys().filter(|key| key.contains(from)).cloned().collect();
            for key in named {
                if let Some(value) = fields.remove(&key) {
                    fields.insert(key.replace(from, to), value);
                }
            }
            fields.values_mut().for_each(|value| replace_text(value, from, to));
        }
        _ => {}
    }
}

//! Policies and image rules as a judge, replaced as a whole when they change.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use sealift_model::Reference;
use sealift_policy::admission::{
    Answer, Effect, ImageRules, ImageUse, Operation, Outcome, Policies, Request, images_of,
};
use serde_json::Value;

use super::around::Around;
use super::images::{Images, Judged, Measure, Why};
use super::{Change, Decision, World};

/// All that requests are judged by.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) policies: Policies,
    pub(super) measure: Arc<Measure>,
}

/// Judges by policies and by the image rules.
#[derive(Debug)]
pub struct Rules {
    /// None until something was loaded.
    current: RwLock<Option<Arc<Loaded>>>,
    images: Images,
}

const NOT_LOADED: &str = "no policies are loaded";

impl Rules {
    /// A judge that knows nothing yet, and refuses everything until it does.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self { current: RwLock::new(None), images: Images::new(world) }
    }

    /// Judges by other rules from now on. Requests under way are judged by those that were.
    pub(super) fn replace(&self, loaded: Loaded) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::new(loaded));
    }

    /// Whether there is a cluster to ask, or something that stands in for one.
    pub(super) fn knows_cluster(&self) -> bool {
        self.images.cluster().is_some_and(|cluster| cluster.knows_cluster())
    }

    fn current(&self) -> Option<Arc<Loaded>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn by_policies(&self, loaded: &Loaded, request: &Request, until: Instant) -> Decision {
        let (images, measure) = (&self.images, &loaded.measure);
        let policies = &loaded.policies;
        let around = Around { policies, images, measure, until };
        let mut decision = Decision::allow();
        for answer in loaded.policies.review(request, &around) {
            say(&mut decision, &answer);
        }
        decision
    }

    fn by_images(&self, loaded: &Loaded, request: &Request, until: Instant) -> Decision {
        let mut decision = Decision::allow();
        let rules = loaded.measure.gate.rules();
        if rules.is_empty() {
            return decision;
        }
        if runs_as_before(request) {
            return decision;
        }
        let uses = images_of(request);
        if rules.excludes(&request.namespace) {
            if !uses.is_empty() {
                decision.annotate("images", "not looked at in this namespace");
            }
            return decision;
        }
        let (asked, images) = to_be_asked(rules, &uses, &mut decision);
        let judged = self.images.judge(&images, &loaded.measure, until);
        for (used, judged) in asked.iter().zip(judged) {
            let place = format!("{}: {}", used.container, used.reference);
            match judged {
                Ok(judged) => say_verdicts(&mut decision, rules, &place, &judged),
                Err(why) => unknown(&mut decision, &used.container, &why),
            }
        }
        decision
    }
}

/// Whether all that would run is as it was: what changes are labels, finalizers, what controllers
/// write down.
fn runs_as_before(request: &Request) -> bool {
    // A PodTemplate has no spec.
    let old = request.old_object.get("spec");
    request.operation == Operation::Update && old.is_some() && request.object.get("spec") == old
}

/// Nothing is known of an image.
fn unknown(decision: &mut Decision, container: &str, why: &Why) {
    let text = format!("{container}: {}", why.text);
    if why.is_late { decision.late.push(text) } else { decision.refusals.push(text) }
}

/// What one rule of a policy says, by what follows from it. One that cannot be decided fails.
fn say(decision: &mut Decision, answer: &Answer) {
    if answer.outcome.is_fine() {
        return;
    }
    let Answer { policy, rule, message, outcome, .. } = answer;
    let rule = if rule.is_empty() { String::new() } else { format!("/{rule}") };
    let cannot = if *outcome == Outcome::Error { "cannot be decided: " } else { "" };
    let text = format!("{policy}{rule}: {cannot}{message}");
    // By the effect alone: that a policy is not scored is about reports (`Outcome::Warn`).
    follow(decision, answer.effect, text);
}

/// What follows from something that does not hold.
fn follow(decision: &mut Decision, effect: Effect, text: String) {
    match effect {
        Effect::Deny => decision.refusals.push(text),
        Effect::Warn => decision.warnings.push(text),
        Effect::Audit => decision.annotate("audit", &text),
    }
}

/// Whether a registry may be asked about an image: one that is refused is not. Where the place is
/// only spoken of, the other rules are about the image all the same.
pub(super) fn may_be_asked(rules: &ImageRules, image: &Reference) -> bool {
    rules.registries_effect != Effect::Deny || rules.allows_registry(image)
}

/// The images whose names are in order, and whose registries may be asked.
fn to_be_asked<'u>(
    rules: &ImageRules,
    uses: &'u [ImageUse],
    decision: &mut Decision,
) -> (Vec<&'u ImageUse>, Vec<Reference>) {
    let mut asked = Vec::new();
    for used in uses {
        let ImageUse { container, reference, .. } = used;
        match reference.parse::<Reference>() {
            Ok(image) => {
                if !rules.allows_registry(&image) {
                    let from = image.name();
                    let text = format!("{container}: {from} is of no registry that is allowed");
                    follow(decision, rules.registries_effect, text);
                }
                if may_be_asked(rules, &image) {
                    asked.push((used, image));
                }
            }
            Err(error) => {
                decision.refusals.push(format!("{container}: {reference:?} is no image: {error}"));
            }
        }
    }
    asked.into_iter().unzip()
}

fn say_verdicts(decision: &mut Decision, rules: &ImageRules, place: &str, judged: &Judged) {
    for verdict in judged.verdicts.iter() {
        let rule = rules.rules.get(verdict.rule);
        let effect = rule.map(|rule| rule.effect).unwrap_or_default();
        let name = rule.map(|rule| rule.name.as_str()).unwrap_or_default();
        for why in &verdict.failures {
            follow(decision, effect, format!("{place} ({name}): {why}"));
        }
        decision.warnings.extend(verdict.warnings.iter().map(|why| format!("{place}: {why}")));
    }
    if judged.image.digest().is_some() {
        decision.annotate("images", &judged.image.to_string());
    }
}

/// Whether a controller holds an object to what it makes of another, as a Deployment its
/// ReplicaSets: what is changed there it takes for its own change, and makes another. Pods are not
/// held so, and they are what runs.
fn is_kept_by_a_controller(object: &Value) -> bool {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let is_controller = |owner: &Value| owner.get("controller") == Some(&Value::Bool(true));
    object.get("kind").and_then(Value::as_str) != Some("Pod")
        && owners.is_some_and(|owners| owners.iter().any(is_controller))
}

/// The images that were not there before: the template of a Job may not change, nor may a scaled
/// ReplicaSet differ from its Deployment.
fn new_images(request: &Request) -> Vec<ImageUse> {
    let mut uses = images_of(request);
    if request.operation == Operation::Update {
        let old = images_of(&Request::create(request.old_object.clone()));
        let is_old = |it: &ImageUse| {
            old.iter().any(|old| (&old.container, &old.reference) == (&it.container, &it.reference))
        };
        uses.retain(|it| !is_old(it));
    }
    uses
}

impl Rules {
    /// Whether the object may be. What takes longer than `until` goes on by itself.
    #[must_use]
    pub fn validate(&self, request: &Request, until: Instant) -> Decision {
        let Some(loaded) = self.current() else { return Decision::refuse(NOT_LOADED) };
        let mut decision = self.by_policies(&loaded, request, until);
        decision.add(self.by_images(&loaded, request, until));
        decision
    }

    /// What is changed in the object before anybody validates it: tags become digests.
    #[must_use]
    pub fn mutate(&self, request: &Request, until: Instant) -> Decision {
        let Some(loaded) = self.current() else { return Decision::refuse(NOT_LOADED) };
        let rules = loaded.measure.gate.rules();
        let mut decision = Decision::allow();
        if rules.excludes(&request.namespace) || is_kept_by_a_controller(&request.object) {
            return decision;
        }
        let uses = new_images(request);
        let (uses, images) = to_be_asked(rules, &uses, &mut decision);
        // What has its digest already stays as it is written.
        let tagged = uses.into_iter().zip(images).filter(|(_, image)| image.digest().is_none());
        let (uses, images): (Vec<_>, Vec<_>) = tagged.unzip();
        for (used, pinned) in uses.iter().zip(self.images.resolve(&images, None, until)) {
            match pinned {
                Ok(pinned) => {
                    decision.patch.push(Change::new(&used.json_pointer, pinned.to_string()));
                    decision.annotate("pinned", &pinned.to_string());
                }
                Err(why) => unknown(&mut decision, &used.container, &why),
            }
        }
        decision
    }

    /// Images by their names: each with its digest where it may run, else why not.
    #[must_use]
    pub fn images(&self, names: &[String], until: Instant) -> Vec<Result<String, String>> {
        let Some(loaded) = self.current() else {
            return names.iter().map(|_| Err(NOT_LOADED.to_owned())).collect();
        };
        let rules = loaded.measure.gate.rules();
        let parsed: Vec<Result<Reference, String>> = names
            .iter()
            .map(|name| {
                let image: Reference =
                    name.parse().map_err(|error| format!("{name:?} is no image: {error}"))?;
                if !may_be_asked(rules, &image) {
                    return Err(format!("{} is of no registry that is allowed", image.name()));
                }
                Ok(image)
            })
            .collect();
        let good: Vec<Reference> = parsed.iter().flatten().cloned().collect();
        let mut judged = self.images.judge(&good, &loaded.measure, until).into_iter();
        let found = parsed.into_iter().map(|image| {
            image?;
            let judged = judged.next().ok_or(NOT_LOADED)?.map_err(|why| why.text)?;
            let mut decision = Decision::allow();
            say_verdicts(&mut decision, rules, &judged.image.to_string(), &judged);
            match decision.is_allowed() {
                true => Ok(judged.image.to_string()),
                false => Err(decision.refusals.join("; ")),
            }
        });
        found.collect()
    }

    /// Whether anything was loaded.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.current().is_some()
    }
}

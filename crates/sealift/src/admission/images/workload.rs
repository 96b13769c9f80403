//! The image rules' verdict on the images of an object.

use std::sync::Arc;

use sealift_model::Reference;
use sealift_policy::admission::{
    Answer, Effect, ImageRules, ImageUse, Operation, Outcome, Request, images_of,
};

use super::not_known::NotKnown;
use super::tags::Tags;
use super::{Images, Judged, Measure};
use crate::admission::Decision;
use crate::admission::lookup::deadline::Patience;

/// The rule name of answers where no rule was asked.
const IMAGES: &str = "images";
const REGISTRIES: &str = "registries";
const EXCLUDED: &str = "exclude-namespaces";

/// Judges an object by the image rules.
pub(in crate::admission) fn judge(
    request: &Request,
    images: &Images,
    measure: &Arc<Measure>,
    tags: &Tags,
    until: Patience<'_>,
) -> Decision {
    let mut decision = Decision::allow();
    let rules = measure.gate.rules();
    if rules.is_empty() || runs_as_before(request) {
        return decision;
    }
    let uses = images_of(request);
    if rules.excludes(&request.namespace) {
        if !uses.is_empty() {
            let why = "not looked at in this namespace";
            decision.annotate(IMAGES, why);
            decision.hear(Answer::of_image_rule(EXCLUDED, Outcome::Skip, Effect::Deny, why));
        }
        return decision;
    }
    let (asked, named) = to_be_asked(rules, &uses, &mut decision);
    let known: Vec<Reference> = named.iter().map(|image| tags.known(image)).collect();
    let judged = images.judge(&known, measure, until);
    for ((used, image), judged) in asked.iter().zip(named).zip(judged) {
        let place = place(used);
        match judged {
            Ok(judged) => {
                say_verdicts(&mut decision, rules, &place, &judged);
                if image.digest().is_none() && judged.image.digest().is_some() {
                    tags.learn(&image, judged.image);
                    tags.want(image);
                }
            }
            Err(why) => unknown(&mut decision, &used.container, &why),
        }
    }
    decision
}

/// Whether the update leaves unchanged all that would run, and changes only labels, finalizers or
/// what controllers record.
fn runs_as_before(request: &Request) -> bool {
    // A PodTemplate has no spec.
    let old = request.old_object.get("spec");
    request.operation == Operation::Update
        && !request.old_object_is_assumed
        && old.is_some()
        && request.object.get("spec") == old
}

fn place(used: &ImageUse) -> String {
    format!("{}: {}", used.container, used.reference)
}

/// Reports an image of which nothing is known: that refuses, whatever effect the rules have.
pub(in crate::admission) fn unknown(decision: &mut Decision, container: &str, why: &NotKnown) {
    let text = format!("{container}: {why}");
    let answer = Answer::of_image_rule(IMAGES, Outcome::Error, Effect::Deny, text);
    if why.is_late() { decision.hear_late(answer) } else { decision.hear(answer) }
}

/// Whether an image's registry may be queried: not when the rules refuse it. Where a wrong registry
/// is only reported, the other rules still judge the image.
fn may_be_asked(rules: &ImageRules, image: &Reference) -> bool {
    rules.registries_effect != Effect::Deny || rules.allows_registry(image)
}

/// Parses the name of an image.
pub(in crate::admission) fn image_named(name: &str) -> Result<Reference, NotKnown> {
    name.parse().map_err(|error| NotKnown::NoImage { name: name.to_owned(), error })
}

/// Parses the name of an image whose registry may be queried.
pub(in crate::admission) fn image_to_be_asked(
    rules: &ImageRules,
    name: &str,
) -> Result<Reference, NotKnown> {
    let image = image_named(name)?;
    match may_be_asked(rules, &image) {
        true => Ok(image),
        false => Err(NotKnown::NotAllowed { name: image.name() }),
    }
}

/// Returns the images with valid names whose registries may be queried.
pub(in crate::admission) fn to_be_asked<'u>(
    rules: &ImageRules,
    uses: &'u [ImageUse],
    decision: &mut Decision,
) -> (Vec<&'u ImageUse>, Vec<Reference>) {
    let mut asked = Vec::new();
    for used in uses {
        let ImageUse { container, reference, .. } = used;
        match reference.parse::<Reference>() {
            Ok(image) => {
                if !rules.registries.is_empty() {
                    decision.hear(of_registry(rules, container, &image));
                }
                if may_be_asked(rules, &image) {
                    asked.push((used, image));
                }
            }
            Err(error) => {
                let why = format!("{container}: {reference:?} is no image: {error}");
                let answer = Answer::of_image_rule(IMAGES, Outcome::Error, Effect::Deny, why);
                decision.hear(answer);
            }
        }
    }
    asked.into_iter().unzip()
}

fn of_registry(rules: &ImageRules, container: &str, image: &Reference) -> Answer {
    let from = image.name();
    let (outcome, why) = match rules.allows_registry(image) {
        true => (Outcome::Pass, format!("{container}: {from} is of a registry that is allowed")),
        false => (Outcome::Fail, format!("{container}: {from} is of no registry that is allowed")),
    };
    Answer::of_image_rule(REGISTRIES, outcome, rules.registries_effect, why)
}

/// Adds each rule's verdict on an image.
pub(in crate::admission) fn say_verdicts(
    decision: &mut Decision,
    rules: &ImageRules,
    place: &str,
    judged: &Judged,
) {
    for verdict in judged.verdicts.iter() {
        let rule = rules.rules.get(verdict.rule);
        let effect = rule.map(|rule| rule.effect).unwrap_or_default();
        let name = rule.map(|rule| rule.name.as_str()).unwrap_or_default();
        let mut hear = |outcome, effect, why: &str| {
            let text = format!("{place}: {why}");
            decision.hear(Answer::of_image_rule(name, outcome, effect, text));
        };
        for why in &verdict.failures {
            hear(Outcome::Fail, effect, why);
        }
        if verdict.failures.is_empty() {
            let proofs = verdict.proofs.join(", ");
            hear(Outcome::Pass, effect, if proofs.is_empty() { "it holds" } else { &proofs });
        }
        for why in &verdict.warnings {
            hear(Outcome::Warn, Effect::Warn, why);
        }
    }
    if judged.image.digest().is_some() {
        decision.annotate(IMAGES, &judged.image.to_string());
    }
}

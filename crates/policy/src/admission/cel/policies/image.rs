//! `ImageValidatingPolicy` and `NamespacedImageValidatingPolicy`.
//!
//! Images that the policy covers must be verified (`required`) by the policy itself; Kyverno also
//! lets another policy of the same request do it.

mod attestors;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use globset::GlobMatcher;
use serde_json::Value as Json;

use super::autogen::{self, Own, Place};
use super::body::{Body, Failure, Parts};
use super::exception::{self, Excepted, Exception, Relief};
use super::form::{self, FailurePolicy, MatchResources};
use super::subject::{Subject, images};
use super::validating::{Head, IN_CONDITIONS, constraints_of, inputs, is_for_json, is_off};
use super::{constraints, effect_of};
use crate::Error;
use crate::admission::cel::{
    AttestationKind, Error as CelError, Input, Key, Names, Opaque, Program, Run, Signer, Value,
};
use crate::admission::policies::Policy;
use crate::admission::wildcard;
use crate::admission::{Answer, Document, Effect, Request, Surroundings};

const INPUTS: &[Input] = &[
    Input::Object,
    Input::OldObject,
    Input::Request,
    Input::NamespaceObject,
    Input::Images,
    Input::Attestors,
    Input::Attestations,
    Input::GlobalContext,
    Input::Http,
    Input::ImageData,
    Input::Resource,
];

/// A policy.
#[derive(Debug)]
pub(super) struct ImagePolicy {
    head: Head,
    rules: Vec<Rule>,
    exceptions: Vec<Excepted>,
    references: Vec<Reference>,
    signers: Vec<(String, Arc<Signer>)>,
    attestations: Vec<AttestationKind>,
    mutate_digest: bool,
    verify_digest: bool,
    required: bool,
}

#[derive(Debug)]
struct Rule {
    constraints: MatchResources,
    body: Body,
    /// Lists of images that the policy's own expressions find.
    images: Vec<(String, Program)>,
}

/// The images that a policy covers.
#[derive(Debug)]
enum Reference {
    Glob(GlobMatcher),
    Expression(Program),
}

impl ImagePolicy {
    pub(super) fn read(
        document: &Document,
        exceptions: &[Exception],
        notes: &mut Vec<String>,
    ) -> Result<Option<Self>, Error> {
        let spec: form::Image = super::spec(document)?;
        if is_for_json(spec.evaluation.as_ref()) {
            let (kind, name) = (document.kind(), document.name());
            notes.push(format!("{kind} {name}: judges JSON alone, and no object of a cluster"));
            return Ok(None);
        }
        let constraints = constraints_of(document, spec.match_constraints.as_ref())?;
        let mut rules = Vec::new();
        let made = autogen::rules(constraints, spec.autogen.as_ref());
        for (place, constraints) in [(Place::Itself, constraints.clone())].into_iter().chain(made) {
            rules.push(Rule::compile(document, &spec, place, constraints)?);
        }
        let kind = match document.kind() {
            "NamespacedImageValidatingPolicy" => "NamespacedImageValidatingPolicy",
            _ => "ImageValidatingPolicy",
        };
        let mut effect = effect_of(&spec.validation_actions);
        if is_off(spec.evaluation.as_ref()) {
            effect = Effect::Audit;
        }
        let name = document.name().to_owned();
        let settings = &spec.validation_configurations;
        Ok(Some(Self {
            head: Head::new(document, kind, name, effect, spec.failure_policy),
            rules,
            exceptions: Exception::of(exceptions, document, IN_CONDITIONS)?,
            references: references(document, &spec.match_image_references)?,
            signers: attestors::signers(document, &spec.attestors)?,
            attestations: attestors::attestations(document, &spec.attestations)?,
            mutate_digest: settings.mutate_digest.unwrap_or(true),
            verify_digest: settings.verify_digest.unwrap_or(true),
            required: settings.required.unwrap_or(true),
        }))
    }

    /// Returns its answer; none where a condition exempts the object.
    fn judge(&self, rule: &Rule, request: &Request, around: &dyn Surroundings) -> Option<Answer> {
        let body = &rule.body;
        let mut named = inputs(body, &self.exceptions);
        named.extend(rule.images.iter().flat_map(|(_, program)| program.inputs()));
        let subject = Subject::new(request, around, &named).with_objects();
        let known = images(request);
        let mut run = subject.run(&body.variables);
        run.namespace = self.head.namespace.as_deref();
        match body.applies(&mut run) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(_) if self.head.failure_policy == FailurePolicy::Ignore => return None,
            Err(error) => return Some(self.undecided(error)),
        }
        let relief = exception::relief(&self.exceptions, &subject, self.head.failure_policy);
        let excepted = match relief {
            Ok(Relief::Whole { outcome, message }) => {
                return Some(self.head.answer("exception", outcome, message));
            }
            Ok(Relief::Parts { images, .. }) => images,
            Err(error) => return Some(self.undecided(error)),
        };
        match self.wanted(rule, &known, &excepted, &mut run) {
            Ok(wanted) => Some(self.judge_images(body, wanted, run)),
            Err(error) => Some(self.undecided(error)),
        }
    }

    fn judge_images<'a>(
        &'a self,
        body: &'a Body,
        wanted: Vec<(String, Vec<String>)>,
        mut run: Run<'a>,
    ) -> Answer {
        let all: BTreeSet<String> = wanted.iter().flat_map(|(_, images)| images.clone()).collect();
        if all.is_empty() {
            return self.head.judged(Ok(()));
        }
        let mut tagged = all.iter().filter(|image| !image.contains('@')).peekable();
        if let Some(first) = tagged.peek().copied() {
            if self.mutate_digest {
                tagged.for_each(|image| run.surroundings.pin(image));
            }
            if self.verify_digest {
                return self.head.failed(format!("{first} is named without its digest"));
            }
        }
        run.images.matched.clone_from(&all);
        self.give(&mut run, wanted);
        let judged = body.judge(&mut run);
        if let Err(Failure::Unknown(why)) = judged {
            return self.undecided(why);
        }
        if let Err(why) = body.audit(&mut run) {
            return self.undecided(why);
        }
        let unverified = all.iter().find(|image| !run.images.verified.contains(*image));
        match (&judged, unverified) {
            (Ok(()), Some(image)) if self.required => {
                self.head.failed(format!("{image} is not verified"))
            }
            _ => self.head.judged(judged),
        }
    }

    fn undecided(&self, why: impl ToString) -> Answer {
        self.head.error("evaluation", why.to_string())
    }

    /// Returns the images that the policy covers, by their lists, without those that exceptions
    /// name.
    fn wanted<'a>(
        &'a self,
        rule: &'a Rule,
        known: &Json,
        excepted: &[&str],
        run: &mut Run<'a>,
    ) -> Result<Vec<(String, Vec<String>)>, CelError> {
        let mut lists: Vec<(String, Vec<String>)> = Vec::new();
        for (name, images) in known.as_object().into_iter().flatten() {
            let texts = images.as_array().into_iter().flatten().filter_map(Json::as_str);
            lists.push((name.clone(), texts.map(ToOwned::to_owned).collect()));
        }
        for (name, program) in &rule.images {
            let Value::List(list) = run.value(program)? else {
                return Err(CelError::invalid(format!("the images {name} are no list")));
            };
            let texts = list.iter().map(|image| match image {
                Value::String(text) => Ok(text.to_string()),
                _ => Err(CelError::invalid(format!("one of the images {name} is no text"))),
            });
            lists.push((name.clone(), texts.collect::<Result<_, _>>()?));
        }
        for (_, images) in &mut lists {
            let mut kept = Vec::new();
            for image in images.drain(..) {
                let is_excepted = excepted.iter().any(|own| wildcard::matches(own, &image));
                if !is_excepted && self.names(&image, run)? {
                    kept.push(image);
                }
            }
            *images = kept;
        }
        Ok(lists)
    }

    fn names<'a>(&'a self, image: &str, run: &mut Run<'a>) -> Result<bool, CelError> {
        for reference in &self.references {
            let named = match reference {
                Reference::Glob(glob) => glob.is_match(image),
                Reference::Expression(program) => {
                    run.give(Input::Reference, Value::text(image.to_owned()));
                    match run.value(program)? {
                        Value::Bool(named) => named,
                        other => return Err(CelError::overload("condition", &[&other])),
                    }
                }
            };
            if named {
                return Ok(true);
            }
        }
        Ok(self.references.is_empty())
    }

    fn give(&self, run: &mut Run<'_>, wanted: Vec<(String, Vec<String>)>) {
        let key = |name: &str| Key::String(name.to_owned().into());
        let list = |images: Vec<String>| Value::list(images.into_iter().map(Value::text));
        run.give(
            Input::Images,
            Value::map(wanted.into_iter().map(|(name, images)| (key(&name), list(images)))),
        );
        let signers = self.signers.iter().map(|(name, signer)| {
            (key(name), Value::Opaque(Opaque::Signer(Rc::new(Signer::clone(signer)))))
        });
        run.give(Input::Attestors, Value::map(signers));
        let attestations = self.attestations.iter().map(|kind| {
            (key(&kind.name), Value::Opaque(Opaque::Attestation(Rc::new(kind.clone()))))
        });
        run.give(Input::Attestations, Value::map(attestations));
    }
}

impl Rule {
    fn compile(
        document: &Document,
        spec: &form::Image,
        place: Place,
        constraints: MatchResources,
    ) -> Result<Self, Error> {
        let parts = Parts {
            conditions: &spec.match_conditions,
            variables: &spec.variables,
            validations: &spec.validations,
            audits: &spec.audit_annotations,
            path: "spec.",
            own: Own::Namespace,
            checked: false,
        };
        let body = Body::compile(&parts, place, IN_CONDITIONS, INPUTS)
            .map_err(|(field, error)| document.error(&field, error))?;
        let names = Names::new(IN_CONDITIONS);
        let mut images = Vec::new();
        for (index, list) in spec.images.iter().enumerate() {
            let field = format!("spec.images[{index}].expression");
            let program = names.compile(&place.rewrite(&list.expression, Own::Namespace));
            images
                .push((list.name.clone(), program.map_err(|error| document.error(&field, error))?));
        }
        Ok(Self { constraints, body, images })
    }
}

fn references(document: &Document, all: &[form::MatchImage]) -> Result<Vec<Reference>, Error> {
    let names = Names::new(&[Input::Reference]);
    let mut references = Vec::new();
    for (index, wanted) in all.iter().enumerate() {
        let field = |name: &str| format!("spec.matchImageReferences[{index}].{name}");
        references.push(match (&wanted.glob, &wanted.expression) {
            (Some(glob), None) => {
                let glob = globset::Glob::new(glob)
                    .map_err(|error| document.error(&field("glob"), error))?;
                Reference::Glob(glob.compile_matcher())
            }
            (None, Some(expression)) => {
                let program = names.compile(expression);
                let program =
                    program.map_err(|error| document.error(&field("expression"), error))?;
                Reference::Expression(program)
            }
            _ => return Err(document.error(&field("glob"), "either this or an expression is wanted")),
        });
    }
    Ok(references)
}

impl Policy for ImagePolicy {
    fn review(&self, request: &Request, around: &dyn Surroundings, answers: &mut Vec<Answer>) {
        if !self.head.is_for(request) {
            return;
        }
        for rule in &self.rules {
            match constraints::matches(&rule.constraints, request, around) {
                Ok(true) => answers.extend(self.judge(rule, request, around)),
                Ok(false) => {}
                Err(why) => answers.push(self.undecided(why)),
            }
        }
    }
}

//! Decides whether a Kubernetes object is admitted, by admission policies and image rules, and
//! writes the decision in several forms.
//!
//! ```no_run
//! use std::time::{Duration, Instant};
//!
//! use sealift::admission::{Operation, Request, Rules, Sources, World};
//! use sealift::http::{Client, Config};
//! use sealift::registry::{Keychain, Registries};
//! use sealift::{Reference, RegistryImage, Timestamp};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registries = Registries::new(Client::new(Config::default())?, Keychain::default());
//! let registry = move |image: &Reference| Ok(RegistryImage::new(registries.clone(), image.clone()));
//! let rules = Rules::new(World::new(registry, || Timestamp::from(std::time::SystemTime::now())));
//! let mut sources = Sources::default();
//! sources.policies = vec!["policies/".into()];
//! sources.rules = Some("sealift.toml".into());
//! sources.load_into(&rules)?;
//!
//! let pod = serde_json::from_str(&std::fs::read_to_string("pod.json")?)?;
//! let request = Request::of_file(pod, Operation::Create);
//! let decision = rules.review(&request, Instant::now() + Duration::from_secs(60));
//! println!("{}", if decision.is_allowed() { "it may run" } else { "it may not" });
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! Sources ──> Rules ─┬─ policies ── World: images, signatures, cluster ─┐
//! Request ───────────┴─ image rules ── signatures, findings, age ───────┴─> Decision ──> response
//!                                                                              └─ answers ──> Review
//! ```
//!
//! It fails closed: what cannot be found out, or not in time, refuses. Answers about images are
//! cached in memory for a while. Policies alone, without images or files, are evaluated like this:
//!
//! ```
//! use sealift::admission::{Alone, Operation, Policies, Request, Review};
//! use sealift::policy::Limits;
//!
//! let policy = br#"{"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy",
//!     "metadata": {"name": "labels"}, "spec": {"validationFailureAction": "Enforce", "rules": [
//!         {"name": "team", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "validate": {
//!             "message": "a team is named", "pattern": {"metadata": {"labels": {"team": "?*"}}}}}
//!     ]}}"#;
//! let policies = Policies::load([("policy.json", &policy[..])], &Limits::default())?;
//! let pod = serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}});
//! let around = Alone("2026-01-31T12:00:00Z".parse()?);
//! let mut review = Review::default();
//! review.ask(&policies, &Request::of_file(pod, Operation::Create), &around);
//! assert!(!review.is_allowed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admission_review;
mod cluster;
mod decision;
mod images;
mod load;
mod lookup;
mod output;
mod reviewed_text;
mod reviewer;
mod rules;
mod scoped_registries;
mod surroundings;
mod world;

use serde::Serialize;

pub use sealift_policy::admission::{
    Alone, Answer, Cause, Document, Effect, Files, LabelError, NotGiven, Operation, Outcome,
    Policies, Request, Surroundings, Unanswered, go_duration,
};

pub use admission_review::{NoReview, request_of};
pub use cluster::Cluster;
pub use decision::{Change, Decision};
pub use images::refusal::ImageRefusal;
pub use load::folder::{LoadError, objects, of_kinds};
pub use load::sources::{LoadSummary, Others, RootSource, Sources};
pub use output::response::response;
pub use reviewed_text::{Reviewed, TextError, stand_in};
pub use reviewer::{Reviewer, ReviewerSources};
pub use rules::Rules;
pub use scoped_registries::{CredentialScope, MissingHost, ScopedRegistries};
pub use world::{Asked, Registry, Tally, World};

/// The answers of policies on objects.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Review {
    /// The rows in the order of evaluation.
    pub rows: Vec<Row>,
}

/// The answer of one rule on one object.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// The API version, such as `apps/v1`.
    pub api_version: String,
    /// The kind, such as `Deployment`.
    pub kind: String,
    /// The namespace; empty for cluster-wide kinds.
    pub namespace: String,
    /// The object's name, or the prefix that the server completes.
    pub name: String,
    /// The rule's answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// The outcomes, the most serious first.
const OUTCOMES: [Outcome; 5] =
    [Outcome::Error, Outcome::Fail, Outcome::Warn, Outcome::Pass, Outcome::Skip];

impl Review {
    /// Evaluates the policies on one request.
    pub fn ask(&mut self, policies: &Policies, request: &Request, around: &dyn Surroundings) {
        self.add(request, policies.review(request, around));
    }

    /// Adds the answers on a request, such as those of [`Rules::review`].
    pub fn add(&mut self, request: &Request, answers: Vec<Answer>) {
        let object = request.judged();
        let text = |pointer: &str| {
            let value = object.pointer(pointer).and_then(serde_json::Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let name = [text("/metadata/name"), text("/metadata/generateName"), request.name.clone()];
        let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        for answer in answers {
            self.rows.push(Row {
                api_version: text("/apiVersion"),
                kind: text("/kind"),
                namespace: request.namespace.clone(),
                name: name.clone(),
                answer,
            });
        }
    }

    /// Adds the rows of another review.
    pub fn append(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    /// Whether no enforced rule fails or cannot be decided.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        !self.rows.iter().any(Row::refuses)
    }

    /// Counts the rows of each outcome, the most serious first.
    fn counts(&self) -> [(Outcome, usize); 5] {
        let count = |outcome| self.rows.iter().filter(|row| row.answer.outcome == outcome).count();
        OUTCOMES.map(|outcome| (outcome, count(outcome)))
    }

    /// A table for people: each failure, and the counts of all outcomes.
    #[must_use]
    pub fn table(&self) -> String {
        output::table::text(self)
    }

    /// JSON in the form of a policy report (`wgpolicyk8s.io`).
    #[must_use]
    pub fn json(&self) -> String {
        output::json::text(self)
    }

    /// JUnit XML: a suite for each policy, a test for each rule and object.
    #[must_use]
    pub fn junit(&self) -> String {
        output::junit::text(self)
    }
}

impl Row {
    fn refuses(&self) -> bool {
        self.answer.refuses()
    }

    /// `Pod shop/web`.
    fn object(&self) -> String {
        let Self { kind, namespace, name, .. } = self;
        if namespace.is_empty() {
            format!("{kind} {name}")
        } else {
            format!("{kind} {namespace}/{name}")
        }
    }

    /// `policy/rule`, without the rule where the policy has none.
    fn rule(&self) -> String {
        let Answer { policy, rule, .. } = &self.answer;
        if rule.is_empty() { policy.clone() } else { format!("{policy}/{rule}") }
    }

    fn effect(&self) -> &'static str {
        match self.answer.effect {
            Effect::Deny => "deny",
            Effect::Warn => "warn",
            Effect::Audit => "audit",
        }
    }
}

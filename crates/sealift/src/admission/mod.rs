//! May this object be: Kubernetes admission policies and image rules, what they say of objects, and
//! how that is told.
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
//! It fails closed: what cannot be found out, or not in time, refuses. What was found of images is
//! kept for a while in memory. Policies alone, without images or files, are asked so:
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

/// What policies say of objects.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Review {
    /// In the order in which they were asked.
    pub rows: Vec<Row>,
}

/// What one rule says of one object.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// Empty for cluster-wide kinds.
    pub namespace: String,
    /// Its name, or the beginning that the server completes.
    pub name: String,
    /// What the rule says.
    #[serde(flatten)]
    pub answer: Answer,
}

/// The outcomes, the gravest first.
const OUTCOMES: [Outcome; 5] =
    [Outcome::Error, Outcome::Fail, Outcome::Warn, Outcome::Pass, Outcome::Skip];

impl Review {
    /// Asks the policies about one request.
    pub fn ask(&mut self, policies: &Policies, request: &Request, around: &dyn Surroundings) {
        self.add(request, policies.review(request, around));
    }

    /// Takes in what was said of a request, as by [`Rules::review`].
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

    /// Takes over what another review found.
    pub fn append(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    /// Whether no rule that is enforced fails or cannot be decided.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        !self.rows.iter().any(Row::refuses)
    }

    /// How often each outcome is among the rows, the gravest first.
    fn counts(&self) -> [(Outcome, usize); 5] {
        let count = |outcome| self.rows.iter().filter(|row| row.answer.outcome == outcome).count();
        OUTCOMES.map(|outcome| (outcome, count(outcome)))
    }

    /// As a table for people: what fails, and how much there is of everything.
    #[must_use]
    pub fn table(&self) -> String {
        output::table::text(self)
    }

    /// As JSON, in the form of a policy report (`wgpolicyk8s.io`).
    #[must_use]
    pub fn json(&self) -> String {
        output::json::text(self)
    }

    /// As JUnit: a suite for each policy, a test for each rule and object.
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

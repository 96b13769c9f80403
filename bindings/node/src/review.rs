//! Reviewing: what admission policies and image rules say of objects.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use napi::Env;
use napi::bindgen_prelude::{Buffer, Object, Result};
use napi_derive::napi;
use sealift::admission::{Files, Operation, Others, Reviewed, Rules, Sources, World, stand_in};
use sealift::{Reference, RegistryImage, trust};
use serde::Deserialize;

use crate::call::NodeCall;
use crate::checks::Given;
use crate::failure::Failure;
use crate::job::promise;
use crate::names;
use crate::network::RegistryOptions;
use crate::scan::parse;
use crate::time::{self, Clock};

type Loaded<T> = std::result::Result<T, Failure>;

/// What objects are judged by, as JavaScript says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Options {
    policies: Given,
    exceptions: Given,
    cluster: Given,
    image_rules: Option<PathBuf>,
    database: Option<PathBuf>,
    trusted_root: Option<PathBuf>,
    offline: bool,
    registry: RegistryOptions,
    registry_host: Option<String>,
    judged_at: Option<String>,
}

impl Options {
    fn load(&self, clock: Clock) -> Loaded<NodePolicies> {
        let mut sources = Sources::default();
        sources.others = Others::Noted;
        for given in [&self.policies, &self.exceptions] {
            let (files, texts) = given.parts();
            sources.policies.extend(files);
            sources.texts.extend(texts);
        }
        sources.rules.clone_from(&self.image_rules);
        sources.database.clone_from(&self.database);
        let root = self.trusted_root.clone();
        sources.root = Some(Arc::new(move || match &root {
            Some(path) => {
                std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
            }
            None => Ok(trust::embedded().trusted_root.to_vec()),
        }));
        let judged_at =
            self.judged_at.as_deref().map(|text| time::parse("judgedAt", text)).transpose()?;
        let now = move || judged_at.unwrap_or_else(|| clock.now());
        let (files, texts) = self.cluster.parts();
        let around = Arc::new(stand_in(now(), &files, &texts)?);
        if self.registry_host.is_none() && self.registry.is_for_one() {
            return Err(Failure::argument(
                "registryHost: it is not said which registry is meant: objects name any",
            ));
        }
        let asked = self.clone();
        let registry =
            move |image: &Reference| asked.image(image).map_err(|failure| failure.message());
        let rules = Rules::new(World::new(registry, now).with_files(around.clone()));
        let told = sources.load_into(&rules)?;
        Ok(NodePolicies { rules: Arc::new(rules), around, notes: told.notes })
    }

    /// The image in its registry. What is meant for one registry goes to no other.
    fn image(&self, reference: &Reference) -> Loaded<RegistryImage> {
        if self.offline {
            return Err(Failure::argument(format!("{reference}: offline no registry is asked")));
        }
        let host = self.registry_host.as_deref();
        let is_meant = host.is_some_and(|host| host.eq_ignore_ascii_case(reference.registry()));
        let other;
        let registry = match is_meant {
            true => &self.registry,
            false => {
                other = self.registry.of_another();
                &other
            }
        };
        registry.image(reference.clone())
    }
}

/// Policies and image rules, loaded for any number of reviews.
#[napi(js_name = "AdmissionPolicies")]
#[derive(Debug)]
pub struct NodePolicies {
    rules: Arc<Rules>,
    around: Arc<Files>,
    notes: Vec<String>,
}

#[napi]
impl NodePolicies {
    /// What people should know of them.
    #[napi]
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// Judges the objects of a text, or answers the AdmissionReview that it is. Images are waited
    /// for so many milliseconds.
    ///
    /// # Errors
    /// No thread can be started.
    #[napi]
    pub fn review<'env>(
        &self,
        env: &'env Env,
        text: Buffer,
        operation: Option<String>,
        timeout_ms: f64,
    ) -> Result<Object<'env>> {
        let (rules, around, text) =
            (Arc::clone(&self.rules), Arc::clone(&self.around), text.to_vec());
        promise(env, move || {
            let operation = operation.as_deref().map(operation_named).transpose()?;
            let patience = Duration::try_from_secs_f64(timeout_ms / 1000.0).ok();
            let until = patience.and_then(|patience| Instant::now().checked_add(patience));
            let until = until
                .ok_or_else(|| Failure::argument(format!("timeoutMs: {timeout_ms} is no time")))?;
            let reviewed = rules.review_text(&text, operation, &around, until)?;
            Ok(NodeReview { reviewed: Arc::new(reviewed) })
        })
    }
}

fn operation_named(name: &str) -> Loaded<Operation> {
    serde_json::from_value(name.into()).map_err(|_| {
        Failure::argument(format!("operation: {name}; there are CREATE, UPDATE, DELETE, CONNECT"))
    })
}

/// What was said of objects.
#[napi(js_name = "Review")]
#[derive(Debug)]
pub struct NodeReview {
    reviewed: Arc<Reviewed>,
}

#[napi]
impl NodeReview {
    /// All of it, as JSON.
    #[napi]
    #[must_use]
    pub fn outcome(&self) -> String {
        names::to_json(&self.reviewed)
    }

    /// Writes it as a table, as a policy report in JSON, or as JUnit.
    ///
    /// # Errors
    /// There is no such format.
    #[napi]
    pub fn render(&self, format: String) -> Result<String> {
        let review = &self.reviewed.review;
        match format.as_str() {
            "table" => Ok(review.table()),
            "json" => Ok(review.json()),
            "junit" => Ok(review.junit()),
            _ => {
                Err(Failure::argument(format!("format: {format}; there are table, json, junit"))
                    .into())
            }
        }
    }
}

/// Loads policies and image rules.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn load_policies<'env>(
    env: &'env Env,
    options: String,
    call: &NodeCall,
) -> Result<Object<'env>> {
    let clock = call.clock;
    promise(env, move || parse::<Options>(&options)?.load(clock))
}

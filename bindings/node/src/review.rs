//! Reviews of objects by admission policies and image rules.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use napi::Env;
use napi::bindgen_prelude::{Buffer, Object, Result};
use napi_derive::napi;
use sealift::Reference;
use sealift::admission::{
    Cause, CredentialScope, Operation, Others, Reviewed, Reviewer, ReviewerSources,
    ScopedRegistries,
};
use serde::Deserialize;

use crate::call::{NodeCall, Watch};
use crate::checks::Given;
use crate::failure::Failure;
use crate::job::promise;
use crate::names;
use crate::network::RegistryOptions;
use crate::scan::parse;
use crate::time::{self, Clock};

type Loaded<T> = std::result::Result<T, Failure>;

/// The policies and rules of a review, from JavaScript's options.
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
    fn load(self, clock: Clock) -> Loaded<NodePolicies> {
        let mut sources = ReviewerSources::default();
        let judged_by = &mut sources.judged_by;
        judged_by.others = Others::Noted;
        for given in [&self.policies, &self.exceptions] {
            let (files, texts) = given.parts();
            judged_by.policies.extend(files);
            judged_by.texts.extend(texts);
        }
        judged_by.rules = self.image_rules;
        judged_by.database = self.database;
        judged_by.log_client = (!self.offline).then(|| self.registry.client()).transpose()?;
        sources.trusted_root = self.trusted_root;
        (sources.cluster, sources.cluster_texts) = self.cluster.parts();
        let judged_at =
            self.judged_at.as_deref().map(|text| time::parse("judgedAt", text)).transpose()?;
        let now = move || judged_at.unwrap_or_else(|| clock.now());
        let (registry, has_own) = (self.registry.clone(), self.registry.is_for_one());
        let ask = move |image: &Reference, meant| {
            let asked = match meant {
                CredentialScope::Own => registry.image(image.clone()),
                CredentialScope::Other => registry.of_another().image(image.clone()),
            };
            asked.map_err(Cause::of)
        };
        let registries = ScopedRegistries::new(self.registry_host, has_own, ask)
            .map_err(|error| Failure::argument(format!("registryHost: {error}")))?;
        let reviewer = Reviewer::load(sources, registries.offline(self.offline), now)?;
        Ok(NodePolicies { reviewer: Arc::new(reviewer) })
    }
}

/// Policies and image rules, loaded for any number of reviews.
#[napi(js_name = "AdmissionPolicies")]
#[derive(Debug)]
pub struct NodePolicies {
    reviewer: Arc<Reviewer>,
}

#[napi]
impl NodePolicies {
    /// Messages for people about the policies.
    #[napi]
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.reviewer.notes().to_vec()
    }

    /// Judges the objects in a text, or answers it if it is an AdmissionReview. Images are waited
    /// for up to `timeout_ms` milliseconds.
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
        call: &NodeCall,
    ) -> Result<Object<'env>> {
        let (reviewer, text) = (Arc::clone(&self.reviewer), text.to_vec());
        let watch = Watch::new(call, None);
        promise(env, move || {
            let operation = operation.as_deref().map(operation_named).transpose()?;
            let patience = Duration::try_from_secs_f64(timeout_ms / 1000.0).ok();
            let until = patience.and_then(|patience| Instant::now().checked_add(patience));
            let until = until
                .ok_or_else(|| Failure::argument(format!("timeoutMs: {timeout_ms} is no time")))?;
            let reviewed = reviewer.review(&text, operation, until, &watch)?;
            Ok(NodeReview { reviewed: Arc::new(reviewed) })
        })
    }
}

fn operation_named(name: &str) -> Loaded<Operation> {
    serde_json::from_value(name.into()).map_err(|_| {
        Failure::argument(format!("operation: {name}; there are CREATE, UPDATE, DELETE, CONNECT"))
    })
}

/// The result of a review.
#[napi(js_name = "Review")]
#[derive(Debug)]
pub struct NodeReview {
    reviewed: Arc<Reviewed>,
}

#[napi]
impl NodeReview {
    /// The whole result, as JSON.
    #[napi]
    #[must_use]
    pub fn outcome(&self) -> String {
        names::to_json(&self.reviewed)
    }

    /// Writes the result as a table, as a policy report in JSON, or as JUnit.
    ///
    /// # Errors
    /// The format is unknown.
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

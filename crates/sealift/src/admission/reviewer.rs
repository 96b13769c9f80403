//! Reviews of texts, for programs that are not servers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use sealift_model::Timestamp;
use sealift_policy::admission::{Cause, Files, Operation};

use super::load::folder::wrong;
use super::{
    LoadError, Registry, Reviewed, RootSource, Rules, Sources, TextError, World, stand_in,
};
use crate::{Observer, trust};

/// Policies and image rules with all that they need, loaded once for any number of reviews from any
/// number of threads.
///
/// ```no_run
/// use std::time::{Duration, Instant};
///
/// use sealift::admission::{Cause, CredentialScope, Reviewer, ReviewerSources, ScopedRegistries};
/// use sealift::{NoProgress, Reference, RegistryImage, Timestamp};
///
/// # fn ask(_: &Reference) -> Result<RegistryImage, Cause> { Err(Cause::of(std::fmt::Error)) }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut given = ReviewerSources::default();
/// given.judged_by.policies.push("policies/".into());
/// let ask = |image: &Reference, _: CredentialScope| ask(image);
/// let registries = ScopedRegistries::new(None, false, ask)?;
/// let now = || Timestamp::from(std::time::SystemTime::now());
/// let reviewer = Reviewer::load(given, registries, now)?;
/// let until = Instant::now() + Duration::from_secs(30);
/// let reviewed = reviewer.review(&std::fs::read("pod.yaml")?, None, until, &NoProgress)?;
/// println!("{}", reviewed.allowed);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Reviewer {
    rules: Rules,
    around: Arc<Files>,
    notes: Vec<String>,
}

/// What a [`Reviewer`] is loaded from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ReviewerSources {
    /// The policies and rules that objects are judged by.
    pub judged_by: Sources,
    /// Files, and folders of files, that stand in for a cluster.
    pub cluster: Vec<PathBuf>,
    /// Such documents as text, each with its name.
    pub cluster_texts: Vec<(String, String)>,
    /// The file of the trusted root; the default is the built-in root of the public-good instance.
    pub trusted_root: Option<PathBuf>,
}

impl Reviewer {
    /// Loads everything. The trusted root is read when it is first needed.
    ///
    /// # Errors
    /// The first part that cannot be used; or that there is nothing to judge by.
    pub fn load(
        given: ReviewerSources,
        registries: impl Registry,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Result<Self, LoadError> {
        let ReviewerSources { mut judged_by, cluster, cluster_texts, trusted_root } = given;
        judged_by.root = Some(root(trusted_root));
        let around = Arc::new(stand_in(now(), &cluster, &cluster_texts)?);
        let rules = Rules::new(World::new(registries, now).with_files(around.clone()));
        let notes = judged_by.load_into(&rules)?.notes;
        Ok(Self { rules, around, notes })
    }

    /// Notes for the user on the policies, such as parts that are left out.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Judges the objects in a text, as [`Rules::review_text`] does.
    ///
    /// # Errors
    /// As [`Rules::review_text`].
    pub fn review(
        &self,
        text: &[u8],
        operation: Option<Operation>,
        until: Instant,
        observer: &dyn Observer,
    ) -> Result<Reviewed, TextError> {
        self.rules.review_text(text, operation, &self.around, until, observer)
    }
}

fn root(path: Option<PathBuf>) -> Arc<RootSource> {
    Arc::new(move || match &path {
        Some(path) => std::fs::read(path).map_err(|error| Cause::of(wrong(path, error))),
        None => Ok(trust::embedded().trusted_root.to_vec()),
    })
}

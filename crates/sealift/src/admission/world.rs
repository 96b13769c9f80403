//! What judging needs beyond the objects themselves.

use std::fmt;
use std::sync::Arc;

use sealift_model::{Reference, Timestamp};
use sealift_policy::admission::{Cause, Surroundings};

use super::Cluster;
use crate::RegistryImage;

/// Returns access to the registry of an image.
pub trait Registry: Send + Sync + 'static {
    /// Returns the image in its registry.
    ///
    /// # Errors
    /// When there is no way to query that registry.
    fn image(&self, reference: &Reference) -> Result<RegistryImage, Cause>;
}

impl<F> Registry for F
where
    F: Fn(&Reference) -> Result<RegistryImage, Cause> + Send + Sync + 'static,
{
    fn image(&self, reference: &Reference) -> Result<RegistryImage, Cause> {
        self(reference)
    }
}

/// Receives counts of how images are looked at.
pub trait Tally: Send + Sync + 'static {
    /// A question about an image was asked.
    fn asked(&self, how: Asked);

    /// The number of cached answers.
    fn kept(&self, entries: usize);
}

/// The source of an answer about an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "found, waited for, or begun")]
pub enum Asked {
    /// The answer was cached.
    Kept,
    /// Another caller's query was already running.
    Joined,
    /// A new query to the registry.
    Made,
}

impl Tally for () {
    fn asked(&self, _: Asked) {}

    fn kept(&self, _: usize) {}
}

/// The source of cluster data.
pub(super) enum Known {
    Nothing,
    Cluster(Box<Cluster>),
    Files(Arc<dyn Surroundings + Send + Sync>),
}

/// The time, the registries, and a cluster or its stand-in.
pub struct World {
    pub(super) registry: Box<dyn Registry>,
    pub(super) now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pub(super) tally: Arc<dyn Tally>,
    pub(super) cluster: Known,
}

impl World {
    /// A world of registries; `now` gives the time.
    #[must_use]
    pub fn new(
        registry: impl Registry,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        let (registry, now) = (Box::new(registry), Box::new(now));
        Self { registry, now, tally: Arc::new(()), cluster: Known::Nothing }
    }

    /// The same, with a cluster that policies can query.
    #[must_use]
    pub fn with_cluster(self, cluster: Cluster) -> Self {
        Self { cluster: Known::Cluster(Box::new(cluster)), ..self }
    }

    /// The same, with files that stand in for a cluster. The time of those files is not used.
    #[must_use]
    pub fn with_files(self, files: Arc<dyn Surroundings + Send + Sync>) -> Self {
        Self { cluster: Known::Files(files), ..self }
    }

    /// The same, with a [`Tally`] that receives counts.
    #[must_use]
    pub fn with_tally(self, tally: impl Tally) -> Self {
        Self { tally: Arc::new(tally), ..self }
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World(..)")
    }
}

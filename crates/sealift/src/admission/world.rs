//! What judging asks beyond the objects themselves.

use std::fmt;
use std::sync::Arc;

use sealift_model::{Reference, Timestamp};
use sealift_policy::admission::{Cause, Surroundings};

use super::Cluster;
use crate::RegistryImage;

/// Says how an image's registry is asked.
pub trait Registry: Send + Sync + 'static {
    /// The image in its registry.
    ///
    /// # Errors
    /// When that registry cannot be asked at all.
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

/// Is told how images are looked at.
pub trait Tally: Send + Sync + 'static {
    /// Something was asked of an image.
    fn asked(&self, how: Asked);

    /// So many answers are kept.
    fn kept(&self, entries: usize);
}

/// Where an answer about an image comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "found, waited for, or begun")]
pub enum Asked {
    /// It was kept.
    Kept,
    /// Somebody else asks already.
    Joined,
    /// Its registry is asked.
    Made,
}

impl Tally for () {
    fn asked(&self, _: Asked) {}

    fn kept(&self, _: usize) {}
}

/// What is known of a cluster.
pub(super) enum Known {
    Nothing,
    Cluster(Box<Cluster>),
    Files(Arc<dyn Surroundings + Send + Sync>),
}

/// The time, and registries; a cluster, or what stands in for one.
pub struct World {
    pub(super) registry: Box<dyn Registry>,
    pub(super) now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pub(super) tally: Arc<dyn Tally>,
    pub(super) cluster: Known,
}

impl World {
    /// A world of registries, with the time as `now` tells it.
    #[must_use]
    pub fn new(
        registry: impl Registry,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        let (registry, now) = (Box::new(registry), Box::new(now));
        Self { registry, now, tally: Arc::new(()), cluster: Known::Nothing }
    }

    /// The same, with a cluster that policies may ask.
    #[must_use]
    pub fn with_cluster(self, cluster: Cluster) -> Self {
        Self { cluster: Known::Cluster(Box::new(cluster)), ..self }
    }

    /// The same, with files that stand in for a cluster. Their time is not asked.
    #[must_use]
    pub fn with_files(self, files: Arc<dyn Surroundings + Send + Sync>) -> Self {
        Self { cluster: Known::Files(files), ..self }
    }

    /// The same, where somebody is told how images are looked at.
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

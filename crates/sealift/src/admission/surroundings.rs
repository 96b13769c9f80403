//! What policies can query: the time, images, signatures, and the cluster, where one is given.
//! Without one, a policy that needs it reports that it cannot be decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use sealift_model::{Reference, Timestamp};
use sealift_policy::admission::{
    Alone, Cause, Given, LabelSelector, Policies, Roles, Surroundings, Unanswered, UserInfo,
    VerifiedImage, WantedImage,
};
use serde_json::Value;

use super::images::not_known::NotKnown;
use super::images::tags::Tags;
use super::images::workload::{image_named, image_to_be_asked};
use super::images::{Checked, Images, Measure};
use super::load::cluster_inputs::NAME_LABEL;
use super::lookup::deadline::Patience;
use super::world::Known;

/// The world around one request.
pub(super) struct Around<'a> {
    pub(super) policies: &'a Policies,
    pub(super) images: &'a Images,
    pub(super) measure: &'a Arc<Measure>,
    pub(super) tags: &'a Tags,
    pub(super) until: Patience<'a>,
}

impl Around<'_> {
    /// Parses the name of an image in an object. An object can cause queries to allowed registries
    /// only.
    fn image_of(&self, name: &str) -> Result<Reference, NotKnown> {
        image_to_be_asked(self.measure.gate.rules(), name)
    }

    fn pinned(&self, image: &Reference) -> Result<Reference, NotKnown> {
        self.tags.resolve(image, self.images, self.until)
    }

    /// Queries the cluster; without one, only the time is known.
    fn of_cluster<T>(&self, ask: impl FnOnce(&dyn Surroundings) -> T) -> T {
        match self.images.cluster() {
            Known::Nothing => ask(&Alone(self.now())),
            Known::Cluster(cluster) => ask(&cluster.until(self.until)),
            Known::Files(files) => ask(&**files),
        }
    }
}

impl Surroundings for Around<'_> {
    fn now(&self) -> Timestamp {
        self.images.now()
    }

    fn knows_cluster(&self) -> bool {
        self.of_cluster(|cluster| cluster.knows_cluster())
    }

    fn namespace_labels(&self, name: &str) -> Result<BTreeMap<String, String>, Unanswered> {
        match self.knows_cluster() {
            true => self.of_cluster(|cluster| cluster.namespace_labels(name)),
            // A policy that needs other labels is refused when it is loaded.
            false => Ok([(NAME_LABEL.to_owned(), name.to_owned())].into()),
        }
    }

    fn namespace(&self, name: &str) -> Result<Value, Unanswered> {
        self.of_cluster(|cluster| cluster.namespace(name))
    }

    fn object(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Arc<Value>>, Unanswered> {
        self.of_cluster(|cluster| cluster.object(api_version, resource_or_kind, namespace, name))
    }

    fn objects(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
        labels: &LabelSelector,
    ) -> Result<Arc<Value>, Unanswered> {
        self.of_cluster(|cluster| cluster.objects(api_version, resource_or_kind, namespace, labels))
    }

    fn call(
        &self,
        method: &str,
        url: &str,
        body: Option<&Value>,
    ) -> Result<Arc<Value>, Unanswered> {
        self.of_cluster(|cluster| cluster.call(method, url, body))
    }

    /// Data that is given for an image replaces its registry.
    fn image(&self, reference: &str) -> Result<Value, Unanswered> {
        if let Ok(given) = self.of_cluster(|cluster| cluster.image(reference)) {
            return Ok(given);
        }
        let image = self.image_of(reference)?;
        let pinned = self.pinned(&image)?;
        let digest = pinned.digest().ok_or_else(|| NotKnown::NoDigest(Box::new(pinned.clone())))?;
        Ok(self.images.facts(&image, digest, self.measure, self.until)?)
    }

    /// Data that is given for an entry replaces the entry in the policies.
    fn global_entry(
        &self,
        name: &str,
        projection: Option<&str>,
    ) -> Result<Option<Arc<Value>>, Unanswered> {
        match self.of_cluster(|cluster| cluster.global_entry(name, projection))? {
            None => self.policies.global_entry(name, projection, self),
            given => Ok(given),
        }
    }

    fn roles(&self, user: &UserInfo) -> Result<Roles, Unanswered> {
        self.of_cluster(|cluster| cluster.roles(user))
    }

    fn given(&self, policy: &str, object: &str) -> Vec<(String, Value)> {
        self.of_cluster(|cluster| cluster.given(policy, object))
    }

    fn given_to_rule(&self, policy: &str, rule: &str) -> Vec<(String, Given)> {
        self.of_cluster(|cluster| cluster.given_to_rule(policy, rule))
    }

    fn pin(&self, image: &str) {
        if let Ok(image) = self.image_of(image) {
            self.tags.want(image);
        }
    }

    fn verify(&self, wanted: &WantedImage) -> Result<VerifiedImage, Unanswered> {
        let elsewhere = wanted.repository.as_deref().map(image_named).transpose()?;
        let image = self.pinned(&self.image_of(&wanted.image)?)?;
        let found =
            self.images.verify(wanted, &image, elsewhere.as_ref(), self.measure, self.until);
        match found? {
            Checked::Verified(verified) => Ok(verified),
            Checked::Unverified(why) => Err(Unanswered::NotVerified(Cause::of(why))),
        }
    }
}

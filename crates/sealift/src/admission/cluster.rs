//! A cluster that policies query; its answers are cached for a moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sealift_kubernetes::{Bound, Client, Error, Who};
use sealift_model::Timestamp;
use sealift_policy::admission::{Cause, LabelSelector, Roles, Surroundings, Unanswered, UserInfo};
use serde_json::Value;

use super::lookup::cache::{Bounds, Weight};
use super::lookup::deadline::Patience;
use super::lookup::memo::Once;
use super::lookup::single_flight::NotYet;
use crate::ThreadPool;

/// A cluster that policies query. It is only read; nothing in it is changed.
///
/// Simultaneous callers share one query and its answer. Namespaces and role bindings are cached for
/// some seconds, other answers for one second, errors for less. A query that takes longer than its
/// limit, or than the caller has time, is an error for that caller; the query goes on, and its
/// answer is there for the next caller.
pub struct Cluster {
    client: Arc<Client>,
    objects: Once<String, Answer<Value>>,
    bindings: Once<String, Answer<Bound>>,
    patience: Duration,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("client", &self.client).finish_non_exhaustive()
    }
}

/// How long answers are cached that seldom change and are needed for every object.
const KEPT: Duration = Duration::from_secs(5);
/// How long other answers are cached: as long as the policies of one request may take.
const KEPT_ELSE: Duration = Duration::from_secs(1);
/// How long errors are cached: asking more often would not help.
const KEPT_ERROR: Duration = Duration::from_millis(500);
/// How long a caller waits at most: half of what an API server waits for a webhook.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long one query may take in all.
const LONGEST: Duration = Duration::from_secs(20);
/// The most that is cached.
const BOUNDS: Bounds = Bounds { entries: 2000, bytes: 64 << 20 };
/// The most queries that run at once; the next constant bounds those that wait.
const MAX_ASKED: usize = 16;
const MAX_WAITING: usize = 4096;
const STACK_BYTES: usize = 1 << 20;

/// The `resource_or_kind` names of namespaces.
const NAMESPACES: [&str; 2] = ["namespaces", "Namespace"];

type Answer<V> = Result<Arc<V>, Error>;

/// The cluster was queried and has not answered yet.
#[derive(Debug, thiserror::Error)]
#[error("asking the cluster: {0}")]
struct Waiting(NotYet);

/// There is only one `Bound`, so it weighs nothing.
impl Weight for Bound {
    fn weight(&self) -> usize {
        0
    }
}

impl Cluster {
    /// A cluster; `now` gives the time.
    #[must_use]
    pub fn new(client: Client, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let pool = ThreadPool::new("cluster", MAX_ASKED, MAX_WAITING, STACK_BYTES);
        Self {
            client: Arc::new(client),
            objects: Once::new(pool.clone(), BOUNDS),
            bindings: Once::new(pool, BOUNDS),
            patience: PATIENCE,
            now: Box::new(now),
        }
    }

    /// The same cluster, where a caller waits at most `patience` instead of 5 s.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The cluster for a caller who waits until then.
    pub(super) fn until<'c>(&'c self, until: Patience<'c>) -> Asking<'c> {
        Asking { cluster: self, until }
    }
}

/// The cluster for one caller, with the time that the caller has.
pub(super) struct Asking<'c> {
    cluster: &'c Cluster,
    until: Patience<'c>,
}

impl Asking<'_> {
    fn ask<V: Weight + Send + Sync + 'static>(
        &self,
        of: &Once<String, Answer<V>>,
        what: String,
        keep: Duration,
        ask: impl FnOnce(&Client, Instant) -> Result<V, Error> + Send + 'static,
    ) -> Result<Arc<V>, Unanswered> {
        let client = Arc::clone(&self.cluster.client);
        let keep = move |answer: &Answer<V>| Some(if answer.is_ok() { keep } else { KEPT_ERROR });
        let (begun, _) =
            of.ask(what, keep, move || ask(&client, Instant::now() + LONGEST).map(Arc::new));
        let until = self.until.at_most(self.cluster.patience);
        match begun.wait(until) {
            Ok(answer) => answer.map_err(|error| unanswered(matches!(error, Error::Late), error)),
            Err(why) => Err(unanswered(why == NotYet::Late, Waiting(why))),
        }
    }

    fn of_objects(
        &self,
        what: String,
        keep: Duration,
        ask: impl FnOnce(&Client, Instant) -> Result<Value, Error> + Send + 'static,
    ) -> Result<Arc<Value>, Unanswered> {
        self.ask(&self.cluster.objects, what, keep, ask)
    }

    /// Returns an object, or null where it does not exist.
    fn found(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Arc<Value>, Unanswered> {
        let is_namespace = api_version == "v1" && NAMESPACES.contains(&kind);
        let keep = if is_namespace { KEPT } else { KEPT_ELSE };
        // A Namespace has no namespace, so the key leaves it out.
        let namespace = if is_namespace { "" } else { namespace };
        let asked = [api_version, kind, namespace, name].map(str::to_owned);
        self.of_objects(format!("object {}", asked.join(" ")), keep, move |client, until| {
            let [api_version, kind, namespace, name] = &asked;
            let found = client.object(api_version, kind, namespace, name, until)?;
            Ok(found.unwrap_or_default())
        })
    }
}

fn unanswered(is_late: bool, why: impl std::error::Error + Send + Sync + 'static) -> Unanswered {
    let cause = Cause::of(why);
    if is_late { Unanswered::Late(cause) } else { Unanswered::Failed(cause) }
}

impl Surroundings for Asking<'_> {
    fn now(&self) -> Timestamp {
        (self.cluster.now)()
    }

    fn knows_cluster(&self) -> bool {
        true
    }

    fn namespace_labels(&self, name: &str) -> Result<BTreeMap<String, String>, Unanswered> {
        let namespace = self.found("v1", "namespaces", "", name)?;
        if namespace.is_null() {
            return Err(Unanswered::NoNamespace { name: name.to_owned() });
        }
        let labels = namespace.pointer("/metadata/labels").and_then(Value::as_object);
        let labels = labels.into_iter().flatten();
        Ok(labels
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect())
    }

    fn object(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Arc<Value>>, Unanswered> {
        let found = self.found(api_version, resource_or_kind, namespace, name)?;
        Ok(Some(found).filter(|found| !found.is_null()))
    }

    fn objects(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
        labels: &LabelSelector,
    ) -> Result<Arc<Value>, Unanswered> {
        let selector = labels.query()?;
        let asked = [api_version, resource_or_kind, namespace, &selector].map(str::to_owned);
        self.of_objects(format!("objects {}", asked.join(" ")), KEPT_ELSE, move |client, until| {
            let [api_version, kind, namespace, selector] = &asked;
            client.objects(api_version, kind, namespace, selector, until).map(Value::Array)
        })
    }

    fn call(
        &self,
        method: &str,
        url: &str,
        body: Option<&Value>,
    ) -> Result<Arc<Value>, Unanswered> {
        let (method, url, body) = (method.to_ascii_uppercase(), url.to_owned(), body.cloned());
        let said = body.as_ref().map(Value::to_string).unwrap_or_default();
        self.of_objects(format!("call {method} {url} {said}"), KEPT_ELSE, move |client, until| {
            client.call(&method, &url, body.as_ref(), until)
        })
    }

    /// Global entries are among the policies, not in the cluster.
    fn global_entry(&self, _: &str, _: Option<&str>) -> Result<Option<Arc<Value>>, Unanswered> {
        Ok(None)
    }

    fn roles(&self, user: &UserInfo) -> Result<Roles, Unanswered> {
        let asked = "bindings".to_owned();
        let bound = self.ask(&self.cluster.bindings, asked, KEPT, Client::bindings)?;
        let who = Who { name: &user.username, groups: &user.groups };
        let (roles, cluster_roles) = bound.to(&who);
        Ok(Roles { roles, cluster_roles })
    }
}

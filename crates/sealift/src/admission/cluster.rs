//! A cluster that policies ask, with what it said kept for a moment.

mod kept;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sealift_kubernetes::{Bound, Client, Error, Who};
use sealift_model::Timestamp;
use sealift_policy::admission::{Roles, Surroundings, UserInfo};
use serde_json::Value;

use self::kept::{Kept, Weight};
use super::flight::Flights;
use crate::Crew;

/// A cluster, as policies ask it. It is read, and nothing is changed there.
///
/// What several ask for at once is asked for once. Namespaces and bindings of roles are kept for
/// some seconds, other answers for one, errors for less. What takes longer than it may is an error
/// to who waits; it goes on, and is there for who asks next.
pub struct Cluster {
    client: Arc<Client>,
    objects: Asked<Value>,
    bindings: Asked<Bound>,
    patience: Duration,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("client", &self.client).finish_non_exhaustive()
    }
}

/// How long is kept what seldom changes, and is asked for with every object.
const KEPT: Duration = Duration::from_secs(5);
/// How long other answers are: as long as the policies of one request may take.
const KEPT_ELSE: Duration = Duration::from_secs(1);
/// How long errors are: that many ask makes nothing better.
const KEPT_ERROR: Duration = Duration::from_millis(500);
/// How long who asks waits: half of what an API server waits for a webhook.
const PATIENCE: Duration = Duration::from_secs(5);
/// What one question may take in all.
const LONGEST: Duration = Duration::from_secs(20);
/// Questions at once, and those that wait.
const MAX_ASKED: usize = 16;
const MAX_WAITING: usize = 4096;
const STACK_BYTES: usize = 1 << 20;

/// Where all namespaces are.
const NAMESPACES: [&str; 2] = ["namespaces", "Namespace"];

/// What is asked for: under way, and found.
struct Asked<V> {
    flights: Flights<String, Answer<V>>,
    kept: Arc<Mutex<Kept<Answer<V>>>>,
}

type Answer<V> = Result<Arc<V>, String>;

impl<V: Weight + Send + Sync + 'static> Asked<V> {
    fn new(crew: Crew) -> Self {
        Self { flights: Flights::new(crew), kept: Arc::default() }
    }

    fn ask(
        &self,
        what: String,
        keep: Duration,
        until: Instant,
        ask: impl FnOnce(Instant) -> Result<V, Error> + Send + 'static,
    ) -> Answer<V> {
        if let Some(kept) = lock(&self.kept).get(&what, Instant::now()) {
            return kept;
        }
        let (kept, name) = (Arc::clone(&self.kept), what.clone());
        let (flight, _) = self.flights.join(what, move || {
            let answer = ask(Instant::now() + LONGEST).map(Arc::new);
            let answer = answer.map_err(|error| error.to_string());
            let (keep, weight) = match &answer {
                Ok(value) => (keep, value.weight()),
                Err(why) => (KEPT_ERROR, why.len()),
            };
            lock(&kept).put(name, answer.clone(), weight, Instant::now() + keep);
            answer
        });
        flight.wait(until).unwrap_or_else(|why| Err(format!("asking the cluster: {why}")))
    }
}

impl Cluster {
    /// A cluster, with the time as `now` tells it.
    #[must_use]
    pub fn new(client: Client, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let crew = Crew::new("cluster", MAX_ASKED, MAX_WAITING, STACK_BYTES);
        Self {
            client: Arc::new(client),
            objects: Asked::new(crew.clone()),
            bindings: Asked::new(crew),
            patience: PATIENCE,
            now: Box::new(now),
        }
    }

    /// The same, where who asks waits for another time than 5 s.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn until(&self) -> Instant {
        Instant::now() + self.patience
    }

    /// An object; null where it is not there.
    fn found(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Arc<Value>, String> {
        let is_namespace = api_version == "v1" && NAMESPACES.contains(&kind);
        let keep = if is_namespace { KEPT } else { KEPT_ELSE };
        // Of what is to be found in itself alone, no namespace tells it apart.
        let namespace = if is_namespace { "" } else { namespace };
        let asked = [api_version, kind, namespace, name].map(str::to_owned);
        let client = Arc::clone(&self.client);
        self.objects.ask(format!("object {}", asked.join(" ")), keep, self.until(), move |until| {
            let [api_version, kind, namespace, name] = &asked;
            let found = client.object(api_version, kind, namespace, name, until)?;
            Ok(found.unwrap_or_default())
        })
    }
}

impl Surroundings for Cluster {
    fn now(&self) -> Timestamp {
        (self.now)()
    }

    fn knows_cluster(&self) -> bool {
        true
    }

    fn namespace_labels(&self, name: &str) -> Result<BTreeMap<String, String>, String> {
        let namespace = self.found("v1", "namespaces", "", name)?;
        if namespace.is_null() {
            return Err(format!("there is no namespace {name}"));
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
    ) -> Result<Option<Value>, String> {
        let found = self.found(api_version, resource_or_kind, namespace, name)?;
        Ok(Some(Value::clone(&found)).filter(|found| !found.is_null()))
    }

    fn objects(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
    ) -> Result<Vec<Value>, String> {
        let asked = [api_version, resource_or_kind, namespace].map(str::to_owned);
        let client = Arc::clone(&self.client);
        let what = format!("objects {}", asked.join(" "));
        let found = self.objects.ask(what, KEPT_ELSE, self.until(), move |until| {
            let [api_version, kind, namespace] = &asked;
            client.objects(api_version, kind, namespace, "", until).map(Value::Array)
        })?;
        Ok(found.as_array().cloned().unwrap_or_default())
    }

    fn call(&self, method: &str, url: &str, body: Option<&Value>) -> Result<Value, String> {
        let (method, url, body) = (method.to_ascii_uppercase(), url.to_owned(), body.cloned());
        let said = body.as_ref().map(Value::to_string).unwrap_or_default();
        let client = Arc::clone(&self.client);
        let what = format!("call {method} {url} {said}");
        let found = self.objects.ask(what, KEPT_ELSE, self.until(), move |until| {
            client.call(&method, &url, body.as_ref(), until)
        })?;
        Ok(Value::clone(&found))
    }

    /// Entries stand among the policies.
    fn global_entry(&self, _: &str, _: Option<&str>) -> Result<Option<Value>, String> {
        Ok(None)
    }

    fn roles(&self, user: &UserInfo) -> Result<Roles, String> {
        let client = Arc::clone(&self.client);
        let ask = move |until| client.bindings(until);
        let bound = self.bindings.ask("bindings".to_owned(), KEPT, self.until(), ask)?;
        let who = Who { name: &user.username, groups: &user.groups };
        let (roles, cluster_roles) = bound.to(&who);
        Ok(Roles { roles, cluster_roles })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Surroundings that are described by files, for a review without a cluster.
//!
//! The files of Kyverno's command line are supported: `Values`, `UserInfo`, `ClusterResource`,
//! `Context`, and answers of calls (`apiCallResponses`, `globalContextEntries`). Any other object
//! is an object of the cluster.

mod cluster;
mod not_given;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use sealift_model::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use self::cluster::Cluster;
use self::values::Values;
use super::surroundings::{labelled, named_namespace};
use super::{
    Cause, Document, Given, LabelSelector, Operation, Request, Roles, Surroundings, Unanswered,
    UserInfo,
};
use crate::Error;

pub use self::not_given::NotGiven;

/// The data that is known without a cluster.
#[derive(Debug)]
pub struct Files {
    now: Timestamp,
    cluster: Cluster,
    values: Values,
    user: Who,
    images: Vec<Value>,
    answers: Vec<CallAnswer>,
    entries: Vec<Entry>,
}

/// The user of requests: the file `UserInfo`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Who {
    roles: Vec<String>,
    cluster_roles: Vec<String>,
    user_info: UserInfo,
}

/// The answer of a call.
#[derive(Debug, Deserialize)]
struct CallAnswer {
    url: String,
    #[serde(default)]
    method: Option<String>,
    response: CallResponse,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallResponse {
    #[serde(default)]
    status_code: Option<u16>,
    #[serde(default)]
    body: Arc<Value>,
}

/// An entry of the global context.
#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    resources: Vec<Value>,
    #[serde(default, rename = "fieldPath")]
    field_path: Option<String>,
    #[serde(default)]
    projections: Vec<Projection>,
}

#[derive(Debug, Deserialize)]
struct Projection {
    name: String,
    #[serde(alias = "jmesPath")]
    path: String,
}

impl Files {
    /// Makes surroundings that know only the time.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            cluster: Cluster::default(),
            values: Values::default(),
            user: Who::default(),
            images: Vec::new(),
            answers: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Adds the data of a document.
    ///
    /// # Errors
    /// When it has a supported kind, but not that kind's form.
    pub fn add(&mut self, document: Document) -> Result<(), Error> {
        let is_cli = document.group() == "cli.kyverno.io";
        match document.kind() {
            "Values" | "Value" if is_cli => {
                self.values.extend(read(&document, "")?);
                self.cluster.objects.extend(read::<Vec<Arc<Value>>>(&document, "/namespaces")?);
            }
            "UserInfo" if is_cli => self.user = read(&document, "")?,
            "ClusterResource" | "Context" if is_cli => {
                self.cluster.objects.extend(read::<Vec<Arc<Value>>>(&document, "/spec/resources")?);
                self.images.extend(read::<Vec<Value>>(&document, "/spec/images")?);
            }
            "" => {
                self.answers.extend(read::<Vec<CallAnswer>>(&document, "/apiCallResponses")?);
                self.entries.extend(read::<Vec<Entry>>(&document, "/globalContextEntries")?);
            }
            _ => self.cluster.objects.push(document.value.into()),
        }
        Ok(())
    }

    /// Makes the request for an object of a file: a creation, unless the values name another
    /// operation. An object without a namespace is put in `default`, as by a client.
    #[must_use]
    pub fn request(&self, object: Value) -> Request {
        let operation = self.values.operation();
        let mut request = Request::of_file(object, operation.unwrap_or_default());
        self.values.subresource(&mut request);
        request.user_info = self.user.user_info.clone();
        request
    }

    /// As [`request`](Self::request), for a given operation.
    #[must_use]
    pub fn request_for(&self, object: Value, operation: Operation) -> Request {
        let mut request = Request::of_file(object, operation);
        self.values.subresource(&mut request);
        request.user_info = self.user.user_info.clone();
        request
    }
}

impl Files {
    fn search(&self, path: &str, data: &Value) -> Result<Value, Unanswered> {
        let found = super::jmespath::search(path, data, self.now);
        found.map_err(|error| Unanswered::Failed(Cause::of(error)))
    }
}

/// Reads a part of a document; a missing part is the default.
fn read<T: serde::de::DeserializeOwned + Default>(
    document: &Document,
    pointer: &str,
) -> Result<T, Error> {
    match document.value.pointer(pointer) {
        None | Some(Value::Null) => Ok(T::default()),
        Some(part) => {
            T::deserialize(part).map_err(|error| document.error(&pointer.replace('/', "."), error))
        }
    }
}

impl Surroundings for Files {
    fn now(&self) -> Timestamp {
        self.now
    }

    /// Data that the files do not have does not exist.
    fn knows_cluster(&self) -> bool {
        true
    }

    fn namespace_labels(&self, name: &str) -> Result<BTreeMap<String, String>, Unanswered> {
        let known = self.values.namespace_labels(name);
        Ok(known.or_else(|| self.cluster.namespace_labels(name)).unwrap_or_default())
    }

    /// A namespace that neither the objects nor the values have is not assumed to be empty: its
    /// contents cannot be guessed.
    fn namespace(&self, name: &str) -> Result<Value, Unanswered> {
        let own = self.cluster.object("v1", "namespaces", "", name);
        let labels = self.values.namespace_labels(name);
        if own.is_none() && labels.is_none() {
            return Err(Unanswered::UnknownNamespace { name: name.to_owned() });
        }
        let known = own.map_or_else(|| named_namespace(name), |own| Value::clone(own));
        Ok(labelled(known, labels.unwrap_or_default()))
    }

    fn object(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Arc<Value>>, Unanswered> {
        let found = self.cluster.object(api_version, resource_or_kind, namespace, name);
        match found {
            None if self.cluster.objects.is_empty() => {
                Err(NotGiven::Objects { wanted: format!("{resource_or_kind} {name}") }.into())
            }
            found => Ok(found.cloned()),
        }
    }

    fn objects(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
        labels: &LabelSelector,
    ) -> Result<Arc<Value>, Unanswered> {
        let found = self.cluster.list(api_version, resource_or_kind, namespace, labels)?;
        Ok(Arc::new(found.into()))
    }

    fn call(
        &self,
        method: &str,
        url: &str,
        body: Option<&Value>,
    ) -> Result<Arc<Value>, Unanswered> {
        _ = body;
        let given = self.answers.iter().find(|answer| {
            answer.url == url
                && answer.method.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(method))
        });
        match given.map(|answer| &answer.response) {
            Some(CallResponse { status_code: Some(status @ 400..), .. }) => {
                let (method, url) = (method.to_owned(), url.to_owned());
                Err(Unanswered::Status { method, url, status: *status })
            }
            Some(response) => Ok(Arc::clone(&response.body)),
            None if method.eq_ignore_ascii_case("GET") => Ok(self.cluster.get(url)?),
            None => Err(NotGiven::Call { call: format!("{method} {url}") }.into()),
        }
    }

    fn image(&self, reference: &str) -> Result<Value, Unanswered> {
        let is_it = |image: &&Value| image.get("image").and_then(Value::as_str) == Some(reference);
        let found = self.images.iter().find(is_it).cloned();
        found.ok_or_else(|| NotGiven::Image { image: reference.to_owned() }.into())
    }

    fn global_entry(
        &self,
        name: &str,
        projection: Option<&str>,
    ) -> Result<Option<Arc<Value>>, Unanswered> {
        let entry = self.entries.iter().find(|entry| entry.name == name);
        let Some(entry) = entry else { return Ok(None) };
        let data = entry.data.clone().unwrap_or_else(|| entry.resources.clone().into());
        let data = match &entry.field_path {
            Some(path) => self.search(path, &data)?,
            None => data,
        };
        let projection = projection.filter(|text| !text.is_empty());
        // An entry with projections is an object of them.
        let mut projected = Map::new();
        for own in &entry.projections {
            projected.insert(own.name.clone(), self.search(&own.path, &data)?);
        }
        match projection {
            Some(projection) => Ok(projected.remove(projection).map(Arc::new)),
            None if projected.is_empty() => Ok(Some(data.into())),
            None => Ok(Some(Arc::new(projected.into()))),
        }
    }

    fn roles(&self, user: &UserInfo) -> Result<Roles, Unanswered> {
        _ = user;
        let Who { roles, cluster_roles, .. } = &self.user;
        Ok(Roles { roles: roles.clone(), cluster_roles: cluster_roles.clone() })
    }

    fn given(&self, policy: &str, object: &str) -> Vec<(String, Value)> {
        self.values.given(policy, object)
    }

    fn given_to_rule(&self, policy: &str, rule: &str) -> Vec<(String, Given)> {
        self.values.given_to_rule(policy, rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::admission::{Outcome, Policies};

    const POLICY: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: limited}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}
  validations:
  - expression: "false"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: limited}
spec:
  policyName: limited
  validationActions: [Deny]
  paramRef: {name: limits, namespace: shop, parameterNotFoundAction: Allow}
"#;

    fn documents(text: &str) -> Vec<Document> {
        Document::read("a.yaml", text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn what_nobody_could_give_is_not_taken_for_absent() {
        let policies = Policies::of(documents(POLICY)).unwrap();
        let pod = "kind: Pod\napiVersion: v1\nmetadata: {name: web, namespace: shop}\n";
        let said = |files: &Files| {
            let pod = documents(pod).remove(0).value;
            let answers = policies.review(&files.request(pod), files);
            answers.into_iter().map(|answer| answer.outcome).collect::<Vec<_>>()
        };
        let mut files = Files::new("2026-11-21T12:00:00Z".parse().unwrap());
        assert_eq!(said(&files), [Outcome::Error]);
        let mut give = |name: &str| {
            let named = format!("metadata: {{name: {name}, namespace: shop}}");
            let map = format!("kind: ConfigMap\napiVersion: v1\n{named}\n");
            documents(&map).into_iter().for_each(|map| files.add(map).unwrap());
            said(&files)
        };
        assert_eq!(give("others"), [Outcome::Skip]);
        assert_eq!(give("limits"), [Outcome::Fail]);
    }

    #[test]
    fn what_is_not_given_is_told_apart() {
        let mut files = Files::new("2026-11-21T12:00:00Z".parse().unwrap());
        let objects = |wanted: &str| NotGiven::Objects { wanted: wanted.to_owned() }.into();
        assert_eq!(files.object("v1", "pods", "shop", "web"), Err(objects("pods web")));
        let pods = files.objects("v1", "pods", "shop", &LabelSelector::default());
        assert_eq!(pods, Err(objects("pods")));
        let name = "shop".to_owned();
        assert_eq!(files.namespace("shop"), Err(Unanswered::UnknownNamespace { name }));
        let image = "nginx".to_owned();
        assert_eq!(files.image("nginx"), Err(NotGiven::Image { image }.into()));
        let answers = "apiCallResponses: [{url: /down, response: {statusCode: 503}}]\n";
        let pod = "kind: Pod\napiVersion: v1\nmetadata: {name: web, namespace: shop}\n";
        let given = format!("{answers}---\n{pod}");
        documents(&given).into_iter().for_each(|one| files.add(one).unwrap());
        for (method, url, text) in [
            ("GET", "/down", "GET /down answers 503"),
            ("GET", "/version", "no answer is given for /version"),
            ("POST", "/version", "no answer is given for POST /version"),
            (
                "GET",
                "/api/v1/pods?limit=1",
                "no answer is given for /api/v1/pods?limit=1, and its query is not evaluated",
            ),
            ("GET", "/api/v1/pods/api", "pods api is not among the objects given"),
        ] {
            assert_eq!(files.call(method, url, None).unwrap_err().to_string(), text);
        }
    }

    const TEAMS: &str = r#"
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: teams}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}
  validations:
  - expression: "!has(namespaceObject.metadata.labels) || !('team' in namespaceObject.metadata.labels)"
"#;

    #[test]
    fn a_namespace_that_nobody_gives_is_not_taken_for_an_empty_one() {
        let said = |policy: &str, given: &str| {
            let policies = Policies::of(documents(policy)).unwrap();
            let mut files = Files::new("2026-11-21T12:00:00Z".parse().unwrap());
            documents(given).into_iter().for_each(|one| files.add(one).unwrap());
            let pod = "kind: Pod\napiVersion: v1\nmetadata: {name: web, namespace: shop}\n";
            let pod = documents(pod).remove(0).value;
            policies.review(&files.request(pod), &files)[0].outcome
        };
        let namespace = |name: &str, labels: &str| {
            format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}{labels}}}\n")
        };
        assert_eq!(said(TEAMS, ""), Outcome::Error);
        assert_eq!(said(TEAMS, &namespace("other", "")), Outcome::Error);
        assert_eq!(said(TEAMS, &namespace("shop", "")), Outcome::Pass);
        assert_eq!(said(TEAMS, &namespace("shop", ", labels: {team: a}")), Outcome::Fail);
        let values = "apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\n\
            namespaceSelector: [{name: shop, labels: {team: a}}]\n";
        assert_eq!(said(TEAMS, values), Outcome::Fail);
        let by_name = TEAMS.replace(TEAMS.split("expression: ").nth(1).unwrap(), "");
        let by_name = format!("{by_name}\"namespaceObject.metadata.name == 'shop'\"\n");
        assert_eq!(said(&by_name, ""), Outcome::Pass);
    }
}

//! Entries of Kyverno's global context (`GlobalContextEntry`): cluster data that policies share.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Cause, Document, LabelSelector, Surroundings, Unanswered, jmespath};
use crate::Error;

/// An entry, queried whenever a policy needs it.
#[derive(Debug)]
pub(super) struct GlobalEntry {
    pub(super) name: String,
    source: Source,
    projections: Vec<Projection>,
}

#[derive(Debug)]
enum Source {
    Objects(Objects),
    Call(Call),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    kubernetes_resource: Option<Objects>,
    api_call: Option<Call>,
    #[serde(default)]
    projections: Vec<Projection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Objects {
    #[serde(default)]
    group: String,
    version: String,
    resource: String,
    #[serde(default)]
    namespace: String,
}

/// Kyverno's refresh interval does not matter here: the call is made when it is needed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Call {
    url_path: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    data: Vec<Datum>,
    #[serde(default, rename = "refreshInterval")]
    _refresh_interval: Option<String>,
    #[serde(default, rename = "retryLimit")]
    _retry_limit: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Datum {
    key: String,
    value: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Projection {
    name: String,
    jmes_path: String,
}

/// An entry does not have the form that its projection needs.
#[derive(Debug, thiserror::Error)]
#[error("{entry}: {error}")]
struct NotProjected {
    entry: String,
    error: jmespath::Error,
}

impl GlobalEntry {
    /// The kind of these documents, in Kyverno's group.
    pub(super) const KIND: &'static str = "GlobalContextEntry";

    pub(super) fn reads(group: &str, kind: &str) -> bool {
        group == "kyverno.io" && kind == Self::KIND
    }

    pub(super) fn read(document: &Document) -> Result<Self, Error> {
        let spec = document.value.get("spec").unwrap_or(&Value::Null);
        let spec = Spec::deserialize(spec).map_err(|error| document.error("spec", error))?;
        let source = match (spec.kubernetes_resource, spec.api_call) {
            (Some(objects), None) => Source::Objects(objects),
            (None, Some(call)) => Source::Call(call),
            _ => return Err(document.error("spec", "it is one of kubernetesResource and apiCall")),
        };
        Ok(Self { name: document.name().to_owned(), source, projections: spec.projections })
    }

    /// Returns its current value, or one of its projections; none where there is none of that name.
    pub(super) fn ask(
        &self,
        projection: Option<&str>,
        around: &dyn Surroundings,
    ) -> Result<Option<Arc<Value>>, Unanswered> {
        let wanted = match projection {
            None => None,
            Some(name) => match self.projections.iter().find(|own| own.name == name) {
                None => return Ok(None),
                found => found,
            },
        };
        let data = self.load(around)?;
        match wanted {
            None => Ok(Some(data)),
            Some(Projection { jmes_path, .. }) => {
                let found = jmespath::search(jmes_path, &data, around.now());
                found.map(|found| Some(found.into())).map_err(|error| {
                    let entry = self.name.clone();
                    Unanswered::Failed(Cause::of(NotProjected { entry, error }))
                })
            }
        }
    }

    fn load(&self, around: &dyn Surroundings) -> Result<Arc<Value>, Unanswered> {
        match &self.source {
            Source::Objects(Objects { group, version, resource, namespace }) => {
                let api_version = match group.as_str() {
                    "" => version.clone(),
                    group => format!("{group}/{version}"),
                };
                around.objects(&api_version, resource, namespace, &LabelSelector::default())
            }
            Source::Call(Call { url_path, method, data, .. }) => {
                let method = if method.is_empty() { "GET" } else { method };
                let body: Map<String, Value> =
                    data.iter().map(|own| (own.key.clone(), own.value.clone())).collect();
                let body = Some(Value::Object(body)).filter(|_| !data.is_empty());
                around.call(method, url_path, body.as_ref())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::admission::Files;

    fn document(value: Value) -> Document {
        Document { source: "a.yaml".to_owned(), number: 1, value }
    }

    fn entry(spec: Value) -> Result<GlobalEntry, String> {
        let value = json!({
            "apiVersion": "kyverno.io/v2alpha1", "kind": "GlobalContextEntry",
            "metadata": {"name": "pods"}, "spec": spec,
        });
        GlobalEntry::read(&document(value)).map_err(|error| error.to_string())
    }

    #[test]
    fn entries_are_what_the_cluster_has() {
        let mut files = Files::new("2026-11-21T12:00:00Z".parse().unwrap());
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        });
        files.add(document(pod)).unwrap();
        let names = json!([{"name": "names", "jmesPath": "[].metadata.name"}]);
        let pods = entry(json!({
            "kubernetesResource": {"version": "v1", "resource": "pods", "namespace": "shop"},
            "projections": names,
        }))
        .unwrap();
        assert_eq!(pods.ask(Some("names"), &files).unwrap(), Some(json!(["web"]).into()));
        assert_eq!(pods.ask(Some("others"), &files).unwrap(), None);
        assert_eq!(pods.ask(None, &files).unwrap().unwrap()[0]["metadata"]["name"], "web");
        let called = entry(json!({
            "apiCall": {"urlPath": "/api/v1/namespaces/shop/pods", "refreshInterval": "1m"},
        }))
        .unwrap();
        assert_eq!(called.ask(None, &files).unwrap().unwrap()["kind"], "PodList");
        // No data could answer this.
        let unknown = entry(json!({"apiCall": {"urlPath": "/version"}})).unwrap();
        assert!(unknown.ask(None, &files).is_err());
    }

    #[test]
    fn what_is_not_supported_is_refused() {
        for spec in [
            json!(null),
            json!({}),
            json!({"apiCall": {"service": {"url": "https://a.example"}}}),
            json!({"apiCall": {"urlPath": "/version"}, "kubernetesResource": {
                "version": "v1", "resource": "pods"}}),
            json!({"apiCall": {"urlPath": "/version"}, "more": 1}),
        ] {
            assert!(entry(spec.clone()).is_err(), "{spec}");
        }
    }
}

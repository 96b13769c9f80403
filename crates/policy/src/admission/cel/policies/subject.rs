//! The view of a request for expressions.

use std::rc::Rc;

use serde_json::{Map, Value as Json, json};

use super::constraints;
use crate::admission::cel::{Authorizer, Input, Key, Opaque, Program, Run, Shared, Value};
use crate::admission::labels::is_namespace;
use crate::admission::{Request, Surroundings, named_namespace};

/// A request, with the values that are made from it for expressions.
pub(super) struct Subject<'r> {
    pub(super) request: &'r Request,
    pub(super) around: &'r dyn Surroundings,
    shared: Shared,
    said: Json,
    has_objects: bool,
    /// None where nothing is known of it.
    namespace: Option<Json>,
    authorizer: Option<Rc<Authorizer>>,
}

impl<'r> Subject<'r> {
    /// Makes only the values for inputs that are used.
    pub(super) fn new(
        request: &'r Request,
        around: &'r dyn Surroundings,
        inputs: &std::collections::BTreeSet<Input>,
    ) -> Self {
        Self {
            request,
            around,
            shared: Shared::default(),
            has_objects: false,
            said: if inputs.contains(&Input::Request) { said(request) } else { Json::Null },
            namespace: namespace(request, around, inputs),
            authorizer: inputs
                .contains(&Input::Authorizer)
                .then(|| Rc::new(Authorizer::of_request(request))),
        }
    }

    /// The same for Kyverno's own kinds: the request includes the objects and the options, also
    /// where they are missing.
    pub(super) fn with_objects(self) -> Self {
        Self { has_objects: true, ..self }
    }

    fn said(&self) -> Value<'_> {
        let Self { said: Json::Object(said), has_objects: true, request, .. } = self else {
            return Value::of_json(&self.said);
        };
        let objects = [
            ("object", &request.object),
            ("oldObject", &request.old_object),
            ("options", &request.options),
        ];
        let fields = said.iter().map(|(name, value)| (name.as_str(), value)).chain(objects);
        Value::map(fields.map(|(name, value)| (Key::String(name.into()), Value::of_json(value))))
    }

    /// Begins an evaluation on it.
    pub(super) fn run<'a>(&'a self, variables: &'a [Program]) -> Run<'a> {
        let mut run = Run::new(variables, self.around, &self.shared);
        run.give(Input::Object, Value::of_json(&self.request.object));
        run.give(Input::OldObject, Value::of_json(&self.request.old_object));
        run.give(Input::Request, self.said());
        if let Some(namespace) = &self.namespace {
            run.give(Input::NamespaceObject, Value::of_json(namespace));
        }
        if let Some(authorizer) = &self.authorizer {
            let authorizer = Rc::clone(authorizer);
            run.give(Input::Authorizer, Value::Opaque(Opaque::Authorizer(authorizer)));
        }
        run.give(Input::GlobalContext, Value::Opaque(Opaque::GlobalContext));
        run.give(Input::Http, Value::Opaque(Opaque::Http));
        run.give(Input::ImageData, Value::Opaque(Opaque::ImageData));
        run.give(Input::Resource, Value::Opaque(Opaque::Resource));
        run
    }
}

/// Makes `request` without empty fields, as the API does. The objects have names of their own.
fn said(request: &Request) -> Json {
    let user = &request.user_info;
    let mut who = Map::new();
    let mut said = Map::new();
    let add = |fields: &mut Map<String, Json>, name: &str, value: Json| {
        let empty = match &value {
            Json::String(text) => text.is_empty(),
            Json::Array(items) => items.is_empty(),
            Json::Object(fields) => fields.is_empty(),
            other => other.is_null(),
        };
        if !empty {
            fields.insert(name.to_owned(), value);
        }
    };
    add(&mut who, "username", json!(user.username));
    add(&mut who, "uid", json!(user.uid));
    add(&mut who, "groups", json!(user.groups));
    add(&mut who, "extra", json!(user.extra));
    let kind = json!(request.kind);
    let resource = json!(request.resource);
    let asked = request.request_kind.as_ref().map_or_else(|| kind.clone(), |own| json!(own));
    add(&mut said, "requestKind", asked);
    let asked =
        request.request_resource.as_ref().map_or_else(|| resource.clone(), |own| json!(own));
    add(&mut said, "requestResource", asked);
    let asked = [&request.request_sub_resource, &request.sub_resource];
    add(&mut said, "requestSubResource", json!(asked.iter().find(|own| !own.is_empty())));
    add(&mut said, "subResource", json!(request.sub_resource));
    add(&mut said, "name", json!(request.name));
    add(&mut said, "namespace", json!(request.namespace));
    add(&mut said, "options", request.options.clone());
    said.insert("uid".into(), json!(request.uid));
    said.insert("kind".into(), kind);
    said.insert("resource".into(), resource);
    said.insert("operation".into(), json!(constraints::operation(request.operation)));
    said.insert("userInfo".into(), Json::Object(who));
    said.insert("dryRun".into(), json!(request.dry_run));
    Json::Object(said)
}

/// Returns the Namespace of an object, as far as it is needed; null for an object in none, and for
/// a Namespace itself.
fn namespace(
    request: &Request,
    around: &dyn Surroundings,
    inputs: &std::collections::BTreeSet<Input>,
) -> Option<Json> {
    let is_wanted = inputs.contains(&Input::NamespaceObject);
    match (request.namespace.is_empty() || is_namespace(request), is_wanted) {
        (true, _) => Some(Json::Null),
        (false, true) => around.namespace(&request.namespace).ok(),
        (false, false) => Some(named_namespace(&request.namespace)),
    }
}

/// Returns the images of an object by their lists, for the resources whose Pods are known.
pub(super) fn images(request: &Request) -> Json {
    let (group, version, resource) =
        (&*request.resource.group, &*request.resource.version, &*request.resource.resource);
    let path = match (group, version, resource) {
        ("", "v1", "pods") => "/spec",
        ("apps", "v1", "deployments" | "statefulsets" | "daemonsets" | "replicasets")
        | ("batch", "v1", "jobs") => "/spec/template/spec",
        ("batch", "v1", "cronjobs") => "/spec/jobTemplate/spec/template/spec",
        _ => return json!({}),
    };
    let spec = request.judged().pointer(path).unwrap_or(&Json::Null);
    let all = |list: &str, image: &str| -> Json {
        let items = spec.get(list).and_then(Json::as_array);
        items.into_iter().flatten().filter_map(|item| item.pointer(image)).cloned().collect()
    };
    json!({
        "containers": all("containers", "/image"),
        "initContainers": all("initContainers", "/image"),
        "ephemeralContainers": all("ephemeralContainers", "/image"),
        "imageVolumes": all("volumes", "/image/reference"),
    })
}

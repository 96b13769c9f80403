//! Kubernetes' authorizer: asks the API server whether a user may do something
//! (`authorization.k8s.io/v1`, SubjectAccessReview). Without a server, a check is an error, and
//! never a yes.

use std::rc::Rc;

use serde_json::{Map, Value as Json, json};

use super::{Format, Function, member, mismatch};
use crate::admission::Request;
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Opaque, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    member("path", 2, |_, arguments| narrow("path", arguments)),
    member("group", 2, |_, arguments| narrow("group", arguments)),
    member("resource", 2, |_, arguments| narrow("resource", arguments)),
    member("subresource", 2, |_, arguments| narrow("subresource", arguments)),
    member("namespace", 2, |_, arguments| narrow("namespace", arguments)),
    member("name", 2, |_, arguments| narrow("name", arguments)),
    member("fieldSelector", 2, |_, arguments| narrow("fieldSelector", arguments)),
    member("labelSelector", 2, |_, arguments| narrow("labelSelector", arguments)),
    member("serviceAccount", 3, service_account),
    member("check", 2, check),
    member("allowed", 1, |_, arguments| decided("allowed", arguments)),
    member("reason", 1, |_, arguments| decided("reason", arguments)),
    member("errored", 1, |_, arguments| decided("errored", arguments)),
    member("error", 1, |_, arguments| decided("error", arguments)),
];

/// The API path of the query.
const REVIEWS: &str = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
/// Kubernetes' cost of a check.
const STEPS: usize = 350_000;

/// A user, and the part of a question that is known so far.
#[derive(Clone, Debug)]
pub(crate) struct Authorizer {
    /// `user`, `groups`, `uid`, `extra`.
    who: Rc<Map<String, Json>>,
    /// The request's own attributes of a resource.
    request: Rc<Map<String, Json>>,
    asked: Asked,
}

#[derive(Clone, Debug)]
enum Asked {
    Nothing,
    Path(String),
    Group(String),
    Resource(Map<String, Json>),
    Decided { allowed: bool, reason: String, error: String },
}

impl Authorizer {
    /// Makes the authorizer for the user of a request.
    pub(crate) fn of_request(request: &Request) -> Self {
        let user = &request.user_info;
        let who = [
            ("user", json!(user.username)),
            ("groups", json!(user.groups)),
            ("uid", json!(user.uid)),
            ("extra", json!(user.extra)),
        ];
        let who = who.map(|(name, value)| (name.to_owned(), value));
        let attributes = [
            ("group", &request.resource.group),
            ("resource", &request.resource.resource),
            ("subresource", &request.sub_resource),
            ("namespace", &request.namespace),
            ("name", &request.name),
        ];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), json!(value)));
        let request = Rc::new(attributes.into_iter().collect());
        Self { who: Rc::new(Map::from_iter(who)), request, asked: Asked::Nothing }
    }

    /// Returns its type, which depends on the known part of the question.
    pub(crate) fn type_name(&self) -> &'static str {
        match self.asked {
            Asked::Nothing => "kubernetes.authorization.Authorizer",
            Asked::Path(_) => "kubernetes.authorization.PathCheck",
            Asked::Group(_) => "kubernetes.authorization.GroupCheck",
            Asked::Resource(_) => "kubernetes.authorization.ResourceCheck",
            Asked::Decided { .. } => "kubernetes.authorization.Decision",
        }
    }

    /// `authorizer.requestResource`.
    pub(crate) fn request_resource(&self) -> Option<Self> {
        match self.asked {
            Asked::Nothing => Some(self.about(Asked::Resource(Map::clone(&self.request)))),
            _ => None,
        }
    }

    fn about(&self, asked: Asked) -> Self {
        Self { who: Rc::clone(&self.who), request: Rc::clone(&self.request), asked }
    }

    /// Adds a part of the question; none where the part does not fit.
    fn narrowed(&self, part: &str, text: &str) -> Option<Result<Self>> {
        let is_empty = text.trim().is_empty();
        let asked = match (&self.asked, part) {
            (Asked::Nothing, "path") | (Asked::Group(_), "resource") if is_empty => {
                return Some(Err(Error::invalid(format!("the {part} must not be empty"))));
            }
            (Asked::Nothing, "path") => Asked::Path(text.to_owned()),
            (Asked::Nothing, "group") => Asked::Group(text.to_owned()),
            (Asked::Group(group), "resource") => {
                let parts = [("group", json!(group)), ("resource", json!(text))];
                Asked::Resource(
                    parts.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
                )
            }
            (Asked::Resource(own), "subresource" | "namespace" | "name") => {
                let mut own = own.clone();
                own.insert(part.to_owned(), json!(text));
                Asked::Resource(own)
            }
            (Asked::Resource(own), "fieldSelector" | "labelSelector") => {
                let mut own = own.clone();
                own.insert(part.to_owned(), json!({ "rawSelector": text }));
                Asked::Resource(own)
            }
            _ => return None,
        };
        Some(Ok(self.about(asked)))
    }

    /// Returns the whole question; none where it names no object.
    fn question(&self, verb: &str) -> Option<Json> {
        let (kind, mut attributes) = match &self.asked {
            Asked::Path(path) => {
                ("nonResourceAttributes", Map::from_iter([("path".to_owned(), json!(path))]))
            }
            Asked::Resource(own) => {
                let mut own = own.clone();
                own.insert("version".to_owned(), json!("*"));
                ("resourceAttributes", own)
            }
            _ => return None,
        };
        attributes.insert("verb".to_owned(), json!(verb));
        let mut spec = Map::clone(&self.who);
        spec.insert(kind.to_owned(), attributes.into());
        Some(json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec,
        }))
    }
}

fn opaque<'a>(authorizer: Authorizer) -> Value<'a> {
    Value::Opaque(Opaque::Authorizer(Rc::new(authorizer)))
}

fn narrow<'a>(part: &str, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let narrowed = match arguments {
        [Value::Opaque(Opaque::Authorizer(own)), Value::String(text)] => own.narrowed(part, text),
        _ => None,
    };
    narrowed.ok_or_else(|| mismatch(part, arguments))?.map(opaque)
}

fn service_account<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::Opaque(Opaque::Authorizer(own)), Value::String(namespace), Value::String(name)] =
        arguments
    else {
        return Err(mismatch("serviceAccount", arguments));
    };
    if !matches!(own.asked, Asked::Nothing) {
        return Err(mismatch("serviceAccount", arguments));
    }
    for (part, text, format) in
        [("name", name, "dns1123Subdomain"), ("namespace", namespace, "dns1123Label")]
    {
        if !Format::is(format, text) {
            return Err(Error::invalid(format!("{text:?} is no {part} of a service account")));
        }
    }
    let (namespace, name) = (&**namespace, &**name);
    let all = "system:serviceaccounts";
    let who = [
        ("user".to_owned(), json!(format!("system:serviceaccount:{namespace}:{name}"))),
        ("groups".to_owned(), json!([all, format!("{all}:{namespace}")])),
    ];
    let who = Rc::new(Map::from_iter(who));
    Ok(opaque(Authorizer { who, ..Authorizer::clone(own) }))
}

fn check<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let question = match arguments {
        [Value::Opaque(Opaque::Authorizer(own)), Value::String(verb)] => {
            own.question(verb).map(|question| (own, question))
        }
        _ => None,
    };
    let (own, question) = question.ok_or_else(|| mismatch("check", arguments))?;
    run.spend(STEPS)?;
    let answer = run.surroundings.call("POST", REVIEWS, Some(&question))?;
    let text = |field: &str| {
        let text = answer.pointer(field).and_then(Json::as_str);
        text.unwrap_or_default().to_owned()
    };
    let allowed = answer.pointer("/status/allowed").and_then(Json::as_bool);
    let allowed =
        allowed.ok_or_else(|| Error::Unanswered("the review has no status".to_owned()))?;
    let (reason, error) = (text("/status/reason"), text("/status/evaluationError"));
    Ok(opaque(own.about(Asked::Decided { allowed, reason, error })))
}

fn decided<'a>(what: &str, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::Opaque(Opaque::Authorizer(own))] = arguments else {
        return Err(mismatch(what, arguments));
    };
    let Asked::Decided { allowed, reason, error } = &own.asked else {
        return Err(mismatch(what, arguments));
    };
    Ok(match what {
        "allowed" => Value::Bool(*allowed),
        "errored" => Value::Bool(!error.is_empty()),
        "error" => Value::text(error.clone()),
        _ => Value::text(reason.clone()),
    })
}

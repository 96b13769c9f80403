//! The distribution API (`distribution-spec 1.1`).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_model::Digest;
use serde_json::{Value, json};

use super::wire::{Answer, Asked};
use super::{Access, State, Store, lock};

/// The right answer.
pub(super) fn answer(state: &State, asked: &Asked, body: Vec<u8>) -> Answer {
    let path = asked.path();
    if path == "/token" {
        return token(state, asked);
    }
    let Some(rest) = path.strip_prefix("/v2/") else { return error(404, "NOT_FOUND") };
    let place = Place::parse(rest);
    if let Some(refused) = refuse(state, asked, place.as_ref()) {
        return refused;
    }
    let mut store = lock(&state.store);
    match place {
        None if rest.is_empty() => Answer::new(200),
        None => error(404, "NOT_FOUND"),
        Some(place) => match place.kind {
            "manifests" => manifests(state, &mut store, asked, &place, body),
            "uploads" => uploads(&mut store, asked, &place, &body),
            "blobs" => blobs(state, &store, asked, &place),
            "tags" => tags(state, &store, asked, &place),
            _ if state.options.referrers => referrers(state, &store, asked, &place),
            _ => error(404, "NOT_FOUND"),
        },
    }
}

/// A path below `/v2/`, taken apart.
struct Place<'p> {
    repository: &'p str,
    kind: &'static str,
    name: &'p str,
}

impl<'p> Place<'p> {
    fn parse(rest: &'p str) -> Option<Self> {
        const KINDS: [(&str, &str); 5] = [
            ("/blobs/uploads/", "uploads"),
            ("/manifests/", "manifests"),
            ("/blobs/", "blobs"),
            ("/referrers/", "referrers"),
            ("/tags/", "tags"),
        ];
        KINDS.iter().find_map(|(mark, kind)| {
            let (repository, name) = rest.split_once(mark)?;
            Some(Self { repository, kind, name })
        })
    }
}

fn error(status: u16, code: &str) -> Answer {
    let body = json!({"errors": [{"code": code, "message": code.to_lowercase()}]}).to_string();
    Answer::new(status).body("application/json", body.into_bytes())
}

/// The answer to a client without access.
fn refuse(state: &State, asked: &Asked, place: Option<&Place<'_>>) -> Option<Answer> {
    let said = asked.header("authorization").unwrap_or_default();
    match &state.options.access {
        Access::Anybody => None,
        Access::Basic { user, password } => (said != basic(user, password)).then(|| {
            error(401, "UNAUTHORIZED").header("WWW-Authenticate", r#"Basic realm="test""#)
        }),
        Access::Token { .. } => {
            let action =
                if matches!(asked.method.as_str(), "GET" | "HEAD") { "pull" } else { "push" };
            let repository = place.map(|place| place.repository);
            let store = lock(&state.store);
            let scopes = said.strip_prefix("Bearer ").and_then(|token| store.tokens.get(token));
            let is_given = scopes.is_some_and(|scopes| match repository {
                Some(repository) => scopes.iter().any(|scope| {
                    scope
                        .strip_prefix(&format!("repository:{repository}:"))
                        .is_some_and(|actions| actions.split(',').any(|given| given == action))
                }),
                None => true,
            });
            let scope = repository
                .map(|repository| format!(r#",scope="repository:{repository}:{action}""#))
                .unwrap_or_default();
            let realm = format!("http://127.0.0.1:{}/token", state.port);
            let challenge = format!(r#"Bearer realm="{realm}",service="test"{scope}"#);
            (!is_given).then(|| error(401, "UNAUTHORIZED").header("WWW-Authenticate", challenge))
        }
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// The token service.
fn token(state: &State, asked: &Asked) -> Answer {
    let Access::Token { user, password, pull } = &state.options.access else {
        return error(404, "NOT_FOUND");
    };
    let is_user = match asked.header("authorization") {
        Some(said) if said == basic(user, password) => true,
        Some(_) => return error(401, "UNAUTHORIZED"),
        None => false,
    };
    let scopes = asked.query("scope").into_iter().filter_map(|scope| {
        let (place, actions) = scope.rsplit_once(':')?;
        let given = |action: &&str| is_user || (*pull && *action == "pull");
        let actions: Vec<&str> = actions.split(',').filter(given).collect();
        Some(format!("{place}:{}", actions.join(",")))
    });
    let mut store = lock(&state.store);
    let scopes = scopes.collect();
    store.count += 1;
    let token = format!("token-{}", store.count);
    store.tokens.insert(token.clone(), scopes);
    let body = json!({"token": token, "expires_in": 300}).to_string();
    Answer::new(200).body("application/json", body.into_bytes())
}

fn manifests(
    state: &State,
    store: &mut Store,
    asked: &Asked,
    place: &Place<'_>,
    body: Vec<u8>,
) -> Answer {
    let tag = (place.repository.to_owned(), place.name.to_owned());
    let digest = store.tags.get(&tag).cloned().or_else(|| place.name.parse().ok());
    match asked.method.as_str() {
        "GET" | "HEAD" => {
            let found = digest.and_then(|digest| Some((store.manifests.get(&digest)?, digest)));
            let Some(((media_type, bytes), digest)) = found else {
                return error(404, "MANIFEST_UNKNOWN");
            };
            Answer::new(200)
                .body(media_type, Arc::clone(bytes))
                .header("Docker-Content-Digest", digest)
        }
        "PUT" => {
            let media_type = asked.header("content-type").unwrap_or_default().to_owned();
            let digest = Digest::sha256_of(&body);
            if let Ok(named) = place.name.parse::<Digest>() {
                if named != digest {
                    return error(400, "DIGEST_INVALID");
                }
            } else {
                store.tags.insert(tag, digest.clone());
            }
            let document: Value = serde_json::from_slice(&body).unwrap_or_default();
            let subject = document.pointer("/subject/digest").and_then(Value::as_str);
            let mut answer = Answer::new(201).header("Docker-Content-Digest", &digest);
            if let Some(subject) = subject.filter(|_| state.options.referrers) {
                answer = answer.header("OCI-Subject", subject);
            }
            store.manifests.insert(digest, (media_type, body.into()));
            answer
        }
        "DELETE" => match (store.tags.remove(&tag), digest) {
            (None, Some(digest)) if store.manifests.remove(&digest).is_some() => Answer::new(202),
            (Some(_), _) => Answer::new(202),
            _ => error(404, "MANIFEST_UNKNOWN"),
        },
        _ => error(405, "UNSUPPORTED"),
    }
}

fn uploads(store: &mut Store, asked: &Asked, place: &Place<'_>, body: &[u8]) -> Answer {
    let repository = place.repository;
    let session: Option<u64> = place.name.parse().ok();
    let goes_on = |number: u64| {
        Answer::new(202).header("Location", format!("/v2/{repository}/blobs/uploads/{number}"))
    };
    match (asked.method.as_str(), session) {
        ("POST", None) => {
            let mount = asked.query("mount").first().and_then(|digest| digest.parse().ok());
            if let Some(digest) = mount.filter(|digest| store.blobs.contains_key(digest)) {
                return Answer::new(201).header("Docker-Content-Digest", digest);
            }
            store.count += 1;
            let number = store.count;
            store.uploads.insert(number, Vec::new());
            goes_on(number)
        }
        ("PATCH", Some(number)) => {
            let Some(upload) = store.uploads.get_mut(&number) else {
                return error(404, "BLOB_UPLOAD_UNKNOWN");
            };
            let starts = format!("{}-", upload.len());
            if !asked.header("content-range").is_some_and(|range| range.starts_with(&starts)) {
                return error(416, "RANGE_INVALID");
            }
            upload.extend_from_slice(body);
            goes_on(number)
        }
        ("PUT", Some(number)) => {
            let Some(mut upload) = store.uploads.remove(&number) else {
                return error(404, "BLOB_UPLOAD_UNKNOWN");
            };
            upload.extend_from_slice(body);
            let digest = Digest::sha256_of(&upload);
            if asked.query("digest") != [digest.to_string()] {
                return error(400, "DIGEST_INVALID");
            }
            store.blobs.insert(digest.clone(), upload.into());
            Answer::new(201).header("Docker-Content-Digest", digest)
        }
        ("DELETE", Some(number)) => {
            store.uploads.remove(&number);
            Answer::new(204)
        }
        _ => error(405, "UNSUPPORTED"),
    }
}

fn blobs(state: &State, store: &Store, asked: &Asked, place: &Place<'_>) -> Answer {
    let digest: Option<Digest> = place.name.parse().ok();
    let Some(bytes) = digest.and_then(|digest| store.blobs.get(&digest)) else {
        return error(404, "BLOB_UNKNOWN");
    };
    let from = asked
        .header("range")
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    match from.and_then(|from| Some((from, bytes.get(from..)?))) {
        Some((from, rest)) if state.options.ranges => {
            let last = bytes.len().saturating_sub(1);
            let range = format!("bytes {from}-{last}/{}", bytes.len());
            Answer::new(206).body("application/octet-stream", rest).header("Content-Range", range)
        }
        _ => Answer::new(200).body("application/octet-stream", Arc::clone(bytes)),
    }
}

/// The part of a list that a page has, and the link to the next one.
fn page<T: Clone>(state: &State, asked: &Asked, all: &[T]) -> (Vec<T>, Option<String>) {
    let from = asked.query("from").first().and_then(|from| from.parse().ok()).unwrap_or(0_usize);
    let to = from.saturating_add(state.options.page).min(all.len());
    let part = all.get(from..to).unwrap_or_default().to_vec();
    let next = (to < all.len()).then(|| format!("<{}?from={to}>; rel=\"next\"", asked.path()));
    (part, next)
}

fn listed(answer: Answer, next: Option<String>) -> Answer {
    match next {
        Some(next) => answer.header("Link", next),
        None => answer,
    }
}

fn tags(state: &State, store: &Store, asked: &Asked, place: &Place<'_>) -> Answer {
    let own = store.tags.keys().filter(|(repository, _)| repository == place.repository);
    let all: Vec<String> = own.map(|(_, tag)| tag.clone()).collect();
    let (tags, next) = page(state, asked, &all);
    let body = json!({"name": place.repository, "tags": tags}).to_string();
    listed(Answer::new(200).body("application/json", body.into_bytes()), next)
}

fn referrers(state: &State, store: &Store, asked: &Asked, place: &Place<'_>) -> Answer {
    let refers = |(digest, (media_type, bytes)): (&Digest, &(String, Arc<[u8]>))| {
        let document: Value = serde_json::from_slice(bytes).ok()?;
        if document.pointer("/subject/digest")?.as_str()? != place.name {
            return None;
        }
        let config = document.pointer("/config/mediaType");
        Some(json!({
            "mediaType": media_type,
            "digest": digest.to_string(),
            "size": bytes.len(),
            "artifactType": document.get("artifactType").or(config),
            "annotations": document.get("annotations").cloned().unwrap_or_else(|| json!({})),
        }))
    };
    let all: Vec<Value> = store.manifests.iter().filter_map(refers).collect();
    let (manifests, next) = page(state, asked, &all);
    let index = "application/vnd.oci.image.index.v1+json";
    let body = json!({"schemaVersion": 2, "mediaType": index, "manifests": manifests}).to_string();
    listed(Answer::new(200).body(index, body.into_bytes()), next)
}

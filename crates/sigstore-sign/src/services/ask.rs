//! Requests to a service, bounded in bytes and time; those that must not be repeated are sent once.

use std::time::Duration;

use sealift_http::{Body, Client, Method, Request, Response, Url};
use serde_json::Value;

use super::error::{Service, ServiceError};

/// Bytes of an answer; the largest is an entry with an envelope of some megabytes.
const MAX_BYTES: u64 = 32 << 20;
/// Characters of a service's message that an error repeats.
const MAX_MESSAGE: usize = 300;
/// Time for one answer; a log may take some seconds to include an entry.
const TOTAL: Duration = Duration::from_secs(60);

/// The answer of a service, and where it came from.
pub(super) struct Answer {
    service: Service,
    pub(super) host: String,
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// A service at its URL.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) client: &'a Client,
    pub(super) service: Service,
}

impl Asked<'_> {
    /// Posts a body of this type.
    pub(super) fn post(
        self,
        url: &Url,
        content_type: &str,
        body: &[u8],
    ) -> Result<Answer, ServiceError> {
        let request = Request::new(Method::Post, url)
            .header("content-type", content_type)
            .body(Body::Bytes(body));
        self.send(request)
    }

    pub(super) fn get(self, url: &Url) -> Result<Answer, ServiceError> {
        self.send(Request::get(url).header("accept", "application/json"))
    }

    fn send(self, request: Request<'_>) -> Result<Answer, ServiceError> {
        let unreachable = |source| ServiceError::Unreachable { service: self.service, source };
        let request = request.total(TOTAL).max_bytes(MAX_BYTES);
        let response: Response = self.client.send(request).map_err(unreachable)?;
        Ok(Answer {
            service: self.service,
            host: response.url().authority(),
            status: response.status(),
            location: response.headers().get("location").map(str::to_owned),
            bytes: response.bytes(MAX_BYTES).map_err(unreachable)?,
        })
    }
}

impl Answer {
    /// The answer, or an error if the service refused.
    pub(super) fn accepted(self) -> Result<Self, ServiceError> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        Err(ServiceError::Refused {
            service: self.service,
            message: message(&self.bytes),
            host: self.host,
            status: self.status,
        })
    }

    pub(super) fn json(&self) -> Result<Value, ServiceError> {
        serde_json::from_slice(&self.bytes).map_err(|_| self.malformed("no JSON"))
    }

    pub(super) fn malformed(&self, what: &'static str) -> ServiceError {
        ServiceError::Answer { service: self.service, host: self.host.clone(), what }
    }
}

/// The error message in an answer, on one line: the `message` of JSON, or the text.
fn message(bytes: &[u8]) -> String {
    let document: Option<Value> = serde_json::from_slice(bytes).ok();
    let text = match document.as_ref().and_then(|document| document.get("message")?.as_str()) {
        Some(message) => message.to_owned(),
        None => String::from_utf8_lossy(bytes).into_owned(),
    };
    let visible = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    visible.take(MAX_MESSAGE).collect::<String>().trim().to_owned()
}

/// A path below the URL of a service.
pub(super) fn below(base: &Url, path: &str) -> Option<Url> {
    format!("{}{path}", base.full().trim_end_matches('/')).parse().ok()
}

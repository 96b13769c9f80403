//! The endpoints of the webhook.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sealift::ThreadPool;
use sealift::admission::{Decision, Request as Asked, request_of, response};
use serde_json::json;

use super::patience::patience;
use super::{Judge, provider};
use crate::http::{Handler, Method, Request, Response};
use crate::{Clock, Log, Metrics, Tls};

const JSON: &str = "application/json";

/// The answer to a request whose decision is late. If there is no decision at all, since deciding
/// panicked or too many requests are being decided on, the request is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are the two")]
pub enum OnTimeout {
    /// The request is refused: an image that cannot be judged must not run.
    #[default]
    Deny,
    /// The request is admitted with a warning: availability matters more than the check.
    Allow,
}

/// Answers the requests of an API server.
///
/// | | |
/// |---|---|
/// | `POST /validate`, `/mutate` | an AdmissionReview |
/// | `POST /externaldata` | a ProviderRequest of Gatekeeper |
/// | `GET /healthz` | the program runs |
/// | `GET /readyz` | requests can be decided on |
/// | `GET /metrics` | counts for Prometheus |
#[derive(Debug)]
pub struct Webhook<J> {
    judge: Arc<J>,
    on_timeout: OnTimeout,
    tls: Option<Arc<Tls>>,
    pool: ThreadPool,
    clock: Clock,
    log: Log,
    metrics: Metrics,
}

/// Most reviews that are judged at once: each occupies a connection, and late ones may still be
/// running.
const MAX_JUDGED: usize = 2048;
/// The stack that evaluating a policy may use.
const STACK_BYTES: usize = 4 << 20;
/// Gatekeeper's timeout, less a reserve for the network.
const PROVIDER_PATIENCE: Duration = Duration::from_millis(2500);

/// Largest reserve for the decision itself, after all lookups.
const MOST_AHEAD: Duration = Duration::from_millis(500);

/// The operation of a request.
#[derive(Clone, Copy, Debug)]
enum Verb {
    Validate,
    Mutate,
}

/// Why there is no decision.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Undecided {
    #[error("there is no decision in time; it goes on, ask again")]
    Late,
    #[error("too many requests are being decided on")]
    PoolFull,
    #[error("deciding failed; see the log of the webhook")]
    Failed,
}

/// The deadline for lookups, so that their results so far can be reported in time.
fn ahead(until: Instant) -> Instant {
    let left = until.saturating_duration_since(Instant::now());
    until.checked_sub((left / 10).min(MOST_AHEAD)).unwrap_or(until)
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Mutate => "mutate",
        }
    }
}

impl<J: Judge> Webhook<J> {
    /// A webhook that asks `judge`. With `tls`, it is only ready while the certificate is valid.
    #[must_use]
    pub fn new(
        judge: Arc<J>,
        on_timeout: OnTimeout,
        tls: Option<Arc<Tls>>,
        clock: Clock,
        log: Log,
        metrics: Metrics,
    ) -> Self {
        let pool = ThreadPool::new("judge", MAX_JUDGED, 0, STACK_BYTES);
        Self { judge, on_timeout, tls, pool, clock, log, metrics }
    }

    fn review(&self, request: &Request, verb: Verb) -> Response {
        let asked = match request_of(&request.body) {
            Ok(asked) => asked,
            Err(error) => return Response::text(400, error.to_string()),
        };
        let began = Instant::now();
        let until = began + patience(request.parameter("timeout"));
        let asked = Arc::new(asked);
        let decision = self.judged(&asked, verb, until);
        let labels = [("decision", decision.word()), ("verb", verb.name())];
        self.metrics.count("sealift_reviews_total", &labels);
        self.metrics.took("sealift_review_seconds", began.elapsed());
        self.tell(&asked, verb, &decision, began.elapsed());
        Response::json(200, JSON, &response(&asked.uid, &decision))
    }

    /// Decides on another thread, so that the caller is always answered in time.
    fn judged(&self, asked: &Arc<Asked>, verb: Verb, until: Instant) -> Decision {
        let (judge, given) = (Arc::clone(&self.judge), Arc::clone(asked));
        let before = ahead(until);
        let decided = self.decided(until, move || match verb {
            Verb::Validate => judge.validate(&given, before),
            Verb::Mutate => judge.mutate(&given, before),
        });
        let mut decision = match decided {
            Ok(decision) => decision,
            Err(why @ Undecided::Late) => {
                let mut decision = Decision::allow();
                decision.late.push(why.to_string());
                decision
            }
            Err(why) => Decision::refuse(why.to_string()),
        };
        let late = std::mem::take(&mut decision.late);
        if !late.is_empty() {
            self.metrics.count("sealift_reviews_late_total", &[]);
        }
        for why in late {
            match self.on_timeout {
                OnTimeout::Deny => decision.refusals.push(why),
                OnTimeout::Allow => {
                    decision.annotate("not-judged", &why);
                    decision.warnings.push(format!("admitted without a decision: {why}"));
                }
            }
        }
        decision
    }

    fn decided<D: Send + 'static>(
        &self,
        until: Instant,
        decide: impl FnOnce() -> D + Send + 'static,
    ) -> Result<D, Undecided> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let job = move || {
            // The caller may have been answered already.
            let _ = sender.send(decide());
        };
        if self.pool.run(job).is_err() {
            self.metrics.count("sealift_reviews_busy_total", &[]);
            return Err(Undecided::PoolFull);
        }
        let left = until.saturating_duration_since(Instant::now());
        receiver.recv_timeout(left).map_err(|error| match error {
            mpsc::RecvTimeoutError::Timeout => Undecided::Late,
            mpsc::RecvTimeoutError::Disconnected => {
                self.metrics.count("sealift_panics_total", &[]);
                self.log.error("deciding on a request panicked", &[]);
                Undecided::Failed
            }
        })
    }

    fn tell(&self, asked: &Asked, verb: Verb, decision: &Decision, took: Duration) {
        let mut fields = vec![
            ("uid", json!(asked.uid)),
            ("verb", json!(verb.name())),
            ("kind", json!(asked.kind.kind)),
            ("namespace", json!(asked.namespace)),
            ("name", json!(asked.name)),
            ("operation", json!(asked.operation)),
            ("dry_run", json!(asked.dry_run)),
            ("allowed", json!(decision.is_allowed())),
            ("milliseconds", json!(took.as_millis())),
        ];
        if decision.is_allowed() && decision.warnings.is_empty() {
            return self.log.debug("reviewed", &fields);
        }
        fields.push(("refusals", json!(decision.refusals)));
        fields.push(("warnings", json!(decision.warnings)));
        self.log.info("reviewed", &fields);
    }

    fn provide(&self, request: &Request) -> Response {
        let asked = match provider::read(&request.body) {
            Ok(asked) => asked,
            Err(error) => return Response::json(400, JSON, &provider::failure(&error)),
        };
        let until = Instant::now() + PROVIDER_PATIENCE;
        let (judge, names) = (Arc::clone(&self.judge), asked.keys.clone());
        let before = ahead(until);
        match self.decided(until, move || judge.images(&names, before)) {
            Ok(found) => Response::json(200, JSON, &provider::answer(&asked, &found)),
            Err(why) => Response::json(200, JSON, &provider::failure(&why)),
        }
    }

    fn ready(&self) -> Response {
        let expired = self.tls.as_ref().filter(|tls| !tls.is_valid(self.clock.now()));
        let expired = expired.map(|tls| format!("the certificate ended at {}", tls.not_after()));
        let why = expired.or_else(|| self.judge.not_ready());
        self.metrics.set("sealift_ready", &[], usize::from(why.is_none()));
        why.map_or_else(|| Response::text(200, "ready"), |why| Response::text(503, why))
    }
}

impl<J: Judge> Handler for Webhook<J> {
    fn handle(&self, request: &Request) -> Response {
        let response = match request.path.as_str() {
            "/validate" => posted(request, || self.review(request, Verb::Validate)),
            "/mutate" => posted(request, || self.review(request, Verb::Mutate)),
            "/externaldata" => posted(request, || self.provide(request)),
            "/healthz" => read(request, || Response::text(200, "healthy")),
            "/readyz" => read(request, || self.ready()),
            "/metrics" => read(request, || {
                let text = self.metrics.text().into_bytes();
                Response::new(200).with_body("text/plain; version=0.0.4; charset=utf-8", text)
            }),
            _ => return Response::text(404, "there is nothing here"),
        };
        let status = response.status.to_string();
        let labels = [("path", request.path.as_str()), ("status", status.as_str())];
        self.metrics.count("sealift_requests_total", &labels);
        response
    }
}

fn posted(request: &Request, answer: impl FnOnce() -> Response) -> Response {
    if request.method != Method::Post {
        return Response::text(405, "only POST is answered here").with("allow", "POST");
    }
    match request.media_type().as_str() {
        JSON => answer(),
        other => Response::text(415, format!("{other:?} is not {JSON}")),
    }
}

fn read(request: &Request, answer: impl FnOnce() -> Response) -> Response {
    if request.method.is_read() {
        return answer();
    }
    Response::text(405, "only GET is answered here").with("allow", "GET, HEAD")
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use sealift::Timestamp;
    use sealift::admission::ImageRefusal;

    use super::*;

    /// Decides once it may.
    struct Waits(Mutex<mpsc::Receiver<()>>);

    impl Judge for Waits {
        fn validate(&self, _: &Asked, _: Instant) -> Decision {
            let _ = self.0.lock().unwrap().recv();
            Decision::allow()
        }

        fn mutate(&self, asked: &Asked, until: Instant) -> Decision {
            self.validate(asked, until)
        }

        fn images(&self, _: &[String], _: Instant) -> Vec<Result<String, ImageRefusal>> {
            Vec::new()
        }
    }

    #[test]
    fn what_is_too_much_to_decide_on_is_refused_whatever_time_it_has() {
        let (go, gate) = mpsc::channel();
        let clock = Clock::new(|| Timestamp::from_unix_seconds(1_780_000_000).unwrap());
        let log = Log::new(std::io::sink(), clock.clone());
        let metrics = Metrics::default();
        let judge = Arc::new(Waits(Mutex::new(gate)));
        let mut webhook = Webhook::new(judge, OnTimeout::Allow, None, clock, log, metrics.clone());
        webhook.pool = ThreadPool::new("judge", 1, 0, STACK_BYTES);
        let asked = Arc::new(Asked::default());
        let soon = || Instant::now() + Duration::from_millis(50);
        let late = webhook.judged(&asked, Verb::Validate, soon());
        assert!(late.is_allowed() && !late.warnings.is_empty(), "{late:?}");
        // The first is still being decided on, and no other thread is free.
        let busy = webhook.judged(&asked, Verb::Validate, soon());
        assert_eq!(busy.refusals, ["too many requests are being decided on"]);
        assert!(metrics.text().contains("sealift_reviews_busy_total 1\n"));
        go.send(()).unwrap();
    }
}

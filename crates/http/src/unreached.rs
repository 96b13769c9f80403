//! Hosts to which connecting failed.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{Error, Response, Url};

/// How many are remembered at most: whoever is asked names them.
const MAX_HOSTS: usize = 1000;

/// Remembers them, so that of a thousand requests to a host that is not there only the first
/// waits for it.
#[derive(Debug, Default)]
pub(crate) struct Unreached {
    /// Since when, and why, by `host:port`.
    hosts: Mutex<BTreeMap<String, (Instant, String)>>,
}

/// How a request may ask a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// As often as [`Retry`](crate::Retry) has it.
    Ask,
    /// Once: it could not be connected to the last time.
    AskOnce,
    /// Not at all, for it was tried just now, and that failed.
    No { cause: String },
}

impl Unreached {
    pub(crate) fn leave(&self, url: &Url, rest: Duration) -> Leave {
        match self.hosts().get(&place(url)) {
            None => Leave::Ask,
            Some((since, cause)) if since.elapsed() < rest => Leave::No { cause: cause.clone() },
            Some(_) => Leave::AskOnce,
        }
    }

    /// Notes whether a host could be connected to.
    pub(crate) fn note(&self, url: &Url, outcome: &Result<Response, Error>) {
        let mut hosts = self.hosts();
        match outcome {
            Err(error) if error.kind.is_unreached() => {
                if hosts.len() >= MAX_HOSTS {
                    hosts.clear();
                }
                hosts.insert(place(url), (Instant::now(), error.kind.to_string()));
            }
            _ => _ = hosts.remove(&place(url)),
        }
    }

    fn hosts(&self) -> MutexGuard<'_, BTreeMap<String, (Instant, String)>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(url: &Url) -> String {
    format!("{}:{}", url.host(), url.port())
}

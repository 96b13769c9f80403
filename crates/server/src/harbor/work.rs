//! Runs one scan.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sealift::http::{self, Client, Config};
use sealift::registry::{Keychain, Registries};
use sealift::{
    Cancel, Chain, Diagnostic, Error, Impact, LayerCache, Observer, RegistryImage, Report,
    ScanOptions, Scanner, Target,
};

use super::database::{Advisories, NoDatabase};
use super::media::Product;
use super::report::make;
use super::request::{BadRequest, ScanRequest};
use super::store::{Store, Waiting};
use crate::{Clock, Metrics};

/// Runs scans, from several threads.
pub(super) trait Work: Send + Sync {
    /// Scans, and stores the requested products; on failure, returns a sentence without a full
    /// stop.
    fn run(
        &self,
        waiting: &Waiting,
        store: &Store,
        cancel: &Cancel,
        longest: Duration,
    ) -> Result<(), ScanError>;
}

/// Why a scan made nothing, as a sentence without its stop.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScanError {
    /// What was asked for cannot be.
    #[error(transparent)]
    Request(#[from] BadRequest),
    /// No connections can be made.
    #[error(transparent)]
    Network(#[from] http::Error),
    #[error(transparent)]
    Database(#[from] NoDatabase),
    #[error("{}", Chain(.0))]
    Scan(Error),
    #[error("the scan takes longer than {} s", .longest.as_secs())]
    TooLong { longest: Duration },
    /// The server is ending.
    #[error("cancelled")]
    Cancelled,
    /// Not all was seen or matched.
    #[error("the scan is incomplete: {first}{}", And(*.more))]
    Incomplete { first: Box<Diagnostic>, more: usize },
    #[error("the report cannot be kept: {0}")]
    NotKept(io::Error),
    #[error("the scan failed; see the log of the scanner")]
    Panicked,
}

/// How many more there are.
struct And(usize);

impl fmt::Display for And {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

/// Scans images in the registries that requests name.
pub(super) struct Scans {
    pub(super) advisories: Arc<Advisories>,
    pub(super) network: Config,
    pub(super) cache: Option<Arc<LayerCache>>,
    pub(super) allow_incomplete: bool,
    pub(super) clock: Clock,
    pub(super) metrics: Metrics,
}

impl Work for Scans {
    fn run(
        &self,
        waiting: &Waiting,
        store: &Store,
        cancel: &Cancel,
        longest: Duration,
    ) -> Result<(), ScanError> {
        let scan = || self.scan(waiting, store, cancel, longest);
        catch_unwind(AssertUnwindSafe(scan)).unwrap_or_else(|_| {
            self.metrics.count("sealift_panics_total", &[]);
            Err(ScanError::Panicked)
        })
    }
}

impl Scans {
    fn scan(
        &self,
        waiting: &Waiting,
        store: &Store,
        cancel: &Cancel,
        longest: Duration,
    ) -> Result<(), ScanError> {
        let request = waiting.request.check()?;
        let until = Instant::now() + longest;
        let watched = Watched { cancel, until };
        let report = self.report(&request, &watched).map_err(|error| match error {
            ScanError::Cancelled if Instant::now() >= until => ScanError::TooLong { longest },
            error => error,
        })?;
        if !self.allow_incomplete && !lists_only(&request) {
            whole(&report)?;
        }
        let now = self.clock.now();
        for product in &request.products {
            let made = make(*product, &report, &waiting.request.artifact, now);
            made.and_then(|bytes| store.put(&waiting.id, *product, &bytes))
                .map_err(ScanError::NotKept)?;
        }
        Ok(())
    }

    fn report(&self, request: &ScanRequest, watched: &Watched<'_>) -> Result<Report, ScanError> {
        let host = request.image.registry().to_owned();
        let mut network = self.network.clone();
        if request.is_plain {
            // Harbor's own registry is reached this way within the cluster.
            network.plain_hosts.insert(host.clone());
        }
        let client = Client::new(network)?;
        let mut keychain = Keychain::default();
        keychain.given.extend(request.credential.clone().map(|credential| (host, credential)));
        let registries = Registries::new(client, keychain);
        let target = Target::Registry(RegistryImage::new(registries, request.image.clone()));
        let mut options = ScanOptions::default();
        options.cache.clone_from(&self.cache);
        options.judged_at = Some(self.clock.now());
        // Listing components needs no advisories.
        let scanner = match lists_only(request) {
            true => Arc::new(Scanner::without_database()),
            false => self.advisories.scanner()?,
        };
        scanner.scan(&target, &options, watched).map_err(|error| match error {
            Error::Cancelled => ScanError::Cancelled,
            error => ScanError::Scan(error),
        })
    }
}

/// Whether the request does not include vulnerabilities.
fn lists_only(request: &ScanRequest) -> bool {
    let sboms: BTreeSet<Product> = [Product::CycloneDx, Product::Spdx].into();
    request.products.is_subset(&sboms)
}

/// Checks that everything was read and matched; the error says what is missing.
fn whole(report: &Report) -> Result<(), ScanError> {
    let diagnostics = report.inventory.diagnostics.iter();
    let mut reasons = diagnostics.filter(|it| it.impact == Impact::Incomplete);
    let Some(first) = reasons.next() else { return Ok(()) };
    Err(ScanError::Incomplete { first: Box::new(first.clone()), more: reasons.count() })
}

/// Stops a scan when it is cancelled, or takes too long.
struct Watched<'w> {
    cancel: &'w Cancel,
    until: Instant,
}

impl Observer for Watched<'_> {
    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled() || Instant::now() >= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_seen_is_counted() {
        let said = |more| {
            let first = Box::new(Diagnostic::new("apk", "cut", Impact::Incomplete));
            ScanError::Incomplete { first, more }.to_string()
        };
        assert_eq!(said(0), "the scan is incomplete: cut");
        assert_eq!(said(2), "the scan is incomplete: cut, and 2 more");
    }
}

//! Runs one scan.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sealift::http::{Client, Config};
use sealift::registry::{Keychain, Registries};
use sealift::{
    Cancel, Chain, Error, Impact, LayerCache, Observer, RegistryImage, Report, ScanOptions,
    Scanner, Target,
};

use super::database::Advisories;
use super::media::Product;
use super::report::make;
use super::request::ScanRequest;
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
    ) -> Result<(), String>;
}

/// The error of a scan that was stopped.
pub(super) const CANCELLED: &str = "cancelled";

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
    ) -> Result<(), String> {
        let scan = || self.scan(waiting, store, cancel, longest);
        catch_unwind(AssertUnwindSafe(scan)).unwrap_or_else(|_| {
            self.metrics.count("sealift_panics_total", &[]);
            Err("the scan failed; see the log of the scanner".to_owned())
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
    ) -> Result<(), String> {
        let request = waiting.request.check().map_err(|error| error.to_string())?;
        let until = Instant::now() + longest;
        let watched = Watched { cancel, until };
        let report = self.report(&request, &watched).map_err(|error| match error {
            Failed::Scan(error) if is_cancelled(&error) && Instant::now() >= until => {
                format!("the scan takes longer than {} s", longest.as_secs())
            }
            Failed::Scan(error) if is_cancelled(&error) => CANCELLED.to_owned(),
            Failed::Scan(error) => Chain(&error).to_string(),
            Failed::Text(text) => text,
        })?;
        if !self.allow_incomplete && !lists_only(&request) {
            whole(&report)?;
        }
        let now = self.clock.now();
        for product in &request.products {
            let made = make(*product, &report, &waiting.request.artifact, now);
            made.and_then(|bytes| store.put(&waiting.id, *product, &bytes))
                .map_err(|error| format!("the report cannot be kept: {error}"))?;
        }
        Ok(())
    }

    fn report(&self, request: &ScanRequest, watched: &Watched<'_>) -> Result<Report, Failed> {
        let host = request.image.registry().to_owned();
        let mut network = self.network.clone();
        if request.is_plain {
            // Harbor's own registry is reached this way within the cluster.
            network.plain_hosts.insert(host.clone());
        }
        let client = Client::new(network).map_err(|error| Failed::Text(error.to_string()))?;
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
            false => self.advisories.scanner().map_err(Failed::Text)?,
        };
        scanner.scan(&target, &options, watched).map_err(Failed::Scan)
    }
}

/// Whether the request does not include vulnerabilities.
fn lists_only(request: &ScanRequest) -> bool {
    let sboms: BTreeSet<Product> = [Product::CycloneDx, Product::Spdx].into();
    request.products.is_subset(&sboms)
}

/// Checks that everything was read and matched; the error says what is missing.
fn whole(report: &Report) -> Result<(), String> {
    let diagnostics = report.inventory.diagnostics.iter();
    let mut reasons = diagnostics.filter(|it| it.impact == Impact::Incomplete);
    let Some(first) = reasons.next() else { return Ok(()) };
    let more = match reasons.count() {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Err(format!("the scan is incomplete: {first}{more}"))
}

enum Failed {
    Scan(Error),
    Text(String),
}

fn is_cancelled(error: &Error) -> bool {
    matches!(error, Error::Cancelled)
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

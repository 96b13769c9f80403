//! What the servers have in common: the socket, TLS, signals.

use std::io::stderr;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use sealift_server::http::{Handler, Limits, Server};
use sealift_server::watch::{self, Look};
use sealift_server::{CertificateFiles, Clock, Log, Metrics, Tls, Watch, signals};

use crate::args::{GlobalArgs, ListenArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::{Context, cache};

/// A server before it runs.
pub(super) struct Serving<'a> {
    args: &'a ListenArgs,
    pub(super) clock: Clock,
    pub(super) log: Log,
    pub(super) metrics: Metrics,
    pub(super) tls: Option<Arc<Tls>>,
    listener: TcpListener,
    looks: Vec<Look>,
}

impl<'a> Serving<'a> {
    /// Binds the address and reads the certificate, so that errors in them are reported first.
    pub(super) fn new(args: &'a ListenArgs, global: &GlobalArgs) -> Result<Self, Failure> {
        let clock = Clock::new(now);
        let log = Log::new(stderr(), clock.clone());
        let log = if global.debug { log.verbose() } else { log };
        let metrics = Metrics::default();
        let tls = certificate(args)?;
        let listener = TcpListener::bind(args.listen).map_err(|error| Failure::Unusable {
            what: format!("the address {}", args.listen),
            error: error.into(),
            hint: "name one of this machine that nobody listens at, with --listen ADDRESS:PORT",
        })?;
        let mut serving = Self { args, clock, log, metrics, tls, listener, looks: Vec::new() };
        if let Some(tls) = serving.tls.clone() {
            let (clock, log) = (serving.clock.clone(), serving.log.clone());
            serving.look(watch::certificate(tls, clock, log, serving.metrics.clone()));
        }
        Ok(serving)
    }

    /// Adds a check that runs now and then.
    pub(super) fn look(&mut self, look: Look) {
        self.looks.push(look);
    }

    /// Answers requests until a signal ends the process.
    pub(super) fn run(self, handler: Arc<dyn Handler>) -> Result<(), Failure> {
        let Self { args, log, metrics, tls, listener, looks, .. } = self;
        let failed = |error: std::io::Error| Failure::Unusable {
            what: "the server".to_owned(),
            error: error.into(),
            hint: "",
        };
        let mut limits = Limits::default();
        limits.max_connections = args.max_connections.max(1);
        let is_secure = tls.is_some();
        let server =
            Server::start(listener, tls, limits, handler, log.clone(), metrics).map_err(failed)?;
        let watch = Watch::start(args.look_every, looks).map_err(failed)?;
        let address = server.address().to_string().into();
        log.info("listening", &[("address", address), ("tls", is_secure.into())]);
        signals::wait(&watch).map_err(failed)?;
        log.info("ending", &[]);
        thread::sleep(args.drain);
        let cut = server.stop(args.grace);
        log.info("ended", &[("connections_cut", cut.into())]);
        Ok(())
    }
}

fn certificate(args: &ListenArgs) -> Result<Option<Arc<Tls>>, Failure> {
    let files = args.tls_cert.clone().zip(args.tls_key.clone());
    let Some((certificate, key)) = files else {
        if args.insecure_http {
            return Ok(None);
        }
        return Err(Failure::Unusable {
            what: "the server".to_owned(),
            error: "it has no certificate".into(),
            hint: "name one with --tls-cert FILE and --tls-key FILE; --insecure-http does without",
        });
    };
    let tls = Tls::open(CertificateFiles { certificate, key }).map_err(|error| {
        let hint = "certificate and key must be PEM, and belong together";
        Failure::Unusable { what: "the certificate".to_owned(), error: error.into(), hint }
    })?;
    Ok(Some(Arc::new(tls)))
}

/// The advisory database that is named, else the one in the cache folder, whether it exists or not.
pub(super) fn database(named: Option<PathBuf>, context: Context<'_>) -> Option<PathBuf> {
    let kept = || Some(cache::databases(context)?.database());
    named.or_else(kept)
}

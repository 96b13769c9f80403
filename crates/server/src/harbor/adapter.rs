//! The endpoints of the scanner API.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use sealift::LayerCache;
use sealift::http::Config;
use serde_json::{Value, json};

use super::access::Access;
use super::database::Advisories;
use super::media::{self, Product, ReportKind, SBOMS};
use super::metadata::metadata;
use super::queue::{NotAccepted, Queue, QueueOptions, Standing};
use super::request;
use super::store::ScanId;
use super::work::Scans;
use crate::http::{Handler, Method, Request, Response};
use crate::{Clock, Log, Metrics};

const BASE: &str = "/api/v1";

/// Answers the requests of Harbor.
///
/// | | |
/// |---|---|
/// | `GET /api/v1/metadata` | what the scanner can do |
/// | `POST /api/v1/scan` | asks for a scan |
/// | `GET /api/v1/scan/ID/report` | its report, or when to ask again |
/// | `GET /probe/healthy`, `/probe/ready`, `/metrics` | for the cluster |
#[derive(Debug)]
pub struct Adapter {
    queue: Queue,
    advisories: Arc<Advisories>,
    access: Access,
    metrics: Metrics,
}

/// The settings of an adapter.
#[derive(Debug)]
#[non_exhaustive]
pub struct AdapterOptions {
    /// The advisory database; it is opened again when its file is replaced.
    pub database: PathBuf,
    /// The queue.
    pub queue: QueueOptions,
    /// Who may request scans.
    pub access: Access,
    /// Network settings for registries.
    pub network: Config,
    /// The cache for layer contents. Default: none.
    pub cache: Option<Arc<LayerCache>>,
    /// Whether vulnerabilities are reported for an image that was only partly read or matched.
    /// Default: no, since Harbor would show the unknown parts as clean.
    pub allow_incomplete: bool,
}

impl AdapterOptions {
    /// An adapter without authentication.
    #[must_use]
    pub fn new(database: impl Into<PathBuf>, queue: QueueOptions) -> Self {
        Self {
            database: database.into(),
            queue,
            access: Access::Anybody,
            network: Config::default(),
            cache: None,
            allow_incomplete: false,
        }
    }
}

impl Adapter {
    /// Resumes the scans that were accepted before, and waits for more.
    ///
    /// # Errors
    /// When the folder of the queue cannot be used, or no threads can be started.
    pub fn open(
        options: AdapterOptions,
        clock: Clock,
        log: Log,
        metrics: Metrics,
    ) -> io::Result<Self> {
        let advisories = Arc::new(Advisories::at(&options.database));
        let work = Scans {
            advisories: Arc::clone(&advisories),
            network: options.network,
            cache: options.cache,
            allow_incomplete: options.allow_incomplete,
            clock: clock.clone(),
            metrics: metrics.clone(),
        };
        let queue = Queue::open(options.queue, Arc::new(work), clock, log, metrics.clone())?;
        Ok(Self { queue, advisories, access: options.access, metrics })
    }

    /// Deletes reports that are older than the retention time.
    pub fn sweep(&self) {
        self.queue.sweep();
    }

    /// Stops the running scans, which are resumed at the next start.
    pub fn end(&self) {
        self.queue.end();
    }

    fn api(&self, request: &Request, path: &str) -> Response {
        if !self.access.lets_in(request) {
            let challenge = self.access.challenge();
            return error(401, "the scanner wants to know who asks")
                .with("www-authenticate", challenge);
        }
        let report = path.strip_prefix("/scan/").and_then(|rest| rest.strip_suffix("/report"));
        match (path, report) {
            ("/metadata", _) => only(request, Method::Get, || self.metadata(request)),
            ("/scan", _) => only(request, Method::Post, || self.scan(request)),
            (_, Some(id)) => only(request, Method::Get, || self.report(request, id)),
            _ => error(404, "there is nothing here"),
        }
    }

    fn metadata(&self, request: &Request) -> Response {
        let scanner = self.advisories.scanner().ok();
        let media_type = media::metadata(request.header("accept").unwrap_or_default());
        Response::json(200, media_type, &metadata(scanner.as_deref()))
    }

    fn scan(&self, request: &Request) -> Response {
        let content_type = request.header("content-type").unwrap_or_default();
        if !media::is_scan_request(content_type) {
            return error(415, &format!("{content_type:?} is no request to scan"));
        }
        let asked = request::read(&request.body).and_then(|asked| {
            asked.check()?;
            Ok(asked)
        });
        let asked = match asked {
            Ok(asked) => asked,
            Err(bad) => return error(bad.status(), &bad.to_string()),
        };
        match self.queue.accept(&asked) {
            Ok(id) => Response::json(202, media::SCAN_RESPONSE, &json!({"id": id.text()})),
            Err(why @ NotAccepted::Full { retry_after, .. }) => {
                error(503, &why.to_string()).with("retry-after", retry_after.as_secs().to_string())
            }
            Err(why @ NotAccepted::Ending) => {
                error(503, &why.to_string()).with("retry-after", "10")
            }
            Err(why) => error(500, &why.to_string()),
        }
    }

    fn report(&self, request: &Request, id: &str) -> Response {
        let standing = ScanId::parse(id).and_then(|id| Some((self.queue.standing(&id)?, id)));
        let Some((standing, id)) = standing else {
            return error(404, "there is no such scan");
        };
        let accept = request.header("accept").unwrap_or_default();
        let Some(kind) = ReportKind::accepted(accept) else {
            return error(501, &format!("{accept:?} is no report that is made here"));
        };
        match standing {
            Standing::Open(soon) => {
                let path = format!("{BASE}/scan/{}/report{}", id.text(), query(request));
                Response::new(302)
                    .with("location", path)
                    .with("refresh-after", soon.as_secs().to_string())
            }
            Standing::Done(done) => match done.error {
                Some(why) => error(500, &why),
                None => self.made(request, &id, kind),
            },
        }
    }

    fn made(&self, request: &Request, id: &ScanId, kind: ReportKind) -> Response {
        let product = match kind {
            ReportKind::Vulnerabilities | ReportKind::OldVulnerabilities => {
                Product::Vulnerabilities
            }
            ReportKind::Raw => Product::Raw,
            ReportKind::Sbom => match request.parameter("sbom_media_type") {
                Some(named) => match Product::of_sbom(named) {
                    Some(product) => product,
                    None => return error(400, &format!("{named:?} is no SBOM that is made here")),
                },
                None => self.any_sbom(id),
            },
        };
        match self.queue.store().get(id, product) {
            Ok(bytes) => Response::new(200).with_body(kind.name(), bytes),
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                let what =
                    if kind.is_about_vulnerabilities() { "vulnerabilities" } else { "an SBOM" };
                error(400, &format!("the scan was not asked for {what} of this type"))
            }
            Err(why) => error(500, &format!("the report cannot be read: {why}")),
        }
    }

    /// An SBOM of a scan, if the client does not name a format.
    fn any_sbom(&self, id: &ScanId) -> Product {
        let made = SBOMS.iter().filter_map(|name| Product::of_sbom(name));
        let mut there = made.filter(|product| self.queue.store().get(id, *product).is_ok());
        there.next().unwrap_or(Product::Spdx)
    }

    fn ready(&self) -> Response {
        match self.advisories.scanner() {
            Ok(scanner) => {
                if let Some(database) = scanner.database() {
                    self.metrics.set_time("sealift_database_built_seconds", database.info().built);
                }
                self.metrics.set("sealift_ready", &[], 1);
                Response::text(200, "ready")
            }
            Err(why) => {
                self.metrics.set("sealift_ready", &[], 0);
                Response::text(503, format!("no advisory database: {why}"))
            }
        }
    }
}

impl Handler for Adapter {
    fn handle(&self, request: &Request) -> Response {
        let (path, response) = match request.path.as_str() {
            "/probe/healthy" => ("/probe/healthy", Response::text(200, "healthy")),
            "/probe/ready" => ("/probe/ready", self.ready()),
            "/metrics" => {
                let text = self.metrics.text().into_bytes();
                let media_type = "text/plain; version=0.0.4; charset=utf-8";
                ("/metrics", Response::new(200).with_body(media_type, text))
            }
            path => match path.strip_prefix(BASE) {
                Some(rest) => (BASE, self.api(request, rest)),
                None => ("/", error(404, "there is nothing here")),
            },
        };
        let status = response.status.to_string();
        self.metrics.count("sealift_requests_total", &[("path", path), ("status", &status)]);
        response
    }
}

/// An error in the API's form.
fn error(status: u16, message: &str) -> Response {
    let body: Value = json!({"error": {"message": message}});
    Response::json(status, media::ERROR, &body)
}

fn only(request: &Request, method: Method, answer: impl FnOnce() -> Response) -> Response {
    match (request.method, method) {
        (Method::Head, Method::Get) => answer(),
        (asked, known) if asked == known => answer(),
        (_, Method::Get) => error(405, "only GET is answered here").with("allow", "GET, HEAD"),
        _ => error(405, "only POST is answered here").with("allow", "POST"),
    }
}

/// The original query, for a client that is redirected to the same URL.
fn query(request: &Request) -> String {
    match request.parameter("sbom_media_type").and_then(Product::of_sbom) {
        Some(Product::CycloneDx) => {
            "?sbom_media_type=application%2Fvnd.cyclonedx%2Bjson".to_owned()
        }
        Some(Product::Spdx) => "?sbom_media_type=application%2Fspdx%2Bjson".to_owned(),
        _ => String::new(),
    }
}

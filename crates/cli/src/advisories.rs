//! The advisory database of a scan, updated when it is old.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sealift::escape;
use sealift::registry::ManifestName;
use sealift::update::{
    DatabaseStore, ExportName, ExportOutcome, FolderMirror, HttpExports, Kept, KeptError,
    RegistryMirror, Transport, UpdateError, UpdateReport, UpdateRequest, UpdateStep, Upkeep,
};

use crate::args::{Access, GlobalArgs, ScanArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::network::{self, Network};
use crate::{Context, Environment, cache, target};

/// A database whose last update is older is updated before a scan.
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// The database to match against, with the exports that are `needed`: the one in the cache folder,
/// updated when it is old.
pub(crate) fn database(
    args: &ScanArgs,
    needed: BTreeSet<ExportName>,
    context: Context<'_>,
) -> Result<Kept, Failure> {
    let store = cache::databases(context).ok_or(Failure::NoDatabase(None))?;
    let stays = args.offline || args.skip_db_update;
    let mirror = args.db_mirror.as_deref();
    let transport = (!stays).then(|| transport(mirror, context.environment)).transpose()?;
    let said = Said::new(context.global);
    let now = now();
    let upkeep = Upkeep {
        transport: transport.as_deref(),
        max_age: MAX_AGE,
        now,
        built: context.environment.source_date().unwrap_or(now),
        step: &|step| said.say(&step),
    };
    store.ready(needed, &upkeep).map_err(|error| match error {
        KeptError::Missing { path } => Failure::NoDatabase(Some(path)),
        KeptError::Update(error) => error.into(),
        KeptError::Open(error) => error.into(),
        error => Failure::Unusable {
            what: "the advisory database".to_owned(),
            error: error.into(),
            hint: "",
        },
    })
}

/// The exports that are fetched when no scan says which it needs: OSV's names for the distributions
/// and languages of most images.
const USUAL: [&str; 17] = [
    "AlmaLinux",
    "Alpine",
    "Chainguard",
    "Debian",
    "Go",
    "Maven",
    "NuGet",
    "Packagist",
    "PyPI",
    "Red Hat",
    "Rocky Linux",
    "RubyGems",
    "SUSE",
    "Ubuntu",
    "Wolfi",
    "crates.io",
    "npm",
];

/// `--download-db-only`: updates the database, or fetches the usual exports if there is none.
pub(crate) fn download(args: &ScanArgs, context: Context<'_>) -> Result<u8, Failure> {
    let store = cache::databases(context).ok_or(Failure::NoDatabase(None))?;
    let transport = transport(args.db_mirror.as_deref(), context.environment)?;
    let mut request = UpdateRequest::new([], now());
    let updated = update(&store, &*transport, &request, context.global);
    // A database that the user put there is not replaced.
    let is_fresh = matches!(&updated, Err(Failure::Update(UpdateError::NothingWanted)))
        && !store.database().exists();
    if !is_fresh {
        say_refused(&updated?, context.global);
        return Ok(0);
    }
    request.exports = USUAL.iter().filter_map(|name| name.parse().ok()).collect();
    if !context.global.quiet {
        eprintln!(
            "note: what will be scanned is not known, so the usual ecosystems are fetched: {}; \
             `sealift db update --ecosystem LIST` fetches others, or fewer",
            USUAL.join(", ")
        );
    }
    let report = update(&store, &*transport, &request, context.global)?;
    say_refused(&report, context.global);
    all_came(&report)
}

/// Succeeds if no export failed and not all are missing: a mirror need not have each.
fn all_came(report: &UpdateReport) -> Result<u8, Failure> {
    let named = |is: &dyn Fn(&ExportOutcome) -> bool| -> Vec<&str> {
        let exports = report.exports.iter().filter(|export| is(&export.outcome));
        exports.map(|export| export.name.as_str()).collect()
    };
    let mut missing = named(&|outcome| matches!(outcome, ExportOutcome::Refused { .. }));
    let absent = named(&|outcome| matches!(outcome, ExportOutcome::Absent));
    if absent.len() == USUAL.len() {
        missing = absent;
    }
    match missing.is_empty() {
        true => Ok(0),
        false => Err(Failure::NotUpdated { names: missing.join(", ") }),
    }
}

/// The source of advisories: the mirror that is named, else their public places.
pub(crate) fn transport(
    mirror: Option<&str>,
    environment: &Environment,
) -> Result<Box<dyn Transport>, Failure> {
    let Some(mirror) = mirror else {
        return Ok(Box::new(HttpExports::public(network::client(environment)?)));
    };
    if mirror.starts_with("http://") || mirror.starts_with("https://") {
        let client = network::client(environment)?;
        let exports = HttpExports::mirror(client, mirror).map_err(|error| Failure::Unusable {
            what: format!("the mirror {}", without_user(mirror)),
            error: error.into(),
            hint: "name it as https://HOST/PATH, oci://REFERENCE or a folder",
        })?;
        return Ok(Box::new(exports));
    }
    if let Some(name) = mirror.strip_prefix("oci://") {
        let reference = target::parse_reference(name, "")?;
        let network = Network::new(Access::default(), environment);
        let repository = network.registries(reference.registry())?.repository(&reference);
        return Ok(Box::new(RegistryMirror::new(repository, ManifestName::of(&reference))));
    }
    Ok(Box::new(FolderMirror::new(mirror)))
}

/// The URL without user and password, for messages.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

/// Updates the database, and prints what is fetched.
pub(crate) fn update(
    store: &DatabaseStore,
    transport: &dyn Transport,
    request: &UpdateRequest,
    global: &GlobalArgs,
) -> Result<UpdateReport, Failure> {
    let said = Said::new(global);
    Ok(store.update(transport, request, &|step| said.say(&step))?)
}

/// Prints what is fetched, each item once.
struct Said {
    last: Mutex<String>,
    is_quiet: bool,
}

impl Said {
    fn new(global: &GlobalArgs) -> Self {
        Self { last: Mutex::default(), is_quiet: global.quiet }
    }

    fn say(&self, step: &UpdateStep<'_>) {
        let text = match step {
            UpdateStep::Waiting => "another update is running, waiting for it".to_owned(),
            UpdateStep::Fetching { what, .. } => format!("fetching {what}"),
            UpdateStep::Building => "building the advisory database".to_owned(),
            _ => return,
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != text && !self.is_quiet {
            eprintln!("{}", escape::terminal(&text));
            *last = text;
        }
    }
}

/// Prints what could not be fetched.
pub(crate) fn say_refused(report: &UpdateReport, global: &GlobalArgs) {
    for note in report.refusals().filter(|_| !global.quiet) {
        eprintln!("warning: {}", escape::terminal(&note));
    }
}

/// Prints the outcome of each export.
pub(crate) fn say_outcomes(report: &UpdateReport) {
    for export in &report.exports {
        let (name, records) = (escape::terminal(&export.name), export.records);
        let what = match &export.outcome {
            ExportOutcome::Unchanged => "unchanged".to_owned(),
            ExportOutcome::Whole { bytes } => format!("{bytes} bytes fetched"),
            ExportOutcome::Changed { fetched, removed } => {
                format!("{fetched} records fetched, {removed} removed")
            }
            ExportOutcome::Absent => "there is no such export".to_owned(),
            _ => continue,
        };
        eprintln!("{name}: {records} records, {what}");
    }
}

//! The advisory database of a scan, fetched when that is due.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sealift::registry::ManifestName;
use sealift::update::{
    DatabaseStore, Due, ExportName, ExportOutcome, FolderMirror, HttpExports, RegistryMirror,
    Transport, UpdateReport, UpdateRequest, UpdateStep,
};
use sealift::{Database, escape};

use crate::args::{Access, GlobalArgs, ScanArgs};
use crate::clock::now;
use crate::failure::{Chain, Failure};
use crate::network::{self, Network};
use crate::{Environment, cache, target};

/// A database that was looked up longer ago is updated before a scan.
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// The database of a scan, and what the report has to say of it.
#[derive(Debug, Default)]
pub(crate) struct Advisories {
    /// None when nothing is needed and nothing is there.
    pub(crate) database: Option<Database>,
    pub(crate) notes: Vec<String>,
}

/// The database to match against, with the exports that are `needed`: that of the cache folder,
/// updated when that is due.
pub(crate) fn database(
    args: &ScanArgs,
    needed: BTreeSet<ExportName>,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<Advisories, Failure> {
    let store = cache::databases(global, environment).ok_or(Failure::NoDatabase(None))?;
    let due = store.due(&needed, MAX_AGE, now())?;
    let stays = args.offline || args.skip_db_update;
    let mut notes = Vec::new();
    match &due {
        Due::No | Due::Foreign => {}
        Due::Missing if stays => return Err(Failure::NoDatabase(Some(store.database()))),
        Due::Missing if needed.is_empty() => return Ok(Advisories::default()),
        Due::Lacks(names) if stays => {
            let names: Vec<&str> = names.iter().map(ExportName::as_str).collect();
            notes.push(format!("the advisories of {} were never fetched", names.join(", ")));
        }
        _ if stays => {}
        _ => {
            let mut request = UpdateRequest::new(needed, now());
            request.built = environment.source_date().unwrap_or(request.built);
            request.fresh_for = MAX_AGE;
            let mirror = args.db_mirror.as_deref();
            let updated = transport(mirror, environment)
                .and_then(|transport| update(&store, &*transport, &request, global));
            match updated {
                Ok(report) => notes.extend(refused(&report)),
                Err(failure) if matches!(due, Due::Missing) => return Err(failure),
                Err(failure) => notes.push(old(&store, &failure)),
            }
        }
    }
    Ok(Advisories { database: Some(Database::open(&store.database())?), notes })
}

/// `--download-db-only`: updates what is there.
pub(crate) fn download(
    args: &ScanArgs,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<u8, Failure> {
    let store = cache::databases(global, environment).ok_or(Failure::NoDatabase(None))?;
    let transport = transport(args.db_mirror.as_deref(), environment)?;
    let request = UpdateRequest::new([], now());
    say_refused(&update(&store, &*transport, &request, global)?, global);
    Ok(0)
}

/// Where advisories are fetched from: the mirror that is named, else their public places.
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
            what: format!("the mirror {mirror}"),
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

/// Updates, and says what is fetched.
pub(crate) fn update(
    store: &DatabaseStore,
    transport: &dyn Transport,
    request: &UpdateRequest,
    global: &GlobalArgs,
) -> Result<UpdateReport, Failure> {
    let said = Mutex::new(String::new());
    let step = |step: UpdateStep<'_>| {
        let text = match step {
            UpdateStep::Waiting => "another update is running, waiting for it".to_owned(),
            UpdateStep::Fetching { what, .. } => format!("fetching {what}"),
            UpdateStep::Building => "building the advisory database".to_owned(),
            _ => return,
        };
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        if *said != text && !global.quiet {
            eprintln!("{}", escape::terminal(&text));
            *said = text;
        }
    };
    Ok(store.update(transport, request, &step)?)
}

/// Says what could not be had.
pub(crate) fn say_refused(report: &UpdateReport, global: &GlobalArgs) {
    for note in refused(report).filter(|_| !global.quiet) {
        eprintln!("warning: {}", escape::terminal(&note));
    }
}

/// What could not be had, one sentence each.
fn refused(report: &UpdateReport) -> impl Iterator<Item = String> {
    report.refused().map(|(name, why, kept)| {
        let so = if kept { "its last good state is used" } else { "there is nothing of it" };
        format!("{name} is not up to date: {}; {so}", Chain(why))
    })
}

/// Says what came of each export.
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

/// That the last good database is used, and why.
fn old(store: &DatabaseStore, failure: &Failure) -> String {
    let reason = failure.to_string();
    let reason = reason.lines().next().unwrap_or_default();
    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
    let of = Database::open(&store.database()).ok();
    let of = of.map_or_else(String::new, |database| format!(" of {}", database.info().built.day()));
    format!("the advisory database is not updated, the last one{of} is used: {reason}")
}

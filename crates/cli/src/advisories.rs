//! The advisory database of a scan, fetched when that is due.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sealift::escape;
use sealift::update::{
    DatabaseStore, ExportName, ExportOutcome, FolderMirror, HttpExports, Kept, KeptError,
    Transport, UpdateReport, UpdateRequest, UpdateStep, Upkeep,
};

use crate::args::{GlobalArgs, ScanArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::{Environment, cache, network};

/// A database that was looked up longer ago is updated before a scan.
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// The database to match against, with the exports that are `needed`: that of the cache folder,
/// updated when that is due.
pub(crate) fn database(
    args: &ScanArgs,
    needed: BTreeSet<ExportName>,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<Kept, Failure> {
    let store = cache::databases(global, environment).ok_or(Failure::NoDatabase(None))?;
    let stays = args.offline || args.skip_db_update;
    let mirror = args.db_mirror.as_deref();
    let transport = (!stays).then(|| transport(mirror, environment)).transpose()?;
    let said = Said::new(global);
    let now = now();
    let upkeep = Upkeep {
        transport: transport.as_deref(),
        max_age: MAX_AGE,
        now,
        built: environment.source_date().unwrap_or(now),
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
            hint: "name it as https://HOST/PATH, or a folder",
        })?;
        return Ok(Box::new(exports));
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
    let said = Said::new(global);
    Ok(store.update(transport, request, &|step| said.say(&step))?)
}

/// Says what is fetched, each thing once.
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

/// Says what could not be had.
pub(crate) fn say_refused(report: &UpdateReport, global: &GlobalArgs) {
    for note in report.refusals().filter(|_| !global.quiet) {
        eprintln!("warning: {}", escape::terminal(&note));
    }
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

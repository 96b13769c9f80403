//! `db`: build and inspect advisory databases.

mod artifact;

use std::fmt::Write;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use sealift::update::{ExportName, ExportOutcome, ExportReport, UpdateRequest};
use sealift::{BuildOptions, BuildReport, Database, Timestamp, escape};

use super::scan::database_path;
use crate::args::{DbArgs, DbVerb, GlobalArgs, UpdateArgs};
use crate::failure::Failure;
use crate::{Context, Environment, advisories, cache, clock, deadline, output};

/// The most diagnostics that are named one by one.
const NAMED: usize = 20;

pub(crate) fn db(args: DbArgs, context: Context<'_>) -> Result<u8, Failure> {
    match args.verb {
        DbVerb::Build { from, output, threads } => {
            let threads = threads.or_else(|| std::thread::available_parallelism().ok());
            let options = BuildOptions::new(built(context.environment))
                .threads(threads.unwrap_or(NonZeroUsize::MIN));
            build(&from, &output, &options, context.global)
        }
        DbVerb::Update(args) => update(args, context),
        DbVerb::Push(args) => artifact::push(&args, context),
        DbVerb::Pull(args) => artifact::pull(&args, context),
        DbVerb::Info { file, db } => info(&database_path(file.or(db), context)?),
        DbVerb::Verify { file, db } => verify(&database_path(file.or(db), context)?),
    }
}

/// The time of building: `SOURCE_DATE_EPOCH`, else now.
fn built(environment: &Environment) -> Timestamp {
    environment.source_date().unwrap_or_else(clock::now)
}

fn build(
    from: &Path,
    output: &Path,
    options: &BuildOptions,
    global: &GlobalArgs,
) -> Result<u8, Failure> {
    let report = Database::build(from, output, options)?;
    if !global.quiet {
        say_unread(&report, global.debug);
        eprintln!("{}: {} records", output.display(), report.records);
    }
    Ok(0)
}

/// Brings the database of the cache folder up to date. An export that is named and cannot be
/// fetched is an error, after the rest is done.
fn update(args: UpdateArgs, context: Context<'_>) -> Result<u8, Failure> {
    let store = cache::databases(context).ok_or(Failure::NoDatabase(None))?;
    let names: Vec<ExportName> =
        args.ecosystem.iter().map(|name| name.parse()).collect::<Result<_, _>>()?;
    let transport = advisories::transport(args.mirror.as_deref(), context.environment)?;
    let mut request = UpdateRequest::new(names.iter().cloned(), clock::now());
    request.built = built(context.environment);
    request.reset = args.reset;
    if let Some(threads) = args.threads {
        request.threads = threads;
    }
    deadline::set(context.global.timeout);
    let report = advisories::update(&store, &*transport, &request, context.global)?;
    if !context.global.quiet {
        advisories::say_outcomes(&report);
        let so = match (report.by_another, report.is_new) {
            (true, _) => "updated by another process",
            (_, true) => "updated",
            _ => "up to date",
        };
        eprintln!("{}: {so}", store.database().display());
    }
    advisories::say_refused(&report, context.global);
    let is_missing = |export: &&ExportReport| match export.outcome {
        ExportOutcome::Refused { .. } => true,
        ExportOutcome::Absent => names.iter().any(|name| name.as_str() == export.name),
        _ => false,
    };
    let missing = report.exports.iter().filter(is_missing);
    let missing: Vec<&str> = missing.map(|export| export.name.as_str()).collect();
    match missing.is_empty() {
        true => Ok(0),
        false => Err(Failure::NotUpdated { names: missing.join(", ") }),
    }
}

fn say_unread(report: &BuildReport, all: bool) {
    let named = if all { report.diagnostics.len() } else { NAMED };
    for diagnostic in report.diagnostics.iter().take(named) {
        eprintln!("warning: {}", escape::terminal(&diagnostic.to_string()));
    }
    let more = report.diagnostics.len().saturating_sub(named);
    let more = u64::try_from(more).unwrap_or(u64::MAX).saturating_add(report.diagnostics_left_out);
    if more > 0 {
        eprintln!("warning: {more} more records or files could not be read");
    }
}

fn info(path: &Path) -> Result<u8, Failure> {
    let database = Database::open(path).map_err(Failure::database)?;
    let text = described(&database).map_err(|error| Failure::Render(io::Error::other(error)))?;
    output::print(text.as_bytes())?;
    Ok(0)
}

fn described(database: &Database) -> Result<String, std::fmt::Error> {
    let info = database.info();
    let mut text = String::new();
    writeln!(text, "Built: {}", info.built)?;
    writeln!(text, "\nSources:")?;
    for source in &info.sources {
        let newest = source.newest.map_or_else(|| "-".to_owned(), |newest| newest.to_string());
        let name = escape::terminal(&source.name);
        writeln!(text, "  {name:<32} {:>8} records, newest {newest}", source.records)?;
    }
    writeln!(text, "\nAdvisories for:")?;
    for ecosystem in &info.ecosystems {
        let name = escape::terminal(&ecosystem.name);
        let (records, packages) = (ecosystem.records, ecosystem.packages);
        writeln!(text, "  {name:<32} {records:>8} records, {packages} packages")?;
    }
    if !info.origins.is_empty() {
        writeln!(text, "\nPublished by:")?;
    }
    for origin in &info.origins {
        let (license, url) = (origin.license.as_deref(), origin.url.as_deref());
        writeln!(text, "{}", publisher(&origin.name, origin.records, license, url))?;
    }
    Ok(text)
}

/// A line about the publisher of some of the records. Its texts come from the database and are
/// untrusted.
fn publisher(name: &str, records: u64, license: Option<&str>, url: Option<&str>) -> String {
    let name = escape::terminal(name);
    let license = escape::terminal(license.unwrap_or("licence not stated"));
    let url = escape::terminal(url.unwrap_or_default());
    format!("  {name:<32} {records:>8} records, {license}  {url}").trim_end().to_owned()
}

fn verify(path: &Path) -> Result<u8, Failure> {
    let checked = Database::open(path).map_err(Failure::database)?.verify()?;
    let summary = format!(
        "{}: whole: {} records, {} packages, {} blocks, {} bytes\n",
        path.display(),
        checked.records,
        checked.packages,
        checked.blocks,
        checked.bytes
    );
    output::print(summary.as_bytes())?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_database_says_of_its_publishers_does_nothing() {
        let hostile = "\u{1b}[2J\n::error::x ##[error]y";
        let line = publisher(hostile, 1, Some(hostile), Some(hostile));
        assert!(!line.contains(char::is_control), "{line}");
        assert!(!line.contains("##["), "{line}");
        let line = publisher("A", 2, None, None);
        assert!(line.ends_with("2 records, licence not stated"), "{line}");
    }
}

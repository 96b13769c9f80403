//! `config`, and what other verbs need to check configuration files.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;

use sealift::{
    ConfigurationOptions, FileKind, FilePattern, Format, JsonOptions, LineCount, NoProgress,
    RegoSources, Report, ScanOptions, Scanner, Selection, Target, Timestamp, policy,
};

use super::scan::{INCOMPLETE, say_not_applied, skip_rules, table_style};
use crate::args::peers;
use crate::args::variables::Peer;
use crate::args::{CheckArgs, ConfigArgs, ConfigFormat, GlobalArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::progress::Bar;
use crate::{Context, Environment, deadline, helm, output, summary, suppress};

pub(crate) fn config(args: &ConfigArgs, context: Context<'_>) -> Result<u8, Failure> {
    deadline::set(context.global.timeout);
    peers::set_by_variable(Peer::Trivy, context.environment)?;
    // `SOURCE_DATE_EPOCH` is for reports: it must not revive a comment that has expired.
    let today = args.as_of.unwrap_or_else(now);
    let mut options = ScanOptions::default();
    options.package_types.clear();
    options.skip = skip_rules(&args.path, &args.skip)?;
    let mut checks = configuration(&args.path, &args.checks, today)?;
    checks.line_count = line_count(args.format == ConfigFormat::Json);
    options.configuration = Some(checks);
    options.created = context.environment.source_date();
    let suppressed = suppress::load(&args.suppress())?;
    if !context.global.quiet {
        suppress::say(&suppressed.messages);
        suppress::say(told(&options));
    }
    let mut report = checked(args, &options, context.global)?;
    let mut selection = Selection::default();
    selection.severities = args.shown.severity.iter().copied().collect();
    let hidden = selection.apply(&mut report);
    let unused = policy::apply(&mut report, &suppressed.with_exceptions(), today);
    let format = format(args, context.environment);
    output::emit(args.shown.output.as_deref(), |out| sealift::render(&report, &format, out))?;
    if !context.global.quiet {
        summary::print(&report, &hidden, context.global.debug);
        summary::not_skipped(&options.skip);
        suppress::say_unused(&unused, context.global.debug);
    }
    say_not_applied(args.config.as_deref());
    Ok(status(&report, args))
}

fn checked(
    args: &ConfigArgs,
    options: &ScanOptions,
    global: &GlobalArgs,
) -> Result<Report, Failure> {
    let bar = Bar::new(!args.no_progress && !global.quiet);
    let target = Target::Filesystem(args.path.clone());
    let contents =
        Scanner::read(&target, options, &bar).map_err(|error| Failure::target(&target, error))?;
    drop(bar);
    Ok(Scanner::without_database().judge(contents, options, &NoProgress)?)
}

/// Readers of Trivy's JSON expect Trivy's line numbers; people and editors use those of the file.
pub(super) fn line_count(is_json: bool) -> LineCount {
    if is_json { LineCount::AsTrivy } else { LineCount::OfFile }
}

/// Which configuration files are checked, and how.
pub(super) fn configuration(
    folder: &Path,
    args: &CheckArgs,
    now: Timestamp,
) -> Result<ConfigurationOptions, Failure> {
    let mut options = ConfigurationOptions::default();
    if !args.misconfig_scanners.is_empty() {
        options.kinds.clone_from(&args.misconfig_scanners);
    }
    options.patterns = patterns(args)?;
    for path in &args.tf_vars {
        options.add_variable_file(path).map_err(unreadable)?;
    }
    options.rego = rego(args).load().map_err(unreadable)?.map(Arc::new);
    if args.helm.helm && options.kinds.contains(&FileKind::Helm) {
        options.rendered = helm::rendered(folder, &args.helm);
    }
    options.now = Some(now);
    options.lists_all = args.include_non_failures;
    Ok(options)
}

/// The patterns that assign files to a kind whatever their names.
pub(super) fn patterns(args: &CheckArgs) -> Result<Vec<FilePattern>, Failure> {
    let patterns = args.file_patterns.iter().map(|pattern| FilePattern::new(pattern));
    Ok(patterns.collect::<Result<_, _>>()?)
}

fn rego(args: &CheckArgs) -> RegoSources {
    let mut sources = RegoSources::default();
    sources.modules.clone_from(&args.config_check);
    sources.namespaces.clone_from(&args.check_namespaces);
    sources.data.clone_from(&args.config_data);
    sources
}

/// Messages about the checks in Rego.
fn told(options: &ScanOptions) -> &[String] {
    let checks = options.configuration.as_ref().and_then(|all| all.rego.as_ref());
    checks.map_or(&[], |checks| checks.notes())
}

/// A file that a flag names is no target, so hints about targets do not help.
fn unreadable(error: sealift::Error) -> Failure {
    let (path, error, hint): (_, Box<dyn StdError + Send + Sync>, _) = match error {
        sealift::Error::Io { path, source } => {
            (path, source.into(), "check that the file is there and may be read")
        }
        sealift::Error::RegoData { path, source } => {
            (path, source.into(), "data is an object in JSON or YAML")
        }
        error => return error.into(),
    };
    Failure::Unusable { what: path.display().to_string(), error, hint }
}

fn format(args: &ConfigArgs, environment: &Environment) -> Format {
    match args.format {
        ConfigFormat::Table => {
            Format::Table(table_style(args.shown.output.as_deref(), environment))
        }
        ConfigFormat::Json => Format::Json(JsonOptions::default()),
        ConfigFormat::Sarif => Format::Sarif,
        ConfigFormat::Junit => Format::Junit,
        ConfigFormat::Markdown => Format::Markdown,
    }
}

/// As in every scan: failures decide first, then whether the scan was complete.
fn status(report: &Report, args: &ConfigArgs) -> u8 {
    let fails = report.configuration.iter().any(|all| all.failures().next().is_some());
    match args.exit_code {
        Some(code) if args.gates() && fails => code,
        _ if args.gates() && !report.is_complete() && !args.allow_incomplete => INCOMPLETE,
        _ => 0,
    }
}

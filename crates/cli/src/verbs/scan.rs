//! `image`, `fs`, `rootfs` and `sbom`.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Read, stdin, stdout};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use sealift::policy::LoadedPolicy;
use sealift::{
    Bases, Database, DocumentLimits, Format, GithubOptions, JsonOptions, KnownBases, Matching,
    NamedBase, NoProgress, PackageType, Report, ScanOptions, Scanner, Selection, SkipRules, Status,
    TableStyle, Target, policy,
};

use crate::args::peers;
use crate::args::variables::Peer;
use crate::args::{
    ImageArgs, ImageVerbArgs, LayerArgs, MatchKind, PackageKind, ReportFormat, SbomArgs, ScanArgs,
    ScannerKind, SkipArgs, TreeArgs,
};
use crate::clock::now;
use crate::failure::Failure;
use crate::network::Network;
use crate::progress::Bar;
use crate::scan_plan::{Purpose, ScanPlan};
use crate::verbs::config::{configuration, line_count, patterns};
use crate::verbs::sign::Attesting;
use crate::{
    Context, Environment, advisories, cache, deadline, output, summary, suppress, target, vex,
};

/// Files that Trivy reads from the working directory, but this command only if `--config` names
/// them.
const NOT_READ: [&str; 1] = ["trivy.yaml"];

/// Exit status of an incomplete scan where `--exit-code` asks for a verdict.
pub(super) const INCOMPLETE: u8 = 3;

/// Width in columns of a table that goes to a file or pipe.
const WIDTH_WITHOUT_TERMINAL: usize = 160;

pub(crate) fn image(args: ImageVerbArgs, context: Context<'_>) -> Result<u8, Failure> {
    let ImageVerbArgs { image, attest } = args;
    if image.scan.download_db_only {
        return advisories::download(&image.scan, context);
    }
    let purpose = match attest.is_wanted() {
        true => Purpose::Attest { findings: attest.attest },
        false => Purpose::Report,
    };
    let plan = ScanPlan::of_image(&image, purpose);
    let (target, options) = image_target(&image, &plan, context)?;
    let attesting = Attesting::new(&attest, plan.args, &target, context)?;
    run(&target, &options, &plan, attesting, context)
}

/// The image that flags name, and the options of its scan.
pub(super) fn image_target(
    args: &ImageArgs,
    plan: &ScanPlan<'_>,
    context: Context<'_>,
) -> Result<(Target, ScanOptions), Failure> {
    deadline::set(context.global.timeout);
    let environment = context.environment.clone();
    let environment = environment.with("DOCKER_HOST", args.docker_host.as_deref());
    let environment = &environment.with("CONTAINER_HOST", args.podman_host.as_deref());
    let context = Context { environment, ..context };
    let network = Network::new(&args.access, context.environment).about(args.image.as_deref());
    let network = network.quiet(context.global.quiet);
    let target = match (&args.image, &args.input) {
        (Some(image), _) => target::parse_image(image, &plan.sources, &network)?,
        (None, input) => Target::image_at(input.as_deref().unwrap_or_default()),
    };
    let input = args.input.as_deref().map(|input| input.to_string_lossy().into_owned());
    let name = args.image.as_deref().map(display_name).or(input);
    let mut options = options(&args.scan, context.environment)?;
    options.platform = args.platform.clone();
    options.name = name;
    options.bases = bases(&args.layers, &plan.sources, &network)?;
    options.all_layers = args.layers.wants_hidden();
    options.cache = cache::wanted(&args.cache, context);
    Ok((target, options))
}

/// What the flags say about the base.
fn bases(args: &LayerArgs, sources: &[String], network: &Network<'_>) -> Result<Bases, Failure> {
    let mut bases = Bases::default();
    if let Some(base) = &args.base {
        let image = target::parse_image(base, sources, network)?;
        bases.named = Some(NamedBase::new(display_name(base), image));
    }
    if let Some(file) = &args.bases {
        bases.known = KnownBases::read(file)?;
    }
    Ok(bases)
}

/// The name in a report: what the user wrote, without the prefix for the kind of source.
fn display_name(image: &str) -> String {
    let schemes = ["oci:", "oci-archive:", "docker-archive:", "docker-daemon:", "podman:"];
    let bare = schemes.iter().find_map(|scheme| image.strip_prefix(scheme));
    bare.unwrap_or(image).to_owned()
}

pub(crate) fn fs(args: TreeArgs, context: Context<'_>) -> Result<u8, Failure> {
    deadline::set(context.global.timeout);
    let plan = ScanPlan::of(&args.scan);
    let options = tree_options(&args, &plan, context.environment)?;
    run(&Target::Filesystem(args.path), &options, &plan, None, context)
}

/// `repo`: a repository is a folder; nothing is cloned.
pub(crate) fn repo(args: TreeArgs, context: Context<'_>) -> Result<u8, Failure> {
    let written = args.path.to_string_lossy();
    if !args.path.exists() && written.contains(['@', ':']) {
        return Err(Failure::NotYet {
            what: format!("repo {written}"),
            hint: "clone it with Git and name the folder",
        });
    }
    fs(args, context)
}

pub(crate) fn rootfs(args: TreeArgs, context: Context<'_>) -> Result<u8, Failure> {
    deadline::set(context.global.timeout);
    let plan = ScanPlan::of(&args.scan);
    let options = tree_options(&args, &plan, context.environment)?;
    run(&Target::Rootfs(args.path), &options, &plan, None, context)
}

/// How a folder is scanned.
fn tree_options(
    args: &TreeArgs,
    plan: &ScanPlan<'_>,
    environment: &Environment,
) -> Result<ScanOptions, Failure> {
    let mut options = options(&args.scan, environment)?;
    options.skip = skip_rules(&args.path, &args.scan.skip)?;
    if args.scan.looks_for_misconfigurations() {
        if args.scan.format == ReportFormat::GitLab && !plan.looks_for_vulnerabilities() {
            return Err(Failure::Unusable {
                what: "--format gitlab".to_owned(),
                error: "it has no place for what checks of configuration files say".into(),
                hint: "write --format sarif, junit or json, or --scanners vuln,misconfig",
            });
        }
        // What a build sets for its own reports revives no comment that has expired.
        let today = args.scan.as_of.unwrap_or_else(now);
        let mut checks = configuration(&args.path, &args.checks, today)?;
        checks.line_count = line_count(args.scan.format == ReportFormat::Json);
        options.configuration = Some(checks);
    } else {
        // A file pattern for packages, as in Trivy, is refused in every scan.
        patterns(&args.checks)?;
    }
    Ok(options)
}

/// The rules for what is left out of a folder; patterns may start at the working directory, too.
#[expect(clippy::disallowed_methods, reason = "this is the command")]
pub(super) fn skip_rules(folder: &Path, args: &SkipArgs) -> Result<SkipRules, Failure> {
    let SkipArgs { skip_dirs, skip_files } = args;
    Ok(match std::env::current_dir() {
        Ok(here) => SkipRules::beneath(folder, &here, skip_dirs, skip_files)?,
        Err(_) => SkipRules::new(skip_dirs, skip_files)?,
    })
}

pub(crate) fn sbom(args: SbomArgs, context: Context<'_>) -> Result<u8, Failure> {
    deadline::set(context.global.timeout);
    let options = options(&args.scan, context.environment)?;
    let target = match args.file.to_str() {
        Some("-") => read_stdin()?,
        _ => Target::Sbom(args.file),
    };
    run(&target, &options, &ScanPlan::of(&args.scan), None, context)
}

/// The SBOM on standard input, read to one byte above the limit so that a longer one is refused.
fn read_stdin() -> Result<Target, Failure> {
    let most = DocumentLimits::default().max_sbom_bytes.saturating_add(1);
    let mut bytes = Vec::new();
    let read = stdin().lock().take(most).read_to_end(&mut bytes);
    let name = PathBuf::from("-");
    read.map_err(|source| sealift::Error::Io { path: name.clone(), source })?;
    Ok(Target::SbomText { name, bytes: bytes.into() })
}

fn options(args: &ScanArgs, environment: &Environment) -> Result<ScanOptions, Failure> {
    let mut options = ScanOptions::default();
    if let Some(threads) = args.threads {
        options.threads = threads;
    }
    options.skip = SkipRules::new(&args.skip.skip_dirs, &args.skip.skip_files)?;
    let kinds = args.pkg_types.iter().map(|kind| match kind {
        PackageKind::Os => PackageType::Os,
        PackageKind::Library => PackageType::Library,
    });
    options.package_types = kinds.collect();
    options.matching = args.matching.map(|kind| match kind {
        MatchKind::Installed => Matching::Installed,
        MatchKind::Declared => Matching::Declared,
        MatchKind::All => Matching::All,
    });
    options.development = args.include_dev_deps;
    options.all_records = args.all_records;
    options.created = environment.source_date();
    options.judged_at = args.as_of.or(options.created).or_else(|| Some(now()));
    Ok(options)
}

fn run(
    target: &Target,
    options: &ScanOptions,
    plan: &ScanPlan<'_>,
    attesting: Option<Attesting<'_>>,
    context: Context<'_>,
) -> Result<u8, Failure> {
    let args = plan.args;
    let selection = selection(args)?;
    let judges = plan.looks_for_vulnerabilities() || options.configuration.is_some();
    let mut suppressed = match judges {
        true => suppress::load(&args.suppress)?,
        false => LoadedPolicy::default(),
    };
    if !context.global.quiet {
        suppress::say(&suppressed.messages);
    }
    let (mut report, scanner, notes) = scanned(target, options, plan, context)?;
    let statements = attesting.as_ref();
    let statements =
        statements.map(|it| it.statements(&report, scanner.database(), args)).transpose()?;
    vex::add_attested(&mut suppressed, target, &report, args.offline, context)?;
    let hidden = selection.apply(&mut report);
    // `SOURCE_DATE_EPOCH` is for reports: it must not revive a rule that has expired.
    let today = args.as_of.unwrap_or_else(now);
    let unused = policy::apply(&mut report, &suppressed.with_exceptions(), today);
    report.shows_suppressed = args.suppress.show_suppressed;
    report.notes = not_scanned(plan, report.configuration.is_some());
    report.notes.extend(notes);
    let format = format(args, options.threads, context.environment);
    output::emit(args.shown.output.as_deref(), |out| sealift::render(&report, &format, out))?;
    if !context.global.quiet {
        summary::print(&report, &hidden, context.global.debug);
        // Nothing is left out of a single file: the user named it.
        if let Target::Filesystem(path) | Target::Rootfs(path) = target
            && !path.is_file()
        {
            summary::not_skipped(&options.skip);
        }
        suppress::say_unused(&unused, context.global.debug);
        summary::end_of_life(&report, args.exit_on_eol.is_some());
        summary::old_advisories(&report, scanner.database(), now());
        if args.only_lists() && (plan.gates() || args.lists_vulnerabilities()) {
            eprintln!(
                "warning: this format lists packages; --format json or table has the findings"
            );
        }
    }
    say_not_applied(args.config.as_deref());
    let mut status = status(&report, plan);
    if status == INCOMPLETE && !report.was_searched() {
        eprintln!("error: nothing that --scanners names was scanned");
        eprintln!("hint: --scanners vuln looks for vulnerabilities; --allow-incomplete accepts it");
    }
    match (attesting, statements.flatten()) {
        (Some(attesting), Some(statements)) => attesting.attach(statements)?,
        (Some(_), None) => {
            eprintln!("error: nothing is attested: the scan is incomplete");
            eprintln!("hint: the warnings say why; --allow-incomplete accepts that");
            status = if status == 0 { INCOMPLETE } else { status };
        }
        (None, _) => {}
    }
    // The process ends now: freeing each package and finding first would waste time.
    std::mem::forget((report, scanner));
    Ok(status)
}

/// Scans the target, with a database if findings are asked for, and prints what is to be said about
/// that.
pub(super) fn scanned(
    target: &Target,
    options: &ScanOptions,
    plan: &ScanPlan<'_>,
    context: Context<'_>,
) -> Result<(Report, Scanner, Vec<String>), Failure> {
    let args = plan.args;
    peers::set_by_variable(Peer::Trivy, context.environment)?;
    let matches = plan.looks_for_vulnerabilities();
    // A named database that cannot be used is reported before the target is read.
    let named = args.db.as_deref().filter(|_| matches);
    let named = named.map(|path| Database::open(path).map_err(Failure::database)).transpose()?;
    if named.is_none() && matches && (args.offline || args.skip_db_update) {
        database_path(None, context)?;
    }
    let bar = Bar::new(!args.no_progress && !context.global.quiet);
    let contents =
        Scanner::read(target, options, &bar).map_err(|error| Failure::target(target, error))?;
    drop(bar);
    let (database, notes) = match named {
        None if matches => {
            let needed = contents.exports(options);
            let kept = advisories::database(args, needed, context)?;
            (kept.database, kept.notes)
        }
        database => (database, Vec::new()),
    };
    let scanner = database.map_or_else(Scanner::without_database, Scanner::new);
    let report = scanner.judge(contents, options, &NoProgress)?;
    if let Some(cache) = options.cache.as_deref().filter(|_| !context.global.quiet) {
        cache::say_problem(cache);
    }
    Ok((report, scanner, notes))
}

/// The exit status: as in Trivy, an end of life decides first, then findings, then whether the scan
/// was complete.
fn status(report: &Report, plan: &ScanPlan<'_>) -> u8 {
    let args = plan.args;
    if let Some(code) = args.exit_on_eol.filter(|_| report.is_past_end_of_life())
        && code != 0
    {
        return code;
    }
    let fails = report.configuration.iter().any(|all| all.failures().next().is_some());
    match plan.exit_code {
        Some(code) if plan.gates() && (report.visible_findings().next().is_some() || fails) => code,
        _ if plan.gates() && !report.is_complete() && !args.allow_incomplete => INCOMPLETE,
        _ => 0,
    }
}

/// Names the settings files that Trivy would apply by itself. Printed even with `--quiet`, since a
/// scan may be a gate because of them.
pub(super) fn say_not_applied(config: Option<&Path>) {
    let is_there = |name: &&str| config.is_none() && Path::new(name).is_file();
    summary::not_applied(NOT_READ.iter().copied().filter(is_there));
}

pub(super) fn selection(args: &ScanArgs) -> Result<Selection, Failure> {
    let mut selection = Selection::default();
    selection.severities = args.shown.severity.iter().copied().collect();
    selection.exclude_base = args.exclude_base;
    for name in &args.ignore_status {
        match name.as_str() {
            "affected" => drop(selection.ignored_statuses.insert(Status::Affected)),
            "fixed" => drop(selection.ignored_statuses.insert(Status::Fixed)),
            // Statuses that OSV's records never give.
            "unknown"
            | "not_affected"
            | "under_investigation"
            | "will_not_fix"
            | "fix_deferred"
            | "end_of_life" => {}
            _ => {
                return Err(Failure::Value {
                    flag: "--ignore-status",
                    value: name.clone(),
                    hint: "statuses are unknown, not_affected, affected, fixed, \
                           under_investigation, will_not_fix, fix_deferred, end_of_life",
                });
            }
        }
    }
    if args.ignore_unfixed {
        selection.ignored_statuses.insert(Status::Affected);
    }
    Ok(selection)
}

/// The database that is named, else the one in the cache folder.
pub(super) fn database_path(
    named: Option<PathBuf>,
    context: Context<'_>,
) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path);
    }
    let path = cache::databases(context).map(|store| store.database());
    path.clone().filter(|path| path.exists()).ok_or(Failure::NoDatabase(path))
}

/// Notes for the report about scanners that were asked for and are not run.
pub(super) fn not_scanned(plan: &ScanPlan<'_>, checks_files: bool) -> Vec<String> {
    let asked: BTreeSet<ScannerKind> = plan.args.scanners.iter().flatten().copied().collect();
    let is_done = |scanner: &ScannerKind| match scanner {
        ScannerKind::Vuln => true,
        ScannerKind::Misconfig => checks_files,
        ScannerKind::Secret | ScannerKind::License => false,
    };
    let missing = asked.into_iter().filter(|scanner| !is_done(scanner));
    let missing = missing.map(|scanner| format!("not scanned: {}", scanner.name()));
    let of_config: BTreeSet<ScannerKind> = plan.image_config.iter().copied().collect();
    let of_config =
        of_config.iter().map(|it| format!("not scanned: {} of the image's config", it.name()));
    missing.chain(of_config).collect()
}

pub(super) fn format(args: &ScanArgs, threads: NonZeroUsize, environment: &Environment) -> Format {
    match args.format {
        ReportFormat::Table => {
            Format::Table(table_style(args.shown.output.as_deref(), environment))
        }
        ReportFormat::Json => {
            let mut options = JsonOptions::default();
            options.list_all_packages = args.list_all_pkgs;
            options.threads = threads;
            Format::Json(options)
        }
        ReportFormat::CycloneDx if args.lists_vulnerabilities() => {
            Format::CycloneDxWithVulnerabilities
        }
        ReportFormat::CycloneDx => Format::CycloneDx,
        ReportFormat::SpdxJson => Format::SpdxJson,
        ReportFormat::Spdx => Format::Spdx,
        ReportFormat::Sarif => Format::Sarif,
        ReportFormat::Junit => Format::Junit,
        ReportFormat::Markdown => Format::Markdown,
        ReportFormat::GitLab => Format::GitLab,
        ReportFormat::GitHub => Format::GitHub(github(environment)),
        ReportFormat::CosignVuln => Format::CosignVuln,
    }
}

/// The commit and the job, from the variables of GitHub Actions (GitHub docs, "Variables
/// reference").
fn github(environment: &Environment) -> GithubOptions {
    let text = |name| {
        let value = environment.get(name).unwrap_or_default();
        value.to_string_lossy().into_owned()
    };
    let mut options = GithubOptions::default();
    options.reference = text("GITHUB_REF");
    options.commit = text("GITHUB_SHA");
    options.correlator = format!("{}_{}", text("GITHUB_WORKFLOW"), text("GITHUB_JOB"));
    options.run = text("GITHUB_RUN_ID");
    options
}

/// The style of a table: colour and links for a terminal only; its width, else `COLUMNS`, else a
/// wide page.
pub(super) fn table_style(output: Option<&Path>, environment: &Environment) -> TableStyle {
    let terminal = output.is_none() && stdout().is_terminal();
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let width = width.filter(|_| terminal).or_else(|| environment.columns());
    let mut style = TableStyle::plain(width.unwrap_or(WIDTH_WITHOUT_TERMINAL));
    style.colour = terminal && !environment.no_color();
    style.links = style.colour;
    style
}

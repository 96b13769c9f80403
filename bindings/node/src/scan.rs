//! Scanning.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::{Object, Result};
use napi_derive::napi;
use sealift::{
    Bases, KnownBases, LayerCache, Matching, NamedBase, PackageType, ScanOptions, Scanner,
    Selection, Severity, SkipRules, Target, Timestamp, policy,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::call::{Callback, NodeCall, Watch};
use crate::checks::GivenChecks;
use crate::database::NodeDatabase;
use crate::failure::Failure;
use crate::job::promise;
use crate::limits::GivenLimits;
use crate::network::RegistryOptions;
use crate::report::NodeReport;
use crate::target;
use crate::time::{self, Clock};

/// The options of a scan, from JavaScript.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Options {
    name: Option<String>,
    platform: Option<String>,
    pub(crate) registry: RegistryOptions,
    threads: Option<NonZeroUsize>,
    limits: GivenLimits,
    skip_dirs: Vec<String>,
    skip_files: Vec<String>,
    package_types: Option<Vec<String>>,
    matching: Option<String>,
    development: bool,
    all_records: bool,
    all_layers: bool,
    base: Option<String>,
    bases: Option<PathBuf>,
    judged_at: Option<String>,
    created: Option<String>,
    cache_dir: Option<PathBuf>,
    severities: Option<Vec<String>>,
    ignore_unfixed: bool,
    exclude_base: bool,
    misconfig: Option<GivenChecks>,
}

impl Options {
    pub(crate) fn parse(json: &str) -> std::result::Result<Self, Failure> {
        parse(json)
    }

    /// The time to judge by, if it is given.
    pub(crate) fn judged_at(&self) -> std::result::Result<Option<Timestamp>, Failure> {
        self.judged_at.as_deref().map(|text| time::parse("judgedAt", text)).transpose()
    }

    /// The library's options, judged by `now`.
    pub(crate) fn to_scan(
        &self,
        clock: Clock,
        now: Timestamp,
    ) -> std::result::Result<ScanOptions, Failure> {
        let mut options = ScanOptions::default();
        options.name.clone_from(&self.name);
        if let Some(text) = &self.platform {
            let platform = text.parse();
            let failed = |error| Failure::argument(format!("platform: {text}: {error}"));
            options.platform = Some(platform.map_err(failed)?);
        }
        options.threads = self.threads.unwrap_or(options.threads);
        self.limits.set(&mut options.limits)?;
        options.skip = SkipRules::new(&self.skip_dirs, &self.skip_files)?;
        if let Some(types) = &self.package_types {
            let types = types.iter().map(|text| package_type(text));
            options.package_types = types.collect::<std::result::Result<_, _>>()?;
        }
        options.matching = self.matching.as_deref().map(matching).transpose()?;
        options.development = self.development;
        options.all_records = self.all_records;
        options.all_layers = self.all_layers;
        options.bases = self.to_bases()?;
        let created = self.created.as_deref().map(|text| time::parse("created", text));
        options.created = created.transpose()?;
        // The results of checks have no age.
        options.judged_at = (!options.package_types.is_empty()).then_some(now);
        let checks = self.misconfig.as_ref();
        options.configuration = checks.map(|checks| checks.to_options(now)).transpose()?;
        let cache = self.cache_dir.as_ref();
        options.cache = cache.map(|dir| Arc::new(LayerCache::new(dir, clock.system_time())));
        Ok(options)
    }

    fn to_bases(&self) -> std::result::Result<Bases, Failure> {
        let mut bases = Bases::default();
        if let Some(base) = &self.base {
            let image = target::image(base, &self.registry.of_another())?;
            bases.named = Some(NamedBase::new(base.as_str(), image));
        }
        if let Some(file) = &self.bases {
            bases.known = KnownBases::read(file)?;
        }
        Ok(bases)
    }

    /// Refuses filters of findings, since the gate decides which of them count.
    pub(crate) fn check_unfiltered(&self) -> std::result::Result<(), Failure> {
        let filters = [
            ("severities", self.severities.is_some(), "failOn and warnOn"),
            ("ignoreUnfixed", self.ignore_unfixed, "fixedOnly"),
            ("excludeBase", self.exclude_base, "policy with base = 'pass'"),
        ];
        match filters.into_iter().find(|(_, is_given, _)| *is_given) {
            None => Ok(()),
            Some((name, _, instead)) => Err(Failure::argument(format!(
                "{name}: what decides is the gate's: give new Gate() {instead}"
            ))),
        }
    }

    /// Which findings count.
    pub(crate) fn selection(&self) -> std::result::Result<Selection, Failure> {
        let mut selection = Selection::default();
        if let Some(severities) = &self.severities {
            let read = severities.iter().map(|text| severity("severities", text));
            selection.severities = read.collect::<std::result::Result<_, _>>()?;
        }
        if self.ignore_unfixed {
            selection.ignored_statuses.insert(sealift::Status::Affected);
        }
        selection.exclude_base = self.exclude_base;
        Ok(selection)
    }
}

/// Reads options; the error names the option that is wrong.
pub(crate) fn parse<T: DeserializeOwned>(json: &str) -> std::result::Result<T, Failure> {
    serde_json::from_str(json).map_err(|error| {
        // The caller never saw this text, so a position in it would not help.
        let text = error.to_string();
        let sentence = text.split(" at line ").next().unwrap_or_default();
        let is_unknown = sentence.starts_with("unknown field");
        let wrong = if is_unknown { None } else { wrong_option::<T>(json) };
        let name = wrong.unwrap_or_else(|| "options".to_owned());
        Failure::argument(format!("{name}: {sentence}"))
    })
}

/// The option that has the wrong type.
fn wrong_option<T: DeserializeOwned>(json: &str) -> Option<String> {
    let options: Map<String, Value> = serde_json::from_str(json).ok()?;
    options.into_iter().find_map(|(name, value)| {
        let alone = Value::Object(std::iter::once((name.clone(), value)).collect());
        serde_json::from_value::<T>(alone).is_err().then_some(name)
    })
}

/// Reads a severity.
pub(crate) fn severity(option: &str, text: &str) -> std::result::Result<Severity, Failure> {
    text.parse().map_err(|_| Failure::argument(format!("{option}: {text} is no severity")))
}

fn package_type(text: &str) -> std::result::Result<PackageType, Failure> {
    match text {
        "os" => Ok(PackageType::Os),
        "library" => Ok(PackageType::Library),
        _ => Err(Failure::argument(format!("packageTypes: {text}; there are os and library"))),
    }
}

fn matching(text: &str) -> std::result::Result<Matching, Failure> {
    match text {
        "installed" => Ok(Matching::Installed),
        "declared" => Ok(Matching::Declared),
        "all" => Ok(Matching::All),
        _ => Err(Failure::argument(format!(
            "matching: {text}; there are installed, declared and all"
        ))),
    }
}

/// The target of a kind of scan, from the text that names it.
fn targeted(kind: &str, text: &str, options: &Options) -> std::result::Result<Target, Failure> {
    match kind {
        "image" | "sbom" if options.misconfig.is_some() => {
            Err(Failure::argument("misconfig: only of folders configuration files are checked"))
        }
        "image" => target::image(text, &options.registry),
        "fs" => Ok(Target::Filesystem(text.into())),
        "rootfs" => Ok(Target::Rootfs(text.into())),
        "sbom" => Ok(Target::Sbom(text.into())),
        _ => Err(Failure::argument(format!("{kind}: no kind of target"))),
    }
}

/// Scans a target of a kind (image, fs, rootfs, sbom), against a database or none.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn scan<'env>(
    env: &'env Env,
    kind: String,
    name: String,
    options: String,
    database: Option<&NodeDatabase>,
    call: &NodeCall,
    progress: Option<Callback>,
) -> Result<Object<'env>> {
    let scanner = scanner(database);
    let (watch, clock) = (Watch::new(call, progress), call.clock);
    promise(env, move || {
        let given = Options::parse(&options)?;
        let now = given.judged_at()?.unwrap_or_else(|| clock.now());
        let options = given.to_scan(clock, now)?;
        let selection = given.selection()?;
        let target = targeted(&kind, &name, &given)?;
        let checks = given.misconfig.as_ref();
        let suppressions = checks.map(GivenChecks::suppressions).transpose()?.unwrap_or_default();
        let mut report = scanner.scan(&target, &options, &watch)?;
        let hidden = selection.apply(&mut report);
        policy::apply(&mut report, &suppressions, now);
        let rego = options.configuration.iter().flat_map(|checks| &checks.rego);
        report.notes.extend(rego.flat_map(|checks| checks.notes()).cloned());
        Ok(NodeReport::new(report, hidden))
    })
}

/// The scanner of a database; without one it only lists packages.
pub(crate) fn scanner(database: Option<&NodeDatabase>) -> Arc<Scanner> {
    database.map_or_else(
        || Arc::new(Scanner::without_database()),
        |database| Arc::clone(&database.scanner),
    )
}

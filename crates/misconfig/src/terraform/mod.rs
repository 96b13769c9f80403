//! Terraform and OpenTofu: modules in HCL or JSON syntax, and plans.
//!
//! ```text
//! files ── syntax ──> modules ── eval ──┐
//!                                       ├──> Resources ── checks ──> FileResult per file
//! plan JSON ──────────── plan ──────────┘
//! ```
//!
//! A folder that no module of another folder calls is a root. It is evaluated with the values of
//! its `terraform.tfvars` and `*.auto.tfvars` and of the files that the caller gives; each module
//! that it calls is evaluated with the arguments of the call. A remote module is loaded if
//! `terraform init` has fetched it; otherwise a diagnostic reports it.

pub(crate) mod checks;
pub(crate) mod eval;
mod fetched;
pub(crate) mod model;
pub(crate) mod plan;
mod resources;
pub(crate) mod syntax;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sealift_model::{Diagnostic, Impact};

use self::eval::{Evaluator, Module, Value};
pub(crate) use self::fetched::is_list as lists_modules;
use self::model::Resources;
use crate::ignore::Ignores;
use crate::{FileKind, FileResult, Limits, Options, SourceFile};

/// Checks the modules that the files make.
pub(crate) fn check(files: &[SourceFile<'_>], options: &Options) -> Vec<FileResult> {
    let mut results: Vec<FileResult> =
        files.iter().map(|file| FileResult::new(file.path, FileKind::Terraform)).collect();
    let paths: Vec<&str> = files.iter().map(|file| file.path).collect();
    let modules = read(files, &options.limits, &mut results);
    let fetched: BTreeMap<_, _> =
        files.iter().filter_map(|file| fetched::read(file.path, file.bytes)).collect();
    let comments: Vec<Ignores> =
        files.iter().map(|file| Ignores::read(file.bytes, options.now)).collect();
    let mut said = BTreeSet::new();
    let mut left = options.limits.max_total_steps;
    for root in roots(&modules) {
        let mut evaluator = Evaluator::new(&modules, &paths, &options.limits)
            .within(left)
            .reading(options.other_files.as_deref())
            .with_fetched(fetched.get(&root.folder));
        let given = given(root, files, options, &mut evaluator, &mut said);
        let scope = evaluator.root(root, given);
        let resources = Resources::new(evaluator.resources(scope));
        left = left.saturating_sub(evaluator.steps());
        let of_root = evaluator.into_diagnostics();
        let stop = of_root.iter().find(|said| said.impact == Impact::Incomplete);
        let stopped = stop.map(|said| said.message.clone());
        said.extend(of_root);
        let case = checks::Case { now: options.now, stopped, comments: &comments };
        checks::run(&resources, &case, &mut results);
    }
    tell(said, &mut results);
    checks::finish(&mut results);
    // Files that only serve the others are not checked themselves.
    results.retain(|result| !only_serves(&result.path) || !result.diagnostics.is_empty());
    results
}

/// Reads the files of declarations, folder by folder.
fn read(
    files: &[SourceFile<'_>],
    limits: &Limits,
    results: &mut [FileResult],
) -> BTreeMap<String, Module> {
    let mut modules: BTreeMap<String, Module> = BTreeMap::new();
    let mut overrides = Vec::new();
    let mut room = limits.max_terraform_bytes;
    for (index, (file, result)) in files.iter().zip(results).enumerate() {
        let json = file.path.ends_with(".json");
        if only_serves(file.path) {
            continue;
        }
        let parse = if json { syntax::parse_json } else { syntax::parse };
        let fits = take(&mut room, file.bytes.len(), limits);
        match fits.and_then(|()| text(file.bytes, limits)).and_then(|text| Ok(parse(text, limits)?))
        {
            Ok(body) if is_override(file.path) => overrides.push((file.path, body, result)),
            Ok(body) => {
                let folder = folder(file.path);
                let module =
                    modules.entry(folder.to_owned()).or_insert_with(|| Module::new(folder));
                module.add(index, body);
            }
            Err(unread) => result.diagnostics.push(unread.diagnostic(file.path)),
        }
    }
    // Once all is declared, in the order of their names (Terraform, "Override Files").
    overrides.sort_by_key(|(path, ..)| *path);
    for (path, body, result) in overrides {
        let module = modules.get_mut(folder(path));
        let left = module.map(|module| module.lay_over(body)).unwrap_or_default();
        for name in left {
            let message = format!("{name} overrides nothing");
            let diagnostic = Diagnostic::new("terraform", message, Impact::Partial);
            result.diagnostics.push(diagnostic.at(path, None));
        }
    }
    modules
}

/// Why a file is not read.
enum Unread {
    TooLarge {
        bytes: usize,
        max: usize,
    },
    /// The files before it are as large as all may be.
    NoRoom {
        max: usize,
    },
    NotUtf8 {
        at: usize,
    },
    Syntax(syntax::SyntaxError),
}

impl From<syntax::SyntaxError> for Unread {
    fn from(error: syntax::SyntaxError) -> Self {
        Self::Syntax(error)
    }
}

impl Unread {
    fn diagnostic(&self, path: &str) -> Diagnostic {
        let said = |message: String| {
            Diagnostic::new("terraform", message, Impact::Incomplete).at(path, None)
        };
        match self {
            Self::TooLarge { bytes, max } => {
                said(format!("not read: {bytes} bytes, limit max_file_bytes of {max}"))
            }
            Self::NoRoom { max } => {
                said(format!("not read: limit max_terraform_bytes of {max} for all files"))
            }
            Self::NotUtf8 { at } => said(format!("not read: no UTF-8 at byte {at}")),
            Self::Syntax(error) => said(format!("not read: {error}")).on_line(error.line.into()),
        }
    }
}

/// Takes from the room that there is for all files.
fn take(room: &mut usize, bytes: usize, limits: &Limits) -> Result<(), Unread> {
    let left = room.checked_sub(bytes);
    *room = left.unwrap_or(0);
    left.map(drop).ok_or(Unread::NoRoom { max: limits.max_terraform_bytes })
}

fn text<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, Unread> {
    if bytes.len() > limits.max_file_bytes {
        return Err(Unread::TooLarge { bytes: bytes.len(), max: limits.max_file_bytes });
    }
    std::str::from_utf8(bytes).map_err(|error| Unread::NotUtf8 { at: error.valid_up_to() })
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn is_variables(path: &str) -> bool {
    path.ends_with(".tfvars") || path.ends_with(".tfvars.json")
}

/// Whether a file declares nothing, and only gives values or tells where modules are.
fn only_serves(path: &str) -> bool {
    is_variables(path) || fetched::is_list(path)
}

/// Whether a file changes what others declare, rather than declare something itself.
fn is_override(path: &str) -> bool {
    let stem = name(path).split('.').next().unwrap_or_default();
    stem == "override" || stem.ends_with("_override")
}

/// Whether a module takes the values of a file by its name alone.
fn applies_by_name(path: &str) -> bool {
    let name = name(path);
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// The modules that no other calls, and of those that only call one another the first.
fn roots(modules: &BTreeMap<String, Module>) -> Vec<&Module> {
    let calls = |module: &Module| {
        let folders = module.calls.values().filter_map(|call| module.called_folder(&call.item));
        folders.filter(|folder| *folder != module.folder).collect::<Vec<_>>()
    };
    let called: BTreeSet<String> = modules.values().flat_map(calls).collect();
    let own = modules.values().filter(|module| !fetched::is_fetched(&module.folder));
    let (mut roots, others): (Vec<&Module>, Vec<&Module>) =
        own.partition(|module| !called.contains(&module.folder));
    let mut reached = BTreeSet::new();
    let mut reach = |root: &Module| {
        let mut next = vec![root.folder.clone()];
        let before = reached.len();
        while let Some(folder) = next.pop() {
            if let Some(module) = modules.get(&folder).filter(|_| reached.insert(folder.clone())) {
                next.extend(calls(module));
            }
        }
        reached.len() > before
    };
    for root in &roots {
        reach(root);
    }
    let unreached = others.into_iter().filter(|module| reach(module));
    roots.extend(unreached);
    roots
}

/// The values that a root module is given: those of its own files first, in the order in which
/// Terraform reads them, then those of the caller's.
fn given(
    root: &Module,
    files: &[SourceFile<'_>],
    options: &Options,
    evaluator: &mut Evaluator<'_>,
    said: &mut BTreeSet<Diagnostic>,
) -> BTreeMap<Arc<str>, Value> {
    let mut own: Vec<(&str, &[u8])> = files
        .iter()
        .filter(|file| folder(file.path) == root.folder && applies_by_name(file.path))
        .map(|file| (file.path, file.bytes))
        .collect();
    // `terraform.tfvars` comes before `*.auto.tfvars`, these by their names.
    own.sort_by_key(|(path, _)| (path.contains(".auto."), *path));
    let others = options.variable_files.iter().map(|file| (file.path.as_str(), &*file.bytes));
    let mut values = BTreeMap::new();
    for (path, bytes) in own.into_iter().chain(others) {
        let body = text(bytes, &options.limits)
            .and_then(|text| Ok(eval::variables(text, path.ends_with(".json"), &options.limits)?));
        match body {
            Ok(body) => values.extend(evaluator.constants(&body)),
            Err(unread) => _ = said.insert(unread.diagnostic(path)),
        }
    }
    values
}

/// Puts what is said of the modules beside the files it is about; the rest beside the first.
fn tell(said: BTreeSet<Diagnostic>, results: &mut [FileResult]) {
    let paths: BTreeMap<String, usize> =
        results.iter().enumerate().map(|(index, result)| (result.path.clone(), index)).collect();
    for diagnostic in said {
        let about = diagnostic.path.as_ref().and_then(|path| paths.get(path));
        if let Some(result) = results.get_mut(about.copied().unwrap_or(0)) {
            result.diagnostics.push(diagnostic);
        }
    }
}

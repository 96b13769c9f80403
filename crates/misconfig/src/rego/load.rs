//! Loads checks and their libraries.

use std::collections::BTreeMap;
use std::fmt;

use sealift_policy::rego::{Input, Program, RegoLimits, Source};
use serde_json::{Map, Value};

use super::annotations::About;
use super::{functions, input};
use crate::{Limits, yaml};

/// The packages that hold checks unless others are named: those of Trivy's bundle, and a user's.
const NAMESPACES: &[&str] = &["builtin", "appshield", "defsec", "user"];

/// Options for loading checks.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RegoOptions {
    /// Further packages that contain checks, `main`, including packages below them.
    pub namespaces: Vec<String>,
    /// The documents below `data`.
    pub data: Map<String, Value>,
    /// Limits on compiling and evaluating.
    pub limits: RegoLimits,
}

impl RegoOptions {
    /// Adds the fields of a JSON or YAML object to the documents below `data`; objects with the
    /// same name are merged.
    ///
    /// # Errors
    /// When it is not such a document, or gives a name a second value.
    pub fn add_data(&mut self, bytes: &[u8]) -> Result<(), RegoDataError> {
        let mut stream = yaml::parse(bytes, &Limits::default());
        if let Some(error) = stream.errors.first() {
            return Err(RegoDataError::Syntax { line: error.line, message: error.to_string() });
        }
        let document = stream.documents.pop().filter(|_| stream.documents.is_empty());
        match document.map(|document| input::plain(&document.root)) {
            Some(Value::Object(fields)) => join(&mut self.data, fields, ""),
            _ => Err(RegoDataError::NoObject),
        }
    }
}

/// Why a document cannot be used as data for checks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegoDataError {
    /// It is neither JSON nor YAML.
    #[error("line {line}: {message}")]
    Syntax {
        /// 1-based line.
        line: u32,
        /// The fault.
        message: String,
    },
    /// It is not one object.
    #[error("it is not one object")]
    NoObject,
    /// A name already has another value.
    #[error("{0} has two values")]
    Twice(String),
}

/// The reader bounds how deep documents are.
fn join(
    all: &mut Map<String, Value>,
    fields: Map<String, Value>,
    above: &str,
) -> Result<(), RegoDataError> {
    for (name, value) in fields {
        match (all.get_mut(&name), value) {
            (None, value) => _ = all.insert(name, value),
            (Some(Value::Object(known)), Value::Object(more)) => {
                join(known, more, &format!("{above}{name}."))?;
            }
            (Some(known), value) if *known == value => {}
            (Some(_), _) => return Err(RegoDataError::Twice(format!("{above}{name}"))),
        }
    }
    Ok(())
}

/// Checks in Rego, compiled with their libraries.
pub struct RegoChecks {
    pub(super) program: Program,
    pub(super) checks: Vec<RegoCheck>,
    notes: Vec<String>,
}

impl fmt::Debug for RegoChecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegoChecks").field("checks", &self.checks).finish_non_exhaustive()
    }
}

/// One check: a package.
#[derive(Clone, Debug)]
pub(super) struct RegoCheck {
    /// `user.ports`.
    pub(super) package: String,
    pub(super) about: About,
    /// Its rules that deny, or why none can be asked.
    pub(super) rules: Result<Vec<String>, String>,
}

impl RegoChecks {
    /// Compiles modules, each given with its name and text. A module that cannot be compiled
    /// becomes a check that does not run.
    #[must_use]
    pub fn load(modules: &[(&str, &[u8])], options: &RegoOptions) -> Self {
        let mut notes = Vec::new();
        let texts: Vec<(&str, String)> = modules
            .iter()
            // Tests of checks are for those who write them.
            .filter(|(name, _)| !name.ends_with("_test.rego"))
            .map(|(name, bytes)| (*name, String::from_utf8_lossy(bytes).into_owned()))
            .collect();
        let sources: Vec<Source<'_>> =
            texts.iter().map(|(name, text)| Source::new(name, text)).collect();
        let data = Value::Object(options.data.clone());
        let compiled = Program::compile_sound(&sources, &data, functions::GIVEN, &options.limits);
        let (program, broken) = match compiled {
            Ok(compiled) => compiled,
            Err(error) => {
                let told = texts.iter().map(|(name, text)| (*name, text, error.to_string()));
                let checks = told.map(|(name, text, why)| broken_check(name, text, why)).collect();
                return Self { program: Program::default(), checks, notes };
            }
        };
        let mut checks: Vec<RegoCheck> = broken
            .iter()
            .filter_map(|(at, why)| {
                let (name, text) = texts.get(*at)?;
                Some(broken_check(name, text, why.to_string()))
            })
            .collect();
        let lacking: BTreeMap<&str, String> = program
            .missing_documents()
            .filter(|(path, _)| path.starts_with("data.lib."))
            .map(|(path, at)| (at.file.as_str(), format!("{at}there is no {path}")))
            .collect();
        for (at, (name, text)) in texts.iter().enumerate() {
            if broken.iter().any(|(broken, _)| *broken == at) {
                continue;
            }
            let package = package(text);
            let rules = denying(&program, &package);
            if !in_namespaces(&package, options) {
                if !rules.is_empty() && !package.starts_with("lib.") {
                    notes.push(format!(
                        "{name}: package {package} is no check: it is in none of the namespaces"
                    ));
                }
                continue;
            }
            let known = checks.iter().any(|check| check.package == package);
            if rules.is_empty() || known {
                continue;
            }
            let annotated = About::annotated(&package, text);
            let (about, wrong) = match annotated {
                Ok(Some(about)) => (about, None),
                Ok(None) => (by_rules(&program, &package), None),
                Err(why) => (About::unknown(&package), Some(why)),
            };
            let rules = match wrong.or_else(|| lacking.get(name).cloned()) {
                Some(why) => Err(why),
                None => Ok(rules),
            };
            checks.push(RegoCheck { package, about, rules });
        }
        checks.sort_by(|left, right| {
            (&left.about.check.id, &left.package).cmp(&(&right.about.check.id, &right.package))
        });
        notes.extend(checks.iter().filter_map(RegoCheck::note));
        Self { program, checks, notes }
    }

    /// The number of checks, including those that cannot run.
    #[must_use]
    pub fn len(&self) -> usize {
        self.checks.len()
    }

    /// Whether there are no checks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// Notes for the user: packages with `deny` rules that are in no namespace.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// A check of which only the text is known for sure.
fn broken_check(name: &str, text: &str, why: String) -> RegoCheck {
    let package = package(text);
    let package = if package.is_empty() { name.to_owned() } else { package };
    let annotated = About::annotated(&package, text).ok().flatten();
    let about = annotated.unwrap_or_else(|| About::unknown(&package));
    RegoCheck { package, about, rules: Err(why) }
}

/// The package of a module as its text says it.
fn package(text: &str) -> String {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix("package "));
    line.unwrap_or_default().split('#').next().unwrap_or_default().trim().to_owned()
}

fn in_namespaces(package: &str, options: &RegoOptions) -> bool {
    let given = options.namespaces.iter().map(String::as_str);
    NAMESPACES.iter().copied().chain(given).any(|namespace| {
        package.strip_prefix(namespace).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// The rules of a package that deny.
fn denying(program: &Program, package: &str) -> Vec<String> {
    let prefix = format!("data.{package}.");
    let rules = program.rules().filter(|rule| {
        rule.strip_prefix(&prefix).is_some_and(|name| {
            ["deny", "warn", "violation"].iter().any(|kind| {
                name.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
            })
        })
    });
    rules.map(str::to_owned).collect()
}

/// The metadata that an older check states in its rules.
fn by_rules(program: &Program, package: &str) -> About {
    let nothing = Input::new(&Value::Null);
    let rule = |name: &str| {
        let path = format!("data.{package}.{name}");
        program.eval(&path, &nothing, None).ok().flatten()
    };
    match (rule("__rego_metadata__"), rule("__rego_input__")) {
        (None, None) => About::unknown(package),
        (metadata, input) => {
            About::of_rules(package, &metadata.unwrap_or_default(), input.as_ref())
        }
    }
}

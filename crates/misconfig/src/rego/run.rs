//! Runs checks.

use std::collections::{BTreeSet, HashMap};

use sealift_model::Timestamp;
use sealift_policy::rego::Input;
use serde_json::Value;

use super::findings::failures;
use super::input::{self, Document};
use super::load::{RegoCheck, RegoChecks};
use super::selector::Selector;
use crate::{Failure, FileKind, FileResult, Misconfiguration, Options, SourceFile, Status};

/// The rule with exceptions for whole packages.
const EXCEPTIONS: &str = "data.namespace.exceptions.exception";

impl RegoChecks {
    /// Adds what the checks say of files to the results of those files.
    pub(crate) fn check(
        &self,
        files: &[(FileKind, SourceFile<'_>)],
        results: &mut Vec<FileResult>,
        options: &Options,
    ) {
        let mut places: HashMap<String, usize> = HashMap::new();
        for (at, result) in results.iter().enumerate() {
            places.entry(result.path.clone()).or_insert(at);
        }
        for (kind, file) in files.iter().filter(|(kind, _)| options.kinds.contains(kind)) {
            if file.bytes.len() > options.limits.max_file_bytes {
                continue;
            }
            let found = self.run(*kind, file, options);
            if found.is_empty() {
                continue;
            }
            let at = places.get(file.path).copied();
            match at.and_then(|at| results.get_mut(at)) {
                Some(result) => {
                    result.misconfigurations.extend(found);
                    result
                        .misconfigurations
                        .sort_by(|left, right| left.check.id.cmp(&right.check.id));
                }
                None => {
                    let mut result = FileResult::new(file.path, *kind);
                    result.misconfigurations = found;
                    places.insert(result.path.clone(), results.len());
                    results.push(result);
                }
            }
        }
    }

    /// The results of the applicable checks for a file of some kind.
    #[must_use]
    pub fn run(
        &self,
        kind: FileKind,
        file: &SourceFile<'_>,
        options: &Options,
    ) -> Vec<Misconfiguration> {
        let wanted = self.checks.iter().filter(|check| check.wants(kind));
        let documents = match input::documents(kind, file, &options.limits) {
            Ok(documents) => documents,
            Err(why) => {
                let not_run = |check: &RegoCheck| {
                    let mut found =
                        Misconfiguration::required(&check.about.check, check.not_run(why));
                    // One that names no files at all may never have meant these.
                    found.is_required = check.rules.is_err() || !check.about.selectors.is_empty();
                    found
                };
                return wanted.map(not_run).collect();
            }
        };
        let now = options.now;
        let inputs: Vec<(Document, Input)> = documents
            .into_iter()
            .map(|document| {
                let input = Input::new(&document.value);
                (document, input)
            })
            .collect();
        wanted.flat_map(|check| self.ask(check, kind, &inputs, now)).collect()
    }

    fn ask(
        &self,
        check: &RegoCheck,
        kind: FileKind,
        inputs: &[(Document, Input)],
        now: Option<Timestamp>,
    ) -> Vec<Misconfiguration> {
        let told = |status: Status| Misconfiguration::required(&check.about.check, status);
        let rules = match &check.rules {
            Ok(_) if check.about.combined => {
                let why = "it wants all files in one document, which is not made";
                return vec![told(Status::NotRun(why.to_owned()))];
            }
            Ok(rules) => rules,
            Err(why) => return vec![told(Status::NotRun(why.clone()))],
        };
        let mut found = Vec::new();
        let mut asked = false;
        for (document, input) in inputs.iter().filter(|it| check.selects(kind, &it.0.value)) {
            asked = true;
            for rule in rules {
                match self.fails(check, rule, document, input, now) {
                    Ok(failing) => found.extend(failing),
                    Err(why) => found.push(Status::NotRun(why)),
                }
            }
        }
        if asked && found.is_empty() {
            found.push(Status::Pass);
        }
        found.sort_by_key(|status| match status {
            Status::Fail(failure) | Status::Ignored(failure) => failure.lines,
            Status::Pass | Status::NotRun(_) => None,
        });
        found.into_iter().map(told).collect()
    }

    /// Where one rule fails on one document.
    fn fails(
        &self,
        check: &RegoCheck,
        rule: &str,
        document: &Document,
        input: &Input,
        now: Option<Timestamp>,
    ) -> Result<Vec<Status>, String> {
        let eval =
            |rule: &str| self.program.eval(rule, input, now).map_err(|error| error.to_string());
        let failing = failures(eval(rule)?, document);
        if failing.is_empty() {
            return Ok(Vec::new());
        }
        let optional = |rule: &str| match self.program.has_rule(rule) {
            true => eval(rule),
            false => Ok(None),
        };
        let own = optional(&format!("data.{}.exception", check.package))?;
        let name = rule.rsplit('.').next().unwrap_or(rule);
        // `exception contains rules`: sets of names, or of their ends; `""` is every rule.
        let excepted = strings(own.as_ref()).any(|end| name.ends_with(end))
            || strings(optional(EXCEPTIONS)?.as_ref()).any(|package| package == check.package);
        let status = |mut failure: Failure| match excepted {
            true => {
                failure.ignored_by = Some("an exception in Rego".to_owned());
                Status::Ignored(failure)
            }
            false => Status::Fail(failure),
        };
        Ok(failing.into_iter().map(status).collect())
    }
}

impl RegoCheck {
    /// The status of a check that did not run, with its own reason if it has one.
    fn not_run(&self, why: &str) -> Status {
        Status::NotRun(self.rules.as_ref().err().cloned().unwrap_or_else(|| why.to_owned()))
    }

    /// Whether the check looks at files of a kind. If it cannot be read, it is assumed to; if it
    /// names no kind, it looks at all.
    fn wants(&self, kind: FileKind) -> bool {
        let selectors = &self.about.selectors;
        selectors.is_empty() || selectors.iter().any(|selector| selector.wants(kind))
    }

    /// A note on a check that runs on few files or none, because files of its types are not read as
    /// such.
    pub(super) fn note(&self) -> Option<String> {
        let kinds: Vec<FileKind> =
            FileKind::ALL.iter().copied().filter(|kind| self.wants(*kind)).collect();
        let few = match kinds.as_slice() {
            [] => "nothing",
            [FileKind::Compose] => "compose files alone",
            _ => return None,
        };
        let types: BTreeSet<&str> = self.about.selectors.iter().map(Selector::type_name).collect();
        let types = Vec::from_iter(types).join(", ");
        Some(format!("{}: it looks at {types}, and is asked of {few}", self.package))
    }

    fn selects(&self, kind: FileKind, document: &Value) -> bool {
        let selectors = &self.about.selectors;
        selectors.is_empty() || selectors.iter().any(|selector| selector.selects(kind, document))
    }
}

/// The strings of a list, and of the lists in it.
fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items
        .flat_map(|item| match item {
            Value::Array(inner) => inner.iter().collect(),
            other => vec![other],
        })
        .filter_map(Value::as_str)
}

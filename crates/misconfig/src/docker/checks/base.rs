//! Base images and the names of stages.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{at, pattern, quote};
use crate::Failure;
use crate::docker::{Dockerfile, Instruction, Stage};

/// `DS-0001`. An image is looked at whose reference, variables replaced by what `ARG` gives them
/// and by nothing otherwise, has at most one colon.
pub(super) fn latest_tag(file: &Dockerfile) -> Vec<Failure> {
    let aliases: HashSet<&str> = file.all("from").filter_map(alias).collect();
    let global = file.stages.first().map(arguments).unwrap_or_default();
    let mut failures = Vec::new();
    for (number, stage) in file.stages.iter().enumerate() {
        let own = if number > 0 { arguments(stage) } else { HashMap::new() };
        let value = |name: &str| own.get(name).or_else(|| global.get(name)).copied();
        for from in stage.all("from") {
            let image = from.values.first().and_then(|image| without_tag(image, &value));
            let Some(image) = image.filter(|name| name != "scratch") else { continue };
            if !aliases.contains(image.as_str()) {
                let message = format!("image '{}' is taken without a fixed tag", quote(&image));
                failures.push(at(from, message));
            }
        }
    }
    failures
}

/// The name behind `AS`.
fn alias(from: &Instruction) -> Option<&str> {
    let at = from.values.iter().position(|word| word.eq_ignore_ascii_case("as"))?;
    from.values.get(at.checked_add(1)?).map(String::as_str)
}

/// What the `ARG`s of a stage give their first names.
fn arguments(stage: &Stage) -> HashMap<&str, &str> {
    let first = stage.all("arg").filter_map(|arg| arg.values.first());
    let pairs = first.map(|pair| match pair.split_once('=') {
        Some((name, value)) if !value.contains('=') => {
            (name.trim_end(), value.trim_start().trim_matches('"'))
        }
        _ => (pair.as_str(), ""),
    });
    pairs.collect()
}

static VARIABLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\$\{[^}]+\}|\$[a-zA-Z_][a-zA-Z0-9_]*"));

/// The image's name, where it has no tag or `latest`.
fn without_tag<'v>(reference: &str, value: &impl Fn(&str) -> Option<&'v str>) -> Option<String> {
    let variable = |found: &Captures<'_>| {
        let text = found.get(0).map(|text| text.as_str()).unwrap_or_default();
        let name = text.trim_start_matches(['$', '{']).trim_end_matches('}');
        value(name).unwrap_or_default().to_owned()
    };
    let image = VARIABLE.replace_all(reference, variable);
    match image.split_once(':') {
        Some((name, "latest")) => Some(name.to_owned()),
        Some(_) => None,
        // A value that is a variable itself may bring the tag.
        None if VARIABLE.find_iter(&image).any(|found| found.end() == image.len()) => None,
        // An argument without a value says nothing of the image.
        None => Some(image.into_owned()).filter(|image| !image.is_empty()),
    }
}

/// `DS-0012`: reported for each stage whose name a later stage has, too, unless the two are
/// identical.
pub(super) fn duplicate_alias(file: &Dockerfile) -> Vec<Failure> {
    let mut failures = Vec::new();
    // Of each name, what the later stages are in whole: two of them will do.
    let mut later: HashMap<String, Vec<String>> = HashMap::new();
    let named: Vec<_> = file.stages.iter().filter_map(named).collect();
    for (from, whole, alias) in named.into_iter().rev() {
        let others = later.entry(alias).or_default();
        if others.iter().any(|other| *other != whole) {
            let alias = stage_alias(&whole).unwrap_or_default();
            failures.push(at(from, format!("another stage is named '{}' too", quote(alias))));
        }
        if others.len() < 2 && !others.contains(&whole) {
            others.push(whole);
        }
    }
    failures
}

/// A stage's first instruction, the whole of its name in lower case, and its alias.
fn named(stage: &Stage) -> Option<(&Instruction, String, String)> {
    let whole = stage.name.to_lowercase();
    let alias = stage_alias(&whole).filter(|_| whole.contains(" as "))?.to_owned();
    Some((stage.instructions.first()?, whole, alias))
}

/// What follows the only `as` in a stage's name in lower case.
pub(super) fn stage_alias(name: &str) -> Option<&str> {
    let mut parts = AS.split(name);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(alias), None) => Some(alias),
        _ => None,
    }
}

static AS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[[:space:]]+as[[:space:]]+"));

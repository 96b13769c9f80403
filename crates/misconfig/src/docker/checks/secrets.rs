//! Secrets that end up in the image (`DS-0031`). Only the last stage is checked, since no other is
//! shipped.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::{at, pattern, quote};
use crate::Failure;
use crate::docker::{Dockerfile, Instruction, Stage};

/// Variables that hold a secret.
static SECRETS: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "CI_DEPLOY_PASSWORD",
    "DIGITALOCEAN_ACCESS_TOKEN",
    "DOCKERHUB_PASSWORD",
    "FIREBASE_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GH_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITHUB_TOKEN",
    "GOOGLE_API_KEY",
    "HEROKU_API_KEY",
    "HF_TOKEN",
    "LANGCHAIN_API_KEY",
    "LANGSMITH_API_KEY",
    "OPENAI_API_KEY",
];

/// Variables that name a file with a secret.
static SECRET_FILES: &[&str] =
    &["AWS_CONFIG_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "HF_TOKEN_PATH"];

/// Prefixes of variables that web build tools pass on.
static PREFIXES: &[&str] = &["VITE_", "REACT_APP_"];

/// Words that make a variable's name that of a secret.
static SECRET_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(?i)(?:_|^)(?:apikey|auth|credentials?|key|passwd|password|psw|pword|secret|token|usr)\
         (?:_|$)",
    )
});
static PUBLIC_WORD: LazyLock<Regex> = LazyLock::new(|| pattern("(?i)(?:_|^)public(?:_|$)"));

/// Commands that log in and keep what they were given.
static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "aws configure set aws_access_key_id|aws configure set aws_secret_access_key|\
         gcloud auth activate-service-account|\
         az login.*(?:-p|--password|--federated-token)[[:space:]]|\
         doctl auth init.*(?:-t|--access-token)[[:space:]]",
    )
});

/// `DS-0031`.
pub(super) fn leaked(file: &Dockerfile) -> Vec<Failure> {
    let Some(stage) = file.stages.last() else { return Vec::new() };
    let targets = targets(stage);
    let mut failures = Vec::new();
    for instruction in &stage.instructions {
        match instruction.command.as_str() {
            "arg" | "env" => variables(&targets, instruction, &mut failures),
            "copy" => failures.extend(copied(instruction)),
            "run" => failures.extend(logged_in(instruction)),
            _ => {}
        }
    }
    failures
}

fn variables(targets: &BTreeSet<&str>, instruction: &Instruction, failures: &mut Vec<Failure>) {
    let kind = instruction.command.to_uppercase();
    for (name, value) in assignments(instruction) {
        if is_secret(name) {
            failures.push(at(instruction, format!("{kind} '{}' holds a secret", quote(name))));
        } else if SECRET_FILES.contains(&name) && !value.is_empty() && is_copied(targets, value) {
            let message = format!("{kind} '{name}' names a secret file that is copied");
            failures.push(at(instruction, message));
        }
    }
}

/// Names with their values; a missing value is empty.
fn assignments(instruction: &Instruction) -> Vec<(&str, &str)> {
    let values = instruction.values.iter().map(String::as_str);
    if instruction.command == "arg" {
        let pairs = values.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        return pairs.filter(|(_, value)| !value.contains('=')).collect();
    }
    let triples = instruction.values.as_chunks::<3>().0.iter();
    triples.map(|[name, value, _]| (name.as_str(), value.as_str())).collect()
}

fn is_secret(name: &str) -> bool {
    let prefixed = |prefix: &&str| {
        // Any of the prefix's letters, as long as they go on.
        SECRETS.contains(&name.trim_start_matches(|c| prefix.contains(c)))
    };
    SECRETS.contains(&name)
        || PREFIXES.iter().any(prefixed)
        || (!SECRET_FILES.contains(&name)
            && SECRET_WORD.is_match(name)
            && !PUBLIC_WORD.is_match(name))
}

/// Where the `COPY`s of a stage put what they copy.
fn targets(stage: &Stage) -> BTreeSet<&str> {
    let targets = stage.all("copy").filter_map(|copy| copy.values.last());
    targets.map(|target| plain_path(target)).collect()
}

/// Whether one of the targets is the file, or begins its path.
fn is_copied(targets: &BTreeSet<&str>, path: &str) -> bool {
    let mut bound = plain_path(path);
    // The last target up to the bound begins the path, or all that do are shorter than what the
    // two have in common.
    while let Some(target) = targets.range(..=bound).next_back() {
        if bound.starts_with(target) {
            return true;
        }
        let common = bound.char_indices().zip(target.chars()).find(|((_, a), b)| a != b);
        let Some(((at, _), _)) = common else { return false };
        bound = bound.get(..at).unwrap_or_default();
    }
    false
}

/// A path without quotes, a leading `./` and a trailing `/`.
fn plain_path(path: &str) -> &str {
    let path = path.strip_suffix('"').unwrap_or(path);
    let path = path.strip_prefix('"').unwrap_or(path);
    let path = path.strip_prefix('.').unwrap_or(path);
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path)
}

fn copied(copy: &Instruction) -> Option<Failure> {
    let [_, target] = copy.values.as_slice() else { return None };
    let variable = target.strip_prefix('$').unwrap_or(target);
    SECRET_FILES
        .contains(&variable)
        .then(|| at(copy, format!("the secret file that '{variable}' names is copied")))
}

fn logged_in(run: &Instruction) -> Option<Failure> {
    let mounts = run.flags.iter().any(|flag| flag.starts_with("--mount=type=secret"));
    let logs_in = run.values.iter().any(|script| LOGIN.is_match(script));
    (logs_in && !mounts).then(|| at(run, "a command keeps the secret that it is given"))
}

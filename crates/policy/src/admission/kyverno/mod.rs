//! Kyverno's policies: `ClusterPolicy`, `Policy`, and `PolicyException` (`kyverno.io`).
//!
//! ```text
//! document ── read ──> rules, those for pods' controllers generated ──> Rule
//! request ──> matching ──> Scope (variables) ──> preconditions ──> exceptions ──> check ──> Answer
//! ```
//!
//! Patterns, deny, foreach and the Pod Security Standards have a module each. Rules that mutate or
//! generate judge nothing; a note reports them when they are loaded.

mod autogen;
mod compare;
mod conditions;
mod document;
mod exceptions;
mod expressions;
mod images;
mod matching;
mod pattern;
mod pod_security;
mod policy;
mod rule;
mod scalar;
mod scope;
mod substitute;
#[cfg(test)]
mod tests;
mod validate;
mod verify;

use std::sync::Arc;

use super::Document;
use super::policies::{Family, Loaded, Policy};
use exceptions::Exception;

pub(super) const FAMILY: Family = Family { reads, load };

fn reads(group: &str, kind: &str) -> bool {
    group == "kyverno.io" && matches!(kind, "ClusterPolicy" | "Policy" | "PolicyException")
}

fn load(documents: Vec<Document>, notes: &mut Vec<String>) -> Loaded {
    let (exceptions, policies): (Vec<_>, Vec<_>) =
        documents.into_iter().partition(|document| document.kind() == "PolicyException");
    let exceptions: Result<Vec<Exception>, _> = exceptions.iter().map(Exception::read).collect();
    let exceptions = Arc::new(exceptions?);
    let mut loaded: Vec<Box<dyn Policy>> = Vec::new();
    for document in policies {
        loaded.push(Box::new(policy::KyvernoPolicy::read(&document, &exceptions, notes)?));
    }
    Ok(loaded)
}

//! The statement of an attestation.

use std::path::Path;

use sealift::Timestamp;
use sealift::sign::{StatementDraft, missing_member, predicate, provenance};
use sealift::verify::{Hash, Limits, PredicateType, Statement};

use crate::Environment;
use crate::args::AttestedArgs;
use crate::failure::Failure;
use crate::files;
use crate::verbs::verify::predicate_type;

const CI_TYPE: &str = "https://slsa.dev/provenance/v1";

/// The statement that the flags ask for, about a subject with the given digest.
pub(super) fn statement(
    args: &AttestedArgs,
    subject: (&str, Hash),
    now: Timestamp,
    environment: &Environment,
) -> Result<StatementDraft, Failure> {
    let (predicate_type, value) = if args.from_ci {
        let predicate_type = ci_type(&args.predicate_type)?;
        let value = provenance(&environment.texts()).map_err(|error| Failure::Unusable {
            what: "--from-ci".to_owned(),
            error: error.into(),
            hint: "run it in a job of GitHub Actions or GitLab CI, or name a predicate with \
                   --predicate FILE",
        })?;
        (predicate_type, value)
    } else {
        let predicate_type = predicate_type(&args.predicate_type)?;
        let path = args.predicate.as_deref().unwrap_or(Path::new("-"));
        let made = predicate(&predicate_type, &files::whole(path)?, now);
        let value = made.map_err(|error| Failure::Unusable {
            what: path.display().to_string(),
            error: error.into(),
            hint: "say with --type what it is; anything goes with --type custom",
        })?;
        if let Some(field) = missing_member(&predicate_type, &value) {
            eprintln!(
                "warning: {} lacks {field:?}, which {} requires: who reads it may refuse it",
                path.display(),
                args.predicate_type
            );
        }
        (predicate_type, value)
    };
    let (name, digest) = subject;
    Ok(StatementDraft::about(name, digest, &predicate_type, value))
}

/// The predicate type of `asked`: the environment of a CI job gives only a provenance.
fn ci_type(asked: &str) -> Result<PredicateType, Failure> {
    let is_default = asked == "custom";
    let predicate_type = predicate_type(if is_default { CI_TYPE } else { asked })?;
    if predicate_type.uri() == CI_TYPE {
        return Ok(predicate_type);
    }
    Err(Failure::Value {
        flag: "--from-ci",
        value: asked.to_owned(),
        hint: "it writes --type slsaprovenance1",
    })
}

/// Checks that a complete statement is about the subject it is attached to. Returns its predicate
/// type.
pub(super) fn check(statement: &[u8], subject: &Hash) -> Result<String, Failure> {
    let refused = |error: Box<dyn std::error::Error + Send + Sync>| Failure::Unusable {
        what: "--statement".to_owned(),
        error,
        hint: "an in-toto statement is needed, with the image's digest among its subjects",
    };
    let read = Statement::from_json(statement, &Limits::default());
    let read = read.map_err(|error| refused(error.into()))?;
    if read.subject_of(subject).is_none() {
        return Err(refused("it is about something else".into()));
    }
    Ok(read.predicate_type().to_owned())
}

//! Judges the objects in a text, or the `AdmissionReview` that it contains.

use std::path::PathBuf;
use std::time::Instant;

use sealift_model::Timestamp;
use sealift_policy::admission::{Document, Files, Operation, Request};
use sealift_policy::{Error, Limits};
use serde::Serialize;
use serde_json::Value;

use super::load::folder::{of_kinds, read, wrong};
use super::lookup::deadline::Patience;
use super::{LoadError, NoReview, Review, Rules, objects, request_of, response};
use crate::Observer;

/// The group and kind that mark a document as an `AdmissionReview`.
const ASKS: (&str, &str) = ("admission.k8s.io", "AdmissionReview");

/// Loads files that stand in for a cluster: files, folders, and texts, each with its name.
///
/// # Errors
/// The first one that cannot be read, or does not have the form of its kind.
pub fn stand_in(
    now: Timestamp,
    files: &[PathBuf],
    texts: &[(String, String)],
) -> Result<Files, LoadError> {
    let mut around = Files::new(now);
    let mut documents = Vec::new();
    for path in files {
        documents.extend(objects(path)?);
    }
    for (name, text) in texts {
        documents.extend(read(name, text.as_bytes())?);
    }
    for document in documents {
        let source = document.source.clone();
        around.add(document).map_err(|error| wrong(source.as_ref(), error))?;
    }
    Ok(around)
}

/// The result for the objects in a text.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Reviewed {
    /// Whether all objects are admitted.
    pub allowed: bool,
    /// The answer of each rule on each object.
    #[serde(flatten)]
    pub review: Review,
    /// The reasons for refusals.
    pub refusals: Vec<String>,
    /// The warnings for the user.
    pub warnings: Vec<String>,
    /// The `AdmissionReview` answer, where the text was an `AdmissionReview`.
    pub response: Option<Value>,
}

impl Reviewed {
    fn hear(&mut self, rules: &Rules, request: &Request, until: Patience<'_>, is_asked: bool) {
        let decision = rules.review_within(request, until);
        self.response = is_asked.then(|| response(&request.uid, &decision));
        self.review.add(request, decision.answers);
        self.refusals.extend(decision.refusals.into_iter().chain(decision.late));
        self.warnings.extend(decision.warnings);
        self.allowed = self.refusals.is_empty();
    }
}

/// Why a text cannot be judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The text is neither JSON nor YAML.
    #[error(transparent)]
    Unreadable(#[from] Error),
    /// The text is an `AdmissionReview` that cannot be answered.
    #[error(transparent)]
    NoReview(#[from] NoReview),
    /// An `AdmissionReview` is among other documents, or another operation was named for it.
    #[error("an AdmissionReview is judged alone, and as the operation that it says")]
    NotAlone,
    /// A document in the text is not an object.
    #[error(transparent)]
    NoObject(#[from] LoadError),
    /// The text has no documents.
    #[error("there is no object")]
    Empty,
    /// The observer cancelled; there is no result.
    #[error("cancelled")]
    Cancelled,
}

impl Rules {
    /// Judges the objects in a text in JSON or YAML, each as if it were created, unless `operation`
    /// or the files that stand in for a cluster name another operation; or judges the
    /// `AdmissionReview` that the text is. What is not known by `until` is refused.
    ///
    /// # Errors
    /// When there is nothing to judge, or the observer cancels. Work on images goes on even so, for
    /// later calls.
    pub fn review_text(
        &self,
        text: &[u8],
        operation: Option<Operation>,
        around: &Files,
        until: Instant,
        observer: &dyn Observer,
    ) -> Result<Reviewed, TextError> {
        let until = Patience::new(until, observer);
        let goes_on = |reviewed| match observer.is_cancelled() {
            true => Err(TextError::Cancelled),
            false => Ok(reviewed),
        };
        let documents = of_kinds(Document::read("the text", text, &Limits::default())?)?;
        let mut reviewed = Reviewed::default();
        if documents.iter().any(|document| (document.group(), document.kind()) == ASKS) {
            let ([document], None) = (documents.as_slice(), operation) else {
                return Err(TextError::NotAlone);
            };
            let request = request_of(document.value.to_string().as_bytes())?;
            reviewed.hear(self, &request, until, true);
            return goes_on(reviewed);
        }
        if documents.is_empty() {
            return Err(TextError::Empty);
        }
        for Document { value, .. } in documents {
            let request = match operation {
                None => around.request(value),
                Some(operation) => around.request_for(value, operation),
            };
            reviewed.hear(self, &request, until, false);
            reviewed = goes_on(reviewed)?;
        }
        Ok(reviewed)
    }
}

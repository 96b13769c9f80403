//! What is said of the objects in a text, or to the review that it is.

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

/// By what it is told that a document asks.
const ASKS: (&str, &str) = ("admission.k8s.io", "AdmissionReview");

/// What stands in for a cluster: files, folders of files, and texts, each with its name.
///
/// # Errors
/// The first that cannot be read, or is not of its kind's form.
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

/// What is said of the objects in a text.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Reviewed {
    /// Whether all of it is admitted.
    pub allowed: bool,
    /// What each rule says of each object.
    #[serde(flatten)]
    pub review: Review,
    /// Why something is refused.
    pub refusals: Vec<String>,
    /// What the user is warned of.
    pub warnings: Vec<String>,
    /// The `AdmissionReview` that answers the one that asked.
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
    /// It is neither JSON nor YAML.
    #[error(transparent)]
    Unreadable(#[from] Error),
    /// It is an `AdmissionReview` that cannot be answered.
    #[error(transparent)]
    NoReview(#[from] NoReview),
    /// An `AdmissionReview` stands among other documents, or is to be judged as another operation.
    #[error("an AdmissionReview is judged alone, and as the operation that it says")]
    NotAlone,
    /// A document in it is no object.
    #[error(transparent)]
    NoObject(#[from] LoadError),
    /// There is none.
    #[error("there is no object")]
    Empty,
    /// The observer wants no more; nothing is said.
    #[error("cancelled")]
    Cancelled,
}

impl Rules {
    /// What is said of the objects in a text in JSON or YAML, each as it would be created unless an
    /// `operation` is named or what stands in for a cluster names one; or of the `AdmissionReview`
    /// that it is. What is not known by `until` is refused.
    ///
    /// # Errors
    /// When there is nothing that could be judged, or the observer wants no more. Looking at images
    /// goes on by itself even so, for whoever asks next.
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

//! All admission policies, of every kind.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::global::GlobalEntry;
use super::{Answer, Document, Request, Surroundings, Unanswered, cel, kyverno};
use crate::rego::admission as rego;
use crate::{Error, Limits};

/// One loaded policy.
pub(crate) trait Policy: fmt::Debug + Send + Sync {
    /// Adds its answers on a request; none where it does not apply.
    fn review(&self, request: &Request, around: &dyn Surroundings, answers: &mut Vec<Answer>);

    /// The parts of it, as a user knows them, that read more of Namespaces than their names.
    fn reads_namespaces(&self) -> &[String] {
        &[]
    }
}

/// The policies of a family, or an error in one.
pub(crate) type Loaded = Result<Vec<Box<dyn Policy>>, Error>;

/// Kinds of documents that are read together.
pub(crate) struct Family {
    /// Whether a document, by API group and kind, is one of them.
    pub reads: fn(group: &str, kind: &str) -> bool,
    /// Compiles policies from documents; notes are for the user.
    pub load: fn(Vec<Document>, notes: &mut Vec<String>) -> Loaded,
}

/// Every family, in the order of evaluation.
static FAMILIES: &[Family] = &[kyverno::FAMILY, cel::FAMILY, rego::FAMILY];

/// Policies, loaded and compiled.
#[derive(Debug, Default)]
pub struct Policies {
    policies: Vec<Box<dyn Policy>>,
    entries: Vec<GlobalEntry>,
    notes: Vec<String>,
}

impl Policies {
    /// Loads the policies of files; exceptions and bindings among them apply to all.
    ///
    /// # Errors
    /// When one cannot be read, or has an unsupported kind or field.
    pub fn load<'f>(
        files: impl IntoIterator<Item = (&'f str, &'f [u8])>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mut documents = Vec::new();
        for (name, bytes) in files {
            documents.extend(Document::read(name, bytes, limits)?);
        }
        Self::of(documents)
    }

    /// Loads the policies of documents that are read already.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn of(documents: Vec<Document>) -> Result<Self, Error> {
        let mut sorted: Vec<Vec<Document>> = FAMILIES.iter().map(|_| Vec::new()).collect();
        let mut all = Self::default();
        for document in documents {
            if GlobalEntry::reads(document.group(), document.kind()) {
                all.entries.push(GlobalEntry::read(&document)?);
                continue;
            }
            let family = FAMILIES
                .iter()
                .zip(&mut sorted)
                .find(|(family, _)| (family.reads)(document.group(), document.kind()));
            match family {
                Some((_, own)) => own.push(document),
                None => return Err(document.error("kind", "no policy of a kind that is read")),
            }
        }
        for (family, documents) in FAMILIES.iter().zip(sorted) {
            all.policies.extend((family.load)(documents, &mut all.notes)?);
        }
        Ok(all)
    }

    /// Whether documents of this kind are policies that are supported here.
    #[must_use]
    pub fn reads(document: &Document) -> bool {
        let (group, kind) = (document.group(), document.kind());
        GlobalEntry::reads(group, kind) || FAMILIES.iter().any(|family| (family.reads)(group, kind))
    }

    /// Returns notes for the user, such as rules that judge nothing.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns the templates and rules in Rego that read more of an object's Namespace than its
    /// name, each with its file.
    pub fn reads_namespaces(&self) -> impl Iterator<Item = &str> {
        let all = self.policies.iter().flat_map(|policy| policy.reads_namespaces());
        all.map(String::as_str)
    }

    /// Returns the number of policies.
    #[must_use]
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there are no policies.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Returns an entry of Kyverno's global context from the policies, or one of its projections,
    /// with its current value from the surroundings; none where there is none of that name.
    ///
    /// # Errors
    /// When the surroundings do not have it.
    pub fn global_entry(
        &self,
        name: &str,
        projection: Option<&str>,
        around: &dyn Surroundings,
    ) -> Result<Option<Arc<Value>>, Unanswered> {
        match self.entries.iter().find(|entry| entry.name == name) {
            Some(entry) => entry.ask(projection, around),
            None => Ok(None),
        }
    }

    /// Returns the answers of all rules that apply to a request, in the order of the policies.
    #[must_use]
    pub fn review(&self, request: &Request, around: &dyn Surroundings) -> Vec<Answer> {
        let mut answers = Vec::new();
        for policy in &self.policies {
            policy.review(request, around, &mut answers);
        }
        answers
    }
}

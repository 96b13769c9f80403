//! All policies that are asked, of whatever kind.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::global::GlobalEntry;
use super::{Answer, Document, Request, Surroundings, Unanswered, cel, kyverno};
use crate::rego::admission as rego;
use crate::{Error, Limits};

/// One policy, ready to be asked.
pub(crate) trait Policy: fmt::Debug + Send + Sync {
    /// Adds what it says of a request; nothing where it does not apply.
    fn review(&self, request: &Request, around: &dyn Surroundings, answers: &mut Vec<Answer>);

    /// Those of it that read more of Namespaces than their names, as people find them.
    fn reads_namespaces(&self) -> &[String] {
        &[]
    }
}

/// The policies of a family, or what is wrong with one.
pub(crate) type Loaded = Result<Vec<Box<dyn Policy>>, Error>;

/// Kinds of documents that are read together.
pub(crate) struct Family {
    /// Whether a document, by API group and kind, is one of them.
    pub reads: fn(group: &str, kind: &str) -> bool,
    /// Makes policies of them; notes are for people.
    pub load: fn(Vec<Document>, notes: &mut Vec<String>) -> Loaded,
}

/// Every family, in the order in which they are asked.
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
    /// When one cannot be read, is of a kind that is not supported, or has a field that is not.
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

    /// The policies of documents that are read already.
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

    /// Whether a document is of a kind that is read here.
    #[must_use]
    pub fn reads(document: &Document) -> bool {
        let (group, kind) = (document.group(), document.kind());
        GlobalEntry::reads(group, kind) || FAMILIES.iter().any(|family| (family.reads)(group, kind))
    }

    /// What people should know of what was loaded: rules that judge nothing.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The templates and the rules in Rego that read more of the Namespace of an object than its
    /// name, each with the file that it stands in.
    pub fn reads_namespaces(&self) -> impl Iterator<Item = &str> {
        let all = self.policies.iter().flat_map(|policy| policy.reads_namespaces());
        all.map(String::as_str)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// An entry of Kyverno's global context that stands among the policies, or one of its
    /// projections, as the surroundings have it now; none where there is none of that name.
    ///
    /// # Errors
    /// When the surroundings cannot say.
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

    /// What each rule that applies says of a request, in the order of the policies.
    #[must_use]
    pub fn review(&self, request: &Request, around: &dyn Surroundings) -> Vec<Answer> {
        let mut answers = Vec::new();
        for policy in &self.policies {
            policy.review(request, around, &mut answers);
        }
        answers
    }
}

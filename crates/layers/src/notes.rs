//! Collects problems, within a limit.

use sealift_model::{Diagnostic, Digest, Impact};
use serde::{Deserialize, Serialize};

/// Messages kept for one layer; further ones are only counted. A hostile archive can have millions
/// of odd entries.
const MAX_KEPT: usize = 100;

const ORIGIN: &str = "layers";

/// The problems of one layer, or of no particular one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    kept: Vec<(Option<String>, String, Impact)>,
    more: u64,
    worst: Option<Impact>,
}

impl Notes {
    /// Adds a problem of a path.
    pub(crate) fn add(&mut self, path: String, message: impl Into<String>, impact: Impact) {
        if self.kept.len() < MAX_KEPT {
            self.kept.push((Some(path), message.into(), impact));
        } else {
            self.more += 1;
            self.worst = self.worst.max(Some(impact));
        }
    }

    /// Adds a problem of the layer as a whole; these are few and always kept.
    pub(crate) fn add_whole(&mut self, message: impl Into<String>, impact: Impact) {
        self.kept.push((None, message.into(), impact));
    }

    /// Appends the problems of a later part.
    pub(crate) fn append(&mut self, later: Self) {
        for (path, message, impact) in later.kept {
            match path {
                Some(path) => self.add(path, message, impact),
                None => self.add_whole(message, impact),
            }
        }
        self.more += later.more;
        self.worst = self.worst.max(later.worst);
    }

    /// Writes them as diagnostics of a layer.
    pub(crate) fn write(&self, layer: Option<&Digest>, diagnostics: &mut Vec<Diagnostic>) {
        for (path, message, impact) in &self.kept {
            let mut diagnostic = Diagnostic::new(ORIGIN, message.as_str(), *impact);
            diagnostic.path.clone_from(path);
            diagnostic.layer = layer.cloned();
            diagnostics.push(diagnostic);
        }
        if let Some(worst) = self.worst {
            let message = format!("{} more problems of this kind are not listed", self.more);
            let mut diagnostic = Diagnostic::new(ORIGIN, message, worst);
            diagnostic.layer = layer.cloned();
            diagnostics.push(diagnostic);
        }
    }
}

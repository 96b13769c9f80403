//! Reads JSON field by field.

use serde::Deserialize;
use serde_json::value::RawValue;

/// Most complaints that are kept for one record, which may be hostile.
const MAX_COMPLAINTS: usize = 20;
/// Most characters of one complaint, which quotes the record.
const MAX_COMPLAINT_CHARS: usize = 200;

/// Reads fields and collects complaints about them.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) complaints: Vec<String>,
    /// Number of complaints, including those not kept.
    pub(super) failures: usize,
}

impl Fields {
    /// The value of a field; none if it is absent, `null`, or malformed.
    pub(super) fn read<'a, T: Deserialize<'a>>(
        &mut self,
        name: &str,
        raw: Option<&'a RawValue>,
    ) -> Option<T> {
        match serde_json::from_str(raw?.get()) {
            Ok(value) => value,
            Err(error) => {
                self.complain(format!("{name}: {error}"));
                None
            }
        }
    }

    /// The items of a list, without malformed ones.
    pub(super) fn list<'a, T: Deserialize<'a>>(
        &mut self,
        name: &str,
        raw: Option<&'a RawValue>,
    ) -> Vec<T> {
        let items: Vec<&RawValue> = self.read(name, raw).unwrap_or_default();
        let numbered = items.into_iter().enumerate();
        numbered
            .filter_map(|(index, item)| self.read(&format!("{name}[{index}]"), Some(item)))
            .collect()
    }

    pub(super) fn complain(&mut self, complaint: String) {
        self.failures += 1;
        if self.complaints.len() < MAX_COMPLAINTS {
            self.complaints.push(complaint.chars().take(MAX_COMPLAINT_CHARS).collect());
        }
    }
}

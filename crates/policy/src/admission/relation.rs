//! The operators of a label selector (Kubernetes, `LabelSelectorRequirement`).

use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) enum Relation {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Relation {
    /// Whether the relation holds for a label's value; a missing label is in no list.
    pub(crate) fn holds(self, own: Option<&String>, values: &[String]) -> bool {
        let listed = own.is_some_and(|own| values.contains(own));
        match self {
            Self::In => listed,
            Self::NotIn => !listed,
            Self::Exists => own.is_some(),
            Self::DoesNotExist => own.is_none(),
        }
    }
}

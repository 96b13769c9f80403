//! How a label selector relates a label to values (Kubernetes, `LabelSelectorRequirement`).

use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) enum Relation {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Relation {
    /// Whether it holds of a label's own value; one that is missing is in no list.
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

//! Layers, and what they hide.

use sealift_model::{Digest, Package};
use serde::Serialize;

use crate::report::{LayerFacts, Report};

/// A layer; in packages and findings without its size.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct JsonLayer<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'r Digest>,
    #[serde(rename = "DiffID")]
    diff_id: &'r Digest,
}

impl<'r> JsonLayer<'r> {
    pub(super) fn whole(layer: &'r LayerFacts) -> Self {
        Self { size: Some(layer.size), digest: layer.digest.as_ref(), diff_id: &layer.diff_id }
    }

    pub(super) fn reference(report: &'r Report, diff_id: &'r Digest) -> Self {
        let layers = report.artifact.image.iter().flat_map(|image| &image.layers);
        let known = layers.into_iter().find(|layer| layer.diff_id == *diff_id);
        Self { size: None, digest: known.and_then(|layer| layer.digest.as_ref()), diff_id }
    }
}

/// The layer that hides a package, and how.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct JsonHidden<'r> {
    how: &'static str,
    by: JsonLayer<'r>,
}

impl<'r> JsonHidden<'r> {
    pub(super) fn of(report: &'r Report, package: &'r Package) -> Option<Self> {
        let hidden = package.hidden.as_ref()?;
        Some(Self { how: hidden.how.name(), by: JsonLayer::reference(report, &hidden.by) })
    }
}

//! The facts about the target as a whole.

use sealift_model::{Digest, Distribution, Support, Timestamp};
use serde::Serialize;

use super::layers::JsonLayer;
use crate::BaseFacts;
use crate::report::{Artifact, Counts, ImageFacts, Report};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metadata<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(rename = "OS", skip_serializing_if = "Option::is_none")]
    os: Option<Os<'r>>,
    #[serde(rename = "ImageID", skip_serializing_if = "Option::is_none")]
    image_id: Option<&'r Digest>,
    #[serde(rename = "DiffIDs", skip_serializing_if = "Vec::is_empty")]
    diff_ids: Vec<&'r Digest>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    repo_tags: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    repo_digests: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest_digest: Option<&'r Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index_digest: Option<&'r Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_days: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<JsonBase<'r>>,
    /// The number of findings in the base that are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out_in_base: Option<usize>,
    /// The day by which ages and the end of life are judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    judged_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_config: Option<&'r serde_json::Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    layers: Vec<JsonLayer<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Os<'r> {
    family: &'r str,
    name: &'r str,
    #[serde(rename = "EOSL", skip_serializing_if = "std::ops::Not::not")]
    end_of_life: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_of_support: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extended_support: Option<ExtendedSupport>,
}

/// Support beyond its end, under a contract or on request.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExtendedSupport {
    name: &'static str,
    end: &'static str,
}

impl<'r> Os<'r> {
    fn new(report: &'r Report, distribution: &'r Distribution) -> Self {
        let (end, extended) = match report.support() {
            Some(Support::Until { end, extended }) => (Some(end.as_str()), extended),
            _ => (None, None),
        };
        Self {
            family: distribution.report_name(),
            name: distribution.full_version.as_deref().unwrap_or_default(),
            end_of_life: report.is_past_end_of_life(),
            end_of_support: end,
            extended_support: extended
                .map(|(name, day)| ExtendedSupport { name, end: day.as_str() }),
        }
    }
}

/// The base image.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonBase<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'r str>,
    /// `named`, `listed` or `guessed`.
    evidence: &'static str,
    #[serde(rename = "ImageID", skip_serializing_if = "Option::is_none")]
    image_id: Option<&'r Digest>,
    layers: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_days: Option<u64>,
    packages: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<usize>,
}

impl<'r> JsonBase<'r> {
    fn new(report: &'r Report, base: &'r BaseFacts) -> Self {
        let findings = report.matches.as_ref().map(|_| report.findings_from_base().total());
        Self {
            name: base.name.as_deref(),
            evidence: base.evidence.name(),
            image_id: base.id.as_ref(),
            layers: base.layers,
            created: base.created,
            age_days: report.age_in_days(base.created),
            packages: report.packages_from_base(),
            findings: findings.filter(|_| report.left_out.is_none()),
        }
    }
}

impl<'r> Metadata<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        let Artifact { image, .. } = &report.artifact;
        let layers = image.as_ref().map_or(&[][..], |image: &ImageFacts| &image.layers);
        Self {
            size: image.as_ref().map(|_| layers.iter().map(|layer| layer.size).sum()),
            os: report
                .inventory
                .distribution
                .as_ref()
                .map(|distribution| Os::new(report, distribution)),
            image_id: image.as_ref().map(|image| &image.id),
            diff_ids: layers.iter().map(|layer| &layer.diff_id).collect(),
            repo_tags: image.as_ref().map_or(&[], |image| &image.tags),
            repo_digests: image.as_ref().and_then(ImageFacts::repo_digest).map(|name| [name]),
            manifest_digest: image
                .as_ref()
                .and_then(|image| image.manifest.as_ref())
                .map(|manifest| &manifest.digest),
            index_digest: image.as_ref().and_then(|image| image.index.as_ref()),
            created: image.as_ref().and_then(|image| image.created),
            age_days: report.age_in_days(image.as_ref().and_then(|image| image.created)),
            base: report.base().map(|base| JsonBase::new(report, base)),
            left_out_in_base: report.left_out.as_ref().map(Counts::total),
            judged_on: report.judged_at.map(Timestamp::day),
            image_config: image.as_ref().map(|image| &image.config),
            layers: layers.iter().map(JsonLayer::whole).collect(),
        }
    }
}

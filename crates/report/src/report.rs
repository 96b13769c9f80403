//! The data of a report, from which every format is written.

use sealift_matcher::{Finding, Matches};
use sealift_model::{Descriptor, Digest, Inventory, Package, Reference, Severity, Timestamp};

use serde::{Serialize, Serializer};

use crate::{BaseFacts, Configuration, Modified};

/// The note in a report of a scan that looked for nothing.
pub(crate) const NOTHING_SEARCHED: &str = "nothing was looked for: vulnerabilities are not known";

/// A scan and its result, ready to be written in any format.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The target of the scan.
    pub artifact: Artifact,
    /// The content of the target.
    pub inventory: Inventory,
    /// The matches with advisories; none when nothing was matched.
    pub matches: Option<Matches>,
    /// The time of the report, by the rule for reproducible output; none when not known.
    pub created: Option<Timestamp>,
    /// Version of the program.
    pub tool_version: String,
    /// Requests that were not fulfilled, as `not scanned: secret`.
    pub notes: Vec<String>,
    /// The time by which ages and ends of life are judged; without it, they are not.
    pub judged_at: Option<Timestamp>,
    /// The build time of the advisory database.
    pub advisories_built: Option<Timestamp>,
    /// The number of findings in the base image, when they were left out.
    pub left_out: Option<Counts>,
    /// The number of packages that were not matched because they are declared only to build or
    /// test.
    pub development: usize,
    /// The number of installed packages that were not matched because a lockfile counts instead.
    pub left_to_lockfiles: usize,
    /// The findings that do not count.
    pub suppressed: Vec<Modified>,
    /// Whether suppressed findings are listed. Otherwise they are only counted. Default: no.
    pub shows_suppressed: bool,
    /// Whether packages of the operating system were looked for. Otherwise it has no section.
    /// Default: yes.
    pub covers_system: bool,
    /// Whether packages were looked for at all. Default: yes.
    pub covers_packages: bool,
    /// The results of checks of configuration files; none when nothing was checked.
    pub configuration: Option<Configuration>,
}

impl Report {
    /// A report without matches and notes.
    #[must_use]
    pub fn new(artifact: Artifact, inventory: Inventory, tool_version: impl Into<String>) -> Self {
        let tool_version = tool_version.into();
        Self {
            artifact,
            inventory,
            matches: None,
            created: None,
            judged_at: None,
            advisories_built: None,
            left_out: None,
            development: 0,
            left_to_lockfiles: 0,
            tool_version,
            notes: Vec::new(),
            suppressed: Vec::new(),
            shows_suppressed: false,
            covers_system: true,
            covers_packages: true,
            configuration: None,
        }
    }

    /// Whether the report proves absence: something was looked for, and everything that should be
    /// seen was seen. A report of packages alone is not complete, because no data is not "no
    /// findings".
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.was_searched() && !self.inventory.is_incomplete()
    }

    /// Whether anything was looked for: vulnerabilities, or failures in configuration files.
    #[must_use]
    pub fn was_searched(&self) -> bool {
        self.matches.is_some() || self.configuration.is_some()
    }

    /// The findings; empty when nothing was matched.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.matches.as_ref().map_or(&[], |matches| &matches.findings)
    }

    /// The findings in packages that a running container sees.
    pub fn visible_findings(&self) -> impl Iterator<Item = &Finding> {
        let is_hidden = |finding: &&Finding| {
            self.package_of(finding).is_some_and(|package| package.hidden.is_some())
        };
        self.findings().iter().filter(move |finding| !is_hidden(finding))
    }

    /// The package that a finding is about.
    #[must_use]
    pub fn package_of(&self, finding: &Finding) -> Option<&Package> {
        self.inventory.packages.get(finding.package)
    }
}

/// The target of a scan.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Artifact {
    /// Its name, as the user gave it or as the image states it.
    pub name: String,
    /// Its kind.
    pub kind: ArtifactKind,
    /// The facts in an image's documents; none for another target.
    pub image: Option<ImageFacts>,
    /// For a CycloneDX document with a serial number: how others name it, as
    /// `urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1`.
    #[serde(skip)]
    pub link: Option<String>,
}

impl Artifact {
    /// A target that is no image.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: ArtifactKind) -> Self {
        Self { name: name.into(), kind, image: None, link: None }
    }
}

/// The kind of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ArtifactKind {
    /// A container image.
    ContainerImage,
    /// A folder, as `fs` and `rootfs` read it.
    Filesystem,
    /// A CycloneDX document.
    CycloneDx,
    /// An SPDX document.
    Spdx,
    /// A document in Syft's own form, for which Trivy has no word.
    Syft,
}

impl ArtifactKind {
    /// The word of Trivy's `ArtifactType`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ContainerImage => "container_image",
            Self::Filesystem => "filesystem",
            Self::CycloneDx => "cyclonedx",
            Self::Spdx => "spdx",
            Self::Syft => "syft",
        }
    }
}

/// The facts in an image's own documents.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ImageFacts {
    /// The index that the manifest was chosen from.
    pub index: Option<Digest>,
    /// The manifest that was scanned; none where the source has none, as `docker save`.
    pub manifest: Option<Descriptor>,
    /// Digest of the config: the image id.
    pub id: Digest,
    /// The config as it is.
    pub config: serde_json::Value,
    /// The tags that the source has for it.
    pub tags: Vec<String>,
    /// For an image from a registry: its name there, its digest at the time, and the tag that had
    /// that digest.
    #[serde(serialize_with = "as_text")]
    pub found: Option<Reference>,
    /// The layers, base first.
    pub layers: Vec<LayerFacts>,
    /// The time when it was made: the one in its config, else that in its history.
    pub created: Option<Timestamp>,
    /// The base of the image, where it is known or guessed.
    pub base: Option<BaseFacts>,
}

impl ImageFacts {
    /// The facts about an image of which only the config is known.
    #[must_use]
    pub fn new(id: Digest, config: serde_json::Value) -> Self {
        Self {
            index: None,
            manifest: None,
            id,
            config,
            tags: Vec::new(),
            found: None,
            layers: Vec::new(),
            created: None,
            base: None,
        }
    }
}

fn as_text<S: Serializer>(name: &Option<Reference>, serializer: S) -> Result<S::Ok, S::Error> {
    name.as_ref().map(ToString::to_string).serialize(serializer)
}

/// One layer of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LayerFacts {
    /// Digest of the blob in a registry; none where the source has no such blobs.
    pub digest: Option<Digest>,
    /// Digest of the tar in the blob.
    pub diff_id: Digest,
    /// Bytes of the tar in the blob.
    pub size: u64,
}

impl LayerFacts {
    /// A layer.
    #[must_use]
    pub fn new(digest: Option<Digest>, diff_id: Digest, size: u64) -> Self {
        Self { digest, diff_id, size }
    }
}

/// The number of findings of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts([usize; 5]);

impl Counts {
    /// Counts findings.
    #[must_use]
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            counts.add(finding.severity);
        }
        counts
    }

    /// Adds one finding of this severity.
    pub fn add(&mut self, severity: Severity) {
        if let Some(count) = self.0.get_mut(usize::from(severity.rank())) {
            *count += 1;
        }
    }

    /// The number of findings of one severity.
    #[must_use]
    pub fn get(&self, severity: Severity) -> usize {
        self.0.get(usize::from(severity.rank())).copied().unwrap_or_default()
    }

    /// The number of all findings.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }
}

//! What a report is about: the data that every format is written from.

use sealift_matcher::{Finding, Matches};
use sealift_model::{Descriptor, Digest, Inventory, Package, Reference, Severity, Timestamp};

use serde::{Serialize, Serializer};

use crate::{BaseFacts, Configuration, Modified};

/// What readers of a report are told for which nothing was looked for.
pub(crate) const NOTHING_SEARCHED: &str = "nothing was looked for: vulnerabilities are not known";

/// One scan with its result, ready to be written in any format.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// What was scanned.
    pub artifact: Artifact,
    /// What is in it.
    pub inventory: Inventory,
    /// What of that is vulnerable; none when nobody looked.
    pub matches: Option<Matches>,
    /// When the report was made, by the rule for reproducible output; none when not known.
    pub created: Option<Timestamp>,
    /// Version of the program.
    pub tool_version: String,
    /// What was asked for and not done, as `not scanned: secret`.
    pub notes: Vec<String>,
    /// The time by which ages and ends of life are judged; they are not when there is none.
    pub judged_at: Option<Timestamp>,
    /// When the advisory database was built that it was matched against.
    pub advisories_built: Option<Timestamp>,
    /// The findings of the base image, when they were left out.
    pub left_out: Option<Counts>,
    /// How many packages were not matched because they are declared only to build or test.
    pub development: usize,
    /// How many installed packages were not matched because a lockfile speaks for them.
    pub left_to_lockfiles: usize,
    /// The findings that do not count.
    pub suppressed: Vec<Modified>,
    /// Whether those are listed; they are counted otherwise. Default: no.
    pub shows_suppressed: bool,
    /// Whether packages of the operating system were looked for; it has no section otherwise.
    /// Default: yes.
    pub covers_system: bool,
    /// Whether packages were looked for at all. Default: yes.
    pub covers_packages: bool,
    /// What the checks of configuration files say; none when nobody looked.
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

    /// Whether what is not listed here is not there: something was looked for, and all was seen that
    /// should be. One of packages alone is not: no data is not "no findings".
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.was_searched() && !self.inventory.is_incomplete()
    }

    /// Whether anything was looked for: vulnerabilities, or failures in configuration files.
    #[must_use]
    pub fn was_searched(&self) -> bool {
        self.matches.is_some() || self.configuration.is_some()
    }

    /// The findings, none when nobody looked.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.matches.as_ref().map_or(&[], |matches| &matches.findings)
    }

    /// The findings in what a running container sees.
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

/// What was scanned.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Artifact {
    /// Its name as the user gave it, or as the image calls itself.
    pub name: String,
    /// What it is.
    pub kind: ArtifactKind,
    /// For an image: what its documents say.
    pub image: Option<ImageFacts>,
    /// For a CycloneDX document with a serial number: how others name it, as
    /// `urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1`.
    #[serde(skip)]
    pub link: Option<String>,
}

impl Artifact {
    /// An artifact that is no image.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: ArtifactKind) -> Self {
        Self { name: name.into(), kind, image: None, link: None }
    }
}

/// What kind of thing was scanned.
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
    /// A document of Syft's own form, which Trivy has no word for.
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

/// What an image's own documents say of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ImageFacts {
    /// The index that the manifest was chosen from.
    pub index: Option<Digest>,
    /// The manifest that was scanned; none where the source keeps none, as `docker save`.
    pub manifest: Option<Descriptor>,
    /// Digest of the config: the image id.
    pub id: Digest,
    /// The config as it is.
    pub config: serde_json::Value,
    /// The tags that the source knows it by.
    pub tags: Vec<String>,
    /// For an image from a registry: its name there, the digest that it had then, and the tag that
    /// this was of.
    #[serde(serialize_with = "as_text")]
    pub found: Option<Reference>,
    /// The layers, base first.
    pub layers: Vec<LayerFacts>,
    /// When it was made: as it says itself, else as its history says.
    pub created: Option<Timestamp>,
    /// The base that it was made from, where that is known or guessed.
    pub base: Option<BaseFacts>,
}

impl ImageFacts {
    /// The facts of an image of which only the config is known.
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
    /// Digest of the blob that a registry has; none where the source keeps no such blobs.
    pub digest: Option<Digest>,
    /// Digest of the tar in it.
    pub diff_id: Digest,
    /// Bytes of the tar in it.
    pub size: u64,
}

impl LayerFacts {
    /// A layer.
    #[must_use]
    pub fn new(digest: Option<Digest>, diff_id: Digest, size: u64) -> Self {
        Self { digest, diff_id, size }
    }
}

/// How many findings there are of each severity.
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

    /// Counts one of this severity.
    pub fn add(&mut self, severity: Severity) {
        if let Some(count) = self.0.get_mut(usize::from(severity.rank())) {
            *count += 1;
        }
    }

    /// Findings of one severity.
    #[must_use]
    pub fn get(&self, severity: Severity) -> usize {
        self.0.get(usize::from(severity.rank())).copied().unwrap_or_default()
    }

    /// All findings.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }
}

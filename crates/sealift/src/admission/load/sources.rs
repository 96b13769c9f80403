//! The files of policies and rules, loaded as a whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sealift_http::Client;
use sealift_model::Digest;
use sealift_policy::admission::{Cause, Document, ImageRules, Policies};
use sealift_policy::{Limits, Policy, Sources as PolicySources};

use super::cluster_inputs;
use super::folder::{LoadError, POLICIES, bytes, listed, read, wrong};
use super::trusted_root::Root;
use super::unrecognised;
use crate::admission::images::Measure;
use crate::admission::rules::{Loaded, Rules};
use crate::policy::{ImageGate, PolicyFiles, Signer};
use crate::verify::{TrustedRoot, trusted_root};
use crate::{Chain, Database, ScanOptions, Scanner};

/// The files that objects are judged by. Folders are read with all that is in them.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Sources {
    /// Kubernetes policies, and exceptions from them, as YAML or JSON.
    pub policies: Vec<PathBuf>,
    /// Policies given as text, each with its name.
    pub texts: Vec<(String, String)>,
    /// How other documents in folders of policies are treated.
    pub others: Others,
    /// `sealift.toml`.
    pub rules: Option<PathBuf>,
    /// The advisory database.
    pub database: Option<PathBuf>,
    /// The source of the trusted root as JSON, where `sealift.toml` names none and one is needed.
    pub root: Option<Arc<RootSource>>,
    /// The client that searches transparency logs for entries that are not stored beside their
    /// signatures; without it, no log is searched.
    pub log_client: Option<Client>,
}

/// How documents in folders of policies are treated that are not policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are the two")]
pub enum Others {
    /// They are errors: a kind may be misspelt.
    #[default]
    Refused,
    /// They are reported as notes, unless they look like policies with a misspelt kind or group:
    /// those are errors here, too.
    Noted,
}

/// Returns a trusted root as JSON.
pub type RootSource = dyn Fn() -> Result<Vec<u8>, Cause> + Send + Sync;

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { policies, rules, database, .. } = self;
        f.debug_struct("Sources")
            .field("policies", policies)
            .field("rules", rules)
            .field("database", database)
            .finish_non_exhaustive()
    }
}

/// A summary of what was loaded, for people.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoadSummary {
    /// The number of policies.
    pub policies: usize,
    /// The number of image rules.
    pub rules: usize,
    /// Notes for the user.
    pub notes: Vec<String>,
    /// Cluster data that policies need and that counts as empty where nobody gives it, each with
    /// the first field that needs it.
    pub asked: Vec<String>,
}

static GENERATION: AtomicU64 = AtomicU64::new(0);

impl Sources {
    /// Loads everything and hands it to `rules`; where anything cannot be used, `rules` keeps what
    /// it judged by before.
    ///
    /// # Errors
    /// The first file that cannot be used; or that there is nothing to judge by.
    pub fn load_into(&self, rules: &Rules) -> Result<LoadSummary, LoadError> {
        let files = self.policy_files()?;
        let contents = files.iter().map(|path| Ok((path.display().to_string(), bytes(path)?)));
        let mut contents: Vec<(String, Vec<u8>)> = contents.collect::<Result<_, LoadError>>()?;
        let texts = self.texts.iter();
        contents.extend(texts.map(|(name, text)| (name.clone(), text.clone().into_bytes())));
        let mut told = LoadSummary::default();
        let documents = self.documents(&contents, &mut told)?;
        let folder = self.policies.first().map_or(Path::new(""), PathBuf::as_path);
        for document in &documents {
            let asked = cluster_inputs::asked(document);
            if let (Some((field, about)), false) = (asked.first(), rules.knows_cluster()) {
                let reason = format!("{field}: {about} are not known here");
                return Err(wrong(Path::new(&document.source), reason));
            }
            let (kind, name) = (document.kind(), document.name());
            let asked = asked.iter().find(|(_, about)| cluster_inputs::counts_as_none(about));
            let asked = asked.map(|(field, about)| format!("{kind} {name}: {field}: {about}"));
            told.asked.extend(asked);
        }
        let names = || contents.iter().map(|(name, _)| name.as_str());
        let policies =
            Policies::of(documents).map_err(|error| LoadError::placed(names(), error))?;
        if let (Some(reader), false) = (policies.reads_namespaces().next(), rules.knows_cluster()) {
            let reason = format!("{reader}: {} are not known here", cluster_inputs::NAMESPACES);
            return Err(LoadError::placed(names(), reason));
        }
        told.policies = policies.len();
        told.notes.extend_from_slice(policies.notes());
        let measure = Arc::new(self.measure(&mut told)?);
        if policies.is_empty() && measure.gate.rules().is_empty() {
            let at = self.rules.as_deref().unwrap_or(folder);
            return Err(wrong(at, "no policies and no image rules: everything would be admitted"));
        }
        rules.replace(Loaded { policies, measure });
        Ok(told)
    }

    /// Reads the documents of the files, without those that are only reported as notes.
    fn documents(
        &self,
        contents: &[(String, Vec<u8>)],
        told: &mut LoadSummary,
    ) -> Result<Vec<Document>, LoadError> {
        let mut documents = Vec::new();
        for (name, bytes) in contents {
            // A file that is named itself is meant to be used.
            let is_meant = self.policies.iter().any(|named| named.as_path() == Path::new(name))
                || self.texts.iter().any(|(named, _)| named == name);
            for document in read(name, bytes)? {
                let is_policy = Policies::reads(&document) || unrecognised::seems_one(&document);
                if self.others == Others::Refused || is_meant || is_policy {
                    documents.push(document);
                    continue;
                }
                let (kind, group) = (document.kind(), document.group());
                let Document { source, number, .. } = &document;
                told.notes.push(format!(
                    "{source}, document {number}: {kind:?} of {group:?} is no policy that is known"
                ));
            }
        }
        Ok(documents)
    }

    fn measure(&self, told: &mut LoadSummary) -> Result<Measure, LoadError> {
        let at = self.rules.clone().unwrap_or_default();
        let files = PolicyFiles { policy: self.rules.clone(), ..PolicyFiles::default() };
        let loaded = files.load().map_err(|error| wrong(&at, Chain(&error)))?;
        told.notes.extend(loaded.messages.iter().cloned());
        let rules = loaded.policy.admission.clone();
        told.rules = rules.rules.len();
        let root = match &loaded.policy.sources.trusted_root {
            Some(file) => {
                let read = trusted_root(&bytes(Path::new(file))?);
                Root::known(read.map_err(|error| wrong(Path::new(file), Chain(&error)))?)
            }
            None => Root::of(self.root.clone()),
        };
        // A root that the rules need is read now, so that an error shows before anything is judged.
        let of_rules = match needs_root(&rules) {
            true => root.get().map_err(|why| wrong(Path::new("the trusted root"), why))?,
            false => Arc::default(),
        };
        let scanner = match &self.database {
            None if rules.rules.iter().any(|rule| rule.scans) => {
                return Err(wrong(&at, "its rules ask for severities, and no database is named"));
            }
            None => Scanner::without_database(),
            Some(path) => {
                Scanner::new(Database::open(path).map_err(|error| wrong(path, Chain(&error)))?)
            }
        };
        let log = self.log_client.clone().map(|client| loaded.log(client));
        let log = log.transpose().map_err(|error| wrong(&at, Chain(&error)))?;
        let gate = ImageGate::new(rules, loaded.with_exceptions())
            .map_err(|error| wrong(&at, Chain(&error)))?
            .with_trusted_root(TrustedRoot::clone(&of_rules))
            .with_log(log.clone());
        let generation = GENERATION.fetch_add(1, Ordering::Relaxed);
        let options = ScanOptions::default();
        Ok(Measure { gate, scanner, options, root, log, generation })
    }

    /// A digest that shows changes: of the policies' content, and of the size and time of all other
    /// files.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        let mut seen = Vec::new();
        for path in self.policy_files().unwrap_or_default() {
            seen.extend_from_slice(path.as_os_str().as_encoded_bytes());
            let digest = bytes(&path).map(|bytes| Digest::sha256_of(&bytes).hex());
            seen.extend_from_slice(digest.unwrap_or_default().as_bytes());
        }
        // Keys, ignore files and documents are beside the rules, or where the rules point.
        let folder = self.rules.as_ref().and_then(|path| fs::read_dir(path.parent()?).ok());
        let beside = folder.into_iter().flatten().flatten().map(|entry| entry.path());
        let named = self.named().into_iter().chain(self.database.clone());
        let mut others: Vec<PathBuf> = beside.chain(named).collect();
        others.sort();
        others.dedup();
        for path in others {
            let meta = fs::metadata(&path).ok().filter(fs::Metadata::is_file);
            let changed = meta.as_ref().and_then(|meta| meta.modified().ok());
            let size = meta.map(|meta| meta.len());
            seen.extend_from_slice(format!("{} {changed:?} {size:?}", path.display()).as_bytes());
        }
        Digest::sha256_of(&seen)
    }

    /// The files that the rules name: keys, ignore files, documents, the trusted root.
    fn named(&self) -> Vec<PathBuf> {
        let read = |path: &PathBuf| {
            let policy =
                Policy::read(&path.to_string_lossy(), &bytes(path).ok()?, &Limits::default());
            Some((path.parent()?.to_owned(), policy.ok()?))
        };
        let Some((folder, policy)) = self.rules.as_ref().and_then(read) else { return Vec::new() };
        let PolicySources { ignore, vex, vex_signer, trusted_root, .. } = policy.sources;
        let rules = policy.admission.rules.into_iter();
        let signers = rules.flat_map(|rule| rule.gate.requirements).map(|it| it.signer);
        let key = |signer| match signer {
            Signer::Key(file) => Some(file),
            _ => None,
        };
        let keys = signers.chain(vex_signer).filter_map(key);
        let files = ignore.into_iter().chain(vex).chain(trusted_root).chain(keys);
        files.map(|file| folder.join(file)).collect()
    }

    /// The files of policies, those of folders sorted by name.
    fn policy_files(&self) -> Result<Vec<PathBuf>, LoadError> {
        let mut files = Vec::new();
        for path in &self.policies {
            files.extend(listed(path, &POLICIES)?);
        }
        Ok(files)
    }
}

/// Whether any signature needs a certificate or a log.
fn needs_root(rules: &ImageRules) -> bool {
    rules.rules.iter().any(|rule| {
        let mut signers = rule.gate.requirements.iter().map(|requirement| &requirement.signer);
        signers.any(|signer| !matches!(signer, Signer::Key(_)) || !rule.insecure_ignore_tlog)
    })
}

#[cfg(test)]
mod tests {
    use sealift_model::{Reference, Timestamp};

    use super::*;
    use crate::RegistryImage;
    use crate::admission::World;

    /// Loads a policy as a server without a cluster does.
    fn loaded(name: &str, text: &str) -> Result<LoadSummary, String> {
        let nobody = |_: &Reference| Err::<RegistryImage, _>(Cause::of(std::fmt::Error));
        let now: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        let rules = Rules::new(World::new(nobody, move || now));
        let texts = vec![(name.to_owned(), text.to_owned())];
        let sources = Sources { texts, ..Sources::default() };
        sources.load_into(&rules).map_err(|error| error.reason)
    }

    fn template(rego: &str) -> String {
        format!(
            "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {{name: \
             ours}}\nspec:\n  crd: {{spec: {{names: {{kind: Ours}}}}}}\n  targets:\n  - target: \
             admission.k8s.gatekeeper.sh\n    rego: |\n      package ours\n      \
             # _unstable.namespace, namespaceObject\n      violation[{{\"msg\": \"m\"}}] {{ {rego} }}\n\
             ---\napiVersion: constraints.gatekeeper.sh/v1beta1\nkind: Ours\nmetadata: {{name: a}}\n"
        )
    }

    #[test]
    fn rego_that_reads_the_namespace_is_refused_where_it_is_not_known() {
        let labels = "input.review.namespaceObject.metadata.labels.team";
        let unstable = "input.review._unstable.namespace.metadata.labels.team";
        for read in [labels, unstable] {
            let error = loaded("t.yaml", &template(read)).unwrap_err();
            let expected = "t.yaml, document 1, ConstraintTemplate ours: spec.targets[0]: \
                namespaces but for their names are not known here";
            assert_eq!(error, expected);
            let module = format!("package main\ndeny contains \"d\" if {read}\n");
            let error = loaded("m.rego", &module).unwrap_err();
            let expected = "m.rego: main.deny: namespaces but for their names are not known here";
            assert_eq!(error, expected);
        }
        for read in ["input.review.namespaceObject.metadata.name", "input.review.namespace"] {
            assert_eq!(loaded("t.yaml", &template(read)).unwrap().policies, 1);
            let module = format!("package main\ndeny contains \"d\" if {read}\n");
            assert_eq!(loaded("m.rego", &module).unwrap().policies, 1);
        }
    }
}

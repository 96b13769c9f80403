//! `admission serve`: the webhook.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sealift::admission::{Rules, Sources, World};
use sealift::registry::Registries;
use sealift::{Reference, RegistryImage};
use sealift_server::admission::{OnTimeout, Webhook};
use sealift_server::watch;

use super::serve::{self, Serving};
use crate::args::{Access, AdmissionServeArgs, GlobalArgs, OnTimeoutKind};
use crate::failure::Failure;
use crate::network::{self, Network};
use crate::{Environment, clock, cluster, trust};

/// Connections and credentials are kept so long; then the files with credentials are read again.
const KEPT: Duration = Duration::from_secs(600);
/// More registries than a cluster pulls from.
const MAX_REGISTRIES: usize = 256;

pub(crate) fn admission_serve(
    args: &AdmissionServeArgs,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<u8, Failure> {
    let mut serving = Serving::new(&args.listen, global)?;
    let known = Known::new(Access::from(&args.access), environment);
    let registry = move |image: &Reference| known.image(image);
    let mut world = World::new(registry, clock::now).with_tally(serving.metrics.clone());
    let requests = serving.metrics.of_cluster();
    if let Some((asked, note)) = cluster::opened(&args.cluster, environment, requests)? {
        if let Some(note) = note {
            serving.log.warn(&note, &[]);
        }
        world = world.with_cluster(Arc::new(asked));
    }
    let rules = Arc::new(Rules::new(world));
    let sources = sources(args, global, environment);
    let told = sources.load_into(&rules).map_err(|error| Failure::Unusable {
        what: "the policies".to_owned(),
        error: error.into(),
        hint: "mend the file; nothing is judged by a part of the policies",
    })?;
    let fields = [
        ("policies", told.policies.into()),
        ("image_rules", told.rules.into()),
        ("notes", told.notes.into()),
    ];
    serving.log.info("policies are loaded", &fields);
    let (log, metrics) = (serving.log.clone(), serving.metrics.clone());
    serving.look(watch::policies(sources, Arc::clone(&rules), log, metrics));
    let on_timeout = match args.on_timeout {
        OnTimeoutKind::Deny => OnTimeout::Deny,
        OnTimeoutKind::Allow => OnTimeout::Allow,
    };
    let webhook = Webhook::new(
        rules,
        on_timeout,
        serving.tls.clone(),
        serving.clock.clone(),
        serving.log.clone(),
        serving.metrics.clone(),
    );
    serving.run(Arc::new(webhook))?;
    Ok(0)
}

fn sources(args: &AdmissionServeArgs, global: &GlobalArgs, environment: &Environment) -> Sources {
    let beside = PathBuf::from("sealift.toml");
    let mut sources = Sources::default();
    sources.policies.clone_from(&args.policy);
    sources.rules = args.policy_file.clone().or_else(|| beside.is_file().then_some(beside));
    sources.database = match &args.db {
        Some(named) => Some(named.clone()),
        None => serve::database(None, global, environment).filter(|path| Path::is_file(path)),
    };
    let (offline, global, environment) = (args.offline, global.clone(), environment.clone());
    sources.root = Some(Arc::new(move || {
        let material = trust::material(offline, &global, &environment);
        material.map(|material| material.trusted_root.to_vec()).map_err(|it| it.to_string())
    }));
    sources
}

/// The registries that are known, with their connections, tokens and credentials.
struct Known {
    access: Access,
    environment: Environment,
    registries: Mutex<BTreeMap<String, (Instant, Registries)>>,
}

impl Known {
    fn new(access: Access, environment: &Environment) -> Self {
        Self { access, environment: environment.clone(), registries: Mutex::default() }
    }

    fn image(&self, reference: &Reference) -> Result<RegistryImage, String> {
        let told = |failure: Failure| failure.to_string().trim().replace('\n', "; ");
        let registries = self.registries(reference.registry()).map_err(told)?;
        let image = RegistryImage::new(registries, reference.clone());
        let Some(other) = network::signatures(&self.environment).map_err(told)? else {
            return Ok(image);
        };
        let repository = self.registries(other.registry()).map_err(told)?.repository(&other);
        Ok(image.with_signatures_in(repository))
    }

    fn registries(&self, host: &str) -> Result<Registries, Failure> {
        let mut known = self.registries.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (since, _)| since.elapsed() < KEPT);
        if let Some((_, registries)) = known.get(host) {
            return Ok(registries.clone());
        }
        let network = Network::new(self.access.clone(), &self.environment);
        let registries = network.registries(host)?;
        if known.len() >= MAX_REGISTRIES {
            known.clear();
        }
        known.insert(host.to_owned(), (Instant::now(), registries.clone()));
        Ok(registries)
    }
}

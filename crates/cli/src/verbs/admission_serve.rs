//! `admission serve`: the webhook.

use std::sync::Arc;

use sealift::admission::{Rules, World};
use sealift_server::admission::{OnTimeout, Webhook};
use sealift_server::watch;

use super::judged::{Known, sources, unusable};
use super::serve::Serving;
use crate::args::{Access, AdmissionServeArgs, OnTimeoutKind};
use crate::failure::Failure;
use crate::{Context, clock, cluster};

pub(crate) fn admission_serve(
    args: &AdmissionServeArgs,
    context: Context<'_>,
) -> Result<u8, Failure> {
    let mut serving = Serving::new(&args.listen, context.global)?;
    let known = Known::new(Access::from(&args.judged.access), context.environment);
    let mut world = World::new(known, clock::now).with_tally(serving.metrics.clone());
    let requests = serving.metrics.of_cluster();
    if let Some((asked, note)) = cluster::opened(&args.cluster, context.environment, requests)? {
        if let Some(note) = note {
            serving.log.warn(&note, &[]);
        }
        world = world.with_cluster(asked);
    }
    let rules = Arc::new(Rules::new(world));
    let sources = sources(&args.judged, args.offline, context)?;
    let told = sources.load_into(&rules).map_err(unusable)?;
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

//! `harbor serve`: the scanner.

use std::sync::Arc;

use sealift::http::Roots;
use sealift::update::{ExportName, UpdateRequest};
use sealift_server::harbor::{Access, Adapter, AdapterOptions, QueueOptions};
use sealift_server::watch::Look;
use sealift_server::{Log, Watch};

use super::serve::{self, Serving};
use crate::args::HarborServeArgs;
use crate::failure::Failure;
use crate::{Context, advisories, cache, clock, files, network};

pub(crate) fn harbor_serve(args: &HarborServeArgs, context: Context<'_>) -> Result<u8, Failure> {
    let mut serving = Serving::new(&args.listen, context.global)?;
    let options = options(args, context)?;
    let folder = options.queue.folder.display().to_string();
    let (clock, log) = (serving.clock.clone(), serving.log.clone());
    let adapter = Adapter::open(options, clock, log, serving.metrics.clone());
    let adapter = adapter.map_err(|error| Failure::Unusable {
        what: folder,
        error: error.into(),
        hint: "name a folder of your own for accepted scans with --state DIR",
    })?;
    let adapter = Arc::new(adapter);
    let swept = Arc::clone(&adapter);
    serving.look(Box::new(move |_| swept.sweep()));
    // On a thread of its own: fetching advisories takes minutes.
    let updates = updates(args, context, serving.log.clone())?;
    let updates = updates.map(|update| Watch::start(args.db_every, vec![update]));
    let updates = updates.transpose().map_err(|error| Failure::Unusable {
        what: "the server".to_owned(),
        error: error.into(),
        hint: "",
    })?;
    // The first time now.
    updates.iter().for_each(Watch::look);
    let handler = Arc::<Adapter>::clone(&adapter);
    serving.run(handler)?;
    adapter.end();
    Ok(0)
}

/// Keeps the advisories of the cache folder up to date; `None` if no flag asks for it.
fn updates(
    args: &HarborServeArgs,
    context: Context<'_>,
    log: Log,
) -> Result<Option<Look>, Failure> {
    if args.ecosystem.is_empty() {
        return Ok(None);
    }
    let names: Vec<ExportName> =
        args.ecosystem.iter().map(|name| name.parse()).collect::<Result<_, _>>()?;
    let store = cache::databases(context).ok_or(Failure::NoDatabase(None))?;
    let (mirror, environment) = (args.db_mirror.clone(), context.environment.clone());
    let mut quiet = context.global.clone();
    quiet.quiet = true;
    Ok(Some(Box::new(move |_| {
        let request = UpdateRequest::new(names.iter().cloned(), clock::now());
        let transport = advisories::transport(mirror.as_deref(), &environment);
        let update = |transport: Box<_>| advisories::update(&store, &*transport, &request, &quiet);
        match transport.and_then(update) {
            Ok(report) => {
                let refused: Vec<String> = report.refusals().collect();
                let fields = [("is_new", report.is_new.into()), ("refused", refused.into())];
                log.info("the advisories are updated", &fields);
            }
            Err(failure) => {
                let fields = [("error", failure.to_string().into())];
                log.error("the advisories are not updated, the last ones are used", &fields);
            }
        }
    })))
}

fn options(args: &HarborServeArgs, context: Context<'_>) -> Result<AdapterOptions, Failure> {
    let database = serve::database(args.db.clone(), context);
    let database = database.ok_or(Failure::NoDatabase(None))?;
    let kept = || Some(cache::folder(context)?.join("harbor"));
    let folder = args.state.clone().or_else(kept).ok_or_else(|| Failure::Unusable {
        what: "the cache folder".to_owned(),
        error: "neither XDG_CACHE_HOME nor HOME is set".into(),
        hint: "name a folder for accepted scans with --state DIR",
    })?;
    let mut queue = QueueOptions::new(folder);
    queue.workers = args.workers.max(1);
    queue.max_waiting = args.max_queued;
    queue.keep = args.keep;
    if !context.global.timeout.is_zero() {
        queue.longest_scan = context.global.timeout;
    }
    let mut options = AdapterOptions::new(database, queue);
    options.access = match (&args.client_user, &args.client_password, &args.client_token) {
        (Some(user), Some(password), _) => {
            Access::Basic { user: user.clone(), password: password.clone() }
        }
        (_, _, Some(token)) => Access::Bearer(token.clone()),
        _ => Access::Anybody,
    };
    options.allow_incomplete = args.allow_incomplete;
    options.network = network::config(context.environment);
    if let Some(path) = &args.cacert {
        options.network.roots = Roots::SystemAnd(files::document(path)?);
    }
    let hosts = args.insecure_host.iter().map(|host| host.to_ascii_lowercase());
    options.network.insecure_hosts.extend(hosts);
    if !args.no_cache {
        options.cache = cache::layers(context).map(Arc::new);
    }
    Ok(options)
}

//! `harbor serve`: the scanner.

use std::sync::Arc;

use sealift::http::Roots;
use sealift_server::harbor::{Access, Adapter, AdapterOptions, QueueOptions};

use super::serve::{self, Serving};
use crate::args::{GlobalArgs, HarborServeArgs};
use crate::failure::Failure;
use crate::{Environment, cache, files, network};

pub(crate) fn harbor_serve(
    args: &HarborServeArgs,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<u8, Failure> {
    let mut serving = Serving::new(&args.listen, global)?;
    let options = options(args, global, environment)?;
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
    let handler = Arc::<Adapter>::clone(&adapter);
    serving.run(handler)?;
    adapter.end();
    Ok(0)
}

fn options(
    args: &HarborServeArgs,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<AdapterOptions, Failure> {
    let database = serve::database(args.db.clone(), global, environment);
    let database = database.ok_or(Failure::NoDatabase(None))?;
    let kept = || Some(cache::folder(global, environment)?.join("harbor"));
    let folder = args.state.clone().or_else(kept).ok_or_else(|| Failure::Unusable {
        what: "the cache folder".to_owned(),
        error: "neither XDG_CACHE_HOME nor HOME is set".into(),
        hint: "name a folder for accepted scans with --state DIR",
    })?;
    let mut queue = QueueOptions::new(folder);
    queue.workers = args.workers.max(1);
    queue.max_waiting = args.max_queued;
    queue.keep = args.keep;
    if !global.timeout.is_zero() {
        queue.longest_scan = global.timeout;
    }
    let mut options = AdapterOptions::new(database, queue);
    options.access = match (&args.client_user, &args.client_password, &args.client_token) {
        (Some(user), Some(password), _) => {
            Access::Basic { user: user.clone(), password: password.clone() }
        }
        (_, _, Some(token)) => Access::Bearer(token.clone()),
        _ => Access::Anybody,
    };
    options.network = network::config(environment);
    if let Some(path) = &args.cacert {
        options.network.roots = Roots::SystemAnd(files::document(path)?);
    }
    let hosts = args.insecure_host.iter().map(|host| host.to_ascii_lowercase());
    options.network.insecure_hosts.extend(hosts);
    if !args.no_cache {
        options.cache = cache::layers(global, environment).map(Arc::new);
    }
    Ok(options)
}

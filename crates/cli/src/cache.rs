//! The contents of the cache folder, and their places.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use sealift::update::DatabaseStore;
use sealift::{LayerCache, escape};

use crate::Context;
use crate::args::CacheArgs;

/// The folder of databases and caches: the named one, else the platform's.
pub(crate) fn folder(context: Context<'_>) -> Option<PathBuf> {
    context.global.cache_dir.clone().or_else(|| context.environment.cache_folder())
}

/// The advisory database in that folder, with its sources.
pub(crate) fn databases(context: Context<'_>) -> Option<DatabaseStore> {
    folder(context).map(|folder| DatabaseStore::new(folder.join("db")))
}

/// The layer cache in that folder.
#[expect(clippy::disallowed_methods, reason = "the command is where the clock is read")]
pub(crate) fn layers(context: Context<'_>) -> Option<LayerCache> {
    let folder = folder(context)?;
    Some(LayerCache::new(folder.join("layers"), SystemTime::now()))
}

/// The layer cache of a scan; `None` if it is not wanted or has no folder.
pub(crate) fn wanted(args: &CacheArgs, context: Context<'_>) -> Option<Arc<LayerCache>> {
    let max_bytes = args.cache_max_mib.saturating_mul(1 << 20);
    let cache = layers(context).filter(|_| !args.no_cache && max_bytes > 0)?;
    Some(Arc::new(cache.with_max_bytes(max_bytes)))
}

/// Reports why the cache could not be used, if so; the scan went on without it.
pub(crate) fn say_problem(cache: &LayerCache) {
    if let Some(problem) = cache.take_problem() {
        let cause = std::error::Error::source(&problem).map(ToString::to_string);
        let message = format!("{problem}: {}", cause.unwrap_or_default());
        eprintln!("warning: no layer is cached: {}", escape::terminal(&message));
    }
}

//! `clean`: lists and removes caches.

use std::path::Path;

use sealift::{CacheSize, LayerCache};

use super::transfer;
use crate::args::CleanArgs;
use crate::failure::Failure;
use crate::{Context, cache, output};

pub(crate) fn clean(args: &CleanArgs, context: Context<'_>) -> Result<u8, Failure> {
    if let Some(image) = &args.image {
        return transfer::clean(args, image, context);
    }
    let nowhere = || Failure::Unusable {
        what: "the cache folder".to_owned(),
        error: "neither XDG_CACHE_HOME nor HOME is set".into(),
        hint: "name it with --cache-dir DIR",
    };
    let layers = cache::layers(context).ok_or_else(nowhere)?;
    let databases = cache::databases(context).ok_or_else(nowhere)?;
    let database = databases.database();
    if !(args.all || args.scan_cache || args.vuln_db) {
        return list(&layers, &database, args.out.output_file.as_deref());
    }
    if args.all || args.scan_cache {
        let CacheSize { entries, bytes, .. } = layers.clear()?;
        if !context.global.quiet {
            let folder = layers.folder().display();
            eprintln!("{folder}: removed {entries} entries, {bytes} bytes");
        }
    }
    if args.all || args.vuln_db {
        let was_there = database.exists();
        databases.clear()?;
        if was_there && !context.global.quiet {
            eprintln!("{}: removed", database.display());
        }
    }
    Ok(0)
}

/// Prints the caches and their places.
fn list(layers: &LayerCache, database: &Path, to: Option<&Path>) -> Result<u8, Failure> {
    let CacheSize { entries, bytes, .. } = layers.size()?;
    let folder = layers.folder().display();
    let mut text = format!("--scan-cache  {folder}: {entries} entries, {bytes} bytes\n");
    if let Ok(file) = database.metadata() {
        text.push_str(&format!("--vuln-db     {}: {} bytes\n", database.display(), file.len()));
    }
    output::emit(to, |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}

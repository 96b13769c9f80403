//! `initialize`: fetches a trusted root and keeps it.

use sealift::trust::InitialRoot;
use sealift::{Digest, escape};

use super::set_deadline;
use crate::args::InitializeArgs;
use crate::failure::Failure;
use crate::{Context, clock, files, trust};

pub(crate) fn initialize(args: &InitializeArgs, context: Context<'_>) -> Result<u8, Failure> {
    set_deadline(&args.out, context.global);
    let initial = match &args.root {
        None => trust::initial(context.environment)?,
        Some(path) => {
            let root = files::document(path)?;
            let found = Digest::sha256_of(&root).hex().to_owned();
            if let Some(expected) = &args.root_checksum
                && !found.eq_ignore_ascii_case(expected)
            {
                return Err(Failure::Unusable {
                    what: path.display().to_string(),
                    error: format!("its SHA-256 is {found}").into(),
                    hint: "get the root again from where you trust it, or name its own checksum",
                });
            }
            InitialRoot::Given(root)
        }
    };
    let store = trust::store(context)?;
    let mirror = trust::mirror(args.mirror.as_deref(), context.environment)?;
    let material = store.refresh(&mirror, &initial, clock::now())?;
    if !context.global.quiet {
        let until = material.expires.map_or_else(String::new, |end| format!(", until {end}"));
        let from = escape::terminal(mirror.url());
        eprintln!("{}: from {from}{until}", store.trusted_root().display());
    }
    Ok(0)
}

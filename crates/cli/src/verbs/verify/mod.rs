//! The verbs that verify.

mod blob;
mod detached;
mod download;
mod images;
mod initialize;
mod log;
mod said;
mod signer;
mod subject;
mod tree;
mod triangulate;

pub(crate) use blob::{verify_blob, verify_blob_attestation};
pub(crate) use download::download;
pub(super) use images::{predicate_type, signed_digest};
pub(crate) use images::{verify, verify_attestation};
pub(crate) use initialize::initialize;
pub(crate) use tree::tree;
pub(crate) use triangulate::triangulate;

use sealift::verify::OpenError;

use crate::args::{GlobalArgs, OutArgs};
use crate::deadline;
use crate::failure::Failure;

/// The failure of an image that cannot be read, for verbs that verify nothing.
fn not_seen(error: OpenError) -> Failure {
    Failure::Unseen(Box::new(error))
}

/// Sets the time after which the command gives up: `-t`, else `--timeout`.
pub(super) fn set_deadline(out: &OutArgs, global: &GlobalArgs) {
    deadline::set(out.give_up.unwrap_or(global.timeout));
}

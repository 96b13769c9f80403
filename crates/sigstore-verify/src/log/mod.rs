//! Entries of transparency logs: promise, inclusion proof and body (Rekor v1 and v2).

mod body;
mod checkpoint;
mod entry;
mod error;
mod inclusion;
mod merkle;
mod promise;
mod verify;

#[cfg(test)]
mod data_tests;
#[cfg(test)]
pub(crate) mod made;

pub use body::{Signatory, Signed, SignedContent};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use entry::{Entry, InclusionProof};
pub use error::LogError;
pub use inclusion::VerifiedCheckpoint;
pub use verify::VerifiedEntry;

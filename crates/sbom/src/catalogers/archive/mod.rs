//! Zip archives, which several ecosystems pack their packages in, and what reading one may cost.

mod budget;
mod zip;

pub(super) use budget::{Budget, UnpackError};
pub(super) use zip::{Archive, Content, Entry, EntryError};

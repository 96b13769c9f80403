//! Zip archives, in which several ecosystems pack packages, and the limits for reading one.

mod budget;
mod zip;

pub(super) use budget::{Budget, UnpackError};
pub(super) use zip::{Archive, Content, Entry, EntryError};

//! A streaming tar reader: ustar, pax, GNU, V7 and STAR headers, as container engines read them.
//!
//! If an archive can be read in several ways, this reader follows Go's `archive/tar`, which Docker,
//! containerd and Podman use, so it finds what these engines run. For example, global pax headers
//! do not apply to the entries after them, and links, folders and devices have no content whatever
//! their size field says.

mod content;
mod error;
mod header;
mod pax;
mod reader;
mod sparse;

pub(crate) use error::{Malformed, TarError};
pub(crate) use reader::{Entry, Kind, Skip, TarReader, skip_reading};

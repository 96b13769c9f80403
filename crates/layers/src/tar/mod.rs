//! A tar reader that streams: ustar, pax, GNU, V7 and STAR headers, as container engines read
//! them.
//!
//! Where archives of different makers leave room for more than one reading, this one reads as
//! Go's `archive/tar` does, which Docker, containerd and Podman use: what is found here is what
//! runs there. So global pax headers say nothing about the entries after them, and links, folders
//! and devices have no content whatever their size field says.

mod content;
mod error;
mod header;
mod pax;
mod reader;
mod sparse;

pub(crate) use error::{Malformed, TarError};
pub(crate) use reader::{Entry, Kind, Skip, TarReader, skip_reading};

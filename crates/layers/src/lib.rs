//! A container image as verified layers and one merged, read-only view.
//!
//! Image sources hand out blobs; every digest is checked; each layer is read once, and while it
//! streams by an [`Extract`] takes what it wants out of the files; [`TreePath`]s, [`Metadata`] and
//! [`File`]s are what it sees.
#![forbid(unsafe_code)]

mod error;
mod extract;
mod file;
mod limits;
mod path;

pub use error::{Error, LimitExceeded};
pub use extract::Extract;
pub use file::{File, FileError, Metadata};
pub use limits::Limits;
pub use path::TreePath;

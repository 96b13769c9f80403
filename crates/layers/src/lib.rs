//! A container image as verified layers and one merged, read-only view.
//!
//! Image sources hand out blobs; every digest is checked; each layer is read once, and while it
//! streams by an [`Extract`] takes what it wants out of the files; [`TreePath`]s, [`Metadata`] and
//! [`File`]s are what it sees.
#![forbid(unsafe_code)]

mod content;
mod directory;
mod document;
mod error;
mod extract;
mod file;
mod image;
mod limits;
mod log;
mod media;
mod merge;
mod name;
mod notes;
mod options;
mod path;
mod read;
mod source;
mod stream;
mod tar;
mod tree;

pub use directory::read_directory;
pub use error::{DocumentProblem, Error, LimitExceeded, SourceProblem};
pub use extract::Extract;
pub use file::{File, FileError, Metadata};
pub use image::{History, Image, ImageConfig, Layer};
pub use limits::Limits;
pub use options::{Progress, ReadOptions};
pub use path::TreePath;
pub use read::read_image;
pub use source::{ImageSource, Selector, SelectorError, SourceKind};
pub use stream::Coding;
pub use tree::{LayerSummary, Removal, RemovedFile, Tree, TreeFile};

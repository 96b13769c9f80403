//! Reads a container image as verified layers and one merged, read-only view.
//!
//! ```
//! use std::path::Path;
//!
//! use sealift_layers::{Extract, File, Limits, Metadata, ReadOptions, TreePath, read_directory};
//!
//! /// Takes the first line of every manifest.
//! struct Manifests;
//!
//! impl Extract for Manifests {
//!     type Facts = String;
//!
//!     fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
//!         path.file_name() == b"Cargo.toml"
//!     }
//!
//!     fn read(&self, file: &mut File<'_>) -> Option<String> {
//!         let text = String::from_utf8_lossy(file.bytes().ok()?).into_owned();
//!         text.lines().next().map(str::to_owned)
//!     }
//! }
//!
//! let limits = Limits::default();
//! let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
//! let tree = read_directory(folder, &Manifests, &ReadOptions::new(&limits))?;
//! let manifest = tree.files.iter().find(|file| file.path == "Cargo.toml").expect("it is there");
//! assert_eq!(*manifest.facts, "[package]");
//! # Ok::<_, sealift_layers::Error>(())
//! ```
//!
//! An image takes two more steps:
//!
//! ```no_run
//! # use sealift_layers::{Extract, Tree};
//! use std::path::Path;
//!
//! use sealift_layers::{Error, Image, ImageSource, Limits, ReadOptions, read_image};
//!
//! # fn read<E: Extract>(manifests: &E) -> Result<Tree<E::Facts>, Error> {
//! let limits = Limits::default();
//! let source = ImageSource::open_layout(Path::new("images"), &limits)?;
//! let root = source.select(None)?;
//! let image = Image::open(&source, &root, None, &limits)?;
//! let tree = read_image(&source, &image, manifests, &ReadOptions::new(&limits))?;
//! # Ok(tree)
//! # }
//! ```
//!
//! # How it works
//!
//! ```text
//! ImageSource (or any BlobSource)
//!   -> Image        manifest and config, their digests checked before they are parsed
//!   -> read_image   each layer once, in parallel: bytes -> digest -> decompress -> diff-id
//!                   -> tar -> Extract of each wanted file
//!   -> Tree         layers merged: whiteouts, opaque folders, links; facts of what is left, the
//!                   layer of each file, what was removed and by which layer, diagnostics
//!   -> Assemble     what the caller makes of it (assemble_image), which a LayerStore keeps, too
//! ```
//!
//! Nothing is unpacked to disk, and no file's bytes are kept after it is read. Facts are only
//! returned if the digests of their layer match. The result for a layer depends only on the layer,
//! the [`Extract`] and the [`Limits`], and is the same for any number of threads.
//!
//! # Security
//!
//! Images are treated as hostile. Every bound is in [`Limits`]; exceeding one is an [`Error`] or a
//! diagnostic that marks the result as incomplete. A changed byte is always an error. Names and
//! links never lead out of the tree, and only files and folders are ever opened.
//!
//! Deviations from how engines read images, with their reasons: names that lead out of the image
//! are left out and reported (engines refuse the image, or resolve them from the root); a whiteout
//! never hides the entries of its own layer, as the specification requires (containerd applies the
//! entries in order); bytes after the compressed data are left out and reported (engines differ).
#![forbid(unsafe_code)]

mod ambiguous_members;
mod assemble;
mod buffer;
mod cache;
mod check;
mod content;
mod directory;
mod document;
mod entry_log;
mod entry_name;
mod error;
mod extract;
mod file;
mod image;
mod limits;
mod media;
mod merge;
mod notes;
mod options;
mod path;
mod pieces;
mod read;
mod source;
mod stream;
mod tar;
mod tree;
mod workers;

pub use assemble::{Assemble, Assembled};
pub use cache::LayerStore;
pub use check::{CheckedContent, check_content};
pub use directory::read_directory;
pub use error::{DocumentProblem, Error, LimitExceeded, SourceProblem};
pub use extract::{Extract, FactsCodec};
pub use file::{File, FileError, Metadata};
pub use image::{History, Image, ImageConfig, Layer};
pub use limits::Limits;
pub use options::{Progress, ReadOptions};
pub use path::TreePath;
pub use pieces::Pieces;
pub use read::{assemble_image, read_image};
pub use source::{ImageSource, Referrers, Selector, SelectorError, SourceKind};
pub use stream::Coding;
pub use tree::{LayerSummary, Removal, RemovedFile, Tree, TreeFile};

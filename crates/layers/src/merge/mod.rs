//! The layers laid upon each other (`image-spec layer.md, Applying Changesets`, version 1.1).
//!
//! Changes are applied as containerd does it: names are followed through links that lower layers
//! have, but inside the tree; an entry takes the place of what was there unless both are folders.
//! Unlike there, whiteouts always come first, as the specification wants it: they never hide what
//! their own layer brings, wherever they stand in it.
//!
//! Engines on overlayfs (containerd, Docker and Podman as they come) unpack a layer without those
//! below it, so that it takes away only what its own names say. Where one engine takes something
//! away and another does not, it stays, for the container may run with it, and a diagnostic says
//! so: [`take`] has the cases.

mod apply;
mod nodes;
mod survey;
mod take;

pub(crate) use apply::{Merge, Removed};
pub(crate) use nodes::Content;
pub(crate) use survey::{Name, Survey};

//! Merges the layers (`image-spec layer.md, Applying Changesets`, version 1.1).
//!
//! Changes are applied as containerd does: names are followed through links of lower layers, but
//! only inside the tree; an entry replaces an existing one unless both are folders. Unlike in
//! containerd, whiteouts always come first, as the specification requires: they never hide entries
//! of their own layer, wherever they are in it.
//!
//! Engines on overlayfs (containerd, Docker and Podman by default) unpack a layer without those
//! below it, so it only removes what its own names refer to. If one engine removes a file and
//! another does not, the file is kept, since the container may run with it, and a diagnostic
//! reports this: [`take`] has the cases.

mod apply;
mod nodes;
mod survey;
mod take;

pub(crate) use apply::{Merge, Removed};
pub(crate) use nodes::Content;
pub(crate) use survey::{Name, Survey};

//! The names of the images of workloads, and the rules for them. Whether the rules hold is decided
//! elsewhere, where images can be fetched.

mod pattern;
mod rules;
mod uses;

pub use pattern::{ImagePattern, ImagePatternError, Wildcard};
pub use rules::{ImageRule, ImageRules};
pub use uses::{ImageUse, images_of};

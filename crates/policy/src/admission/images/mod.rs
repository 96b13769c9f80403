//! What is asked of the images that workloads run: the names and the rules. Who can fetch images
//! says whether the rules hold.

mod pattern;
mod rules;
mod uses;

pub use pattern::{ImagePattern, ImagePatternError, Wildcard};
pub use rules::{ImageRule, ImageRules};
pub use uses::{ImageUse, images_of};

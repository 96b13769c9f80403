//! The output formats of decisions and reviews.

pub(super) mod json;
pub(super) mod junit;
pub(super) mod response;
pub(super) mod table;

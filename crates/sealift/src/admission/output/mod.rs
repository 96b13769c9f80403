//! The forms in which decisions and reviews are given.

pub(super) mod json;
pub(super) mod junit;
pub(super) mod response;
pub(super) mod table;

//! Looking things up once for all who ask, within a time, and keeping what was found.

pub(super) mod cache;
pub(super) mod deadline;
pub(super) mod memo;
pub(super) mod single_flight;

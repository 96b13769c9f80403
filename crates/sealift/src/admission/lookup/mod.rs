//! Queries that run once for all callers, within a time limit, with cached answers.

pub(super) mod cache;
pub(super) mod deadline;
pub(super) mod memo;
pub(super) mod single_flight;

//! Loads policies, rules and the trusted root.

pub(super) mod cluster_inputs;
pub(super) mod folder;
pub(super) mod sources;
pub(super) mod trusted_root;
pub(super) mod unrecognised;

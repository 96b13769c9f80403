//! Policies, rules and the trusted root, as they are loaded.

pub(super) mod cluster_inputs;
pub(super) mod folder;
pub(super) mod sources;
pub(super) mod trusted_root;
pub(super) mod unrecognised;

//! Microsoft Azure.

mod app_service;
mod authorization;
mod compute;
mod container;
mod data_factory;
mod data_lake;
mod database;
mod key_vault;
mod monitor;
mod mssql;
mod network;
mod postgresql;
mod security_center;
mod storage;
mod synapse;

use super::Rule;

/// Its checks, service by service.
pub(super) const RULES: &[&[Rule]] = &[
    app_service::RULES,
    authorization::RULES,
    compute::RULES,
    container::RULES,
    data_factory::RULES,
    data_lake::RULES,
    database::RULES,
    key_vault::RULES,
    monitor::RULES,
    mssql::RULES,
    network::RULES,
    postgresql::RULES,
    security_center::RULES,
    storage::RULES,
    synapse::RULES,
];

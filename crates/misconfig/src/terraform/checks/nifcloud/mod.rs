//! NIFCLOUD.

mod computing;
mod dns;
mod nas;
mod network;
mod rdb;
mod ssl_certificate;

use super::Rule;

/// Its checks, service by service.
pub(super) const RULES: &[&[Rule]] =
    &[computing::RULES, dns::RULES, nas::RULES, network::RULES, rdb::RULES, ssl_certificate::RULES];

//! PostgreSQL servers: their logging parameters.

use sealift_model::Severity::Medium;

use super::super::Rule;
use super::database::parameter;
use crate::terraform::checks::Look;

const SERVERS: &[&str] = &["azurerm_postgresql_server", "azurerm_postgresql_flexible_server"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0019",
        severity: Medium,
        title: "PostgreSQL server does not log connections",
        why: "Nobody can tell later who was connected.",
        fix: "Set the parameter `log_connections` to `on`.",
        kinds: SERVERS,
        run: |look| must_be_on(look, "log_connections"),
    },
    Rule {
        id: "AZU-0021",
        severity: Medium,
        title: "PostgreSQL server does not throttle connections",
        why: "Passwords can be guessed as fast as they are sent.",
        fix: "Set the parameter `connection_throttling` to `on`.",
        kinds: SERVERS,
        run: |look| must_be_on(look, "connection_throttling"),
    },
    Rule {
        id: "AZU-0024",
        severity: Medium,
        title: "PostgreSQL server does not log checkpoints",
        why: "What goes wrong while data is written cannot be seen.",
        fix: "Set the parameter `log_checkpoints` to `on`.",
        kinds: SERVERS,
        run: |look| must_be_on(look, "log_checkpoints"),
    },
];

fn must_be_on(look: &mut Look<'_>, name: &str) {
    let server = look.resource;
    let parameters = match &*server.kind {
        "azurerm_postgresql_server" => ("azurerm_postgresql_configuration", "server_name"),
        _ => ("azurerm_postgresql_flexible_server_configuration", "server_id"),
    };
    match parameter(look.all, parameters, server, name) {
        Some(value) => {
            let off = value.text_or("").is_some_and(|value| !value.eq_ignore_ascii_case("on"));
            look.fail_if(off, &value);
        }
        None => look.fail(server),
    }
}

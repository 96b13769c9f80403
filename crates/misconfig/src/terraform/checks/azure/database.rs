//! The common parts of all kinds of database servers.

use sealift_model::Severity::{High, Medium};

use super::super::Rule;
use super::super::address::is_public;
use crate::terraform::checks::Look;
use crate::terraform::model::{Field, Resource, Resources};

/// The servers of every kind.
const SERVERS: &[&str] = &[
    "azurerm_mariadb_server",
    "azurerm_mssql_server",
    "azurerm_mysql_server",
    "azurerm_mysql_flexible_server",
    "azurerm_postgresql_server",
    "azurerm_postgresql_flexible_server",
    "azurerm_sql_server",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0020",
        severity: Medium,
        title: "Database server takes connections without TLS",
        why: "What is sent in the clear is read and changed on the way.",
        fix: "Set `ssl_enforcement_enabled = true`.",
        kinds: &[
            "azurerm_mariadb_server",
            "azurerm_mysql_server",
            "azurerm_mysql_flexible_server",
            "azurerm_postgresql_server",
            "azurerm_postgresql_flexible_server",
        ],
        run: tls,
    },
    Rule {
        id: "AZU-0022",
        severity: Medium,
        title: "Database server can be reached from outside",
        why: "The server can be attacked from the internet.",
        fix: "Set `public_network_access_enabled = false`.",
        kinds: SERVERS,
        run: public_access,
    },
    Rule {
        id: "AZU-0026",
        severity: Medium,
        title: "Database server takes an old version of TLS",
        why: "Versions before 1.2 can be broken.",
        fix: "Set the least version of TLS to 1.2.",
        kinds: &[
            "azurerm_mssql_server",
            "azurerm_mysql_server",
            "azurerm_mysql_flexible_server",
            "azurerm_postgresql_server",
            "azurerm_postgresql_flexible_server",
            "azurerm_sql_server",
        ],
        run: tls_version,
    },
    Rule {
        id: "AZU-0029",
        severity: High,
        title: "Firewall of a database server lets the internet in",
        why: "The server can be attacked from the internet.",
        fix: "Name the addresses that need it.",
        kinds: &[
            "azurerm_mariadb_firewall_rule",
            "azurerm_mssql_firewall_rule",
            "azurerm_mysql_firewall_rule",
            "azurerm_mysql_flexible_server_firewall_rule",
            "azurerm_postgresql_firewall_rule",
            "azurerm_postgresql_flexible_server_firewall_rule",
            "azurerm_sql_firewall_rule",
        ],
        run: firewall,
    },
];

/// The value of a parameter of a server that is set by a resource of its own: of the type `kind`,
/// whose attribute `link` names the server. Of several, the last.
pub(super) fn parameter<'a>(
    all: &'a Resources,
    (kind, link): (&str, &str),
    server: &Resource,
    name: &str,
) -> Option<Field<'a>> {
    all.naming(kind, link, server, "name")
        .filter(|parameter| parameter.get("name").text().as_deref() == Some(name))
        .last()
        .map(|parameter| parameter.get("value"))
}

/// The type of resource that sets parameters of a flexible server.
fn flexible(server: &Resource) -> Option<(&'static str, &'static str)> {
    match &*server.kind {
        "azurerm_mysql_flexible_server" => {
            Some(("azurerm_mysql_flexible_server_configuration", "server_id"))
        }
        "azurerm_postgresql_flexible_server" => {
            Some(("azurerm_postgresql_flexible_server_configuration", "server_id"))
        }
        _ => None,
    }
}

/// Flexible servers ask for TLS unless a parameter says otherwise.
fn tls(look: &mut Look<'_>) {
    let Some(parameters) = flexible(look.resource) else {
        return look.must_be_true("ssl_enforcement_enabled", false);
    };
    let required = parameter(look.all, parameters, look.resource, "require_secure_transport");
    if let Some(required) = required {
        let off = required.text().is_some_and(|value| {
            matches!(&*value.to_lowercase(), "off" | "false" | "no" | "n" | "0")
        });
        look.fail_if(off, &required);
    }
}

/// The type of old had no such attribute: its servers always can be.
fn public_access(look: &mut Look<'_>) {
    match &*look.resource.kind {
        "azurerm_sql_server" => look.fail(look.resource),
        _ => look.must_be_false("public_network_access_enabled", true),
    }
}

/// The least version is a property of the whole server, which fails as such.
fn tls_version(look: &mut Look<'_>) {
    let server = look.resource;
    let version = match &*server.kind {
        "azurerm_sql_server" => return look.fail(server),
        "azurerm_mssql_server" => Some(server.get("minimum_tls_version")),
        "azurerm_mysql_flexible_server" | "azurerm_postgresql_flexible_server" => flexible(server)
            .and_then(|parameters| {
                parameter(look.all, parameters, server, "tls_version")
                    .or_else(|| parameter(look.all, parameters, server, "ssl_min_protocol_version"))
            }),
        _ => Some(server.get("ssl_minimal_tls_version_enforced")),
    };
    // The default is 1.2.
    let version = version.and_then(Field::text);
    look.fail_if(version.is_some_and(|version| !is_recent(&version)), server);
}

/// `1.2`, `TLS1_2`, `TLSv1.2`, and 1.3 alike; a list holds the least version too.
fn is_recent(version: &str) -> bool {
    version.split(',').all(|version| {
        let version = version.trim().replace('_', ".");
        version.ends_with("1.2") || version.ends_with("1.3")
    })
}

/// The range 0.0.0.0 to 0.0.0.0 means the services of Azure, and a single address is a known one.
fn firewall(look: &mut Look<'_>) {
    let rule = look.resource;
    let of_server = SERVERS.iter().any(|kind| {
        let names = |link: &&str| look.all.named_by(rule.get(link), kind, "name").is_some();
        ["server_name", "server_id"].iter().any(names)
    });
    let (start, end) = (rule.get("start_ip_address").text(), rule.get("end_ip_address").text());
    if let (true, Some(start), Some(end)) = (of_server, start, end) {
        look.fail_if(start != end && (is_public(&start) || is_public(&end)), rule);
    }
}

#[cfg(test)]
mod tests {
    use super::is_recent;

    #[test]
    fn every_way_to_write_a_version_is_read() {
        for recent in ["1.2", "TLS1_2", "TLSv1.3", "TLSv1.2,TLSv1.3"] {
            assert!(is_recent(recent), "{recent}");
        }
        for old in ["1.1", "TLS1_0", "TLSv1.1,TLSv1.2", "TLSEnforcementDisabled", "Disabled"] {
            assert!(!is_recent(old), "{old}");
        }
    }
}

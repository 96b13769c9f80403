//! SQL servers: auditing and alerts.

use sealift_model::Severity::{Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;
use crate::terraform::model::{Block, Resource, Resources};

/// The types of a server, the older first.
const SERVERS: &[&str] = &["azurerm_sql_server", "azurerm_mssql_server"];

const ALERTS: &[&str] = &["azurerm_mssql_server_security_alert_policy"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0018",
        severity: Medium,
        title: "SQL server sends its alerts to nobody",
        why: "An attack is not noticed.",
        fix: "Set `email_addresses`.",
        kinds: ALERTS,
        run: addresses,
    },
    Rule {
        id: "AZU-0023",
        severity: Low,
        title: "SQL server does not send its alerts to the owners",
        why: "Those who could act do not hear of an attack.",
        fix: "Set `email_account_admins = true`.",
        kinds: ALERTS,
        run: owners,
    },
    Rule {
        id: "AZU-0025",
        severity: Medium,
        title: "Audit of a SQL server is kept for less than 90 days",
        why: "What is noticed late can no longer be looked into.",
        fix: "Set `retention_in_days` to 90 or more, or leave it out to keep all.",
        kinds: SERVERS,
        run: retention,
    },
    Rule {
        id: "AZU-0027",
        severity: Medium,
        title: "SQL server is not audited",
        why: "Nobody can tell later who read or changed what.",
        fix: "Add an `azurerm_mssql_server_extended_auditing_policy`.",
        kinds: SERVERS,
        run: audited,
    },
    Rule {
        id: "AZU-0028",
        severity: Medium,
        title: "SQL server leaves alerts out",
        why: "Attacks of that kind are not noticed.",
        fix: "Leave `disabled_alerts` empty.",
        kinds: ALERTS,
        run: disabled,
    },
];

/// Whether a policy is about a server that is described here.
fn is_of_server(policy: &Resource, all: &Resources) -> bool {
    let server = policy.get("server_name");
    SERVERS.iter().any(|kind| all.named_by(server, kind, "name").is_some())
}

fn addresses(look: &mut Look<'_>) {
    let policy = look.resource;
    let nobody = policy.get("email_addresses").is_empty();
    look.fail_if(nobody && is_of_server(policy, look.all), policy);
}

fn owners(look: &mut Look<'_>) {
    if is_of_server(look.resource, look.all) {
        look.must_be_true("email_account_admins", false);
    }
}

fn disabled(look: &mut Look<'_>) {
    let alerts = look.resource.get("disabled_alerts");
    let some = alerts.items().next().is_some();
    look.fail_if(some && is_of_server(look.resource, look.all), &alerts);
}

/// The policies of a server: in a block, or of their own, for it or for a database of it.
fn policies<'a>(server: &'a Resource, all: &'a Resources) -> Vec<&'a Block> {
    let own = all
        .naming("azurerm_mssql_server_extended_auditing_policy", "server_id", server, "id")
        .map(|policy| &policy.block);
    let databases = all.naming("azurerm_mssql_database", "server_id", server, "id");
    let of_databases = databases.flat_map(|database| {
        let kind = "azurerm_mssql_database_extended_auditing_policy";
        all.naming(kind, "database_id", database, "id").map(|policy| &policy.block)
    });
    server.blocks("extended_auditing_policy").chain(own).chain(of_databases).collect()
}

/// 0, as none, is for ever.
fn retention(look: &mut Look<'_>) {
    for policy in policies(look.resource, look.all) {
        let days = policy.get("retention_in_days");
        let kept = days.number_or(0.0);
        look.fail_if(kept.is_some_and(|kept| kept < 90.0 && kept != 0.0), &days);
    }
}

fn audited(look: &mut Look<'_>) {
    look.fail_if(policies(look.resource, look.all).is_empty(), look.resource);
}

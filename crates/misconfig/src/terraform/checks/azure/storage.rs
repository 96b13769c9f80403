//! Storage accounts.

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;
use crate::terraform::model::{Block, Field, Resource, Resources};

const ACCOUNT: &[&str] = &["azurerm_storage_account"];
const NETWORKS: &[&str] = &["azurerm_storage_account", "azurerm_storage_account_network_rules"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0007",
        severity: High,
        title: "Container is public",
        why: "Everyone reads what is in it.",
        fix: "Set `container_access_type = \"private\"`.",
        kinds: &["azurerm_storage_container"],
        run: public_container,
    },
    Rule {
        id: "AZU-0008",
        severity: High,
        title: "Storage account answers without TLS",
        why: "What is sent in the clear is read and changed on the way.",
        fix: "Set `https_traffic_only_enabled = true`.",
        kinds: ACCOUNT,
        run: https,
    },
    Rule {
        id: "AZU-0009",
        severity: Medium,
        title: "Storage account with queues does not log their use",
        why: "Nobody can tell who read or removed messages.",
        fix: "Add a `logging` block to `queue_properties`.",
        kinds: ACCOUNT,
        run: queue_log,
    },
    Rule {
        id: "AZU-0010",
        severity: High,
        title: "Network rules keep the services of Azure out",
        why: "Backups and monitoring of the account do not work.",
        fix: "Add `AzureServices` to `bypass`.",
        kinds: NETWORKS,
        run: bypass,
    },
    Rule {
        id: "AZU-0011",
        severity: Critical,
        title: "Storage account takes an old version of TLS",
        why: "Versions before 1.2 can be broken.",
        fix: "Set `min_tls_version = \"TLS1_2\"`.",
        kinds: ACCOUNT,
        run: tls,
    },
    Rule {
        id: "AZU-0012",
        severity: Critical,
        title: "Storage account lets every network in",
        why: "The account can be attacked from any address.",
        fix: "Set `default_action = \"Deny\"` in `network_rules`.",
        kinds: NETWORKS,
        run: default_action,
    },
    Rule {
        id: "AZU-0056",
        severity: Medium,
        title: "Blobs that are removed are gone at once",
        why: "What is removed by mistake cannot be brought back.",
        fix: "Set `days` in the `delete_retention_policy` of `blob_properties`.",
        kinds: ACCOUNT,
        run: soft_delete,
    },
    Rule {
        id: "AZU-0057",
        severity: Medium,
        title: "Storage account logs no use",
        why: "Nobody can tell who read or removed what.",
        fix: "Add a `logging` block to `queue_properties`.",
        kinds: ACCOUNT,
        run: |look| look.fail_if(!logs(look.resource), look.resource),
    },
    Rule {
        id: "AZU-0058",
        severity: Low,
        title: "Storage account is kept in one region",
        why: "What happens to the region happens to the data.",
        fix: "Set `account_replication_type` to `GRS`, `RAGRS`, `GZRS` or `RAGZRS`.",
        kinds: ACCOUNT,
        run: replication,
    },
    Rule {
        id: "AZU-0059",
        severity: High,
        title: "Traffic of a storage account is not protected",
        why: "What is sent in the clear, or by an old TLS, is read and changed on the way.",
        fix: "Set `https_traffic_only_enabled = true` and `min_tls_version = \"TLS1_2\"`.",
        kinds: ACCOUNT,
        run: |look| {
            https(look);
            tls(look);
        },
    },
    Rule {
        id: "AZU-0060",
        severity: Medium,
        title: "Storage account is not encrypted with a key of your own",
        why: "A key that Azure manages can be neither rotated nor withdrawn by you.",
        fix: "Add a `customer_managed_key` block.",
        kinds: ACCOUNT,
        run: own_key,
    },
    Rule {
        id: "AZU-0061",
        severity: Medium,
        title: "Storage account is encrypted only once",
        why: "One broken key or algorithm opens the data.",
        fix: "Set `infrastructure_encryption_enabled = true`.",
        kinds: ACCOUNT,
        run: |look| look.must_be_true("infrastructure_encryption_enabled", false),
    },
];

/// The resources of a type that belong to an account: by its id, or, before azurerm 4, its name.
fn of_account<'a>(
    all: &'a Resources,
    kind: &'a str,
    account: &'a Resource,
) -> impl Iterator<Item = &'a Resource> {
    let by_id = all.naming(kind, "storage_account_id", account, "id");
    by_id.chain(all.naming(kind, "storage_account_name", account, "name"))
}

fn public_container(look: &mut Look<'_>) {
    let access = look.resource.get("container_access_type");
    let open = access.text().is_some_and(|access| matches!(&*access, "blob" | "container"));
    look.fail_if(open, &access);
}

/// Called `enable_https_traffic_only` before azurerm 4.
fn https(look: &mut Look<'_>) {
    let older = look.resource.get("enable_https_traffic_only");
    let name =
        if older.is_missing() { "https_traffic_only_enabled" } else { "enable_https_traffic_only" };
    look.must_be_true(name, true);
}

fn tls(look: &mut Look<'_>) {
    look.must_be_one_of("min_tls_version", &["TLS1_2", "TLS1_3"], "TLS1_2");
}

fn logs(account: &Resource) -> bool {
    account.blocks("queue_properties").any(|queues| queues.block("logging").is_some())
}

fn queue_log(look: &mut Look<'_>) {
    let account = look.resource;
    let has_queues = of_account(look.all, "azurerm_storage_queue", account).next().is_some();
    look.fail_if(has_queues && !logs(account), account);
}

/// The rules in an account, or the ones that a resource is.
fn network_rules(resource: &Resource) -> Vec<&Block> {
    match &*resource.kind {
        "azurerm_storage_account" => resource.blocks("network_rules").collect(),
        _ => vec![&resource.block],
    }
}

fn bypass(look: &mut Look<'_>) {
    for rules in network_rules(look.resource) {
        let bypass = rules.get("bypass");
        let passes = bypass.texts().any(|service| &*service == "AzureServices");
        look.fail_if(!passes && !bypass.holds_unknown(), rules);
    }
}

/// Without rules every network is let in, unless the account is closed to all.
fn default_action(look: &mut Look<'_>) {
    let resource = look.resource;
    for rules in network_rules(resource) {
        let action = rules.get("default_action");
        let open = action.text().is_some_and(|action| action.eq_ignore_ascii_case("Allow"));
        look.fail_if(open, &action);
    }
    if &*resource.kind == "azurerm_storage_account" {
        let elsewhere = "azurerm_storage_account_network_rules";
        let ruled = resource.block("network_rules").is_some()
            || of_account(look.all, elsewhere, resource).next().is_some();
        let public = resource.get("public_network_access_enabled").bool_or(true) == Some(true);
        look.fail_if(public && !ruled, resource);
    }
}

/// By default, blobs are kept for seven days.
fn soft_delete(look: &mut Look<'_>) {
    let days = look.resource.at("blob_properties.delete_retention_policy.days");
    look.fail_if(days.number_or(7.0) == Some(0.0), &days);
}

fn replication(look: &mut Look<'_>) {
    const TWO_REGIONS: [&str; 4] = ["GRS", "RAGRS", "GZRS", "RAGZRS"];
    look.must_be_one_of("account_replication_type", &TWO_REGIONS, "");
}

/// Only accounts with containers. The key is given in the account, or by a resource of its own.
fn own_key(look: &mut Look<'_>) {
    let (account, all) = (look.resource, look.all);
    if of_account(all, "azurerm_storage_container", account).next().is_none() {
        return;
    }
    let given = |key: Field<'_>| !key.is_empty();
    let own = account.block("customer_managed_key");
    let elsewhere = of_account(all, "azurerm_storage_account_customer_managed_key", account)
        .any(|key| given(key.get("key_vault_key_id")) || given(key.get("key_name")));
    if elsewhere || own.is_some_and(|own| given(own.get("key_vault_key_id"))) {
        return;
    }
    look.fail(own.unwrap_or(&account.block));
}

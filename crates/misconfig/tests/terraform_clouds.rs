//! The checks of Azure and Google where a resource alone does not decide: several types for one
//! thing, resources that belong together, defaults, and what cannot be known.

use std::time::{Duration, Instant};

use sealift_misconfig::{Options, SourceFile, Status, scan};

/// Whether a check fails for a configuration, and on which lines.
fn lines(check: &str, text: &str) -> Vec<String> {
    let results = scan(&[SourceFile::new("main.tf", text.as_bytes())], &Options::default());
    for said in results.iter().flat_map(|result| &result.diagnostics) {
        assert!(!said.to_string().contains("not read"), "{said}");
    }
    let found = results.iter().flat_map(|result| &result.misconfigurations);
    found
        .filter(|found| found.check.id == check)
        .filter_map(|found| match &found.status {
            Status::Fail(failure) => failure.lines.map(|lines| lines.to_string()),
            _ => None,
        })
        .collect()
}

fn fails(check: &str, text: &str) -> bool {
    !lines(check, text).is_empty()
}

fn rule(fields: &str) -> String {
    format!("resource \"azurerm_network_security_rule\" \"r\" {{\n{fields}\n}}\n")
}

#[test]
fn azure_rules_are_read_in_every_way_to_write_them() {
    let ssh = |source: &str, ports: &str| {
        fails("AZU-0050", &rule(&format!("protocol = \"Tcp\"\n{source}\n{ports}")))
    };
    let anyone = "source_address_prefix = \"Internet\"";
    assert!(ssh(anyone, "destination_port_range = 22"));
    assert!(ssh(anyone, "destination_port_range = \"*\""));
    assert!(ssh(anyone, "destination_port_ranges = [\"80\", \"20-30\"]"));
    assert!(ssh(
        "source_address_prefixes = [\"10.0.0.0/8\", \"0.0.0.0/0\"]",
        "destination_port_range = 22"
    ));
    assert!(!ssh("source_address_prefix = \"10.0.0.0/8\"", "destination_port_range = 22"));
    assert!(!ssh(anyone, "destination_port_range = 2222"));
    assert!(!ssh(anyone, "destination_port_range = 22\naccess = \"Deny\""));
    assert!(!ssh(anyone, "destination_port_range = 22\ndirection = \"Outbound\""));
    let icmp = "protocol = \"Icmp\"\nsource_address_prefix = \"*\"\ndestination_port_range = \"*\"";
    assert!(!fails("AZU-0050", &rule(icmp)) && fails("AZU-0047", &rule(icmp)));
}

#[test]
fn rules_inside_a_group_are_the_same() {
    let group = "resource \"azurerm_network_security_group\" \"g\" {\n  security_rule {\n    \
                 protocol = \"*\"\n    source_address_prefix = \"*\"\n    \
                 destination_port_ranges = [\"3389\"]\n  }\n}\n";
    assert_eq!(lines("AZU-0048", group), ["line 4"]);
}

#[test]
fn web_apps_of_both_generations_are_looked_at() {
    let app = |kind: &str, site: &str| {
        format!("resource \"azurerm_{kind}\" \"a\" {{\nsite_config {{\n{site}\n}}\n}}\n")
    };
    assert_eq!(lines("AZU-0006", &app("app_service", "min_tls_version = 1.1")), ["line 3"]);
    assert_eq!(lines("AZU-0006", &app("linux_web_app", "minimum_tls_version = 1.1")), ["line 3"]);
    assert!(fails("AZU-0071", &app("app_service", "")));
    assert!(!fails("AZU-0071", &app("windows_web_app", "")));
    let stack = "application_stack {\npython_version = \"3.7\"\n}";
    assert_eq!(lines("AZU-0070", &app("linux_web_app", stack)), ["line 4"]);
    assert!(fails("AZU-0001", &app("linux_web_app", "")));
    let function = "resource \"azurerm_linux_function_app\" \"f\" {}\n";
    assert!(fails("AZU-0004", function));
}

#[test]
fn what_is_unknown_is_no_failure() {
    let variable = "variable \"v\" {}\n";
    for (check, kind, field) in [
        ("AZU-0008", "azurerm_storage_account", "https_traffic_only_enabled"),
        ("AZU-0013", "azurerm_key_vault", "network_acls { default_action = var.v }\n#"),
        ("AZU-0065", "azurerm_kubernetes_cluster", "private_cluster_enabled"),
        ("AZU-0067", "azurerm_kubernetes_cluster", "disk_encryption_set_id"),
        ("GCP-0002", "google_storage_bucket", "uniform_bucket_level_access"),
        ("GCP-0030", "google_compute_instance", "metadata"),
        ("GCP-0039", "google_compute_ssl_policy", "min_tls_version"),
        ("GCP-0051", "google_container_cluster", "resource_labels"),
        ("GCP-0068", "google_iam_workload_identity_pool_provider", "attribute_condition"),
    ] {
        let body = |value: &str| {
            format!("{variable}resource \"{kind}\" \"r\" {{\n{field} = {value}\n}}\n")
        };
        assert!(!fails(check, &body("var.v")), "{check}");
    }
}

#[test]
fn storage_accounts_and_their_parts_find_each_other() {
    let account = "resource \"azurerm_storage_account\" \"a\" {\n  name = \"acme\"\n}\n";
    let part = |kind: &str, fields: &str| {
        format!("{account}resource \"azurerm_storage_{kind}\" \"p\" {{\n{fields}\n}}\n")
    };
    let id = "storage_account_id = azurerm_storage_account.a.id";
    let name = "storage_account_name = azurerm_storage_account.a.name";
    let rules = "default_action = \"Deny\"\nbypass = [\"AzureServices\"]";

    assert!(fails("AZU-0012", account));
    assert!(!fails("AZU-0012", &part("account_network_rules", &format!("{rules}\n{id}"))));
    assert!(!fails("AZU-0012", &part("account_network_rules", &format!("{rules}\n{name}"))));
    assert!(!fails("AZU-0009", account));
    assert!(fails("AZU-0009", &part("queue", name)));
    assert!(fails("AZU-0060", &part("container", id)));
    let key = "resource \"azurerm_storage_account_customer_managed_key\" \"k\" {\n  \
               storage_account_id = azurerm_storage_account.a.id\n  key_name = \"k\"\n}\n";
    assert!(!fails("AZU-0060", &format!("{}{key}", part("container", id))));
}

#[test]
fn flexible_servers_are_set_by_parameters() {
    let server = |kind: &str, name: &str, value: &str| {
        format!(
            "resource \"azurerm_{kind}_flexible_server\" \"s\" {{\n  \
             public_network_access_enabled = false\n}}\n\
             resource \"azurerm_{kind}_flexible_server_configuration\" \"c\" {{\n  \
             name = \"{name}\"\n  server_id = azurerm_{kind}_flexible_server.s.id\n  \
             value = \"{value}\"\n}}\n"
        )
    };
    assert_eq!(lines("AZU-0020", &server("mysql", "require_secure_transport", "OFF")), ["line 7"]);
    assert!(!fails("AZU-0020", &server("mysql", "require_secure_transport", "ON")));
    assert_eq!(
        lines("AZU-0026", &server("mysql", "tls_version", "TLSv1.1,TLSv1.2")),
        ["lines 1-3"]
    );
    assert!(!fails("AZU-0026", &server("mysql", "tls_version", "TLSv1.2")));
    assert!(fails("AZU-0026", &server("postgresql", "ssl_min_protocol_version", "TLSv1")));
    assert!(!fails("AZU-0019", &server("postgresql", "log_connections", "on")));
    assert_eq!(lines("AZU-0019", &server("postgresql", "log_connections", "off")), ["line 7"]);
}

#[test]
fn a_firewall_without_ports_opens_all() {
    let firewall =
        |fields: &str| format!("resource \"google_compute_firewall\" \"f\" {{\n{fields}\n}}\n");
    let open = firewall("source_ranges = [\"::/0\"]\nallow {\nprotocol = \"tcp\"\n}");
    assert_eq!(lines("GCP-0070", &open), ["line 2"]);
    assert_eq!(lines("GCP-0071", &open), ["line 2"]);
    assert_eq!(lines("GCP-0072", &open), ["lines 1-6"]);
    assert_eq!(lines("GCP-0074", &open), ["lines 3-5"]);

    let disabled = firewall("disabled = true\nallow {\nprotocol = \"all\"\n}");
    let denied = firewall("deny {\nprotocol = \"all\"\n}");
    for check in ["GCP-0027", "GCP-0070", "GCP-0071", "GCP-0072", "GCP-0073"] {
        assert!(!fails(check, &disabled) && !fails(check, &denied), "{check}");
    }
    let out = firewall("direction = \"egress\"\nallow {\nprotocol = \"tcp\"\nports = [\"443\"]\n}");
    assert_eq!(lines("GCP-0035", &out), ["lines 1-7"]);
    assert!(!fails("GCP-0027", &out));
}

#[test]
fn node_pools_speak_for_their_cluster() {
    let pool = "resource \"google_container_node_pool\" \"p\" {\n  \
                cluster = google_container_cluster.c.name\n  node_config {\n    \
                image_type = \"UBUNTU\"\n    metadata = {\n      \
                disable-legacy-endpoints = \"true\"\n    }\n  }\n}\n";
    let cluster = "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n}\n";
    let both = format!("{pool}{cluster}");
    assert!(!fails("GCP-0048", &both) && fails("GCP-0048", cluster));
    assert_eq!(lines("GCP-0054", &both), ["line 4"]);
    assert!(!fails("GCP-0054", pool), "its cluster is not described here");
    assert_eq!(lines("GCP-0050", &both), ["lines 3-8"]);

    let autopilot = "resource \"google_container_cluster\" \"c\" {\n  enable_autopilot = true\n}\n";
    assert!(!fails("GCP-0048", autopilot) && !fails("GCP-0056", autopilot));
    assert!(fails("GCP-0050", autopilot));
}

#[test]
fn grants_are_read_from_members_bindings_and_policies() {
    let policy = "data \"google_iam_policy\" \"p\" {\n  binding {\n    role = \"roles/owner\"\n    \
                  members = [\"user:a@gmail.com\", \"serviceAccount:b@acme.example\"]\n  }\n}\n\
                  resource \"google_organization_iam_policy\" \"o\" {\n  \
                  policy_data = data.google_iam_policy.p.policy_data\n}\n";
    for check in ["GCP-0003", "GCP-0007", "GCP-0069"] {
        assert_eq!(lines(check, policy), ["line 4"], "{check}");
    }
    let default = "data \"google_compute_default_service_account\" \"d\" {}\n\
                   resource \"google_organization_iam_member\" \"m\" {\n  role = \"roles/viewer\"\n  \
                   member = data.google_compute_default_service_account.d.id\n}\n";
    assert_eq!(lines("GCP-0008", default), ["line 4"]);
    assert!(!fails("GCP-0006", default));
}

#[test]
fn a_bucket_that_takes_logs_need_not_log() {
    let buckets = "resource \"google_storage_bucket\" \"logs\" {\n  name = \"logs\"\n}\n\
                   resource \"google_storage_bucket\" \"data\" {\n  name = \"data\"\n  logging {\n    \
                   log_bucket = google_storage_bucket.logs.name\n  }\n}\n";
    assert!(!fails("GCP-0077", buckets));
}

/// A few lines make thousands of resources that name one another; trying every pair would take
/// minutes.
#[test]
fn many_that_name_one_another_are_found_in_time() {
    let pairs = |kind: &str, name: &str, other: &str, link: &str| {
        format!(
            "resource \"{kind}\" \"a\" {{\n  count = 4000\n  {name} = \"n${{count.index}}\"\n}}\n\
             resource \"{other}\" \"b\" {{\n  count = 4000\n  \
             {link} = {kind}.a[count.index].id\n}}\n"
        )
    };
    for text in [
        pairs("aws_s3_bucket", "bucket", "aws_s3_bucket_acl", "bucket"),
        pairs("azurerm_mssql_server", "name", "azurerm_mssql_firewall_rule", "server_id"),
        pairs("google_container_cluster", "name", "google_container_node_pool", "cluster"),
    ] {
        let start = Instant::now();
        let results = scan(&[SourceFile::new("main.tf", text.as_bytes())], &Options::default());
        assert!(!results.is_empty());
        assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    }
}

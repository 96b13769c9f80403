//! `misconfig/compose`: the cases of KICS's queries, each judged by the check of ours that looks
//! at the same thing, line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sealift_misconfig::{Options, SourceFile, scan};
use sealift_suite::{Suite, folders, test_data};

/// KICS's queries and our checks.
const QUERIES: &[(&str, &str)] = &[
    ("cgroup_not_default", "COMPOSE-0021"),
    ("container_traffic_not_bound_to_host_interface", "COMPOSE-0016"),
    ("cpus_not_limited", "COMPOSE-0013"),
    ("default_seccomp_profile_disabled", "COMPOSE-0008"),
    ("docker_socket_mounted_in_container", "COMPOSE-0002"),
    ("healthcheck_not_set", "COMPOSE-0011"),
    ("host_namespace_is_shared", "COMPOSE-0004"),
    ("memory_not_limited", "COMPOSE-0012"),
    ("no_new_privileges_not_set", "COMPOSE-0009"),
    ("pids_limit_not_set", "COMPOSE-0014"),
    ("privileged_containers_enabled", "COMPOSE-0001"),
    ("privileged_ports_mapped_in_container", "COMPOSE-0015"),
    ("restart_policy_on_failure_not_set_to_5", "COMPOSE-0017"),
    ("security_opt_not_set", "COMPOSE-0010"),
    ("shared_host_ipc_namespace", "COMPOSE-0005"),
    ("shared_host_network_namespace", "COMPOSE-0003"),
    ("shared_host_user_namespace", "COMPOSE-0006"),
    ("shared_volumes_between_containers", "COMPOSE-0019"),
    ("volume_has_sensitive_host_directory", "COMPOSE-0018"),
    ("volume_mounted_in_multiple_containers", "COMPOSE-0020"),
];

#[test]
fn compose_files_fail_where_kics_says() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("misconfig-compose", include_str!("compose.txt"));
    let mut table: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for folder in folders(&data.join("misconfig/compose")) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let expected = expected(&folder.join("expected.tsv"));
        if expected.is_empty() {
            suite.unread(name, "no row is of a check of ours");
            continue;
        }
        let found = found(&fs::read(folder.join("docker-compose.yml")).unwrap());
        let mut wrong = Vec::new();
        for (check, lines) in &expected {
            let none = BTreeSet::new();
            let found = found.get(*check).unwrap_or(&none);
            let counts = table.entry(check).or_default();
            counts[usize::from(found != lines)] += 1;
            if found != lines {
                wrong.push(format!("{check}: on {found:?} and not {lines:?}"));
            }
        }
        suite.case(name, if wrong.is_empty() { Ok(()) } else { Err(wrong.join(", ")) });
    }
    println!("{:<14}{:>8}{:>8}", "check", "exact", "wrong");
    for (check, [exact, wrong]) in table {
        println!("{check:<14}{exact:>8}{wrong:>8}");
    }
    suite.finish();
}

/// The lines of each check that the rows name.
fn expected(table: &Path) -> BTreeMap<&'static str, BTreeSet<u32>> {
    let mut expected: BTreeMap<_, BTreeSet<u32>> = BTreeMap::new();
    for line in fs::read_to_string(table).unwrap().lines() {
        let mut columns = line.split('\t');
        let query = columns.next().and_then(|check| check.strip_prefix("kics:"));
        let known = QUERIES.iter().find(|(known, _)| Some(*known) == query);
        let Some((_, check)) = known else { continue };
        let lines = expected.entry(*check).or_default();
        if columns.nth(1) == Some("fail") {
            lines.insert(columns.next().unwrap().parse().unwrap());
        }
    }
    expected
}

fn found(bytes: &[u8]) -> BTreeMap<String, BTreeSet<u32>> {
    let results = scan(&[SourceFile::new("docker-compose.yml", bytes)], &Options::default());
    let mut found: BTreeMap<_, BTreeSet<u32>> = BTreeMap::new();
    for (check, failure) in results.iter().flat_map(|result| result.failures()) {
        let line = failure.lines.unwrap().start;
        found.entry(check.id.to_string()).or_default().insert(line);
    }
    found
}

//! What `docs/api.md` names in Rust is there, and is what the row calls an operation.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use sealift::{
    Cancel, Configuration, ConfigurationOptions, Database, Observer, Report, ScanOptions, Scanner,
    Target, admission, policy, render, sign, update, verify,
};

/// A row for each function that is named, which must be one: else this does not compile.
macro_rules! functions {
    ($($operation:literal => $name:path),* $(,)?) => {{
        $(let _ = $name;)*
        [$(($operation, stringify!($name))),*]
    }};
}

/// The same for members of structures.
macro_rules! fields {
    ($($operation:literal => ($owner:ty, $field:ident)),* $(,)?) => {{
        $(let _ = |value: &$owner| { let _ = &value.$field; };)*
        [$(($operation, concat!(stringify!($owner), "::", stringify!($field)))),*]
    }};
}

#[test]
fn the_table_of_the_api_is_true() {
    let mut there: Vec<(&str, &str)> = functions![
        "Scan an image" => Scanner::scan,
        "Scan a source tree" => Target::Filesystem,
        "Scan a root file system" => Target::Rootfs,
        "Scan an SBOM" => Target::Sbom,
        "Open a database" => Database::open,
        "Build a database" => Database::build,
        "Open the cached database" => update::DatabaseStore::ready,
        "Vulnerabilities found" => Report::findings,
        "Results by check" => Configuration::failures,
        "Whether all was seen" => Report::is_complete,
        "Write a report" => render,
        "Verify an image" => verify::Verifier::verify_image,
        "Verify an attestation" => verify::Verifier::verify_attestation,
        "Verify a bundle" => verify::Verifier::verify_bundle,
        "Verify a signature beside a file" => verify::Verifier::verify_detached,
        "Sign an image" => sign::Session::sign_image,
        "Sign a file" => sign::Session::sign,
        "Attest" => sign::Session::attest,
        "Make a key" => sign::PrivateKey::generate,
        "Decide" => policy::Gate::admit,
        "Judge a workload" => admission::Reviewer::review,
        "Answer an AdmissionReview" => admission::response,
        "Cancel" => Cancel::cancel,
    ]
    .to_vec();
    there.extend(rest());

    let mut named = rows(include_str!("../../../docs/api.md"));
    named.sort_unstable();
    there.sort_unstable();
    assert_eq!(named, there);
}

/// The tests of Python and Node check their columns of the same rows, so an option that is here is an
/// option of all three.
#[test]
fn every_option_of_a_scan_has_a_row() {
    let printed = format!("{:#?}", ScanOptions::default());
    let members = printed.lines().filter_map(|line| line.strip_prefix("    "));
    let members = members.filter(|line| !line.starts_with([' ', '}', ']', ')']));
    let options: Vec<&str> = members.filter_map(|line| Some(line.split_once(':')?.0)).collect();
    assert!(options.contains(&"threads"), "{options:?}");
    let named = rows(include_str!("../../../docs/api.md"));
    for option in options {
        let name = format!("ScanOptions::{option}");
        assert!(named.iter().any(|(_, rust)| *rust == name), "{name} has no row in docs/api.md");
    }
}

/// Rows whose operation is no function that a path names.
fn rest() -> Vec<(&'static str, &'static str)> {
    let fields = fields![
        "Check configuration files" => (ScanOptions, configuration),
        "Check them by Rego" => (ConfigurationOptions, rego),
        "What the advisories cover" => (Report, matches),
        "Messages about policy files" => (policy::LoadedPolicy, messages),
        "Results by rule" => (admission::Review, rows),
        "Name in the report" => (ScanOptions, name),
        "Choose a platform" => (ScanOptions, platform),
        "Threads of a scan" => (ScanOptions, threads),
        "Bounds of a scan" => (ScanOptions, limits),
        "Leave out folders" => (ScanOptions, skip),
        "Leave out files" => (ScanOptions, skip),
        "Kinds of packages" => (ScanOptions, package_types),
        "Packages to match" => (ScanOptions, matching),
        "Match development dependencies" => (ScanOptions, development),
        "Match all records" => (ScanOptions, all_records),
        "List hidden packages" => (ScanOptions, all_layers),
        "The base image" => (ScanOptions, bases),
        "Known base images" => (ScanOptions, bases),
        "Time of the report" => (ScanOptions, created),
        "Judge ages as of a day" => (ScanOptions, judged_at),
        "Cache layers" => (ScanOptions, cache),
    ];
    let _: (Option<&dyn Observer>, Option<sealift::Error>) = (None, None);
    let types = [
        ("Progress", "Observer"),
        ("Why it failed", "sealift::Error"),
        // Generic over where images come from, so that no path names it; its example calls it.
        ("Load admission policies", "admission::Reviewer::load"),
    ];
    fields.into_iter().chain(types).collect()
}

/// What each row calls an operation, and its name in Rust.
fn rows(table: &str) -> Vec<(&str, &str)> {
    let lines = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, operation, name, ..] = cells[..] else { panic!("no row: {line}") };
            (operation, name.trim_matches('`'))
        })
        .collect()
}

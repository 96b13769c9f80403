//! What `docs/api.md` names in Rust is there.

/// The names, each of which must be that of something: else this does not compile.
macro_rules! names {
    ($($name:path),* $(,)?) => {{
        $(let _ = $name;)*
        [$(stringify!($name)),*]
    }};
}

#[test]
fn the_table_of_the_api_is_true() {
    use sealift::verify;
    use sealift::{
        Cancel, Configuration, ConfigurationOptions, Database, RegoSources, Report, Scanner,
        Silent, Target, admission, policy, render, sign, update,
    };

    let there = names![
        Scanner::scan,
        Target::Filesystem,
        Target::Rootfs,
        ConfigurationOptions::default,
        RegoSources::load,
        Target::Sbom,
        Database::open,
        Database::build,
        update::DatabaseStore::ready,
        Report::findings,
        Configuration::failures,
        render,
        verify::Verifier::verify_image,
        verify::Verifier::verify_attestation,
        verify::Verifier::verify_bundle,
        verify::detached,
        sign::Session::sign_image,
        sign::Session::sign,
        sign::Session::attest,
        sign::PrivateKey::generate,
        policy::Gate::admit,
        admission::Reviewer::review,
        admission::Review::is_allowed,
        admission::response,
        Silent,
        Cancel::cancel,
        sealift::Error::NotInRegistry,
    ];
    let table = include_str!("../../../docs/api.md");
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let cell = |row: &str| row.split('|').nth(2).unwrap().trim().trim_matches('`').to_owned();
    let mut named: Vec<String> = rows.map(cell).collect();
    // Generic over where images come from, so that no path names it; its example calls it.
    let load = named.iter().position(|name| name == "admission::Reviewer::load");
    named.remove(load.unwrap());
    assert_eq!(named, there.map(|name| name.replace(' ', "")));
}

//! Every ecosystem has a cataloger, or it is written here why not.

use std::collections::BTreeSet;

use sealift_model::Ecosystem;
use sealift_sbom::ALL;

/// The catalogers of an ecosystem by name, or the reason that there is none.
type Row = (Ecosystem, Result<&'static [&'static str], &'static str>);

const TABLE: &[Row] = &[
    (Ecosystem::Apk, Ok(&["apk-installed"])),
    (Ecosystem::Bitnami, Ok(&["sbom-file"])),
    (Ecosystem::Cargo, Ok(&["cargo-lock", "cargo-manifest", "rust-program"])),
    (Ecosystem::Cocoapods, Ok(&["cocoapods-lock"])),
    (Ecosystem::Composer, Ok(&["composer-installed", "composer-lock"])),
    (Ecosystem::Conan, Ok(&["conan-file", "conan-lock"])),
    (Ecosystem::Conda, Ok(&["conda-installed"])),
    (Ecosystem::Cran, Ok(&["cran-installed", "cran-renv"])),
    (Ecosystem::Deb, Ok(&["dpkg-status"])),
    (Ecosystem::Gem, Ok(&["ruby-installed", "ruby-lock"])),
    (Ecosystem::GithubActions, Ok(&["github-actions"])),
    (Ecosystem::Golang, Ok(&["go-mod", "go-program", "go-vendor"])),
    (Ecosystem::Hackage, Ok(&["hackage-cabal", "hackage-stack"])),
    (Ecosystem::Hex, Ok(&["hex-gleam", "hex-mix", "hex-rebar"])),
    (Ecosystem::Julia, Ok(&["julia-manifest"])),
    (Ecosystem::Luarocks, Ok(&["luarocks-rockspec"])),
    (
        Ecosystem::Maven,
        Ok(&[
            "java-archive",
            "java-gradle",
            "java-gradle-catalog",
            "java-gradle-verification",
            "java-pom",
            "java-sbt",
        ]),
    ),
    (
        Ecosystem::Npm,
        Ok(&["npm-bun", "npm-deno", "npm-installed", "npm-lock", "npm-pnpm", "npm-yarn"]),
    ),
    (
        Ecosystem::Nuget,
        Ok(&[
            "nuget-assets",
            "nuget-config",
            "nuget-deps",
            "nuget-lock",
            "nuget-paket",
            "nuget-project",
        ]),
    ),
    (Ecosystem::Pub, Ok(&["pub-lock"])),
    (
        Ecosystem::Pypi,
        Ok(&[
            "python-archive",
            "python-installed",
            "python-pdm",
            "python-pipfile",
            "python-poetry",
            "python-project",
            "python-pylock",
            "python-requirements",
            "python-uv",
        ]),
    ),
    (Ecosystem::Rpm, Ok(&["rpm-database"])),
    (Ecosystem::Swift, Ok(&["swift-resolved"])),
];

/// A cataloger that finds no packages: it tells the distribution.
const OTHERS: &[&str] = &["os-release"];

#[test]
fn every_ecosystem_has_a_cataloger_or_a_reason() {
    for ecosystem in Ecosystem::all() {
        let rows = TABLE.iter().filter(|(known, _)| *known == ecosystem).count();
        assert_eq!(rows, 1, "{ecosystem} has {rows} rows in this test");
    }
}

#[test]
fn every_cataloger_has_its_ecosystem() {
    let there: BTreeSet<&str> = ALL.iter().map(|cataloger| cataloger.name()).collect();
    let rows = TABLE.iter().flat_map(|(_, catalogers)| catalogers.iter().copied().flatten());
    assert_eq!(rows.chain(OTHERS).copied().collect::<BTreeSet<_>>(), there);
}

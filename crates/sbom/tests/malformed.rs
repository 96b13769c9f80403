//! Files whose known keys have values of another type, or whose version is not known: none of them
//! is taken for an empty one.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sealift_layers::{File, Limits, Metadata, TreePath};
use sealift_sbom::{ALL, Facts};

/// Paths and texts. A reader that skips what is of another type finds nothing in them.
const WRONG: &[(&str, &str)] = &[
    ("package-lock.json", r#"{"lockfileVersion": 3, "packages": []}"#),
    ("package-lock.json", r#"{"lockfileVersion": 3, "packages": 7}"#),
    ("package-lock.json", r#"{"lockfileVersion": 3, "packages": null}"#),
    ("package-lock.json", r#"{"dependencies": []}"#),
    ("package-lock.json", r#"{"lockfileVersion": 9, "packages": {}}"#),
    ("package-lock.json", r#"{"dependencies": {"a": {"version": 7}}}"#),
    ("package-lock.json", r#"{"packages": {"node_modules/a": {"version": 7}}}"#),
    ("bun.lock", r#"{"packages": []}"#),
    ("bun.lock", r#"{"lockfileVersion": 9}"#),
    ("deno.lock", r#"{"version": "4", "npm": []}"#),
    ("deno.lock", r#"{"version": "3", "packages": []}"#),
    ("deno.lock", r#"{"version": "3", "packages": {"npm": []}}"#),
    ("deno.lock", r#"{"version": "99"}"#),
    ("pnpm-lock.yaml", "packages: [1]\n"),
    ("pnpm-lock.yaml", "lockfileVersion: '99'\n"),
    ("yarn.lock", "__metadata:\n  version: 8\na: 7\n"),
    ("composer.lock", r#"{"packages": 7}"#),
    ("vendor/composer/installed.json", "{}"),
    ("Pipfile.lock", r#"{"default": []}"#),
    ("poetry.lock", "package = 7\n"),
    ("poetry.lock", "[package]\nname = \"a\"\n"),
    ("poetry.lock", "package = []\n[metadata]\nlock-version = \"9.0\"\n"),
    ("pdm.lock", "package = 7\n"),
    ("pdm.lock", "[package]\nname = \"a\"\n"),
    ("uv.lock", "package = 7\n"),
    ("uv.lock", "[package]\nname = \"a\"\n"),
    ("uv.lock", "version = 9\n"),
    ("pylock.toml", "packages = 7\n"),
    ("pylock.toml", "[packages]\nname = \"a\"\n"),
    ("pylock.toml", "lock-version = \"9\"\n"),
    ("Cargo.lock", "package = 7\n"),
    ("Cargo.lock", "[package]\nname = \"a\"\n"),
    ("Cargo.lock", "version = 9\n"),
    ("Cargo.toml", "dependencies = 7\n"),
    ("vendor/modules.txt", "hello\n"),
    ("rebar.lock", "hello"),
    ("rebar.lock", "[{<<\"a\">>,7,0}].\n"),
    ("manifest.toml", "# by Gleam\npackages = 7\n"),
    ("pubspec.lock", "packages: []\n"),
    ("Podfile.lock", "PODS: 7\n"),
    ("Package.resolved", r#"{"version": 9, "pins": []}"#),
    ("Package.resolved", r#"{"version": 2, "pins": 7}"#),
    ("Package.resolved", r#"{"version": 1, "object": {"pins": 7}}"#),
    ("conan.lock", r#"{"graph_lock": 7}"#),
    ("conan.lock", r#"{"graph_lock": {"nodes": []}}"#),
    ("conan.lock", r#"{"requires": 7}"#),
    ("packages.lock.json", r#"{"dependencies": []}"#),
    ("packages.lock.json", r#"{"version": 9, "dependencies": {}}"#),
    ("packages.config", "<a/>"),
    ("x.csproj", "<a/>"),
    ("Directory.Packages.props", "<a/>"),
    ("obj/project.assets.json", r#"{"libraries": []}"#),
    ("obj/project.assets.json", r#"{"targets": 7}"#),
    ("a.deps.json", r#"{"libraries": []}"#),
    ("renv.lock", r#"{"Packages": []}"#),
    ("Manifest.toml", "manifest_format = \"9\"\n"),
    ("Manifest.toml", "deps = 7\n"),
    ("Manifest.toml", "[deps]\na = 7\n"),
    ("Manifest.toml", "[deps]\na = [7]\n"),
    ("stack.yaml.lock", "packages: 7\n"),
    ("stack.yaml", "extra-deps: 7\n"),
    ("gradle/libs.versions.toml", "libraries = 7\n"),
    ("gradle/verification-metadata.xml", "<a/>"),
    ("build.sbt.lock", r#"{"dependencies": 7}"#),
    ("pyproject.toml", "project = 7\n"),
    ("pyproject.toml", "[project]\ndependencies = 7\n"),
    ("pyproject.toml", "[project]\ndependencies = {}\n"),
    ("pyproject.toml", "[dependency-groups]\na = 7\n"),
    (".github/workflows/a.yml", "jobs: 7\n"),
];

#[test]
fn none_is_taken_for_an_empty_one() {
    let silent: Vec<_> = WRONG.iter().filter(|(path, text)| problems(path, text) == 0).collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

/// How many problems the catalogers have with a file.
fn problems(path: &str, text: &str) -> usize {
    let limits = Limits::default();
    let metadata = Metadata::new(u64::try_from(text.len()).unwrap(), 0o644);
    let path = TreePath::from(path);
    let takers = ALL.iter().filter(|by| by.wants(path, &metadata, text.as_bytes()));
    let counts = takers.map(|by| {
        let mut facts = Facts::default();
        let mut file = File::from_bytes(path, text.as_bytes().to_vec(), &limits);
        let refused = by.read(&mut file, &mut facts).is_err();
        facts.problems.len() + usize::from(refused)
    });
    counts.sum()
}

//! What compose files take from one another.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use sealift_misconfig::{FileResult, Options, OtherFiles, SourceFile, Status, scan};

/// A service in order, but for what is put in.
const SOUND: &str = "image: a:1, user: '1', read_only: true, cap_drop: [ALL], \
                     security_opt: ['no-new-privileges:true'], mem_limit: 1g, cpus: 1, \
                     pids_limit: 9, restart: 'on-failure:5', healthcheck: {test: [CMD, x]}";

/// The files of a folder.
#[derive(Debug)]
struct Folder(Vec<(&'static str, String)>);

impl OtherFiles for Folder {
    fn read(&self, path: &str, max_bytes: usize) -> Option<Vec<u8>> {
        let found = self.0.iter().find(|(known, _)| *known == path);
        found.map(|(_, text)| text.clone().into_bytes()).filter(|text| text.len() <= max_bytes)
    }
}

/// Checks the files of a folder, and gives each failure by its file, line and check.
fn failures(files: &[(&'static str, &str)]) -> (Vec<String>, Vec<String>) {
    let files: Vec<_> =
        files.iter().map(|(path, text)| (*path, text.replace("SOUND", SOUND))).collect();
    let given: Vec<_> =
        files.iter().map(|(path, text)| SourceFile::new(path, text.as_bytes())).collect();
    let mut options = Options::default();
    options.other_files = Some(Arc::new(Folder(files.clone())));
    let results = scan(&given, &options);
    let failed = |result: &FileResult| {
        let path = result.path.clone();
        let failed = result.misconfigurations.iter().filter_map(move |found| match &found.status {
            Status::Fail(failure) => {
                let line = failure.lines.unwrap().start;
                Some(format!("{path}:{line} {}", &found.check.id.to_string()[8..]))
            }
            _ => None,
        });
        failed.collect::<Vec<_>>()
    };
    let told = results.iter().flat_map(|result| &result.diagnostics).map(ToString::to_string);
    (results.iter().flat_map(failed).collect(), told.collect())
}

/// What a folder without failures and notes gives.
const NOTHING: (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());

#[test]
fn a_service_has_what_it_extends() {
    let own = "services:\n  a: {SOUND}\n  b:\n    extends: a\n  c:\n    extends: {service: b}\n";
    assert_eq!(failures(&[("compose.yaml", own)]), NOTHING);
    let weak = own.replace("    extends: a\n", "    extends: a\n    privileged: true\n");
    let (failed, _) = failures(&[("compose.yaml", &weak)]);
    assert_eq!(failed, ["compose.yaml:5 0001", "compose.yaml:5 0001"]);
    let other = "services: {z: {SOUND, privileged: true}}\n";
    let extends = "services:\n  a:\n    extends: {file: ../base/b.yml, service: z}\n";
    let files = [("app/compose.yaml", extends), ("base/b.yml", other)];
    assert_eq!(failures(&files).0, ["app/compose.yaml:3 0001"]);
}

#[test]
fn what_cannot_be_extended_or_included_is_told() {
    for (text, why) in [
        ("services:\n  a: {extends: b, SOUND}\n", "no service \"b\""),
        ("services:\n  a: {extends: a, SOUND}\n", "more than 16"),
        ("services:\n  a: {extends: {file: b.yml, service: c}, SOUND}\n", "b.yml"),
        ("services:\n  a: {extends: {file: ../b.yml, service: c}, SOUND}\n", "../b.yml"),
        ("include: [b.yml]\nservices:\n  a: {SOUND}\n", "b.yml, which is included"),
        ("include: ['oci://registry.example/a']\nservices:\n  a: {SOUND}\n", "lies elsewhere"),
    ] {
        let (failed, told) = failures(&[("compose.yaml", text)]);
        assert!(failed.is_empty() && told.iter().any(|it| it.contains(why)), "{text}: {told:?}");
    }
}

#[test]
fn what_is_included_is_checked_whatever_it_is_called() {
    let weak =
        "include: [{path: [more.yml]}, compose.yaml]\nservices: {b: {SOUND, privileged: true}}\n";
    let more = "services: {c: {SOUND, privileged: true}}\n";
    let files = [
        ("compose.yaml", "include: [sub/inc.yml]\nservices: {a: {SOUND}}\n"),
        ("docker-compose.yml", "include:\n- path: sub/inc.yml\n"),
        ("sub/inc.yml", weak),
        ("sub/more.yml", more),
        ("sub/compose.yaml", "services: {a: {SOUND}}\n"),
    ];
    assert_eq!(
        failures(&files),
        (vec!["sub/inc.yml:2 0001".into(), "sub/more.yml:1 0001".into()], vec![])
    );
}

#[test]
fn an_override_file_is_laid_over_its_base() {
    let base = "services:\n  a: {SOUND}\n";
    let over = "services:\n  a:\n    environment: {A: b}\n";
    assert_eq!(failures(&[("compose.yml", base), ("compose.override.yml", over)]), NOTHING);
    let weak = "services:\n  a:\n    privileged: true\n  b:\n    image: x\n    user: '1'\n";
    let (failed, _) = failures(&[("compose.yml", base), ("compose.override.yml", weak)]);
    assert_eq!(failed[0], "compose.override.yml:3 0001");
    assert!(failed[1..].iter().all(|it| it.starts_with("compose.override.yml:4 ")), "{failed:?}");
    let alone = failures(&[("compose.override.yml", over)]).0;
    assert!(alone.len() > 3, "{alone:?}");
}

#[test]
fn what_an_override_file_changes_counts_in_whichever_form() {
    let base = "services:\n  a: {SOUND}\n";
    for (over, check) in [
        ("services:\n  a: {privileged: true}\n", "0001"),
        ("services: {a: {healthcheck: {test: [NONE]}}}\n", "0011"),
        ("services: {a: {security_opt: ['no-new-privileges:false']}}\n", "0009"),
    ] {
        let (failed, _) = failures(&[("compose.yml", base), ("compose.override.yml", over)]);
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert!(failed[0].ends_with(check), "{failed:?}");
    }
    for tag in ["!override []", "!reset null"] {
        let over = format!("services:\n  a:\n    security_opt: {tag}\n");
        let (_, told) = failures(&[("compose.yml", base), ("compose.override.yml", &over)]);
        assert!(told.iter().any(|it| it.contains("!reset")), "{told:?}");
    }
}

#[test]
fn comments_count_in_files_that_are_included() {
    let inc = "services:\n  a:\n    <<: {SOUND}\n    # sealift:ignore:COMPOSE-0001\n    privileged: true\n";
    let files = [("compose.yaml", "include: [inc.yml]\n"), ("inc.yml", inc)];
    assert_eq!(failures(&files), NOTHING);
    assert_eq!(failures(&[files[0], ("inc.yml", &inc.replace("sealift", "nobody"))]).0.len(), 1);
}

#[test]
fn what_is_included_and_not_given_is_read_or_told_of() {
    let (path, text) = ("compose.yaml", "include: [sub/compose.yaml]\nservices: {a: {SOUND}}\n");
    let (_, told) = failures(&[(path, text)]);
    assert!(told[0].contains("sub/compose.yaml, which is included"), "{told:?}");
    let weak = "services: {b: {SOUND, privileged: true}}".replace("SOUND", SOUND);
    let mut options = Options::default();
    options.other_files = Some(Arc::new(Folder(vec![("sub/compose.yaml", weak)])));
    let results = scan(&[SourceFile::new(path, text.as_bytes())], &options);
    assert!(results.iter().any(|result| result.path == "sub/compose.yaml"));
}

#[test]
fn a_file_that_many_extend_is_read_once() {
    let many: String = (0..20_000).map(|at| format!("  s{at}: {{image: a}}\n")).collect::<String>();
    let base = format!("services:\n{many}");
    let extends: String = (0..2_000)
        .map(|at| format!("  t{at}: {{extends: {{file: base.yml, service: s{at}}}}}\n"))
        .collect();
    let files = [("compose.yaml", &*format!("services:\n{extends}")), ("base.yml", &base)];
    let start = std::time::Instant::now();
    assert!(!failures(&files).0.is_empty());
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn much_that_is_taken_over_ends() {
    let many: String = (0..3_000).map(|at| format!("      V{at}: x\n")).collect();
    let mut text = format!("services:\n  s:\n    image: a\n    environment:\n{many}");
    for at in 0..3_000 {
        text.push_str(&format!("  s{at}:\n    extends: s\n    environment: {{A: b}}\n"));
    }
    let (_, told) = failures(&[("compose.yaml", &text)]);
    assert!(told.iter().any(|it| it.contains("more is taken over")), "{:?}", told.first());
}

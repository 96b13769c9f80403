//! Dockerfiles and compose files that nobody wrote to build or run anything.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use sealift_misconfig::docker::Dockerfile;
use sealift_misconfig::{FileKind, FileResult, Options, SourceFile, Status, scan};
use sealift_model::{Diagnostic, Impact};

/// More than an unoptimised build on a busy machine takes; what is quadratic takes hours.
const LONG: Duration = Duration::from_secs(60);

const MIB: usize = 1 << 20;

fn check(kind: FileKind, bytes: &[u8]) -> FileResult {
    let file = SourceFile::new("x", bytes).of_kind(kind);
    let start = Instant::now();
    let result = scan(&[file], &Options::default()).remove(0);
    assert!(start.elapsed() < LONG, "took {:?}", start.elapsed());
    result
}

fn dockerfile(text: &str) -> FileResult {
    check(FileKind::Dockerfile, text.as_bytes())
}

/// What fails, as `DS-0001 3-4`.
fn failures(result: &FileResult) -> Vec<String> {
    let lines = result.failures().map(|(check, failure)| match failure.lines {
        Some(lines) => format!("{} {}-{}", check.id, lines.start, lines.end),
        None => check.id.to_string(),
    });
    lines.collect()
}

fn told(result: &FileResult) -> Vec<String> {
    result.diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn large_files_are_read_in_time() {
    let head = "FROM a:1\nUSER b\nHEALTHCHECK NONE\n";
    for line in [
        "EXPOSE 22\n",
        "FROM a as b\n",
        "FROM a:$X as b\nARG X=1\n",
        "#trivy:ignore:DS-0001\n",
        "RUN a #trivy:ignore:DS-0001\n",
        "COPY a /b\nENV AWS_CONFIG_FILE=/c\n",
        "RUN apt-get install x && \\\n",
        "RUN <<A\n",
        "NO\n",
        "\n",
    ] {
        let text = format!("{head}{}", line.repeat(2 * MIB / line.len()));
        dockerfile(&text);
    }
}

#[test]
fn one_long_line_is_read_in_time() {
    for (front, part) in [
        ("RUN ", "a && "),
        ("RUN ", "apt-get install -"),
        ("RUN ", "apt-get "),
        ("RUN ", "$("),
        ("RUN ", "(("),
        ("RUN ", "$(("),
        ("RUN ", "\""),
        ("RUN ", "`"),
        ("RUN ", "if a; then "),
        ("RUN ", "<<A "),
        ("RUN [", "\"a\","),
        ("ENV ", "A=B "),
        ("WORKDIR ", "a"),
        ("COPY --", "a"),
        ("LABEL ", "'"),
        ("#", "trivy:ignore:* "),
    ] {
        dockerfile(&format!("FROM a:1\n{front}{}\n", part.repeat(2 * MIB / part.len())));
    }
}

#[test]
fn ten_megabytes_are_read_in_time() {
    dockerfile(&format!("FROM a:1\nRUN {}\n", "a && ".repeat(2 * MIB)));
    dockerfile(&format!("FROM a:1\n{}", "# why\nRUN a \\\n  && b\n".repeat(MIB / 2)));
}

#[test]
fn more_instructions_than_any_image_has_are_left_out_and_told() {
    let result = dockerfile(&"RUN x\n".repeat(100_001));
    assert_eq!(told(&result), ["x:100001: more than 100000 instructions: the rest is not read"]);
}

#[test]
fn a_file_over_the_limit_is_told() {
    let result = check(FileKind::Dockerfile, &vec![b'#'; 17 * MIB]);
    assert_eq!(told(&result), ["x: not checked: 17825792 bytes, and the limit is 16777216 bytes"]);
    assert!(result.misconfigurations.is_empty(), "nothing passes unseen");
}

#[test]
fn a_here_document_without_end_is_told_and_read() {
    let result = dockerfile("FROM a:1\nUSER b\nHEALTHCHECK NONE\nRUN <<EOF\nsudo x\n");
    assert_eq!(told(&result), ["x:4: the here-document \"EOF\" does not end"]);
    assert_eq!(failures(&result), ["DS-0010 4-5"]);
}

#[test]
fn marks_of_other_systems_change_nothing() {
    let text = "FROM a\nRUN apt-get install \\\n  b\nUSER c\n";
    let plain = failures(&dockerfile(text));
    assert_eq!(failures(&dockerfile(&format!("\u{feff}{text}"))), plain);
    assert_eq!(failures(&dockerfile(&text.replace('\n', "\r\n"))), plain);
    assert_eq!(plain, ["DS-0001 1-1", "DS-0021 2-3", "DS-0026", "DS-0029 2-3"]);
}

#[test]
fn what_is_no_dockerfile_is_told_and_nothing_of_it_passes_unseen() {
    for bytes in [&b""[..], b"# only a comment\n", b"\0\0\0", b"\xff\xfe\x00F", b"{}"] {
        let result = check(FileKind::Dockerfile, bytes);
        assert!(!result.diagnostics.is_empty(), "{bytes:?}");
        assert!(result.misconfigurations.is_empty(), "{bytes:?}");
    }
    let many = dockerfile(&"BAD\n".repeat(1_000));
    assert_eq!(many.diagnostics.len(), 12, "ten, how many more, and that there is nothing");
}

#[test]
fn compose_files_that_are_no_such_files_are_told() {
    for text in ["", "[]", "services: 1", "services: {a: b}", "a: *b", "x: &a [*a]", "\0", "{"] {
        let result = check(FileKind::Compose, text.as_bytes());
        let passes = result.misconfigurations.iter().any(|found| found.status == Status::Pass);
        assert!(!passes || text == "services: {a: b}", "{text}");
    }
    let deep = check(FileKind::Compose, "[".repeat(MIB).as_bytes());
    assert!(!deep.diagnostics.is_empty());
    let mut bomb = "a0: &a0 [x]\n".to_owned();
    for level in 1..40 {
        bomb.push_str(&format!("a{level}: &a{level} [*a{}, *a{}]\n", level - 1, level - 1));
    }
    assert!(!check(FileKind::Compose, bomb.as_bytes()).diagnostics.is_empty());
    let many: String = (0..50_000).map(|at| format!("  s{at}: {{volumes: ['a:/b']}}\n")).collect();
    check(FileKind::Compose, format!("services:\n{many}").as_bytes());
}

/// Pieces that mean something, and anything else.
fn pieces() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "FROM a as b\n",
        "RUN ",
        "COPY --from=b ",
        "ONBUILD ",
        "ENV A=",
        "ARG ",
        "HEALTHCHECK ",
        "# escape=`\n",
        "#trivy:ignore:*:exp:2030-01-01\n",
        "\\\n",
        "`\n",
        "<<EOF",
        "<<-'E F'",
        "EOF\n",
        "\n",
        " ",
        "\"",
        "'",
        "$(",
        ")",
        "((",
        "))",
        "${",
        "}",
        "&&",
        "|",
        ";",
        "if ",
        "then ",
        "fi ",
        "case x in ",
        "esac",
        "for ",
        "do ",
        "done ",
        "{ ",
        "[\"a\"",
        "]",
        "\0",
        "\u{feff}",
        "\r\n",
        "é",
        "apt-get install",
        "yum install",
        "/proc/",
        "::",
        "<",
        ">",
        "#",
    ];
    let piece =
        prop_oneof![4 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => ".{0,4}"];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn lines_lie_in_the_file(text in pieces()) {
        let count = u32::try_from(text.lines().count()).unwrap();
        for stage in Dockerfile::parse(&text).stages {
            for instruction in stage.instructions {
                let lines = instruction.lines;
                prop_assert!(1 <= lines.start && lines.start <= lines.end && lines.end <= count);
            }
        }
        let result = dockerfile(&text);
        for (_, failure) in result.failures() {
            prop_assert!(failure.lines.is_none_or(|lines| lines.end <= count));
            prop_assert!(failure.lines.is_none() || !failure.excerpt.is_empty());
        }
    }

    #[test]
    fn compose_files_of_any_text_are_read(text in ".{0,200}") {
        check(FileKind::Compose, format!("services:\n a:\n  {text}").as_bytes());
    }
}

#[test]
fn more_failures_than_anybody_reads_are_left_out_and_told() {
    let containers: String = (0..50).map(|at| format!("  - {{name: c{at}, image: x}}\n")).collect();
    let manifest = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n{containers}"
    );
    let mut options = Options::default();
    let files = ["a.yaml", "b.yaml"].map(|path| SourceFile::new(path, manifest.as_bytes()));
    let all = scan(&files, &options);
    let checks = |result: &FileResult| {
        let checks = result.failures().map(|(check, _)| check.id.to_string());
        checks.collect::<std::collections::BTreeSet<_>>()
    };
    options.limits.max_failures = 100;
    let some = scan(&files, &options);
    for (all, some) in all.iter().zip(&some) {
        assert_eq!(checks(all), checks(some), "each that fails is told");
        assert_eq!(all.passed(), some.passed());
        assert!(some.failures().count() <= 100 + checks(some).len());
        let [told] = &told(some)[..] else { panic!("{:?}", some.diagnostics) };
        assert!(told.ends_with("left out: limit max_failures of 100"), "{told}");
    }
    let told: usize = some.iter().map(|result| result.failures().count()).sum();
    assert!(told <= 100 + 2 * checks(&some[0]).len(), "{told}");
}

#[test]
fn what_a_bound_of_a_function_leaves_unknown_makes_the_result_incomplete() {
    let text = format!(
        "locals {{\n  t = \"{}\"\n}}\nresource \"aws_ebs_volume\" \"v\" {{\n  \
         encrypted = try(length(split(\"\", local.t)) < 5, true)\n}}\n",
        "x".repeat(3 << 19)
    );
    let results = scan(&[SourceFile::new("main.tf", text.as_bytes())], &Options::default());
    let [result] = &results[..] else { panic!("{results:?}") };
    let incomplete = |said: &Diagnostic| {
        said.impact == Impact::Incomplete && said.message.contains("the limit of")
    };
    assert!(result.diagnostics.iter().any(incomplete), "{:?}", result.diagnostics);
    assert!(result.misconfigurations.iter().all(|found| found.status != Status::Pass));
}

#[test]
fn no_bound_of_failures_makes_a_check_pass() {
    let manifest = b"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  \
        - {name: c, image: x}\n";
    let files = [SourceFile::new("a.yaml", manifest)];
    let mut options = Options::default();
    let usual = scan(&files, &options);
    assert!(usual[0].failures().count() > 1);
    options.limits.max_failures = usize::MAX;
    assert_eq!(scan(&files, &options)[0].misconfigurations, usual[0].misconfigurations);
}

#[test]
fn a_failure_that_is_ignored_takes_no_place_of_one_that_counts() {
    let manifest = b"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  \
        # trivy:ignore:*\n  - {name: a, image: x}\n  - {name: b, image: x}\n  \
        - {name: c, image: x}\n";
    let files = [SourceFile::new("a.yaml", manifest)];
    let mut options = Options::default();
    let failing = |results: &[FileResult]| {
        let checks = results[0].failures().map(|(check, _)| check.id.to_string());
        checks.collect::<std::collections::BTreeSet<_>>()
    };
    let all = failing(&scan(&files, &options));
    assert!(!all.is_empty());
    for max in [0, 1, 5] {
        options.limits.max_failures = max;
        let some = scan(&files, &options);
        assert_eq!(failing(&some), all, "{max}");
        assert!(!told(&some[0]).is_empty(), "{max}");
    }
}

#[test]
fn many_terraform_trees_cost_no_more_than_all_may() {
    let expression = "x = [for i in range(1000) : [for j in range(100) : j]]";
    let text =
        format!("resource \"aws_ebs_volume\" \"v\" {{\n  encrypted = true\n  {expression}\n}}\n");
    let paths: Vec<String> = (10..30).map(|at| format!("{at}/main.tf")).collect();
    let files: Vec<_> = paths.iter().map(|path| SourceFile::new(path, text.as_bytes())).collect();
    let mut options = Options::default();
    options.limits.max_total_steps = 2_000_000;
    let results = scan(&files, &options);
    let passes = |result: &FileResult| {
        result.misconfigurations.iter().any(|found| found.status == Status::Pass)
    };
    assert!(passes(&results[0]) && !passes(&results[19]));
    let told: Vec<_> = results.iter().flat_map(told).collect();
    assert!(
        told.iter().any(|told| told.ends_with("limit max_total_steps of 2000000 reached")),
        "{told:?}"
    );

    options.limits.max_terraform_bytes = 3 * text.len();
    let results = scan(&files, &options);
    let not_read = results.iter().flat_map(|result| &result.diagnostics);
    let not_read = not_read.filter(|said| said.message.contains("max_terraform_bytes"));
    assert_eq!(not_read.count(), 17);
}

#[test]
fn comments_above_thousands_of_failures_are_read_once() {
    let comments = "trivy:ignore:ZZ-1 ".repeat(20_000);
    let containers = "{name: c, image: x}, ".repeat(4_000);
    let manifest = format!(
        "# {comments}\n{{apiVersion: v1, kind: Pod, spec: {{containers: [{containers}]}}}}\n"
    );
    assert!(check(FileKind::Kubernetes, manifest.as_bytes()).failures().count() > 40_000);
}

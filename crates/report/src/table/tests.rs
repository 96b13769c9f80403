use proptest::prelude::*;
use sealift_model::{BaseEvidence, Ecosystem, Inventory, Location, Package, Purl};

use super::*;
use crate::{Artifact, ArtifactKind, example};

fn report() -> Report {
    let purl = Purl::builder("npm", "lodash").version("4.17.15").build().unwrap();
    let mut package = Package::new(Ecosystem::Npm, "lodash\u{1b}[31m", "4.17.15", purl);
    package.locations.push(Location::new("app/node_modules/lodash/package.json"));
    let mut inventory = Inventory::default();
    inventory.packages.push(package);
    Report::new(Artifact::new("app", ArtifactKind::Filesystem), inventory, "0.0.0")
}

#[test]
fn a_report_without_findings_is_one_line() {
    let mut report = report();
    report.matches = Some(sealift_matcher::Matches::default());
    let mut text = String::new();
    write(&report, &TableStyle::plain(80), &mut text).unwrap();
    assert_eq!(text, "app: no findings listed, 1 package\n");
}

#[test]
fn what_was_not_searched_has_no_total() {
    let mut report = example::report();
    report.matches = None;
    let mut text = String::new();
    write(&report, &TableStyle::plain(200), &mut text).unwrap();
    assert!(text.contains("packages, not searched for vulnerabilities"), "{text}");
    assert!(!text.contains("Total: "), "{text}");
}

#[test]
fn what_a_fix_needs_stands_behind_it() {
    let mut report = example::report();
    for finding in &mut report.matches.as_mut().unwrap().findings {
        finding.fixed_versions = vec!["1.0+esm1".to_owned()];
        finding.fix_needs = Some("Ubuntu Pro");
    }
    let mut text = String::new();
    write(&report, &TableStyle::plain(200), &mut text).unwrap();
    assert!(text.contains("1.0+esm1 (Ubuntu Pro)"), "{text}");
}

fn drawn(rows: &[Row], style: &TableStyle) -> String {
    let mut out = String::new();
    findings(rows, style, &mut out).unwrap();
    out
}

fn row(package: &str, id: &str, severity: Severity, score: &str, fixed: &str, title: &str) -> Row {
    Row {
        package: package.to_owned(),
        path: None,
        hidden: None,
        installed: "2.14.1".to_owned(),
        layer: Some("2/3".to_owned()),
        id: id.to_owned(),
        link: Some(format!("https://osv.dev/vulnerability/{id}")),
        severity,
        score: Some(score.to_owned()).filter(|score| !score.is_empty()),
        exploited: false,
        fixed: fixed.to_owned(),
        title: title.to_owned(),
    }
}

fn rows() -> Vec<Row> {
    let log4j = "org.apache.logging.log4j:log4j-core";
    let long =
        "Incomplete fix for Apache Log4j vulnerability in certain non-default configurations";
    let code = "Remote code injection in Log4j";
    let guava = "Information disclosure in Guava";
    let mut rows = vec![
        row(log4j, "CVE-2021-44228", Severity::Critical, "10.0", "2.15.0, 2.12.2, 2.3.1", code),
        row(log4j, "CVE-2021-45046", Severity::Critical, "9.0", "2.16.0", long),
        row(log4j, "CVE-2021-44832", Severity::Medium, "6.6", "2.17.1", ""),
        row("guava", "GHSA-5mg8-w23w-74h3", Severity::Low, "", "", guava),
        row("tools", "CVE-2020-0001", Severity::Unknown, "", "1.0", "Unscored"),
    ];
    for row in rows.iter_mut().take(3) {
        row.path = Some("app/shop.jar:BOOT-INF/lib/log4j-core-2.14.1.jar".to_owned());
    }
    rows[0].exploited = true;
    rows
}

#[test]
fn wide() {
    insta::assert_snapshot!(drawn(&rows(), &TableStyle::plain(160)));
}

#[test]
fn usual() {
    insta::assert_snapshot!(drawn(&rows(), &TableStyle::plain(120)));
}

#[test]
fn as_wide_as_a_punch_card() {
    insta::assert_snapshot!(drawn(&rows(), &TableStyle::plain(80)));
}

#[test]
fn without_layers() {
    let mut rows = rows();
    rows.iter_mut().for_each(|row| row.layer = None);
    insta::assert_snapshot!(drawn(&rows, &TableStyle::plain(120)));
}

#[test]
fn too_narrow_for_a_table() {
    insta::assert_snapshot!(drawn(&rows(), &TableStyle::plain(48)));
}

#[test]
fn colours_and_links() {
    let style = TableStyle { width: 120, colour: true, links: true };
    insta::assert_snapshot!(drawn(&rows(), &style).replace('\u{1b}', "ESC"));
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    let mut hostile = row(
        "\u{1b}[2Jevil\u{202e}",
        "CVE-\u{7}1",
        Severity::High,
        "7.5",
        "\u{9b}31m2.0",
        "title with\nline break, tab\tand \u{1b}]8;;http://evil\u{1b}\\link",
    );
    hostile.installed = "1.0\r\n::error::x".to_owned();
    hostile.path = Some("a/\u{200b}b".to_owned());
    insta::assert_snapshot!(drawn(&[hostile], &TableStyle::plain(120)));
}

#[test]
fn wide_characters_keep_the_frame_straight() {
    let rows = [
        row("包管理器", "CVE-1", Severity::Low, "", "2.0", "标题很长 很长很长很长很长很长很长"),
        row("naïve-🦀", "CVE-2", Severity::Low, "", "2.0", "crab 🦀 crab"),
    ];
    insta::assert_snapshot!(drawn(&rows, &TableStyle::plain(90)));
}

fn table_of(report: &Report) -> String {
    let mut out = String::new();
    write(report, &TableStyle::plain(110), &mut out).unwrap();
    out
}

#[test]
fn a_base_that_is_named_and_what_is_hidden() {
    let report = example::report_with_base(BaseEvidence::Named);
    insta::assert_snapshot!(table_of(&report));
}

#[test]
fn a_base_that_is_guessed_is_said_to_be() {
    let mut report = example::report_with_base(BaseEvidence::Guessed);
    report.judged_at = None;
    let text = table_of(&report);
    assert!(text.contains("Base: a guess by the history of the image, 1 of 2 layers"), "{text}");
    assert!(text.contains("1/2 base (guess)"), "{text}");
    report.left_out = Some(Counts::of(report.findings()));
    let text = table_of(&report);
    assert!(text.contains("Left out, being in what is guessed to be the base: 3 "), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_is_wider_than_the_terminal(
        texts in proptest::collection::vec(".{0,40}", 6),
        width in 30_usize..200,
        count in 1_usize..5,
    ) {
        let one = |at: usize| {
            let text = |n: usize| texts[(at + n) % texts.len()].as_str();
            let severity = Severity::ALL[at % 5];
            let mut row = row(text(0), &format!("CVE-{at}"), severity, "5.0", text(2), text(3));
            row.installed = text(1).to_owned();
            row.path = Some(text(4).to_owned());
            row
        };
        let rows: Vec<Row> = (0..count).map(one).collect();
        for line in drawn(&rows, &TableStyle::plain(width)).lines() {
            prop_assert!(wrap::width(line) <= width, "{}: {:?}", width, line);
        }
    }
}

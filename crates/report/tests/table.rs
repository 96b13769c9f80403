//! Tables as people see them.
#![expect(
    clippy::expect_used,
    reason = "a test that finds something else than it expects ends there"
)]

use proptest::prelude::*;
use sealift_model::{Digest, Severity};
use sealift_report::table::{self, Row, Section, Style};
use unicode_width::UnicodeWidthStr as _;

fn written(sections: &[Section], style: &Style) -> String {
    let mut out = String::new();
    table::write(&mut out, sections, style).expect("a string takes all");
    out
}

fn row(package: &str, installed: &str, id: &str, severity: Severity, score: f32) -> Row {
    let mut row = Row::new(package, installed, id, severity);
    row.score = (score > 0.0).then_some(score);
    row.layer = Some(Digest::sha256_of(b"layer"));
    row
}

fn with(mut row: Row, fixed: &str, title: &str) -> Row {
    row.fixed = fixed.to_owned();
    row.title = title.to_owned();
    row
}

fn rows() -> Vec<Row> {
    let log4j = "org.apache.logging.log4j:log4j-core";
    let mut rows = vec![
        with(
            row(log4j, "2.14.1", "CVE-2021-44228", Severity::Critical, 10.0),
            "2.15.0, 2.12.2, 2.3.1",
            "Remote code injection in Log4j",
        ),
        with(
            row(log4j, "2.14.1", "CVE-2021-45046", Severity::Critical, 9.0),
            "2.16.0",
            "Incomplete fix for Apache Log4j vulnerability in certain non-default configurations",
        ),
        with(row(log4j, "2.14.1", "CVE-2021-44832", Severity::Medium, 6.6), "2.17.1", ""),
        with(
            row("guava", "19.0", "GHSA-5mg8-w23w-74h3", Severity::Low, 0.0),
            "",
            "Information disclosure in Guava",
        ),
        with(row("tools", "0.9", "CVE-2020-0001", Severity::Unknown, 0.0), "1.0", "Unscored"),
    ];
    for row in rows.iter_mut().take(3) {
        row.path = Some("app/shop.jar:BOOT-INF/lib/log4j-core-2.14.1.jar".to_owned());
        row.link = Some(format!("https://osv.dev/vulnerability/{}", row.id));
    }
    if let Some(first) = rows.first_mut() {
        first.exploited = true;
    }
    rows
}

fn report() -> Vec<Section> {
    vec![
        Section::findings("shop:latest (debian 12.1)", rows()),
        Section::findings("srv/app/package-lock.json (npm)", Vec::new()),
        Section::notes(
            "Not everything could be judged",
            vec![
                "no advisories for Debian:12 in this database".to_owned(),
                "srv/app/broken/package.json:3: not valid JSON: expected `,` or `}` at column 12"
                    .to_owned(),
            ],
        ),
    ]
}

#[test]
fn wide() {
    insta::assert_snapshot!(written(&report(), &Style::plain(160)));
}

#[test]
fn usual() {
    insta::assert_snapshot!(written(&report(), &Style::plain(110)));
}

#[test]
fn as_wide_as_a_punch_card() {
    insta::assert_snapshot!(written(&report(), &Style::plain(80)));
}

#[test]
fn without_layers() {
    let mut rows = rows();
    for row in &mut rows {
        row.layer = None;
    }
    insta::assert_snapshot!(written(&[Section::findings("./shop", rows)], &Style::plain(120)));
}

#[test]
fn too_narrow_for_a_table() {
    insta::assert_snapshot!(written(&report(), &Style::plain(48)));
}

#[test]
fn colours_and_links() {
    let style = Style::plain(120).with_colour(true).with_links(true);
    let text = written(&report(), &style).replace('\u{1b}', "ESC");
    insta::assert_snapshot!(text);
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    let mut row = with(
        row("\u{1b}[2Jevil\u{202e}", "1.0\r\n::error::x", "CVE-\u{7}1", Severity::High, 7.5),
        "\u{9b}31m2.0",
        "title with\nline break, tab\tand \u{1b}]8;;http://evil\u{1b}\\link",
    );
    row.link = Some("javascript:alert(1)".to_owned());
    row.path = Some("a/\u{200b}b".to_owned());
    let style = Style::plain(120).with_links(true);
    let sections = [
        Section::findings("::error::\u{1b}[31m", vec![row]),
        Section::notes("##[x]", vec!["::a".to_owned()]),
    ];
    insta::assert_snapshot!(written(&sections, &style));
}

#[test]
fn wide_characters_keep_the_frame_straight() {
    let rows = vec![
        with(
            row("包管理器", "1.0", "CVE-1", Severity::Low, 0.0),
            "2.0",
            "标题很长 很长很长很长很长很长很长",
        ),
        with(row("naïve-🦀", "1.0", "CVE-2", Severity::Low, 0.0), "2.0", "crab 🦀 crab"),
    ];
    insta::assert_snapshot!(written(&[Section::findings("宽", rows)], &Style::plain(90)));
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
            let mut row = with(
                row(text(0), text(1), &format!("CVE-{at}"), Severity::ALL[at % 5], 5.0),
                text(2),
                text(3),
            );
            row.path = Some(text(4).to_owned());
            row
        };
        let sections = [
            Section::findings(texts[5].clone(), (0..count).map(one).collect()),
            Section::notes(texts[4].clone(), texts.clone()),
        ];
        for line in written(&sections, &Style::plain(width)).lines() {
            // The count by severity is one line.
            if !line.starts_with("Total: ") {
                prop_assert!(line.width() <= width, "{width}: {line:?}");
            }
        }
    }
}

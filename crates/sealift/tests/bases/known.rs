//! Bases that are named or listed.

use sealift::{
    BaseEvidence, Error, KnownBases, NamedBase, NoProgress, ScanOptions, Scanner, Selection,
};
use serde_json::json;

use crate::{APP, BASE, Images, RELEASE, from_base, ids, messages};

const OTHER: crate::Layer<'_> = &[("etc/os-release", "ID=debian\nVERSION_ID=11\n")];
const EMPTY: crate::Layer<'_> = &[];

fn named(images: &Images, name: &str) -> ScanOptions {
    let mut options = ScanOptions::default();
    options.bases.named = Some(NamedBase::new(name, images.target(name)));
    options
}

#[test]
fn a_package_is_from_the_base_when_the_bases_own_database_lists_it() {
    let images = Images::new();
    let layers = images.image("app", &[BASE, APP]);
    images.image("base", &[BASE]);
    let report = images.scan("app", &named(&images, "base"));
    assert_eq!(from_base(&report), "bash@5.0-4 npm@6.0.0");
    assert_eq!(
        ids(&report, |package| package.from_base.is_none()),
        "curl@7.64-2 jq@1.5-1 ms@2.0.0"
    );
    let base = report.base().unwrap();
    assert_eq!((base.evidence, base.layers), (BaseEvidence::Named, 1));
    assert_eq!(base.name.as_deref(), Some("base"));
    assert!(base.id.is_some() && messages(&report).is_empty());

    // The database lies in the upper layer, but what it lists came with either.
    let brought = |package: &&sealift::Package| package.brought_by.as_ref() == Some(&layers[0]);
    let brought = report.inventory.packages.iter().filter(brought).map(sealift::Package::id);
    assert_eq!(brought.collect::<Vec<_>>(), ["bash@5.0-4"]);
}

/// The base alone lists neither, though their files lie in its layers.
#[test]
fn what_upper_layers_bring_out_of_the_bases_files_is_not_from_the_base() {
    let images = Images::new();
    let [old, new] = ["1", "2"].map(|version| {
        format!("Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: {version}\n")
    });
    let [old, new] = [&old, &new].map(|status| [RELEASE, ("var/lib/dpkg/status", &**status)]);
    images.image("base", &[&old, &new]);
    images.image("again", &[&old, &new, &old]);
    let report = images.scan("again", &named(&images, "base"));
    assert_eq!(ids(&report, |_| true), "a@1");
    assert_eq!(from_base(&report), "");

    let python: crate::Layer<'_> = &[
        ("srv/pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"flask==0.1\"]\n"),
        ("srv/poetry.lock", "[[package]]\nname = \"flask\"\nversion = \"2.0\"\n"),
    ];
    images.image("python", &[python]);
    images.image("unlocked", &[python, &[("srv/.wh.poetry.lock", "")]]);
    let report = images.scan("unlocked", &named(&images, "python"));
    assert_eq!(ids(&report, |_| true), "flask@0.1");
    assert_eq!(from_base(&report), "");
}

#[test]
fn an_image_may_be_its_own_base() {
    let images = Images::new();
    images.image("app", &[BASE, APP]);
    let report = images.scan("app", &named(&images, "app"));
    assert_eq!(report.base().unwrap().layers, 2);
    assert_eq!(ids(&report, |package| package.from_base.is_none()), "");
}

/// Nor is a guess put in its place.
#[test]
fn a_named_base_that_is_none_is_told_and_marks_nothing() {
    let images = Images::new();
    let history = json!([{"created_by": "base"}, {"created_by": "CMD x", "empty_layer": true},
                         {"created_by": "app"}]);
    let layers = images.image_with("app", &[BASE, APP], &history);
    let other = images.image("other", &[BASE, OTHER]);
    images.image("longer", &[BASE, APP, EMPTY]);
    images.image("none", &[]);
    for (name, why) in [
        ("other", format!("its layer 2 is {}, the image's is {}", other[1], layers[1])),
        ("longer", "it has 3 layers, the image has 2".to_owned()),
        ("none", "it has no layers".to_owned()),
    ] {
        let report = images.scan("app", &named(&images, name));
        assert_eq!(report.base(), None);
        assert_eq!(from_base(&report), "");
        assert_eq!(messages(&report), [format!("{name} is not the base of this image: {why}")]);
        assert!(!report.inventory.is_incomplete());
    }
}

#[test]
fn of_an_index_the_image_for_the_same_platform_may_be_the_base() {
    let images = Images::new();
    images.index("arm", &[("arm64", OTHER)]);
    images.index("both", &[("amd64", BASE), ("arm64", OTHER)]);
    images.image("amd", &[BASE, APP]);
    let report = images.scan("arm", &named(&images, "both"));
    assert_eq!(report.base().map(|base| base.layers), Some(1));
    let report = images.scan("amd", &named(&images, "both"));
    assert_eq!(report.base().map(|base| base.layers), Some(1));
    let report = images.scan("amd", &named(&images, "arm"));
    assert_eq!(report.base(), None);
    assert!(messages(&report)[0].starts_with("arm is not the base of this image: "));
}

#[test]
fn a_named_base_that_cannot_be_read_is_an_error() {
    let images = Images::new();
    images.image("app", &[BASE]);
    let scan = |options: &ScanOptions| {
        Scanner::without_database().scan(&images.target("app"), options, &NoProgress).unwrap_err()
    };
    let error = scan(&named(&images, "gone"));
    assert!(matches!(error, Error::Io { path, .. } if path.starts_with(images.path("gone"))));
    let mut options = ScanOptions::default();
    let folder = sealift::Target::Rootfs(images.path("app"));
    options.bases.named = Some(NamedBase::new("app", folder));
    assert!(matches!(scan(&options), Error::NotAnImage { .. }));
}

#[test]
fn of_known_bases_the_longest_that_fits_counts() {
    let images = Images::new();
    let layers = images.image("app", &[BASE, EMPTY, APP]);
    let [low, high, top] = &layers[..] else { panic!("three layers") };
    let list = json!({"comment": "ours", "bases": [
        {"name": "low", "diff_ids": [low]},
        {"name": "high", "diff_ids": [low, high], "created": "2026-02-01T00:00:00Z"},
        {"name": "the same again", "diff_ids": [low, high]},
        {"name": "other", "diff_ids": [low, high, low, low]},
        {"name": "not the lowest", "diff_ids": [high, top]},
    ]});
    let mut options = ScanOptions::default();
    options.bases.known = KnownBases::from_json(list.to_string().as_bytes()).unwrap();
    options.judged_at = Some("2026-03-03T00:00:00Z".parse().unwrap());
    let report = images.scan("app", &options);
    let base = report.base().unwrap();
    assert_eq!((base.name.as_deref(), base.layers), (Some("high"), 2));
    assert_eq!(base.evidence, BaseEvidence::Listed);
    assert_eq!(from_base(&report), "bash@5.0-4 npm@6.0.0");
    let image = report.artifact.image.as_ref().unwrap();
    let ages = (report.age_in_days(image.created), report.age_in_days(base.created));
    assert_eq!(ages, (Some(2), Some(30)));
    assert!(report.is_past_end_of_life(), "debian 10");
}

#[test]
fn a_list_that_is_none_is_refused() {
    for list in [
        r#"{"bases": [{"name": "all", "diff_ids": []}]}"#,
        r#"{"bases": [{"name": "x", "diff_ids": ["sha256:1"]}]}"#,
        r#"{"bases": [{"diff_ids": []}]}"#,
        r#"[]"#,
        "",
    ] {
        assert!(KnownBases::from_json(list.as_bytes()).is_err(), "{list}");
    }
}

#[test]
fn findings_of_the_base_can_be_left_out_and_are_counted() {
    let images = Images::new();
    images.image("app", &[BASE, APP]);
    images.image("base", &[BASE]);
    let scanner = crate::hidden::scanner(&images);
    let scan = |options: &ScanOptions| {
        let mut report = scanner.scan(&images.target("app"), options, &NoProgress).unwrap();
        let mut selection = Selection::default();
        selection.exclude_base = true;
        selection.apply(&mut report);
        let left: Vec<String> = report.findings().iter().map(|found| found.id.clone()).collect();
        (left, report.left_out.unwrap().total())
    };
    assert_eq!(scan(&named(&images, "base")), (vec!["CVE-2030-ms".to_owned()], 1));
    assert_eq!(scan(&ScanOptions::default()).1, 0, "no base is known");
}

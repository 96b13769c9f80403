//! Bases that are guessed from the history.

use sealift::{BaseEvidence, ScanOptions};
use serde_json::{Value, json};

use crate::{Images, Layer, messages};

/// As many layers as the history names, guessed to be of the base; none when there is no guess.
fn guessed(layers: usize, history: &Value) -> Option<usize> {
    let names: Vec<String> = (0..layers).map(|layer| format!("layer{layer}")).collect();
    let files: Vec<[(&str, &str); 1]> = names.iter().map(|name| [(name.as_str(), "")]).collect();
    let files: Vec<Layer<'_>> = files.iter().map(|files| &files[..]).collect();
    let images = Images::new();
    images.image_with("image", &files, history);
    let report = images.scan("image", &ScanOptions::default());
    assert!(messages(&report).is_empty());
    let base = report.base()?;
    assert_eq!((base.evidence, &base.name), (BaseEvidence::Guessed, &None));
    Some(base.layers)
}

/// A step of the classic builder; one without layer begins with `#`.
fn step(line: &str) -> Value {
    match line.strip_prefix('#') {
        Some(line) => json!({"created_by": format!("/bin/sh -c #(nop)  {line}"),
                             "empty_layer": true}),
        None => json!({"created_by": format!("/bin/sh -c {line}")}),
    }
}

/// A step of BuildKit.
fn kit(line: &str) -> Value {
    let comment = "buildkit.dockerfile.v0";
    match line.strip_prefix('#') {
        Some(line) => json!({"created_by": line, "comment": comment, "empty_layer": true}),
        None => json!({"created_by": format!("RUN {line} # buildkit"), "comment": comment}),
    }
}

#[test]
fn the_last_command_that_a_layer_follows_ends_the_base() {
    let classic = ["add", "#CMD [\"bash\"]", "install", "#ENV A=b", "copy", "#CMD [\"app\"]"];
    assert_eq!(guessed(3, &classic.map(step).into()), Some(1));
    let chain = ["add", "#CMD [\"sh\"]", "python", "#ENTRYPOINT [\"python\"]", "copy"];
    assert_eq!(guessed(3, &chain.map(kit).into()), Some(2));
    let buildah = [
        json!({"created_by": "base"}),
        json!({"created_by": "/bin/sh -c #(nop) CMD [\"bash\"]", "empty_layer": true}),
        json!({"created_by": "copy"}),
    ];
    assert_eq!(guessed(2, &buildah.into()), Some(1));
}

#[test]
fn commands_of_the_image_itself_end_no_base() {
    let own = ["add", "#ENV A=b", "#ENTRYPOINT [\"a\"]", "#CMD [\"b\"]"];
    assert_eq!(guessed(1, &own.map(step).into()), None);
    let none = ["add", "#LABEL CMD=x", "#CMDX", "copy CMD"];
    assert_eq!(guessed(2, &none.map(step).into()), None);
    let nothing_below = ["#CMD [\"x\"]", "copy"];
    assert_eq!(guessed(1, &nothing_below.map(step).into()), None);
}

#[test]
fn what_came_before_buildkit_is_of_the_base() {
    let debian =
        json!({"created_by": "# debian.sh --arch 'amd64'", "comment": "debuerreotype 0.15"});
    let own = ["#ENV A=b", "install", "#CMD [\"python\"]"].map(kit);
    let python: Vec<Value> = [debian].into_iter().chain(own).collect();
    assert_eq!(guessed(2, &python.clone().into()), Some(1));
    let app: Vec<Value> = python.into_iter().chain(["copy"].map(kit)).collect();
    assert_eq!(guessed(3, &app.into()), Some(2));
    // What another tool adds is not BuildKit's: then the marks tell nothing.
    let patched = [kit("add"), step("patch")];
    assert_eq!(guessed(2, &patched.into()), None);
}

#[test]
fn a_history_that_does_not_fit_the_layers_tells_nothing() {
    let history = ["add", "#CMD [\"bash\"]", "copy"].map(step);
    assert_eq!(guessed(3, &history.into()), None);
    assert_eq!(guessed(0, &json!([])), None);
    assert_eq!(guessed(1, &Value::Null), None);
}

#[test]
fn the_age_of_a_guessed_base_is_that_of_its_last_layer() {
    let images = Images::new();
    let history = json!([
        {"created": "2026-01-01T00:00:00Z", "created_by": "base"},
        {"created": "2026-01-02T00:00:00Z", "created_by": "CMD sh", "empty_layer": true},
        {"created": "2026-03-01T00:00:00Z", "created_by": "copy"},
    ]);
    images.image_with("image", &[&[("a", "")], &[("b", "")]], &history);
    let mut options = ScanOptions::default();
    options.judged_at = Some("2026-03-02T00:00:00Z".parse().unwrap());
    let report = images.scan("image", &options);
    assert_eq!(report.age_in_days(report.base().unwrap().created), Some(60));
    assert_eq!(report.age_in_days(report.artifact.image.as_ref().unwrap().created), Some(1));
}

//! Terraform through the crate's own function: trees of modules, given values, and input that
//! nobody should have to read.

use std::time::Instant;

use proptest::prelude::*;
use sealift_misconfig::{
    FileKind, FileResult, Options, OtherFiles, SourceFile, Status, VariableFile, scan,
};

fn check(files: &[(&str, &str)], options: &Options) -> Vec<FileResult> {
    let files: Vec<_> =
        files.iter().map(|(path, text)| SourceFile::new(path, text.as_bytes())).collect();
    scan(&files, options)
}

/// `path:start-end check` of what fails, and of what is ignored with `!` before it.
fn failing(results: &[FileResult]) -> Vec<String> {
    let mut rows = Vec::new();
    for result in results {
        for found in &result.misconfigurations {
            let (mark, failure) = match &found.status {
                Status::Fail(failure) => ("", failure),
                Status::Ignored(failure) => ("!", failure),
                _ => continue,
            };
            let lines = failure.lines.map(|lines| lines.to_string()).unwrap_or_default();
            rows.push(format!("{mark}{}:{lines} {}", result.path, found.check.id));
        }
    }
    rows
}

fn said(results: &[FileResult]) -> Vec<String> {
    results.iter().flat_map(|result| &result.diagnostics).map(ToString::to_string).collect()
}

const VOLUME: &str = "variable \"encrypted\" {}\nresource \"aws_ebs_volume\" \"v\" {\n  \
                      encrypted  = var.encrypted\n  kms_key_id = \"k\"\n}\n";

#[test]
fn values_come_from_files_in_their_order() {
    let options = Options::default();
    let none = check(&[("a/main.tf", VOLUME)], &options);
    assert!(failing(&none).is_empty(), "what is not known is no failure");

    let given = [
        ("a/main.tf", VOLUME),
        ("a/terraform.tfvars", "encrypted = false"),
        ("a/other.tfvars", "encrypted = true"),
        ("b.auto.tfvars", "encrypted = true"),
    ];
    assert_eq!(failing(&check(&given, &options)), ["a/main.tf:line 3 AWS-0026"]);
    let more = [given.as_slice(), &[("a/z.auto.tfvars.json", "{\"encrypted\": true}")]].concat();
    assert!(failing(&check(&more, &options)).is_empty());

    let mut options = Options::default();
    options.variable_files = vec![VariableFile::new("x.tfvars", b"encrypted = false".to_vec())];
    assert_eq!(failing(&check(&more, &options)), ["a/main.tf:line 3 AWS-0026"]);
}

#[test]
fn a_module_fails_where_its_argument_makes_it() {
    let root = "module \"v\" {\n  source    = \"./a\"\n  encrypted = false\n}\n";
    let results = check(&[("main.tf", root), ("a/main.tf", VOLUME)], &Options::default());
    assert_eq!(failing(&results), ["a/main.tf:line 3 AWS-0026"]);
    let resource = results.iter().flat_map(FileResult::failures).next().unwrap().1.resource.clone();
    assert_eq!(resource.as_deref(), Some("module.v.aws_ebs_volume.v"));
}

#[test]
fn modules_that_only_call_one_another_are_checked_too() {
    let call = |folder: &str| format!("module \"m\" {{\n  source = \"../{folder}\"\n}}\n");
    let files = [
        ("main.tf", "locals {}".to_owned()),
        ("a/main.tf", call("b") + "resource \"aws_ebs_volume\" \"v\" {\n  kms_key_id = \"k\"\n}\n"),
        ("b/main.tf", call("a")),
    ];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let results = check(&files, &Options::default());
    assert_eq!(failing(&results), ["a/main.tf:lines 4-6 AWS-0026"]);
    assert_eq!(said(&results), ["b/main.tf:1: module m includes itself: a"]);
}

#[test]
fn the_json_syntax_says_the_same() {
    let text = "{\n  \"resource\": {\n    \"aws_ebs_volume\": {\n      \"v\": {\n        \
                \"encrypted\": false,\n        \"kms_key_id\": \"${var.k}\"\n      }\n    }\n  }\n}";
    let results = check(&[("main.tf.json", text)], &Options::default());
    assert_eq!(failing(&results), ["main.tf.json:line 5 AWS-0026"]);
}

#[test]
fn a_comment_above_a_block_counts_for_all_of_it() {
    let text = "#trivy:ignore:AWS-0026\nresource \"aws_ebs_volume\" \"v\" {\n  kms_key_id = \"k\"\n  \
                encrypted  = false\n}\n";
    let results = check(&[("main.tf", text)], &Options::default());
    assert_eq!(failing(&results), ["!main.tf:line 4 AWS-0026"]);
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_others() {
    let files = [
        ("broken.tf", "resource \"aws_vpc\" \"v\" {\n  cidr = \n}\n"),
        ("main.tf", "resource \"aws_ebs_volume\" \"v\" {\n  kms_key_id = \"k\"\n}\n"),
    ];
    let results = check(&files, &Options::default());
    assert_eq!(failing(&results), ["main.tf:lines 1-3 AWS-0026"]);
    assert_eq!(said(&results), ["broken.tf:2: not read: expected an expression"]);
}

#[test]
fn what_no_one_should_have_to_read_is_said() {
    let deep = format!("x = {}", "[".repeat(100_000));
    let many = "resource \"aws_ebs_volume\" \"v\" {\n  count = 1e9\n}\n";
    let loops = "locals {\n  a = [for i in range(1024) : [for j in range(1024) : [for k in \
                 range(1024) : [i, j, k]]]]\n}\nresource \"aws_vpc\" \"v\" {\n  tags = local.a\n}\n";
    let doubling: String = (1..64)
        .map(|n| format!("  a{n} = \"${{local.a{m}}}${{local.a{m}}}\"\n", m = n - 1))
        .collect();
    let doubling = format!(
        "locals {{\n  a0 = \"xxxxxxxx\"\n{doubling}}}\nresource \"aws_vpc\" \"v\" {{\n  \
         cidr = local.a63\n}}\n"
    );
    let cycle = "locals {\n  a = local.b\n  b = local.a\n}\nresource \"aws_vpc\" \"v\" {\n  cidr = \
                 local.a\n}\n";
    let cases = [
        ("levels of nesting", deep.as_str()),
        ("max_instances", many),
        ("max_steps", loops),
        ("depends on itself", cycle),
        ("includes itself", "module \"a\" {\n  source = \"./\"\n}\n"),
    ];
    for (expected, text) in cases {
        let started = Instant::now();
        let results = check(&[("main.tf", text)], &Options::default());
        let said = said(&results);
        assert!(said.iter().any(|said| said.contains(expected)), "{expected}: {said:?}");
        let stops = expected.starts_with("max_");
        let passed: usize = results.iter().map(FileResult::passed).sum();
        assert!(!stops || passed == 0, "{expected}: what was not evaluated does not pass");
        assert!(started.elapsed().as_secs() < 60, "{expected}: {:?}", started.elapsed());
    }
    check(&[("main.tf", &doubling)], &Options::default());
}

/// Words that make Terraform's grammar likely.
fn fragments() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "resource ",
        "\"aws_s3_bucket\" ",
        "\"a\" ",
        "{",
        "}",
        "\n",
        "=",
        "x",
        "[",
        "]",
        "(",
        ")",
        "for ",
        "in ",
        ":",
        "=>",
        "...",
        "if ",
        "\"",
        "${",
        "%{",
        "~}",
        "<<EOT\n",
        "EOT\n",
        "var.",
        "local.x",
        "count = 2\n",
        "each.key",
        "*",
        ".",
        "?",
        "1",
        "-",
        "!",
        "#",
        "/*",
        "*/",
        "é",
        "locals ",
        "dynamic ",
        "content ",
        "module ",
        "source = \"./\"\n",
        "jsonencode(",
        ",",
        "merge(",
        "\\",
        "data ",
        "null",
        "true",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_panics_and_lines_stay_in_the_file(text in fragments()) {
        let results = check(
            &[("main.tf", &text), ("main.tf.json", &text), ("terraform.tfvars", &text)],
            &Options::default(),
        );
        let lines = u32::try_from(text.lines().count()).unwrap();
        for (_, failure) in results.iter().flat_map(FileResult::failures) {
            let at = failure.lines.unwrap();
            prop_assert!(1 <= at.start && at.start <= at.end && at.end <= lines.max(1));
        }
    }

    #[test]
    fn a_plan_of_anything_does_not_panic(text in "[\\[\\]{}\":,a-z0-9 ]{0,80}") {
        let file = SourceFile::new("plan.json", text.as_bytes()).of_kind(FileKind::TerraformPlan);
        _ = scan(&[file], &Options::default());
    }
}

/// Files beside those that are checked.
#[derive(Debug)]
struct Beside(&'static [(&'static str, &'static str)]);

impl OtherFiles for Beside {
    fn read(&self, path: &str, max_bytes: usize) -> Option<Vec<u8>> {
        let found = self.0.iter().find(|(known, _)| *known == path);
        found.map(|(_, text)| text.as_bytes().to_vec()).filter(|text| text.len() <= max_bytes)
    }
}

const EVERYTHING: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
const FILLED: &str = r#"{"Statement": [%{ for a in actions }{"Effect": "Allow", "Action": "${a}", "Resource": "${on}"}%{ endfor }]}"#;

#[test]
fn functions_read_files_below_the_root_or_the_folder() {
    let mut options = Options::default();
    options.other_files = Some(std::sync::Arc::new(Beside(&[
        ("infra/policy.json", EVERYTHING),
        ("modules/iam/filled.tpl", FILLED),
        ("nested.tpl", "${templatefile(\"nested.tpl\", {})}"),
    ])));
    let policy =
        |value: &str| format!("resource \"aws_iam_policy\" \"p\" {{\n  policy = {value}\n}}\n");
    let call = "module \"iam\" {\n  source = \"../modules/iam\"\n}\n";
    let filled = "templatefile(\"${path.module}/filled.tpl\", { actions = [\"*\"], on = \"*\" })";
    let results = check(
        &[
            ("infra/main.tf", &format!("{call}{}", policy("file(\"policy.json\")"))),
            ("modules/iam/main.tf", &policy(filled)),
        ],
        &options,
    );
    assert_eq!(
        failing(&results),
        ["infra/main.tf:line 5 AWS-0057", "modules/iam/main.tf:line 2 AWS-0057"]
    );
    // What is not there, or leads elsewhere, is not known; neither is a template without an end.
    for value in [
        "file(\"absent\")",
        "file(\"../policy.json\")",
        "file(\"/etc/passwd\")",
        "templatefile(\"nested.tpl\", {})",
    ] {
        let results = check(&[("main.tf", &policy(value))], &options);
        assert_eq!(failing(&results), [""; 0], "{value}");
        assert!(said(&results).iter().any(|said| said.contains("file()")), "{value}");
    }
    let exists = "fileexists(\"infra/policy.json\") ? file(\"infra/policy.json\") : \"\"";
    assert_eq!(failing(&check(&[("main.tf", &policy(exists))], &options)).len(), 1);
    let path = "\"infra/policy.json\"";
    let same = format!("filesha256({path}) == sha256(file({path})) ? file({path}) : \"\"");
    assert_eq!(failing(&check(&[("main.tf", &policy(&same))], &options)).len(), 1);
}

#[test]
fn modules_that_were_fetched_are_called_and_are_no_roots() {
    let list = r#"{"Modules": [{"Key": "", "Source": "", "Dir": "."},
        {"Key": "a", "Source": "x/y/z", "Dir": ".terraform/modules/a"},
        {"Key": "a.b", "Source": "git::x", "Dir": ".terraform/modules/a.b/sub"}]}"#;
    let call = |name: &str, value: &str| {
        format!("module \"{name}\" {{\n  source = \"x/y/z\"\n  encrypted = {value}\n}}\n")
    };
    let inner = format!("variable \"encrypted\" {{}}\n{}", call("b", "var.encrypted"));
    let files: &[(&str, &str)] = &[
        ("p/main.tf", &call("a", "false")),
        ("p/.terraform/modules/modules.json", list),
        ("p/.terraform/modules/a/main.tf", &inner),
        ("p/.terraform/modules/a.b/sub/main.tf", VOLUME),
        ("p/.terraform/modules/a.b/example/main.tf", &VOLUME.replace("var.encrypted", "false")),
    ];
    let results = check(files, &Options::default());
    assert_eq!(failing(&results), ["p/.terraform/modules/a.b/sub/main.tf:line 3 AWS-0026"]);
    assert_eq!(said(&results), [""; 0]);
}

#[test]
fn override_files_are_laid_over_what_is_declared() {
    let base = "resource \"aws_ebs_volume\" \"v\" {\n  encrypted  = true\n  kms_key_id = \"k\"\n}\n\
                resource \"aws_dax_cluster\" \"d\" {\n  server_side_encryption {\n    enabled = true\n  }\n}\n\
                locals {\n  on = true\n}\n";
    let over = "locals {\n  on = false\n}\nresource \"aws_ebs_volume\" \"v\" {\n  encrypted = local.on\n}\n";
    let block = "resource \"aws_dax_cluster\" \"d\" {\n  server_side_encryption {\n  }\n}\n";
    let run = |over: &str| {
        let results = check(&[("main.tf", base), ("a_override.tf", over)], &Options::default());
        let told = failing(&results).into_iter().filter(|row| !row.ends_with("AWS-0024"));
        (told.collect::<Vec<_>>(), said(&results).len())
    };
    assert_eq!(run(""), (vec![], 0));
    assert_eq!(run(over), (vec!["main.tf:line 2 AWS-0026".into()], 0));
    assert_eq!(run(block), (vec!["main.tf:lines 5-9 AWS-0023".into()], 0));
    assert_eq!(run("variable \"absent\" {}\n"), (vec![], 1));
}

#[test]
fn a_comment_at_a_call_covers_what_is_in_the_module() {
    let volume = "resource \"aws_ebs_volume\" \"v\" {\n  kms_key_id = \"k\"\n}\n";
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"./m\"\n}}\n");
    let ignored = format!("#trivy:ignore:AWS-0026\n{}", call("a"));
    let of = |main: &str| {
        failing(&check(&[("main.tf", main), ("m/main.tf", volume)], &Options::default()))
    };
    assert!(of(&call("a")).contains(&"m/main.tf:lines 1-3 AWS-0026".to_owned()));
    assert!(of(&ignored).contains(&"!m/main.tf:lines 1-3 AWS-0026".to_owned()));
    // Another call of the same module has no comment.
    let both = of(&format!("{ignored}{}", call("b")));
    assert!(both.contains(&"m/main.tf:lines 1-3 AWS-0026".to_owned()), "{both:?}");
}

#[test]
fn a_comment_with_values_counts_for_resources_that_have_them() {
    let volumes = |comment: &str| {
        format!(
            "#trivy:ignore:AWS-0026[{comment}]\nresource \"aws_ebs_volume\" \"v\" {{\n  for_each = \
             toset([\"a\", \"b\"])\n  kms_key_id = \"k\"\n  size = 8\n  type = each.value\n}}\n"
        )
    };
    let of =
        |comment: &str| failing(&check(&[("main.tf", &volumes(comment))], &Options::default()));
    for (comment, ignored) in [("size=8", true), ("size=9", false), ("kms_key_id=k,size=8", true)] {
        let mark = if ignored { "!" } else { "" };
        assert!(of(comment).contains(&format!("{mark}main.tf:lines 2-7 AWS-0026")), "{comment}");
    }
    // Each of several blocks must have it.
    let group = |comment: &str| {
        let ingress = |port: u16| {
            format!(
                "  ingress {{\n    protocol = \"tcp\"\n    from_port = {port}\n    to_port = {port}\n    \
                 cidr_blocks = [\"0.0.0.0/0\"]\n  }}\n"
            )
        };
        let head = "resource \"aws_security_group\" \"g\" {\n";
        let (web, shell) = (ingress(80), ingress(22));
        let text = format!("#trivy:ignore:AWS-0107[{comment}]\n{head}{web}{shell}}}\n");
        failing(&check(&[("main.tf", &text)], &Options::default())).join(" ")
    };
    let of_one = group("ingress.from_port=80");
    assert!(of_one.contains(" AWS-0107") && !of_one.contains("!"), "{of_one}");
    assert!(!group("ingress.protocol=tcp").contains(" main.tf:line 7 AWS-0107"));
    // It means one of the two.
    assert!(of("type=a").contains(&"main.tf:lines 2-7 AWS-0026".to_owned()));
}

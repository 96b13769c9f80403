//! Checks of AWS where one resource says something of another, where something is written in one
//! of several ways, or where it cannot be known.

use sealift_misconfig::{Options, SourceFile, scan};

/// `check start-end` of what fails of one check.
fn failing(check: &str, text: &str) -> Vec<String> {
    let results = scan(&[SourceFile::new("main.tf", text.as_bytes())], &Options::default());
    assert!(
        results.iter().flat_map(|result| &result.diagnostics).all(|said| said.line.is_none()),
        "{results:?}"
    );
    let failures = results.iter().flat_map(|result| result.failures());
    let of_check = failures.filter(|(found, _)| found.id == check);
    of_check
        .filter_map(|(_, failure)| failure.lines)
        .map(|lines| format!("{}-{}", lines.start, lines.end))
        .collect()
}

#[track_caller]
fn assert_fails(check: &str, text: &str, lines: &[&str]) {
    assert_eq!(failing(check, text.trim_start()), lines, "{check}");
}

#[test]
fn a_bucket_is_found_by_its_name_and_through_each_value() {
    let text = r#"
resource "aws_s3_bucket" "b" {
  for_each = { a = "x", b = "y" }
  bucket   = each.value
}
resource "aws_s3_bucket_public_access_block" "p" {
  bucket            = "x"
  block_public_acls = true
}
"#;
    assert_fails("AWS-0086", text, &["1-4"]);
    let through =
        text.replace("\"x\"\n  block", "each.value.id\n  for_each = aws_s3_bucket.b\n  block");
    assert_fails("AWS-0086", &through, &[]);
    // An attribute that is not known is no failure.
    assert_fails("AWS-0086", &through.replace("= true", "= var.block"), &[]);
}

#[test]
fn a_bucket_that_takes_logs_needs_no_key_of_its_own() {
    let bucket = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n";
    assert_fails("AWS-0132", bucket, &["1-3"]);
    let policy = r#"
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.b.arn}/*"]
    principals {
      type        = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }
  }
}
resource "aws_s3_bucket_policy" "p" {
  bucket = aws_s3_bucket.b.id
  policy = data.aws_iam_policy_document.d.json
}
"#;
    assert_fails("AWS-0132", &format!("{bucket}{policy}"), &[]);
    let acl = "resource \"aws_s3_bucket_acl\" \"a\" {\n  bucket = aws_s3_bucket.b.id\n  acl = \"log-delivery-write\"\n}\n";
    assert_fails("AWS-0132", &format!("{bucket}{acl}"), &[]);
    assert_fails("AWS-0089", &format!("{bucket}{acl}"), &[]);
}

#[test]
fn a_public_acl_counts_unless_it_is_ignored() {
    let text = r#"
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_acl" "a" {
  bucket = aws_s3_bucket.b.id
  acl    = "public-read"
}
"#;
    assert_fails("AWS-0092", text, &["4-4"]);
    let block = "resource \"aws_s3_bucket_public_access_block\" \"p\" {\n  bucket = aws_s3_bucket.b.id\n  ignore_public_acls = true\n}\n";
    assert_fails("AWS-0092", &format!("{text}{block}"), &[]);
}

#[test]
fn versions_are_kept_by_any_of_three_ways() {
    let rows = [
        ("resource \"aws_s3_bucket\" \"b\" {\n  versioning {}\n}\n", vec![]),
        (
            "resource \"aws_s3_bucket\" \"b\" {\n  versioning {\n    enabled = false\n  }\n}\n",
            vec!["3-3"],
        ),
        ("resource \"aws_s3_bucket\" \"b\" {\n  object_lock_configuration {}\n}\n", vec![]),
        (
            "resource \"aws_s3_bucket\" \"b\" {}\nresource \"aws_s3_bucket_versioning\" \"v\" {\n  bucket = aws_s3_bucket.b.id\n  versioning_configuration {\n    status = \"Suspended\"\n  }\n}\n",
            vec!["5-5"],
        ),
        (
            "resource \"aws_s3_bucket\" \"b\" {}\nresource \"aws_s3_bucket_versioning\" \"v\" {\n  bucket = aws_s3_bucket.b.id\n  versioning_configuration {\n    status = var.status\n  }\n}\n",
            vec![],
        ),
    ];
    for (text, lines) in rows {
        assert_fails("AWS-0090", text, &lines);
    }
}

#[test]
fn ports_and_networks_of_a_rule_are_read_as_ranges() {
    let rule = |from: &str, to: &str, protocol: &str, cidr: &str| {
        format!(
            "resource \"aws_security_group_rule\" \"r\" {{\n  type = \"ingress\"\n  from_port = {from}\n  \
             to_port = {to}\n  protocol = {protocol}\n  cidr_blocks = [{cidr}]\n}}\n"
        )
    };
    let open = "\"0.0.0.0/0\"";
    for (text, lines) in [
        (rule("22", "22", "\"tcp\"", open), vec!["6-6"]),
        (rule("0", "1024", "\"6\"", open), vec!["6-6"]),
        (rule("3000", "4000", "\"udp\"", "\"10.0.0.0/8\", \"0.0.0.0/0\""), vec!["6-6"]),
        (rule("0", "0", "-1", open), vec!["6-6"]),
        (rule("80", "443", "\"tcp\"", open), vec![]),
        (rule("22", "22", "\"icmp\"", open), vec![]),
        (rule("22", "22", "\"tcp\"", "var.cidr"), vec![]),
        (rule("22", "22", "\"tcp\"", "\"10.0.0.0/8\""), vec![]),
    ] {
        assert_fails("AWS-0107", &text, &lines);
    }
    let single = "resource \"aws_vpc_security_group_ingress_rule\" \"r\" {\n  ip_protocol = \"-1\"\n  cidr_ipv6 = \"::/0\"\n}\n";
    assert_fails("AWS-0107", single, &["3-3"]);
    let list = "resource \"aws_security_group\" \"g\" {\n  ingress = [{ from_port = 22, to_port = 22, protocol = \"tcp\", cidr_blocks = [\"0.0.0.0/0\"] }]\n}\n";
    assert_fails("AWS-0107", list, &["2-2"]);
}

#[test]
fn an_instance_is_started_as_its_template_says() {
    let text = r#"
resource "aws_launch_template" "t" {
  metadata_options {
    http_tokens = "required"
  }
}
resource "aws_instance" "i" {
  launch_template {
    id = aws_launch_template.t.id
  }
  root_block_device {
    volume_size = 8
  }
}
"#;
    assert_fails("AWS-0028", text, &[]);
    assert_fails("AWS-0028", &text.replace("required", "optional"), &["3-3"]);
    assert_fails("AWS-0131", text, &["6-13"]);
    let default = format!("{text}resource \"aws_ebs_encryption_by_default\" \"d\" {{}}\n");
    assert_fails("AWS-0131", &default, &[]);
}

#[test]
fn policies_are_read_however_they_are_written() {
    let heredoc = r#"
resource "aws_iam_policy" "p" {
  policy = <<EOF
{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "${var.bucket}"}}
EOF
}
"#;
    assert_fails("AWS-0345", heredoc, &["2-4"]);
    let encoded = r#"
resource "aws_iam_policy" "p" {
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = ["s3:*", "iam:PassRole"], Resource = aws_s3_bucket.b.arn },
    ]
  })
}
"#;
    assert_fails("AWS-0345", encoded, &["2-6"]);
    assert_fails("AWS-0342", encoded, &["2-6"]);
    let denied = encoded.replace(
        "    ]\n",
        "      { Effect = \"Deny\", Action = [\"s3:*\", \"iam:PassRole\"], Resource = \"*\" },\n    ]\n",
    );
    assert_fails("AWS-0345", &denied, &[]);
    let data = r#"
data "aws_iam_policy_document" "base" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "d" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
}
resource "aws_iam_role_policy" "p" {
  policy = data.aws_iam_policy_document.d.json
}
"#;
    assert_fails("AWS-0057", data, &["7-9"]);
}

#[test]
fn a_listener_counts_with_its_balancer() {
    let listener = "resource \"aws_lb_listener\" \"l\" {\n  load_balancer_arn = aws_lb.b.arn\n  default_action {\n    type = \"forward\"\n  }\n}\n";
    assert_fails("AWS-0054", listener, &[]);
    let balancer = "resource \"aws_lb\" \"b\" {}\n";
    assert_fails("AWS-0054", &format!("{listener}{balancer}"), &["1-6"]);
    assert_fails(
        "AWS-0054",
        &format!("{}{balancer}", listener.replace("forward", "redirect")),
        &[],
    );
    let network = "resource \"aws_lb\" \"b\" {\n  load_balancer_type = \"network\"\n}\n";
    assert_fails("AWS-0054", &format!("{listener}{network}"), &[]);
}

#[test]
fn what_cannot_be_known_is_no_failure() {
    for (check, text) in [
        ("AWS-0026", "resource \"aws_ebs_volume\" \"v\" {\n  encrypted = var.x\n}\n"),
        ("AWS-0027", "resource \"aws_ebs_volume\" \"v\" {\n  kms_key_id = module.keys.id\n}\n"),
        (
            "AWS-0038",
            "resource \"aws_eks_cluster\" \"c\" {\n  enabled_cluster_log_types = var.x\n}\n",
        ),
        (
            "AWS-0077",
            "resource \"aws_db_instance\" \"d\" {\n  backup_retention_period = var.x\n}\n",
        ),
        (
            "AWS-0066",
            "resource \"aws_lambda_function\" \"f\" {\n  tracing_config {\n    mode = var.x\n  }\n}\n",
        ),
        (
            "AWS-0089",
            "resource \"aws_s3_bucket\" \"b\" {\n  dynamic \"logging\" {\n    for_each = var.x\n    content {}\n  }\n}\n",
        ),
        ("AWS-0029", "resource \"aws_instance\" \"i\" {\n  user_data = \"PASSWORD=${var.x}\"\n}\n"),
    ] {
        assert_fails(check, text, &[]);
    }
}

#[test]
fn reading_and_writing_all_of_s3_is_told_where_it_stands() {
    let policy = |actions: &str, resource: &str| {
        format!(
            "resource \"aws_iam_role\" \"r\" {{\n  inline_policy {{\n    policy = jsonencode({{ Statement = [{{ \
             Effect = \"Allow\", Action = {actions}, Resource = {resource} }}] }})\n  }}\n}}\n"
        )
    };
    let both = "[\"s3:Get*\", \"s3:PUT*\"]";
    assert_fails("AWS-0346", &policy(both, "\"*\""), &["3-3"]);
    assert_fails("AWS-0346", &policy("[\"s3:Get*\"]", "\"*\""), &[]);
    assert_fails("AWS-0346", &policy(both, "\"arn:aws:s3:::b/*\""), &[]);
}

#[test]
fn a_method_is_of_the_api_of_its_resource() {
    let text = r#"
resource "aws_api_gateway_rest_api" "a" {
}
resource "aws_api_gateway_resource" "r" {
  rest_api_id = aws_api_gateway_rest_api.a.id
}
resource "aws_api_gateway_method" "m" {
  resource_id   = aws_api_gateway_resource.r.id
  http_method   = "GET"
  authorization = "NONE"
}
"#;
    assert_fails("AWS-0004", text, &["9-9"]);
    assert_fails("AWS-0004", &text.replace("GET", "OPTIONS"), &[]);
    assert_fails("AWS-0004", &text.replace("aws_api_gateway_resource.r.id", "\"x\""), &[]);
}

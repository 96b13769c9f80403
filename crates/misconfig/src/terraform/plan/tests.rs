//! Plans.

use super::*;
use crate::Status;

const PLAN: &str = r#"{
  "format_version": "1.2",
  "terraform_version": "1.9.0",
  "planned_values": {
    "root_module": {
      "resources": [
        {
          "address": "aws_s3_bucket.b",
          "mode": "managed",
          "type": "aws_s3_bucket",
          "name": "b",
          "values": {
            "bucket": null,
            "versioning": [
              {
                "enabled": true
              }
            ]
          }
        }
      ],
      "child_modules": [
        {
          "address": "module.m[\"x.y\"]",
          "resources": [
            {
              "address": "module.m[\"x.y\"].aws_s3_bucket_public_access_block.p",
              "mode": "managed",
              "type": "aws_s3_bucket_public_access_block",
              "name": "p",
              "values": {
                "block_public_acls": false,
                "block_public_policy": true
              }
            }
          ]
        }
      ]
    }
  },
  "resource_changes": [
    {
      "address": "aws_s3_bucket.b",
      "change": { "actions": ["create"], "after_unknown": { "id": true, "arn": true } }
    },
    {
      "address": "module.m[\"x.y\"].aws_s3_bucket_public_access_block.p",
      "change": { "after_unknown": { "bucket": true, "ignore_public_acls": true } }
    }
  ],
  "configuration": {
    "root_module": {
      "module_calls": {
        "m": {
          "expressions": { "bucket": { "references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"] } },
          "module": {
            "resources": [
              {
                "address": "aws_s3_bucket_public_access_block.p",
                "expressions": { "bucket": { "references": ["var.bucket"] } }
              }
            ]
          }
        }
      }
    }
  }
}"#;

fn failing(text: &str) -> Vec<String> {
    let file = SourceFile::new("plan.json", text.as_bytes());
    let results = check(&[file], &Options::default());
    let found = results.iter().flat_map(|result| &result.misconfigurations);
    found
        .filter_map(|found| match &found.status {
            Status::Fail(failure) => {
                let lines = failure.lines.unwrap();
                Some(format!("{} {}-{}", found.check.id, lines.start, lines.end))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn a_plan_is_checked_as_its_modules_are() {
    assert_eq!(
        failing(PLAN),
        ["AWS-0086 32-32", "AWS-0088 7-20", "AWS-0089 7-20", "AWS-0093 26-35", "AWS-0132 7-20",]
    );
}

#[test]
fn what_is_no_plan_is_said() {
    for text in ["", "[", "{\"a\": }", "{\"a\": 1} x", &"[".repeat(100_000)] {
        let file = SourceFile::new("plan.json", text.as_bytes());
        let results = check(&[file], &Options::default());
        assert_eq!(results[0].diagnostics.len(), 1, "{text:.20}");
    }
}

#[test]
fn addresses_are_taken_apart() {
    assert_eq!(
        configuration::module_of("module.a[\"b.c\"].module.d.aws_vpc.e"),
        "module.a[\"b.c\"].module.d."
    );
    assert_eq!(configuration::module_of("aws_vpc.e"), "");
    assert_eq!(configuration::module_of("module."), "");
}

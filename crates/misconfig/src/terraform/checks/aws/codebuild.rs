//! CodeBuild.

use sealift_model::Severity::High;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AWS-0018",
    severity: High,
    title: "CodeBuild does not encrypt what it builds",
    why: "Who reads the bucket reads the artifacts.",
    fix: "Remove `encryption_disabled`.",
    kinds: &["aws_codebuild_project"],
    run: artifacts,
}];

fn artifacts(look: &mut Look<'_>) {
    let project = look.resource;
    let kind = project.at("artifacts.type").text_or("");
    if project.block("artifacts").is_none() || kind.as_deref() == Some("NO_ARTIFACTS") {
        return;
    }
    for artifacts in project.blocks("artifacts").chain(project.blocks("secondary_artifacts")) {
        let disabled = artifacts.get("encryption_disabled").bool_or(false) == Some(true);
        look.fail_if(disabled, artifacts);
    }
}

//! Container services.

use sealift_model::Severity::{Critical, High, Low};

use super::super::Rule;
use super::super::secrets::{holds_secret, is_secret_name};
use crate::terraform::checks::Look;
use crate::terraform::eval::Value;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0034",
        severity: Low,
        title: "ECS cluster gathers no insights",
        why: "Without metrics of containers trouble is noticed late.",
        fix: "Set `containerInsights` to `enabled`.",
        kinds: &["aws_ecs_cluster"],
        run: insights,
    },
    Rule {
        id: "AWS-0035",
        severity: High,
        title: "ECS task reads its file system unencrypted",
        why: "Who is on the way reads and changes the data.",
        fix: "Set `transit_encryption = \"ENABLED\"`.",
        kinds: &["aws_ecs_task_definition"],
        run: transit_encryption,
    },
    Rule {
        id: "AWS-0036",
        severity: Critical,
        title: "ECS task definition holds a secret",
        why: "Whoever may describe the task reads its environment.",
        fix: "Take the value from a secret store with `secrets`.",
        kinds: &["aws_ecs_task_definition"],
        run: environment,
    },
];

fn insights(look: &mut Look<'_>) {
    let cluster = look.resource;
    let mut settings = cluster.blocks("setting");
    match settings
        .find(|setting| setting.get("name").text().as_deref() == Some("containerInsights"))
    {
        Some(setting) => {
            let value = setting.get("value");
            look.fail_if(value.text().as_deref() == Some("disabled"), &value);
        }
        None => look.fail(cluster),
    }
}

fn transit_encryption(look: &mut Look<'_>) {
    for volume in look.resource.blocks("volume") {
        if let Some(efs) = volume.block("efs_volume_configuration") {
            let encryption = efs.get("transit_encryption");
            let wrong = encryption.text_or("DISABLED").is_some_and(|value| &*value != "ENABLED");
            look.fail_if(wrong, &encryption);
        }
    }
}

fn environment(look: &mut Look<'_>) {
    let Some(definitions) = look.resource.get("container_definitions").json() else { return };
    let mut variables = definitions
        .as_list()
        .unwrap_or_default()
        .iter()
        .filter_map(|container| container.member("environment")?.as_list())
        .flatten();
    let leaks = variables.any(|variable| {
        let holds = |name: &str, is_secret: fn(&str) -> bool| {
            variable.member(name).and_then(Value::to_text).is_some_and(|text| is_secret(&text))
        };
        holds("name", is_secret_name) || holds("value", holds_secret)
    });
    look.fail_if(leaks, look.resource);
}

//! Instances and their launch configurations.

use sealift_model::Severity::{Critical, High, Low};

use super::super::Rule;
use super::super::secrets::holds_secret;
use crate::terraform::checks::Look;
use crate::terraform::model::{Block, Resource};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0008",
        severity: High,
        title: "Launch configuration does not encrypt its disks",
        why: "Who gets hold of a disk or of a snapshot reads the data.",
        fix: "Set `encrypted = true` in `root_block_device` and each `ebs_block_device`.",
        kinds: &["aws_launch_configuration"],
        run: device_encryption,
    },
    Rule {
        id: "AWS-0009",
        severity: High,
        title: "Launch configuration gives its instances a public address",
        why: "The instances can be reached from the internet.",
        fix: "Set `associate_public_ip_address = false`.",
        kinds: &["aws_launch_configuration"],
        run: |look| look.must_be_false("associate_public_ip_address", false),
    },
    Rule {
        id: "AWS-0028",
        severity: High,
        title: "Instance answers metadata requests without a token",
        why: "A request that an attacker makes the instance send yields the credentials of its role.",
        fix: "Set `http_tokens = \"required\"` in `metadata_options`.",
        kinds: &["aws_instance"],
        run: metadata_tokens,
    },
    Rule {
        id: "AWS-0029",
        severity: Critical,
        title: "User data of an instance holds a secret",
        why: "User data can be read by everything on the instance and by whoever may describe it.",
        fix: "Read secrets when the instance starts, from a store made for them.",
        kinds: &["aws_instance"],
        run: user_data,
    },
    Rule {
        id: "AWS-0122",
        severity: High,
        title: "User data of a launch configuration holds a secret",
        why: "User data can be read by everything on the instance and by whoever may describe it.",
        fix: "Read secrets when the instance starts, from a store made for them.",
        kinds: &["aws_launch_configuration"],
        run: user_data,
    },
    Rule {
        id: "AWS-0129",
        severity: Critical,
        title: "User data of a launch template holds a secret",
        why: "User data can be read by everything on the instance and by whoever may describe it.",
        fix: "Read secrets when the instance starts, from a store made for them.",
        kinds: &["aws_launch_template"],
        run: user_data,
    },
    Rule {
        id: "AWS-0130",
        severity: High,
        title: "Launched instances answer metadata requests without a token",
        why: "A request that an attacker makes the instance send yields the credentials of its role.",
        fix: "Set `http_tokens = \"required\"` in `metadata_options`.",
        kinds: &["aws_launch_configuration", "aws_launch_template"],
        run: metadata_tokens,
    },
    Rule {
        id: "AWS-0131",
        severity: High,
        title: "Instance does not encrypt its disks",
        why: "Who gets hold of a disk or of a snapshot reads the data.",
        fix: "Set `encrypted = true` in `root_block_device` and each `ebs_block_device`.",
        kinds: &["aws_instance"],
        run: device_encryption,
    },
    Rule {
        id: "AWS-0344",
        severity: Low,
        title: "AMI is looked up without its owner",
        why: "Anyone can publish an image whose name matches.",
        fix: "Set `owners`.",
        kinds: &["data.aws_ami"],
        run: |look| look.fail_if(look.resource.get("owners").is_empty(), look.resource),
    },
];

fn device_encryption(look: &mut Look<'_>) {
    // A region may encrypt every disk that is made there.
    let mut defaults = look.all.of("aws_ebs_encryption_by_default");
    if defaults.any(|default| default.get("enabled").bool_or(true) != Some(false)) {
        return;
    }
    let instance = look.resource;
    match instance.block("root_block_device") {
        Some(root) => device(look, root),
        None => look.fail(instance),
    }
    for block in instance.blocks("ebs_block_device") {
        device(look, block);
    }
}

/// If a device has no setting, Trivy names the whole instance, but of a launch configuration the
/// device.
fn device(look: &mut Look<'_>, device: &Block) {
    let encrypted = device.get("encrypted");
    if encrypted.is_missing() && &*look.resource.kind == "aws_instance" {
        return look.fail(look.resource);
    }
    look.fail_if(encrypted.bool_or(false) == Some(false), &encrypted);
}

/// The resource that defines how an instance is started: its launch template, if that is declared.
fn started_from<'a>(look: &Look<'a>) -> &'a Resource {
    let template = look.resource.block("launch_template").and_then(|template| {
        let kind = "aws_launch_template";
        let named = look.all.named_by(template.get("name"), kind, "name");
        named.or_else(|| look.all.named_by(template.get("id"), kind, "id"))
    });
    template.unwrap_or(look.resource)
}

/// Version 1 of the metadata service answers whoever makes the instance send a request.
fn metadata_tokens(look: &mut Look<'_>) {
    let instance = started_from(look);
    let endpoint = instance.at("metadata_options.http_endpoint").text_or("");
    let tokens = instance.at("metadata_options.http_tokens");
    let open = endpoint.is_some_and(|endpoint| &*endpoint != "disabled")
        && tokens.text_or("").is_some_and(|tokens| &*tokens != "required");
    look.fail_if(open, &tokens);
}

fn user_data(look: &mut Look<'_>) {
    let plain = started_from(look).get("user_data");
    look.fail_if(plain.partial_text().is_some_and(|text| holds_secret(&text)), &plain);
    let encoded = look.resource.get("user_data_base64");
    look.fail_if(encoded.partial_text().is_some_and(|text| holds_secret(&text)), &encoded);
}

//! Origins of container images.

use sealift_model::Severity::Medium;

use super::object::Container;
use super::rule::{Rule, Test};
use crate::Check;

/// The checks of images.
pub(super) static RULES: &[Rule] = &[
    Rule {
        check: Check::new(
            "KSV-0013",
            Medium,
            "An image without a version",
            "What `latest` means changes: nobody can tell what runs, nor go back to it.",
            "Name a tag that is not `latest`, or a digest.",
        ),
        test: Test::Container(
            |container| !is_pinned(container),
            "runs an image without a tag, or of the tag latest",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0032",
            Medium,
            "An image that is not from an Azure registry",
            "An organisation that has one registry runs nothing from another.",
            "Take the image from a registry below azurecr.io.",
        ),
        test: Test::Container(
            |container| !comes_from(container, AZURE),
            "runs an image that is not from azurecr.io",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0033",
            Medium,
            "An image that is not from Google's registry",
            "An organisation that has one registry runs nothing from another.",
            "Take the image from gcr.io or one of its regions.",
        ),
        test: Test::Container(
            |container| !comes_from(container, GOOGLE),
            "runs an image that is not from gcr.io",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0034",
            Medium,
            "An image from a public registry",
            "Anybody can publish on a public registry, and what is there can go or change.",
            "Take the image from a registry of your own.",
        ),
        test: Test::Container(is_public, "runs an image from a public registry"),
    },
    Rule {
        check: Check::new(
            "KSV-0035",
            Medium,
            "An image that is not from Amazon's registry",
            "An organisation that has one registry runs nothing from another.",
            "Take the image from your repository in ECR.",
        ),
        test: Test::Container(
            |container| !comes_from(container, AMAZON),
            "runs an image that is not from ECR",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0125",
            Medium,
            "An image from a registry that is not trusted",
            "What runs is what its registry hands out: one that is not known may hand out anything.",
            "Take the image from a registry that you trust.",
        ),
        test: Test::Container(is_untrusted, "runs an image from a registry that is not trusted"),
    },
];

const AZURE: &[&str] = &["azurecr.io"];
const GOOGLE: &[&str] = &["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io"];
const AMAZON: &[&str] = &[
    "ecr.us-east-2.amazonaws.com",
    "ecr.us-east-1.amazonaws.com",
    "ecr.us-west-1.amazonaws.com",
    "ecr.us-west-2.amazonaws.com",
    "ecr.af-south-1.amazonaws.com",
    "ecr.ap-east-1.amazonaws.com",
    "ecr.ap-south-1.amazonaws.com",
    "ecr.ap-northeast-2.amazonaws.com",
    "ecr.ap-southeast-1.amazonaws.com",
    "ecr.ap-southeast-2.amazonaws.com",
    "ecr.ap-northeast-1.amazonaws.com",
    "ecr.ca-central-1.amazonaws.com",
    "ecr.cn-north-1.amazonaws.com.cn",
    "ecr.cn-northwest-1.amazonaws.com.cn",
    "ecr.eu-central-1.amazonaws.com",
    "ecr.eu-west-1.amazonaws.com",
    "ecr.eu-west-2.amazonaws.com",
    "ecr.eu-south-1.amazonaws.com",
    "ecr.eu-west-3.amazonaws.com",
    "ecr.eu-north-1.amazonaws.com",
    "ecr.me-south-1.amazonaws.com",
    "ecr.sa-east-1.amazonaws.com",
    "ecr.us-gov-east-1.amazonaws.com",
    "ecr.us-gov-west-1.amazonaws.com",
];
/// Registries on which anybody can publish.
const PUBLIC: &[&str] = &["docker.io", "ghcr.io"];

/// The part before the first `/`; an image without one names no registry.
fn registry(image: &str) -> Option<&str> {
    Some(image.split_once('/')?.0)
}

fn comes_from(container: &Container<'_>, registries: &[&str]) -> bool {
    let registry = container.image().and_then(registry);
    registry.is_some_and(|registry| registries.iter().any(|trusted| registry.ends_with(trusted)))
}

fn is_untrusted(container: &Container<'_>) -> bool {
    let names_one = container.image().and_then(registry).is_some();
    names_one && ![AZURE, GOOGLE, AMAZON].iter().any(|registries| comes_from(container, registries))
}

fn is_public(container: &Container<'_>) -> bool {
    container.image().is_some_and(|image| {
        let first = image.split('/').next().unwrap_or_default();
        PUBLIC.iter().any(|public| image.starts_with(public)) || !first.contains('.')
    })
}

/// A tag is looked for behind the last `/`: before it, a `:` is a port.
fn is_pinned(container: &Container<'_>) -> bool {
    container.image().is_some_and(|image| {
        let last = image.rsplit('/').next().unwrap_or_default();
        image.contains('@') || last.rsplit_once(':').is_some_and(|(_, tag)| tag != "latest")
    })
}

//! Config.

use sealift_model::Severity::High;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AWS-0019",
    severity: High,
    title: "Config aggregator does not cover all regions",
    why: "What is configured in the other regions is not watched.",
    fix: "Set `all_regions = true` in the source.",
    kinds: &["aws_config_configuration_aggregator"],
    run: all_regions,
}];

fn all_regions(look: &mut Look<'_>) {
    let aggregator = look.resource;
    let organization = aggregator.blocks("organization_aggregation_source");
    match aggregator.blocks("account_aggregation_source").chain(organization).next() {
        Some(source) => {
            let all = source.get("all_regions");
            look.fail_if(all.bool_or(false) == Some(false), &all);
        }
        None => look.fail(aggregator),
    }
}

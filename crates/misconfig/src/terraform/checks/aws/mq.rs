//! Message brokers.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0070",
        severity: Medium,
        title: "Broker does not log who does what",
        why: "Nobody can tell who changed the broker.",
        fix: "Set `logs` with `audit = true`.",
        kinds: &["aws_mq_broker"],
        run: |look| look.must_be_true("logs.audit", false),
    },
    Rule {
        id: "AWS-0071",
        severity: Low,
        title: "Broker does not log",
        why: "Trouble is noticed late.",
        fix: "Set `logs` with `general = true`.",
        kinds: &["aws_mq_broker"],
        run: |look| look.must_be_true("logs.general", false),
    },
    Rule {
        id: "AWS-0072",
        severity: High,
        title: "Broker can be reached from outside",
        why: "The broker can be attacked from the internet.",
        fix: "Set `publicly_accessible = false`.",
        kinds: &["aws_mq_broker"],
        run: |look| look.must_be_false("publicly_accessible", false),
    },
];

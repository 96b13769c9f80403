//! Amazon Web Services.

mod api_gateway;
mod athena;
mod cloudfront;
mod cloudtrail;
mod cloudwatch;
mod codebuild;
mod config;
mod documentdb;
mod dynamodb;
mod ebs;
mod ec2;
mod ecr;
mod ecs;
mod efs;
mod eks;
mod elasticache;
mod elasticsearch;
mod elb;
mod emr;
mod iam;
mod kinesis;
mod kms;
mod lambda;
mod mq;
mod msk;
mod neptune;
mod policy;
mod rds;
mod redshift;
mod s3;
mod secrets_manager;
mod sns;
mod sqs;
mod vpc;
mod workspaces;

use super::Rule;

/// Its checks, service by service.
pub(super) const RULES: &[&[Rule]] = &[
    api_gateway::RULES,
    athena::RULES,
    cloudfront::RULES,
    cloudtrail::RULES,
    cloudwatch::RULES,
    codebuild::RULES,
    config::RULES,
    documentdb::RULES,
    dynamodb::RULES,
    ebs::RULES,
    ec2::RULES,
    ecr::RULES,
    ecs::RULES,
    efs::RULES,
    eks::RULES,
    elasticache::RULES,
    elasticsearch::RULES,
    elb::RULES,
    emr::RULES,
    iam::RULES,
    kinesis::RULES,
    kms::RULES,
    lambda::RULES,
    mq::RULES,
    msk::RULES,
    neptune::RULES,
    rds::RULES,
    redshift::RULES,
    s3::RULES,
    secrets_manager::RULES,
    sns::RULES,
    sqs::RULES,
    vpc::RULES,
    workspaces::RULES,
];

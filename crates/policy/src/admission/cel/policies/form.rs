//! The fields of the policies (`policies.kyverno.io/v1`, `admissionregistration.k8s.io/v1`). An
//! unknown field is an error when a policy is loaded.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use crate::admission::LabelSelector;

/// Reads a form; an error has the field, as far as that is known.
pub(super) fn read<T: serde::de::DeserializeOwned>(value: Json) -> Result<T, (String, String)> {
    T::deserialize(value).map_err(|error| (String::new(), error.to_string()))
}

/// Reads `null` as an empty list or a missing value.
fn some<'d, D: Deserializer<'d>, T: Deserialize<'d> + Default>(of: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(of)?.unwrap_or_default())
}

/// Reads a selector that an API server accepts: one with a missing list of values would select
/// nothing, so that everything passed.
fn selector<'d, D: Deserializer<'d>>(of: D) -> Result<Option<LabelSelector>, D::Error> {
    let read: Option<LabelSelector> = Option::deserialize(of)?;
    let checked = read.as_ref().map_or(Ok(()), LabelSelector::check);
    checked.map_err(|problem| D::Error::custom(format!("a selector of labels: {problem}")))?;
    Ok(read)
}

/// The fields that the kinds have in common.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Validating {
    pub(super) match_constraints: Option<MatchResources>,
    #[serde(deserialize_with = "some")]
    pub(super) match_conditions: Vec<Condition>,
    #[serde(deserialize_with = "some")]
    pub(super) variables: Vec<Variable>,
    #[serde(deserialize_with = "some")]
    pub(super) validations: Vec<Validation>,
    #[serde(deserialize_with = "some")]
    pub(super) audit_annotations: Vec<AuditAnnotation>,
    pub(super) failure_policy: Option<FailurePolicy>,
    #[serde(deserialize_with = "some")]
    pub(super) validation_actions: Vec<Action>,
    pub(super) evaluation: Option<Evaluation>,
    pub(super) autogen: Option<Autogen>,
    /// How the server calls the webhook, which does not matter here.
    #[serde(rename = "webhookConfiguration")]
    pub(super) _webhook_configuration: Option<Json>,
}

/// A `ValidatingAdmissionPolicy`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Admission {
    pub(super) param_kind: Option<ParamKind>,
    pub(super) match_constraints: Option<MatchResources>,
    #[serde(deserialize_with = "some")]
    pub(super) match_conditions: Vec<Condition>,
    #[serde(deserialize_with = "some")]
    pub(super) variables: Vec<Variable>,
    #[serde(deserialize_with = "some")]
    pub(super) validations: Vec<Validation>,
    #[serde(deserialize_with = "some")]
    pub(super) audit_annotations: Vec<AuditAnnotation>,
    pub(super) failure_policy: Option<FailurePolicy>,
}

/// A `ValidatingAdmissionPolicyBinding`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Binding {
    pub(super) policy_name: String,
    pub(super) param_ref: Option<ParamRef>,
    pub(super) match_resources: Option<MatchResources>,
    #[serde(deserialize_with = "some")]
    pub(super) validation_actions: Vec<Action>,
}

/// An `ImageValidatingPolicy`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Image {
    pub(super) match_constraints: Option<MatchResources>,
    #[serde(deserialize_with = "some")]
    pub(super) match_conditions: Vec<Condition>,
    #[serde(deserialize_with = "some")]
    pub(super) variables: Vec<Variable>,
    #[serde(deserialize_with = "some")]
    pub(super) validations: Vec<Validation>,
    #[serde(deserialize_with = "some")]
    pub(super) audit_annotations: Vec<AuditAnnotation>,
    pub(super) failure_policy: Option<FailurePolicy>,
    #[serde(deserialize_with = "some")]
    pub(super) validation_actions: Vec<Action>,
    pub(super) evaluation: Option<Evaluation>,
    pub(super) autogen: Option<Autogen>,
    #[serde(deserialize_with = "some")]
    pub(super) match_image_references: Vec<MatchImage>,
    #[serde(deserialize_with = "some")]
    pub(super) images: Vec<Variable>,
    #[serde(deserialize_with = "some")]
    pub(super) attestors: Vec<Attestor>,
    #[serde(deserialize_with = "some")]
    pub(super) attestations: Vec<Attestation>,
    #[serde(deserialize_with = "some")]
    pub(super) validation_configurations: Configurations,
    /// The login to a registry, which belongs to the surroundings.
    #[serde(rename = "credentials")]
    pub(super) _credentials: Option<Json>,
    #[serde(rename = "webhookConfiguration")]
    pub(super) _webhook_configuration: Option<Json>,
}

/// A `PolicyException`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Exception {
    pub(super) policy_refs: Vec<PolicyRef>,
    #[serde(deserialize_with = "some")]
    pub(super) match_conditions: Vec<Condition>,
    #[serde(deserialize_with = "some")]
    pub(super) images: Vec<String>,
    #[serde(deserialize_with = "some")]
    pub(super) allowed_values: Vec<String>,
    pub(super) report_result: Option<ReportResult>,
}

/// `validate.cel` of a rule of a `ClusterPolicy`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Rule {
    #[serde(deserialize_with = "some")]
    pub(super) expressions: Vec<Validation>,
    #[serde(deserialize_with = "some")]
    pub(super) variables: Vec<Variable>,
    #[serde(deserialize_with = "some")]
    pub(super) audit_annotations: Vec<AuditAnnotation>,
    pub(super) param_kind: Option<ParamKind>,
    pub(super) param_ref: Option<ParamRef>,
    /// Whether Kubernetes' own kind is generated from it.
    #[serde(rename = "generate")]
    pub(super) _generate: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    #[serde(rename = "name", default)]
    pub(super) _name: String,
    pub(super) expression: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) expression: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Validation {
    #[serde(rename = "identifier")]
    pub(super) _identifier: Option<String>,
    pub(super) expression: String,
    #[serde(deserialize_with = "some")]
    pub(super) message: String,
    #[serde(deserialize_with = "some")]
    pub(super) message_expression: String,
    /// A machine-readable word, which answers here do not have.
    #[serde(rename = "reason")]
    pub(super) _reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AuditAnnotation {
    pub(super) key: String,
    pub(super) value_expression: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum FailurePolicy {
    #[default]
    Fail,
    Ignore,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Action {
    Deny,
    Warn,
    Audit,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Evaluation {
    pub(super) mode: Option<Mode>,
    pub(super) admission: Option<Switch>,
    #[serde(rename = "background")]
    pub(super) _background: Option<Switch>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Mode {
    Kubernetes,
    #[serde(alias = "JSON")]
    Json,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Switch {
    pub(super) enabled: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Autogen {
    pub(super) pod_controllers: Option<Controllers>,
    #[serde(rename = "validatingAdmissionPolicy")]
    pub(super) _validating_admission_policy: Option<Switch>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Controllers {
    pub(super) controllers: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct MatchResources {
    #[serde(deserialize_with = "selector")]
    pub(super) namespace_selector: Option<LabelSelector>,
    #[serde(deserialize_with = "selector")]
    pub(super) object_selector: Option<LabelSelector>,
    #[serde(deserialize_with = "some")]
    pub(super) resource_rules: Vec<ResourceRule>,
    #[serde(deserialize_with = "some")]
    pub(super) exclude_resource_rules: Vec<ResourceRule>,
    /// Requests are not converted here, so each has the version that it was made in.
    #[serde(rename = "matchPolicy")]
    pub(super) _match_policy: Option<MatchPolicy>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) enum MatchPolicy {
    Exact,
    Equivalent,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ResourceRule {
    #[serde(deserialize_with = "some")]
    pub(super) api_groups: Vec<String>,
    #[serde(deserialize_with = "some")]
    pub(super) api_versions: Vec<String>,
    #[serde(deserialize_with = "some")]
    pub(super) operations: Vec<String>,
    #[serde(deserialize_with = "some")]
    pub(super) resources: Vec<String>,
    #[serde(deserialize_with = "some")]
    pub(super) resource_names: Vec<String>,
    pub(super) scope: Option<Scope>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Scope {
    Cluster,
    Namespaced,
    #[serde(rename = "*")]
    Any,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ParamKind {
    pub(super) api_version: String,
    pub(super) kind: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ParamRef {
    pub(super) name: Option<String>,
    pub(super) namespace: Option<String>,
    #[serde(deserialize_with = "selector")]
    pub(super) selector: Option<LabelSelector>,
    pub(super) parameter_not_found_action: Option<NotFound>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum NotFound {
    Allow,
    Deny,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyRef {
    pub(super) name: String,
    pub(super) kind: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ReportResult {
    Pass,
    Skip,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MatchImage {
    pub(super) glob: Option<String>,
    pub(super) expression: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Configurations {
    pub(super) mutate_digest: Option<bool>,
    pub(super) verify_digest: Option<bool>,
    pub(super) required: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Attestor {
    pub(super) name: String,
    pub(super) cosign: Option<Cosign>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Cosign {
    pub(super) key: Option<Key>,
    pub(super) keyless: Option<Keyless>,
    pub(super) certificate: Option<Certificate>,
    pub(super) source: Option<Source>,
    pub(super) ctlog: Option<Log>,
    #[serde(deserialize_with = "some")]
    pub(super) annotations: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Key {
    pub(super) data: Option<String>,
    pub(super) kms: Option<String>,
    pub(super) hash_algorithm: Option<String>,
    pub(super) expression: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Keyless {
    pub(super) identities: Vec<Identity>,
    pub(super) roots: Option<Text>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Identity {
    pub(super) issuer: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) issuer_reg_exp: Option<String>,
    pub(super) subject_reg_exp: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Certificate {
    pub(super) cert: Option<Text>,
    pub(super) cert_chain: Option<Text>,
}

/// A text, or the expression for it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Text {
    pub(super) value: Option<String>,
    pub(super) expression: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Source {
    pub(super) repository: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Log {
    pub(super) url: Option<String>,
    pub(super) rekor_pub_key: Option<String>,
    #[serde(rename = "ctLogPubKey")]
    pub(super) ct_log_pub_key: Option<String>,
    pub(super) insecure_ignore_tlog: Option<bool>,
    #[serde(rename = "insecureIgnoreSCT")]
    pub(super) insecure_ignore_sct: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Attestation {
    pub(super) name: String,
    pub(super) intoto: Option<InToto>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct InToto {
    #[serde(rename = "type")]
    pub(super) predicate_type: String,
}

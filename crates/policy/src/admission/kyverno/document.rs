//! The form of Kyverno's documents (`kyverno.io/v1`, `v2beta1`, `v2`).
//!
//! Each struct lists every known field; an unknown one is an error. Fields that do not affect an
//! answer are read and ignored.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::admission::relation::Relation;

pub(super) type Labels = BTreeMap<String, String>;

/// `spec` of a policy; the rules are read one by one.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Spec {
    pub(super) rules: Vec<Value>,
    pub(super) apply_rules: Option<String>,
    pub(super) validation_failure_action: Option<String>,
    pub(super) validation_failure_action_overrides: Vec<Override>,
    pub(super) failure_policy: Value,
    pub(super) emit_warning: Value,
    pub(super) admission: Value,
    pub(super) background: Value,
    pub(super) schema_validation: Value,
    pub(super) webhook_timeout_seconds: Value,
    pub(super) mutate_existing_on_policy_update: Value,
    pub(super) generate_existing_on_policy_update: Value,
    pub(super) generate_existing: Value,
    pub(super) use_server_side_apply: Value,
    pub(super) webhook_configuration: Option<WebhookConfiguration>,
}

/// How the server calls the webhook, and for which requests.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct WebhookConfiguration {
    pub(super) failure_policy: Value,
    pub(super) timeout_seconds: Value,
    pub(super) match_conditions: Vec<Value>,
}

/// Another action for some namespaces.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Override {
    pub(super) action: String,
    pub(super) namespaces: Vec<String>,
    pub(super) namespace_selector: Option<Selector>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) context: Vec<Entry>,
    #[serde(rename = "match")]
    pub(super) matches: Match,
    pub(super) exclude: Option<Match>,
    pub(super) preconditions: Value,
    pub(super) cel_preconditions: Value,
    pub(super) validate: Option<Validate>,
    pub(super) verify_images: Vec<VerifyImage>,
    pub(super) image_extractors: BTreeMap<String, Vec<Extractor>>,
    pub(super) mutate: Value,
    pub(super) generate: Value,
    pub(super) report_properties: Value,
    pub(super) skip_background_requests: Value,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Match {
    pub(super) any: Vec<Filter>,
    pub(super) all: Vec<Filter>,
    pub(super) resources: Resources,
    pub(super) subjects: Vec<Subject>,
    pub(super) roles: Vec<String>,
    pub(super) cluster_roles: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Filter {
    pub(super) resources: Resources,
    pub(super) subjects: Vec<Subject>,
    pub(super) roles: Vec<String>,
    pub(super) cluster_roles: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Resources {
    pub(super) kinds: Vec<String>,
    pub(super) name: String,
    pub(super) names: Vec<String>,
    pub(super) namespaces: Vec<String>,
    pub(super) annotations: Labels,
    pub(super) selector: Option<Selector>,
    pub(super) namespace_selector: Option<Selector>,
    pub(super) operations: Vec<super::super::Operation>,
}

/// A label selector of Kubernetes; Kyverno allows wildcards in labels.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Selector {
    pub(super) match_labels: Labels,
    pub(super) match_expressions: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Requirement {
    pub(super) key: String,
    pub(super) operator: Relation,
    #[serde(default)]
    pub(super) values: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Subject {
    pub(super) kind: String,
    pub(super) api_group: String,
    pub(super) name: String,
    pub(super) namespace: String,
}

/// One entry of a context.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) variable: Option<Variable>,
    pub(super) config_map: Option<ConfigMap>,
    pub(super) api_call: Option<ApiCall>,
    pub(super) image_registry: Option<ImageRegistry>,
    pub(super) global_reference: Option<GlobalReference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Variable {
    pub(super) value: Value,
    pub(super) jmes_path: String,
    pub(super) default: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ConfigMap {
    pub(super) name: String,
    pub(super) namespace: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ApiCall {
    pub(super) url_path: String,
    pub(super) method: String,
    pub(super) data: Vec<Datum>,
    pub(super) service: Option<Service>,
    pub(super) jmes_path: String,
    pub(super) default: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Datum {
    pub(super) key: String,
    pub(super) value: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Service {
    pub(super) url: String,
    pub(super) ca_bundle: Value,
    pub(super) headers: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ImageRegistry {
    pub(super) reference: String,
    pub(super) jmes_path: String,
    pub(super) image_registry_credentials: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct GlobalReference {
    pub(super) name: String,
    pub(super) jmes_path: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Validate {
    pub(super) failure_action: Option<String>,
    pub(super) failure_action_overrides: Vec<Override>,
    pub(super) allow_existing_violations: Option<bool>,
    pub(super) message: String,
    pub(super) pattern: Option<Value>,
    pub(super) any_pattern: Option<Vec<Value>>,
    pub(super) deny: Option<Deny>,
    pub(super) foreach: Vec<ForEach>,
    pub(super) pod_security: Option<PodSecurity>,
    pub(super) cel: Option<Value>,
    pub(super) manifests: Option<Value>,
    pub(super) assert: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Deny {
    pub(super) conditions: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ForEach {
    pub(super) list: String,
    pub(super) element_scope: Option<bool>,
    pub(super) context: Vec<Entry>,
    pub(super) preconditions: Value,
    pub(super) pattern: Option<Value>,
    pub(super) any_pattern: Option<Vec<Value>>,
    pub(super) deny: Option<Deny>,
    pub(super) foreach: Vec<ForEach>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PodSecurity {
    pub(super) level: String,
    pub(super) version: String,
    pub(super) exclude: Vec<Exclusion>,
}

/// A part of the Pod Security Standards that is not enforced.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Exclusion {
    pub(super) control_name: String,
    pub(super) images: Vec<String>,
    pub(super) restricted_field: String,
    pub(super) values: Vec<String>,
}

/// The place of images in objects of a kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Extractor {
    pub(super) path: String,
    pub(super) value: String,
    pub(super) name: String,
    pub(super) key: String,
    pub(super) jmes_path: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct VerifyImage {
    pub(super) failure_action: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) image: String,
    pub(super) image_references: Vec<String>,
    pub(super) skip_image_references: Vec<String>,
    pub(super) key: String,
    pub(super) roots: String,
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) additional_extensions: Labels,
    pub(super) attestors: Vec<AttestorSet>,
    pub(super) attestations: Vec<Attestation>,
    pub(super) annotations: Labels,
    pub(super) repository: String,
    #[serde(rename = "cosignOCI11")]
    pub(super) cosign_oci11: Value,
    pub(super) mutate_digest: bool,
    pub(super) verify_digest: bool,
    pub(super) required: bool,
    pub(super) validate: Option<ImageValidate>,
    pub(super) image_registry_credentials: Value,
    pub(super) use_cache: Value,
}

impl Default for VerifyImage {
    /// The three switches are on by default.
    fn default() -> Self {
        Self {
            failure_action: None,
            kind: None,
            image: String::new(),
            image_references: Vec::new(),
            skip_image_references: Vec::new(),
            key: String::new(),
            roots: String::new(),
            subject: String::new(),
            issuer: String::new(),
            additional_extensions: Labels::new(),
            attestors: Vec::new(),
            attestations: Vec::new(),
            annotations: Labels::new(),
            repository: String::new(),
            cosign_oci11: Value::Null,
            mutate_digest: true,
            verify_digest: true,
            required: true,
            validate: None,
            image_registry_credentials: Value::Null,
            use_cache: Value::Null,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ImageValidate {
    pub(super) message: String,
    pub(super) deny: Option<Deny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AttestorSet {
    pub(super) count: Option<usize>,
    pub(super) entries: Vec<AttestorEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AttestorEntry {
    pub(super) keys: Option<Keys>,
    pub(super) certificates: Option<Certificates>,
    pub(super) keyless: Option<Keyless>,
    pub(super) attestor: Option<Box<AttestorSet>>,
    pub(super) annotations: Labels,
    pub(super) repository: String,
    #[serde(rename = "signatureAlgorithm")]
    pub(super) signature_algorithm: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Keys {
    pub(super) public_keys: String,
    pub(super) signature_algorithm: Option<String>,
    pub(super) kms: String,
    pub(super) secret: Option<ConfigMap>,
    pub(super) rekor: Option<Rekor>,
    pub(super) ctlog: Option<CertificateLog>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Certificates {
    pub(super) cert: String,
    pub(super) cert_chain: String,
    pub(super) rekor: Option<Rekor>,
    pub(super) ctlog: Option<CertificateLog>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Keyless {
    pub(super) rekor: Option<Rekor>,
    pub(super) ctlog: Option<CertificateLog>,
    pub(super) issuer: String,
    pub(super) issuer_reg_exp: String,
    pub(super) subject: String,
    pub(super) subject_reg_exp: String,
    pub(super) roots: String,
    pub(super) additional_extensions: Labels,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Rekor {
    pub(super) url: String,
    pub(super) pubkey: String,
    pub(super) ignore_tlog: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CertificateLog {
    #[serde(rename = "ignoreSCT")]
    pub(super) ignore_sct: bool,
    pub(super) pubkey: String,
    #[serde(rename = "tsaCertChain")]
    pub(super) tsa_cert_chain: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Attestation {
    pub(super) name: String,
    pub(super) predicate_type: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) attestors: Vec<AttestorSet>,
    pub(super) conditions: Vec<Value>,
}

/// `spec` of a `PolicyException`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ExceptionSpec {
    pub(super) background: Value,
    #[serde(rename = "match")]
    pub(super) matches: Match,
    pub(super) conditions: Value,
    pub(super) exceptions: Vec<Excepted>,
    pub(super) pod_security: Vec<Exclusion>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Excepted {
    pub(super) policy_name: String,
    pub(super) rule_names: Vec<String>,
}

//! The fields of a pod that the standards check. A field of the wrong type is an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Null counts as a missing field.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pod {
    #[serde(deserialize_with = "nullable")]
    pub(super) metadata: Metadata,
    #[serde(deserialize_with = "nullable")]
    pub(super) spec: Spec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    #[serde(deserialize_with = "nullable")]
    pub(super) annotations: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Spec {
    #[serde(deserialize_with = "nullable")]
    pub(super) containers: Vec<Container>,
    #[serde(deserialize_with = "nullable")]
    pub(super) init_containers: Vec<Container>,
    #[serde(deserialize_with = "nullable")]
    pub(super) ephemeral_containers: Vec<Container>,
    #[serde(deserialize_with = "nullable")]
    pub(super) volumes: Vec<BTreeMap<String, Value>>,
    #[serde(deserialize_with = "nullable")]
    pub(super) security_context: Security,
    pub(super) host_network: Option<bool>,
    #[serde(rename = "hostPID")]
    pub(super) host_pid: Option<bool>,
    #[serde(rename = "hostIPC")]
    pub(super) host_ipc: Option<bool>,
    #[serde(deserialize_with = "nullable")]
    pub(super) os: Named,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    #[serde(deserialize_with = "nullable")]
    pub(super) name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Container {
    #[serde(deserialize_with = "nullable")]
    pub(super) name: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) image: String,
    pub(super) security_context: Option<Security>,
    #[serde(deserialize_with = "nullable")]
    pub(super) ports: Vec<Port>,
    #[serde(deserialize_with = "nullable")]
    pub(super) liveness_probe: Handler,
    #[serde(deserialize_with = "nullable")]
    pub(super) readiness_probe: Handler,
    #[serde(deserialize_with = "nullable")]
    pub(super) startup_probe: Handler,
    #[serde(deserialize_with = "nullable")]
    pub(super) lifecycle: Lifecycle,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Port {
    pub(super) host_port: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Lifecycle {
    #[serde(deserialize_with = "nullable")]
    pub(super) post_start: Handler,
    #[serde(deserialize_with = "nullable")]
    pub(super) pre_stop: Handler,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Handler {
    #[serde(deserialize_with = "nullable")]
    pub(super) http_get: Host,
    #[serde(deserialize_with = "nullable")]
    pub(super) tcp_socket: Host,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Host {
    #[serde(deserialize_with = "nullable")]
    pub(super) host: String,
}

/// The security context of a pod or a container.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Security {
    pub(super) allow_privilege_escalation: Option<bool>,
    pub(super) privileged: Option<bool>,
    pub(super) run_as_non_root: Option<bool>,
    pub(super) run_as_user: Option<i64>,
    pub(super) proc_mount: Option<String>,
    pub(super) capabilities: Option<Capabilities>,
    pub(super) app_armor_profile: Option<Profile>,
    pub(super) seccomp_profile: Option<Profile>,
    pub(super) se_linux_options: Option<SeLinux>,
    #[serde(deserialize_with = "nullable")]
    pub(super) windows_options: Windows,
    #[serde(deserialize_with = "nullable")]
    pub(super) sysctls: Vec<Named>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Capabilities {
    #[serde(deserialize_with = "nullable")]
    pub(super) add: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) drop: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    #[serde(rename = "type", deserialize_with = "nullable")]
    pub(super) kind: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SeLinux {
    #[serde(rename = "type", deserialize_with = "nullable")]
    pub(super) kind: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) user: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) role: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Windows {
    pub(super) host_process: Option<bool>,
}

impl Spec {
    /// Returns all containers, each with its field.
    pub(super) fn all(&self) -> impl Iterator<Item = (String, &Container)> {
        let lists = [
            ("initContainers", &self.init_containers),
            ("containers", &self.containers),
            ("ephemeralContainers", &self.ephemeral_containers),
        ];
        lists.into_iter().flat_map(|(name, list)| {
            let field = move |at| format!("spec.{name}[{at}]");
            list.iter().enumerate().map(move |(at, container)| (field(at), container))
        })
    }

    pub(super) fn is_windows(&self) -> bool {
        self.os.name == "windows"
    }
}

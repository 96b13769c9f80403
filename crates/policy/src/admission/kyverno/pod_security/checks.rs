//! The checks of the standards, as a table.

use super::pod::{Container, Handler, Pod, Profile, Security};
use super::{LATEST, Level, Version};

/// Receives a violation: the field, the container, the values.
type Add<'a> = dyn FnMut(String, Option<&Container>, Vec<String>) + 'a;

/// The forms of a check, each with the version from which it applies.
type Versions = &'static [(Version, fn(&Pod, &mut Add<'_>))];

/// A check, with its forms by version.
pub(super) struct Check {
    pub(super) id: &'static str,
    /// The control, as exclusions name it.
    pub(super) control: &'static str,
    pub(super) level: Level,
    pub(super) versions: Versions,
}

const fn baseline(id: &'static str, control: &'static str, versions: Versions) -> Check {
    Check { id, control, level: Level::Baseline, versions }
}

const fn restricted(id: &'static str, control: &'static str, versions: Versions) -> Check {
    Check { id, control, level: Level::Restricted, versions }
}

pub(super) static CHECKS: &[Check] = &[
    baseline("appArmorProfile", "AppArmor", &[(Version(0), app_armor)]),
    baseline("capabilities_baseline", "Capabilities", &[(Version(0), added_capabilities)]),
    baseline("hostNamespaces", "Host Namespaces", &[(Version(0), host_namespaces)]),
    baseline("hostPathVolumes", "HostPath Volumes", &[(Version(0), host_paths)]),
    baseline("hostPorts", "Host Ports", &[(Version(0), host_ports)]),
    baseline(
        "hostProbesAndHostLifecycle",
        "Host Probes / Lifecycle Hooks",
        &[(Version(34), probed_hosts)],
    ),
    baseline("privileged", "Privileged Containers", &[(Version(0), privileged)]),
    baseline("procMount", "/proc Mount Type", &[(Version(0), proc_mount)]),
    baseline(
        "seLinuxOptions",
        "SELinux",
        &[
            (Version(0), |pod, add| se_linux(pod, &SE_LINUX_TYPES[..4], add)),
            (Version(31), |pod, add| se_linux(pod, &SE_LINUX_TYPES, add)),
        ],
    ),
    baseline(
        "seccompProfile_baseline",
        "Seccomp",
        &[(Version(0), seccomp_annotations), (Version(19), seccomp)],
    ),
    baseline(
        "sysctls",
        "Sysctls",
        &[
            (Version(0), |pod, add| sysctls(pod, Version(0), add)),
            (Version(27), |pod, add| sysctls(pod, Version(27), add)),
            (Version(29), |pod, add| sysctls(pod, Version(29), add)),
            (Version(32), |pod, add| sysctls(pod, LATEST, add)),
        ],
    ),
    baseline("windowsHostProcess", "HostProcess", &[(Version(0), host_process)]),
    restricted(
        "allowPrivilegeEscalation",
        "Privilege Escalation",
        &[(Version(8), escalation), (Version(25), |pod, add| unless_windows(pod, add, escalation))],
    ),
    restricted(
        "capabilities_restricted",
        "Capabilities",
        &[
            (Version(22), dropped_capabilities),
            (Version(25), |pod, add| unless_windows(pod, add, dropped_capabilities)),
        ],
    ),
    restricted("restrictedVolumes", "Volume Types", &[(Version(0), volumes)]),
    restricted("runAsNonRoot", "Running as Non-root", &[(Version(0), run_as_non_root)]),
    restricted("runAsUser", "Running as Non-root user", &[(Version(23), run_as_user)]),
    restricted(
        "seccompProfile_restricted",
        "Seccomp",
        &[
            (Version(19), seccomp_set),
            (Version(25), |pod, add| unless_windows(pod, add, seccomp_set)),
        ],
    ),
];

/// Runs a check except for Windows pods, which have no such settings.
fn unless_windows(pod: &Pod, add: &mut Add<'_>, check: fn(&Pod, &mut Add<'_>)) {
    if !pod.spec.is_windows() {
        check(pod, add);
    }
}

/// Returns each container that has a security context, with the context's field.
fn contexts(pod: &Pod) -> impl Iterator<Item = (String, &Container, &Security)> {
    pod.spec.all().filter_map(|(field, container)| {
        let security = container.security_context.as_ref()?;
        Some((format!("{field}.securityContext"), container, security))
    })
}

fn is_true(setting: Option<bool>) -> bool {
    setting == Some(true)
}

const POD: &str = "spec.securityContext";

fn app_armor(pod: &Pod, add: &mut Add<'_>) {
    let bad = |profile: &Option<Profile>| {
        let kind = &profile.as_ref()?.kind;
        // A missing value need not be named by an exclusion.
        let said = || Some(kind.clone()).filter(|kind| !kind.is_empty());
        let is_allowed = matches!(kind.as_str(), "RuntimeDefault" | "Localhost");
        (!is_allowed).then(|| said().into_iter().collect())
    };
    if let Some(values) = bad(&pod.spec.security_context.app_armor_profile) {
        add(format!("{POD}.appArmorProfile.type"), None, values);
    }
    for (field, container, security) in contexts(pod) {
        if let Some(values) = bad(&security.app_armor_profile) {
            add(format!("{field}.appArmorProfile.type"), Some(container), values);
        }
    }
    for (key, value) in &pod.metadata.annotations {
        let of_app_armor = key.starts_with("container.apparmor.security.beta.kubernetes.io/");
        let allowed =
            value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
        if of_app_armor && !allowed {
            add(format!("metadata.annotations[{key}]"), None, vec![value.clone()]);
        }
    }
}

const DEFAULT_CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn added_capabilities(pod: &Pod, add: &mut Add<'_>) {
    for (field, container, security) in contexts(pod) {
        let added = security.capabilities.iter().flat_map(|own| &own.add);
        let bad: Vec<String> =
            added.filter(|own| !DEFAULT_CAPABILITIES.contains(&own.as_str())).cloned().collect();
        if !bad.is_empty() {
            add(format!("{field}.capabilities.add"), Some(container), bad);
        }
    }
}

fn dropped_capabilities(pod: &Pod, add: &mut Add<'_>) {
    for (field, container) in pod.spec.all() {
        let field = format!("{field}.securityContext.capabilities");
        let own = container.security_context.as_ref().and_then(|own| own.capabilities.as_ref());
        let Some(capabilities) = own else {
            add(format!("{field}.drop"), Some(container), Vec::new());
            continue;
        };
        if !capabilities.drop.iter().any(|own| own == "ALL") {
            add(format!("{field}.drop"), Some(container), capabilities.drop.clone());
        }
        let added = capabilities.add.iter().filter(|own| *own != "NET_BIND_SERVICE");
        let bad: Vec<String> = added.cloned().collect();
        if !bad.is_empty() {
            add(format!("{field}.add"), Some(container), bad);
        }
    }
}

fn host_namespaces(pod: &Pod, add: &mut Add<'_>) {
    let spec = &pod.spec;
    let shared = [
        ("spec.hostNetwork", spec.host_network),
        ("spec.hostPID", spec.host_pid),
        ("spec.hostIPC", spec.host_ipc),
    ];
    for (field, setting) in shared {
        if is_true(setting) {
            add(field.to_owned(), None, vec!["true".to_owned()]);
        }
    }
}

fn host_paths(pod: &Pod, add: &mut Add<'_>) {
    for (at, volume) in pod.spec.volumes.iter().enumerate() {
        if let Some(path) = volume.get("hostPath").filter(|path| !path.is_null()) {
            let path = path.get("path").and_then(serde_json::Value::as_str).unwrap_or_default();
            let values = if path.is_empty() { Vec::new() } else { vec![path.to_owned()] };
            add(format!("spec.volumes[{at}].hostPath"), None, values);
        }
    }
}

fn host_ports(pod: &Pod, add: &mut Add<'_>) {
    for (field, container) in pod.spec.all() {
        for (at, port) in container.ports.iter().enumerate() {
            if let Some(number) = port.host_port.filter(|number| *number != 0) {
                let field = format!("{field}.ports[{at}].hostPort");
                add(field, Some(container), vec![number.to_string()]);
            }
        }
    }
}

fn probed_hosts(pod: &Pod, add: &mut Add<'_>) {
    for (field, container) in pod.spec.all() {
        let handlers: [(&str, &Handler); 5] = [
            ("livenessProbe", &container.liveness_probe),
            ("readinessProbe", &container.readiness_probe),
            ("startupProbe", &container.startup_probe),
            ("lifecycle.postStart", &container.lifecycle.post_start),
            ("lifecycle.preStop", &container.lifecycle.pre_stop),
        ];
        for (name, handler) in handlers {
            let hosts = [("httpGet", &handler.http_get), ("tcpSocket", &handler.tcp_socket)];
            for (way, host) in hosts {
                if !host.host.is_empty() {
                    let field = format!("{field}.{name}.{way}.host");
                    add(field, Some(container), vec![host.host.clone()]);
                }
            }
        }
    }
}

fn privileged(pod: &Pod, add: &mut Add<'_>) {
    for (field, container, security) in contexts(pod) {
        if is_true(security.privileged) {
            add(format!("{field}.privileged"), Some(container), vec!["true".to_owned()]);
        }
    }
}

fn proc_mount(pod: &Pod, add: &mut Add<'_>) {
    for (field, container, security) in contexts(pod) {
        if let Some(mount) = security.proc_mount.as_ref().filter(|mount| *mount != "Default") {
            add(format!("{field}.procMount"), Some(container), vec![mount.clone()]);
        }
    }
}

/// The allowed types; the last one since 1.31.
const SE_LINUX_TYPES: [&str; 5] =
    ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

fn se_linux(pod: &Pod, types: &[&str], add: &mut Add<'_>) {
    let mut check = |field: String, container: Option<&Container>, security: &Security| {
        let Some(options) = &security.se_linux_options else { return };
        let bad = [
            ("type", &options.kind, !types.contains(&options.kind.as_str())),
            ("user", &options.user, !options.user.is_empty()),
            ("role", &options.role, !options.role.is_empty()),
        ];
        for (name, value, is_bad) in bad {
            if is_bad {
                add(format!("{field}.seLinuxOptions.{name}"), container, vec![value.clone()]);
            }
        }
    };
    check(POD.to_owned(), None, &pod.spec.security_context);
    for (field, container, security) in contexts(pod) {
        check(field, Some(container), security);
    }
}

fn seccomp_annotations(pod: &Pod, add: &mut Add<'_>) {
    const OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
    const OF_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
    let names = pod.spec.all().map(|(_, container)| format!("{OF_CONTAINER}{}", container.name));
    for key in std::iter::once(OF_POD.to_owned()).chain(names) {
        let Some(value) = pod.metadata.annotations.get(&key) else { continue };
        let allowed = matches!(value.as_str(), "runtime/default" | "docker/default")
            || value.starts_with("localhost/");
        if !allowed {
            add(format!("metadata.annotations[{key}]"), None, vec![value.clone()]);
        }
    }
}

/// Returns the type of a profile where it is not allowed.
fn bad_seccomp(profile: Option<&Profile>) -> Option<Vec<String>> {
    let kind = &profile?.kind;
    let allowed = matches!(kind.as_str(), "RuntimeDefault" | "Localhost");
    (!allowed).then(|| if kind.is_empty() { Vec::new() } else { vec![kind.clone()] })
}

fn seccomp(pod: &Pod, add: &mut Add<'_>) {
    if let Some(values) = bad_seccomp(pod.spec.security_context.seccomp_profile.as_ref()) {
        add(format!("{POD}.seccompProfile.type"), None, values);
    }
    for (field, container, security) in contexts(pod) {
        if let Some(values) = bad_seccomp(security.seccomp_profile.as_ref()) {
            add(format!("{field}.seccompProfile.type"), Some(container), values);
        }
    }
}

/// Reports wrong settings first; missing ones only where there are no wrong ones.
fn seccomp_set(pod: &Pod, add: &mut Add<'_>) {
    let mut wrong = false;
    seccomp(pod, &mut |field, container, values| {
        wrong = true;
        add(field, container, values);
    });
    if wrong || pod.spec.security_context.seccomp_profile.is_some() {
        return;
    }
    for (field, container) in pod.spec.all() {
        let own = container.security_context.as_ref();
        if own.and_then(|own| own.seccomp_profile.as_ref()).is_none() {
            let field = format!("{field}.securityContext.seccompProfile.type");
            add(field, Some(container), Vec::new());
        }
    }
}

const SYSCTLS: &[(&str, Version)] = &[
    ("kernel.shm_rmid_forced", Version(0)),
    ("net.ipv4.ip_local_port_range", Version(0)),
    ("net.ipv4.tcp_syncookies", Version(0)),
    ("net.ipv4.ping_group_range", Version(0)),
    ("net.ipv4.ip_unprivileged_port_start", Version(0)),
    ("net.ipv4.ip_local_reserved_ports", Version(27)),
    ("net.ipv4.tcp_keepalive_time", Version(29)),
    ("net.ipv4.tcp_fin_timeout", Version(29)),
    ("net.ipv4.tcp_keepalive_intvl", Version(29)),
    ("net.ipv4.tcp_keepalive_probes", Version(29)),
    ("net.ipv4.tcp_rmem", Version(32)),
    ("net.ipv4.tcp_wmem", Version(32)),
];

fn sysctls(pod: &Pod, version: Version, add: &mut Add<'_>) {
    for (at, sysctl) in pod.spec.security_context.sysctls.iter().enumerate() {
        let allowed = SYSCTLS.iter().any(|(name, since)| *name == sysctl.name && *since <= version);
        if !allowed {
            let field = format!("{POD}.sysctls[{at}].name");
            add(field, None, vec![sysctl.name.clone()]);
        }
    }
}

fn host_process(pod: &Pod, add: &mut Add<'_>) {
    if is_true(pod.spec.security_context.windows_options.host_process) {
        add(format!("{POD}.windowsOptions.hostProcess"), None, vec!["true".to_owned()]);
    }
    for (field, container, security) in contexts(pod) {
        if is_true(security.windows_options.host_process) {
            let field = format!("{field}.windowsOptions.hostProcess");
            add(field, Some(container), vec!["true".to_owned()]);
        }
    }
}

fn escalation(pod: &Pod, add: &mut Add<'_>) {
    for (field, container) in pod.spec.all() {
        let values = match container.security_context.as_ref() {
            None => Vec::new(),
            Some(Security { allow_privilege_escalation: None, .. }) => vec!["nil".to_owned()],
            Some(Security { allow_privilege_escalation: Some(true), .. }) => {
                vec!["true".to_owned()]
            }
            Some(_) => continue,
        };
        let field = format!("{field}.securityContext.allowPrivilegeEscalation");
        add(field, Some(container), values);
    }
}

const ALLOWED_VOLUMES: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

fn volumes(pod: &Pod, add: &mut Add<'_>) {
    for (at, volume) in pod.spec.volumes.iter().enumerate() {
        let mut kinds = volume
            .iter()
            .filter(|(key, value)| *key != "name" && !value.is_null())
            .map(|(key, _)| key.as_str());
        let first = kinds.clone().next();
        if !kinds.any(|kind| ALLOWED_VOLUMES.contains(&kind)) {
            let field = format!("spec.volumes[{at}].{}", first.unwrap_or("unknown"));
            add(field, None, Vec::new());
        }
    }
}

fn run_as_non_root(pod: &Pod, add: &mut Add<'_>) {
    let of_pod = pod.spec.security_context.run_as_non_root;
    let no = || vec!["false".to_owned()];
    if of_pod == Some(false) {
        add(format!("{POD}.runAsNonRoot"), None, no());
    }
    for (field, container) in pod.spec.all() {
        let own = container.security_context.as_ref().and_then(|own| own.run_as_non_root);
        let field = format!("{field}.securityContext.runAsNonRoot");
        match own {
            Some(false) => add(field, Some(container), no()),
            None if !is_true(of_pod) => add(field, Some(container), Vec::new()),
            _ => {}
        }
    }
}

fn run_as_user(pod: &Pod, add: &mut Add<'_>) {
    let root = || vec!["0".to_owned()];
    if pod.spec.security_context.run_as_user == Some(0) {
        add(format!("{POD}.runAsUser"), None, root());
    }
    for (field, container, security) in contexts(pod) {
        if security.run_as_user == Some(0) {
            add(format!("{field}.runAsUser"), Some(container), root());
        }
    }
}

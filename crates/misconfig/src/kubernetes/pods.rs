//! Resources that a pod shares with its node.

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::containers::ports;
use super::object::Object;
use super::rule::{Cause, Rule, Test};
use crate::Check;
use crate::yaml::Node;

/// The checks of pods.
pub(super) static RULES: &[Rule] = &[
    Rule {
        check: Check::new(
            "KSV-0002",
            Low,
            "Another AppArmor profile than the runtime's",
            "A profile that is not the runtime's default may permit more, and `unconfined` permits everything.",
            "Set the container's AppArmor annotation to runtime/default, or leave it out.",
        ),
        test: Test::Causes(
            other_app_armor_profiles,
            "does not run under the AppArmor profile runtime/default",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0006",
            High,
            "The socket of Docker is mounted",
            "Who may write to the socket of Docker is root on the node.",
            "Take the volume with /var/run/docker.sock out.",
        ),
        test: Test::Spec(
            |object| mounts(object, &["/var/run/docker.sock"]),
            "mounts the socket of Docker",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0007",
            Low,
            "Entries of /etc/hosts",
            "With hostAliases the kubelet no longer lets the engine maintain /etc/hosts.",
            "Take hostAliases out and use DNS.",
        ),
        test: Test::Causes(host_aliases, "sets hostAliases"),
    },
    Rule {
        check: Check::new(
            "KSV-0008",
            High,
            "The IPC namespace of the host",
            "A pod in the host's IPC namespace reads and writes the shared memory of the node's processes.",
            "Take hostIPC out.",
        ),
        test: Test::Spec(|object| object.pod_is("hostIPC"), "shares the IPC namespace of its host"),
    },
    Rule {
        check: Check::new(
            "KSV-0009",
            High,
            "The network of the host",
            "A pod in the host's network reaches what listens on the node's loopback address.",
            "Take hostNetwork out.",
        ),
        test: Test::Spec(|object| object.pod_is("hostNetwork"), "shares the network of its host"),
    },
    Rule {
        check: Check::new(
            "KSV-0010",
            High,
            "The process ids of the host",
            "A pod in the host's PID namespace sees the node's processes, and their environment.",
            "Take hostPID out.",
        ),
        test: Test::Spec(|object| object.pod_is("hostPID"), "shares the process ids of its host"),
    },
    Rule {
        check: Check::new(
            "KSV-0023",
            Medium,
            "A path of the host is mounted",
            "A hostPath volume gives a pod files of its node.",
            "Use another kind of volume than hostPath.",
        ),
        test: Test::Spec(
            |object| object.volumes().any(|volume| volume.get("hostPath").is_some()),
            "mounts a path of its host",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0025",
            Medium,
            "SELinux options of its own",
            "A custom SELinux user, role or type may be confined less than that of the runtime.",
            "Take seLinuxOptions out of the securityContext, or set only a type of containers.",
        ),
        test: Test::Spec(has_own_selinux_options, "sets SELinux options of its own"),
    },
    Rule {
        check: Check::new(
            "KSV-0026",
            Medium,
            "Unsafe kernel parameters",
            "A sysctl that does not belong to the pod's namespaces changes the node.",
            "Set only sysctls that the baseline Pod Security Standard allows.",
        ),
        test: Test::Causes(unsafe_sysctls, "sets unsafe kernel parameters"),
    },
    Rule {
        check: Check::new(
            "KSV-0028",
            Low,
            "A volume that is not of the core types",
            "The restricted Pod Security Standard allows only volumes that are made for the pod, or claimed.",
            "Use a persistentVolumeClaim, emptyDir, configMap, secret, projected or csi volume.",
        ),
        test: Test::Spec(
            |object| {
                object
                    .volumes()
                    .any(|volume| OTHER_VOLUMES.iter().any(|kind| volume.get(kind).is_some()))
            },
            "uses a volume that is not of the core types",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0036",
            Medium,
            "The token of the service account is mounted",
            "Who gets into a container with a token may do what its service account may.",
            "Set automountServiceAccountToken to false.",
        ),
        test: Test::Spec(mounts_token, "mounts the token of its service account"),
    },
    Rule {
        check: Check::new(
            "KSV-0102",
            Critical,
            "Tiller is deployed",
            "Tiller, the server of Helm 2, does for anybody in the cluster what it may do itself.",
            "Use Helm 3 or later, which has no server.",
        ),
        test: Test::Causes(tillers, "is Tiller"),
    },
    Rule {
        check: Check::new(
            "KSV-0117",
            Medium,
            "A privileged port",
            "Ports below 1024 were for the system's own services; binding one takes a capability.",
            "Let the container listen on a port from 1024 on, and map it in the Service.",
        ),
        test: Test::Whole(has_privileged_port, "listens on a port below 1024"),
    },
    Rule {
        check: Check::new(
            "KSV-0121",
            High,
            "A system folder of the host is mounted",
            "With a folder such as /etc or /proc of the node a pod can take the node over.",
            "Take the hostPath volume out, or mount a folder below it.",
        ),
        test: Test::Spec(
            |object| mounts(object, SYSTEM_FOLDERS),
            "mounts a system folder of its host",
        ),
    },
];

/// Kinds of volumes that the restricted Pod Security Standard does not list; `hostPath` has
/// checks of its own.
const OTHER_VOLUMES: &[&str] = &[
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "cephFS",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

/// Folders of a node with which a pod takes it over.
const SYSTEM_FOLDERS: &[&str] =
    &["/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr", "/var/lib/docker"];
/// Sysctls of the baseline Pod Security Standard, Kubernetes 1.32.
const SAFE_SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

/// SELinux types that confine as containers are.
const SELINUX_TYPES: &[&str] = &["container_t", "container_init_t", "container_kvm_t"];

/// The annotation of a container's AppArmor profile, with its name behind it.
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Where the token of a service account is mounted.
const TOKEN_FOLDER: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

fn mounts(object: &Object<'_>, paths: &[&str]) -> bool {
    let path = |volume: &Node| {
        volume
            .at(&["hostPath", "path"])
            .and_then(Node::str)
            .is_some_and(|path| paths.contains(&path))
    };
    object.volumes().any(path)
}

fn other_app_armor_profiles(object: &Object<'_>) -> Vec<Cause> {
    let containers = object.containers.iter().filter(|container| {
        let annotations = container.pod.and_then(|pod| pod.annotations());
        let key = format!("{APP_ARMOR}{}", container.name());
        let profile = annotations.and_then(|annotations| annotations.get(&key));
        profile.is_some_and(|profile| profile.str() != Some("runtime/default"))
    });
    containers.map(Cause::container).collect()
}

fn host_aliases(object: &Object<'_>) -> Vec<Cause> {
    let pods = object.pods.iter().filter(|pod| pod.spec.get("hostAliases").is_some());
    pods.map(|pod| Cause::at(pod.spec.lines)).collect()
}

fn has_own_selinux_options(object: &Object<'_>) -> bool {
    let pods =
        object.pods.iter().filter_map(|pod| pod.spec.at(&["securityContext", "seLinuxOptions"]));
    let containers =
        object.containers.iter().filter_map(|container| container.context.at(&["seLinuxOptions"]));
    pods.chain(containers).any(|options| {
        let kind = options.get("type").filter(|kind| !kind.is_null());
        let other_type =
            kind.is_some_and(|kind| !kind.str().is_some_and(|kind| SELINUX_TYPES.contains(&kind)));
        other_type || options.get("role").is_some() || options.get("user").is_some()
    })
}

fn unsafe_sysctls(object: &Object<'_>) -> Vec<Cause> {
    let is_unsafe = |sysctl: &Node| {
        let name = sysctl.get("name").and_then(Node::str);
        name.is_some_and(|name| !SAFE_SYSCTLS.contains(&name))
    };
    let pods = object.pods.iter().filter(|pod| {
        let sysctls = pod.spec.at(&["securityContext", "sysctls"]);
        sysctls.is_some_and(|sysctls| sysctls.items().iter().any(is_unsafe))
    });
    pods.map(|pod| Cause::at(pod.node.lines)).collect()
}

/// As in Trivy: for a controller, its own `spec`, not its template's.
fn mounts_token(object: &Object<'_>) -> bool {
    let Some(spec) = object.spec() else { return false };
    match spec.get("automountServiceAccountToken") {
        Some(automount) => automount.bool() == Some(true),
        None => object.containers.iter().any(|container| {
            let mounts = container.node.get("volumeMounts").into_iter().flat_map(Node::items);
            mounts
                .filter_map(|mount| mount.get("mountPath"))
                .any(|path| path.str() == Some(TOKEN_FOLDER))
        }),
    }
}

fn tillers(object: &Object<'_>) -> Vec<Cause> {
    let named = object.metadata().is_some_and(is_tiller);
    let mut causes = Vec::new();
    for container in &object.containers {
        if named || container.image().is_some_and(|image| image.contains("tiller")) {
            causes.push(Cause::container(container));
        }
    }
    for pod in &object.pods {
        if pod.node.get("metadata").is_some_and(is_tiller) {
            causes.push(Cause::at(pod.node.lines));
        }
    }
    causes
}

fn is_tiller(metadata: &Node) -> bool {
    let text = |path: &[&str]| metadata.at(path).and_then(Node::str);
    text(&["name"]).is_some_and(|name| name.contains("tiller"))
        || text(&["labels", "app"]) == Some("helm")
        || text(&["labels", "name"]) == Some("tiller")
}

fn has_privileged_port(object: &Object<'_>) -> bool {
    let port = |port: &Node| port.get("containerPort").and_then(Node::int);
    object.containers.iter().flat_map(ports).filter_map(port).any(|port| port < 1024)
}

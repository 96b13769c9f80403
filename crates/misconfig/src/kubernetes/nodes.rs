//! Nodes, from the output of the collector of Trivy's cluster scans: an object of the kind
//! `NodeInfo` whose `info` has a list of values for each file or flag. CIS Kubernetes Benchmark
//! 1.23, sections 1.1 and 4.

use sealift_model::Severity::{self, Critical, High, Low};

use self::Bad::{AbovePermissions, Any, Equal, NotEnding, NotOneOf, Number};
use super::object::Object;
use super::rule::{Cause, Found, Rule, Test, sentence};
use crate::Check;
use crate::yaml::Node;

/// The kind of object that these checks look at.
pub(super) const KIND: &str = "NodeInfo";

/// A check of one list of values.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeTest {
    /// Whether only nodes of the control plane are looked at.
    control_plane: bool,
    /// The list below `info`.
    list: &'static str,
    bad: Bad,
    /// Whether an empty list fails, too: the flag is not given.
    needed: bool,
}

/// A value that fails.
#[derive(Clone, Copy, Debug)]
enum Bad {
    /// Permissions as a decimal number, `644`, that is above this one.
    AbovePermissions(i64),
    /// A text that is none of these.
    NotOneOf(&'static [&'static str]),
    /// This text.
    Equal(&'static str),
    /// A text with another end.
    NotEnding(&'static str),
    /// Any number that the function picks.
    Number(fn(i64) -> bool),
    /// Every value.
    Any,
}

/// The checks of nodes.
pub(super) static RULES: &[Rule] = &[
    permissions(
        "KCV-0048",
        High,
        "kubeAPIServerSpecFilePermission",
        "Open permissions of the API server's manifest",
    ),
    owner(
        "KCV-0049",
        High,
        "kubeAPIServerSpecFileOwnership",
        "Another owner than root of the API server's manifest",
    ),
    permissions(
        "KCV-0050",
        High,
        "kubeControllerManagerSpecFilePermission",
        "Open permissions of the controller manager's manifest",
    ),
    owner(
        "KCV-0051",
        High,
        "kubeControllerManagerSpecFileOwnership",
        "Another owner than root of the controller manager's manifest",
    ),
    permissions(
        "KCV-0052",
        High,
        "kubeSchedulerSpecFilePermission",
        "Open permissions of the scheduler's manifest",
    ),
    owner(
        "KCV-0053",
        High,
        "kubeSchedulerSpecFileOwnership",
        "Another owner than root of the scheduler's manifest",
    ),
    permissions(
        "KCV-0054",
        High,
        "kubeEtcdSpecFilePermission",
        "Open permissions of etcd's manifest",
    ),
    owner(
        "KCV-0055",
        High,
        "kubeEtcdSpecFileOwnership",
        "Another owner than root of etcd's manifest",
    ),
    permissions(
        "KCV-0056",
        High,
        "containerNetworkInterfaceFilePermissions",
        "Open permissions of the container network's configuration",
    ),
    owner(
        "KCV-0057",
        High,
        "containerNetworkInterfaceFileOwnership",
        "Another owner than root of the container network's configuration",
    ),
    file(
        "KCV-0058",
        Low,
        "Open permissions of etcd's data",
        NodeTest { list: "etcdDataDirectoryPermissions", bad: AbovePermissions(700), ..FILE },
    ),
    file(
        "KCV-0059",
        Low,
        "etcd's data belong to somebody else",
        NodeTest { list: "etcdDataDirectoryOwnership", bad: NotOneOf(&["etcd:etcd"]), ..FILE },
    ),
    permissions(
        "KCV-0060",
        Critical,
        "adminConfFilePermissions",
        "Open permissions of the administrator's kubeconfig",
    ),
    owner(
        "KCV-0061",
        Critical,
        "adminConfFileOwnership",
        "Another owner than root of the administrator's kubeconfig",
    ),
    permissions(
        "KCV-0062",
        High,
        "schedulerConfFilePermissions",
        "Open permissions of the scheduler's kubeconfig",
    ),
    owner(
        "KCV-0063",
        High,
        "schedulerConfFileOwnership",
        "Another owner than root of the scheduler's kubeconfig",
    ),
    permissions(
        "KCV-0064",
        High,
        "controllerManagerConfFilePermissions",
        "Open permissions of the controller manager's kubeconfig",
    ),
    owner(
        "KCV-0065",
        High,
        "controllerManagerConfFileOwnership",
        "Another owner than root of the controller manager's kubeconfig",
    ),
    owner(
        "KCV-0066",
        Critical,
        "kubePKIDirectoryFileOwnership",
        "Another owner than root of the folder of certificates",
    ),
    permissions(
        "KCV-0067",
        Critical,
        "kubePKIKeyFilePermissions",
        "Open permissions of the cluster's private keys",
    ),
    permissions(
        "KCV-0068",
        High,
        "kubernetesPKICertificateFilePermissions",
        "Open permissions of certificates",
    ),
    of_kubelet(permissions(
        "KCV-0069",
        High,
        "kubeletServiceFilePermissions",
        "Open permissions of the kubelet's service file",
    )),
    of_kubelet(owner(
        "KCV-0070",
        Critical,
        "kubeletServiceFileOwnership",
        "Another owner than root of the kubelet's service file",
    )),
    of_kubelet(permissions(
        "KCV-0071",
        High,
        "kubeconfigFileExistsPermissions",
        "Open permissions of the proxy's kubeconfig",
    )),
    of_kubelet(owner(
        "KCV-0072",
        High,
        "kubeconfigFileExistsOwnership",
        "Another owner than root of the proxy's kubeconfig",
    )),
    of_kubelet(permissions(
        "KCV-0073",
        High,
        "kubeletConfFilePermissions",
        "Open permissions of the kubelet's kubeconfig",
    )),
    of_kubelet(owner(
        "KCV-0074",
        High,
        "kubeletConfFileOwnership",
        "Another owner than root of the kubelet's kubeconfig",
    )),
    of_kubelet(permissions(
        "KCV-0075",
        Critical,
        "certificateAuthoritiesFilePermissions",
        "Open permissions of authorities of clients",
    )),
    of_kubelet(owner(
        "KCV-0076",
        Critical,
        "certificateAuthoritiesFileOwnership",
        "Another owner than root of authorities of clients",
    )),
    of_kubelet(permissions(
        "KCV-0077",
        High,
        "kubeletConfigYamlConfigurationFilePermission",
        "Open permissions of the kubelet's configuration",
    )),
    of_kubelet(owner(
        "KCV-0078",
        High,
        "kubeletConfigYamlConfigurationFileOwnership",
        "Another owner than root of the kubelet's configuration",
    )),
    flag(
        "KCV-0079",
        Critical,
        "Anonymous requests to kubelets",
        NodeTest { list: "kubeletAnonymousAuthArgumentSet", bad: Equal("true"), ..FLAG },
    ),
    flag(
        "KCV-0080",
        High,
        "Kubelets that permit everything",
        NodeTest {
            list: "kubeletAuthorizationModeArgumentSet",
            bad: Equal("AlwaysAllow"),
            needed: true,
            ..FLAG
        },
    ),
    flag(
        "KCV-0081",
        Critical,
        "No authority for clients of kubelets",
        NodeTest { list: "kubeletClientCaFileArgumentSet", bad: Equal(""), needed: true, ..FLAG },
    ),
    flag(
        "KCV-0082",
        High,
        "A port of kubelets that needs no identity",
        NodeTest { list: "kubeletReadOnlyPortArgumentSet", bad: Number(|port| port != 0), ..FLAG },
    ),
    flag(
        "KCV-0083",
        High,
        "Kubelets change the kernel's settings",
        NodeTest {
            list: "kubeletProtectKernelDefaultsArgumentSet",
            bad: NotOneOf(&["true"]),
            needed: true,
            ..FLAG
        },
    ),
    flag(
        "KCV-0084",
        High,
        "Kubelets do not manage iptables",
        NodeTest {
            list: "kubeletMakeIptablesUtilChainsArgumentSet",
            bad: NotOneOf(&["true"]),
            ..FLAG
        },
    ),
    flag(
        "KCV-0085",
        High,
        "Idle connections to kubelets never end",
        NodeTest {
            list: "kubeletStreamingConnectionIdleTimeoutArgumentSet",
            bad: Number(|seconds| seconds == 0),
            ..FLAG
        },
    ),
    flag(
        "KCV-0086",
        High,
        "Nodes with another name",
        NodeTest { list: "kubeletHostnameOverrideArgumentSet", bad: Any, ..FLAG },
    ),
    flag(
        "KCV-0087",
        High,
        "Kubelets keep too few events",
        NodeTest { list: "kubeletEventQpsArgumentSet", bad: Number(|events| events < 0), ..FLAG },
    ),
    flag(
        "KCV-0088",
        Critical,
        "Kubelets without a certificate",
        NodeTest {
            list: "kubeletTlsCertFileTlsArgumentSet",
            bad: NotEnding(".crt"),
            needed: true,
            ..FLAG
        },
    ),
    flag(
        "KCV-0089",
        Critical,
        "Kubelets without a private key",
        NodeTest {
            list: "kubeletTlsPrivateKeyFileArgumentSet",
            bad: NotEnding(".key"),
            needed: true,
            ..FLAG
        },
    ),
    flag(
        "KCV-0090",
        High,
        "Client certificates of kubelets run out",
        NodeTest {
            list: "kubeletRotateCertificatesArgumentSet",
            bad: Equal("false"),
            needed: true,
            ..FLAG
        },
    ),
    flag(
        "KCV-0091",
        High,
        "Server certificates of kubelets run out",
        NodeTest {
            list: "kubeletRotateKubeletServerCertificateArgumentSet",
            bad: Equal("false"),
            needed: true,
            ..FLAG
        },
    ),
    flag(
        "KCV-0092",
        Critical,
        "Kubelets take weak ciphers",
        NodeTest {
            list: "kubeletOnlyUseStrongCryptographic",
            bad: NotOneOf(STRONG_CIPHERS),
            needed: true,
            ..FLAG
        },
    ),
];

/// CIS Kubernetes Benchmark 1.23, 4.2.13.
const STRONG_CIPHERS: &[&str] = &[
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
];

const FILE: NodeTest = NodeTest { control_plane: true, list: "", bad: Any, needed: false };
const FLAG: NodeTest = NodeTest { control_plane: false, ..FILE };

const fn permissions(
    id: &'static str,
    severity: Severity,
    list: &'static str,
    title: &'static str,
) -> Rule {
    file(id, severity, title, NodeTest { list, bad: AbovePermissions(600), ..FILE })
}

const fn owner(
    id: &'static str,
    severity: Severity,
    list: &'static str,
    title: &'static str,
) -> Rule {
    file(id, severity, title, NodeTest { list, bad: NotOneOf(&["root:root"]), ..FILE })
}

const fn file(id: &'static str, severity: Severity, title: &'static str, test: NodeTest) -> Rule {
    let check = Check::new(
        id,
        severity,
        title,
        "Who reads or changes the files of the control plane and of kubelets controls the node.",
        "Give the file to its owner alone, as the CIS Kubernetes Benchmark says.",
    );
    Rule { check, test: Test::Node(test) }
}

const fn flag(id: &'static str, severity: Severity, title: &'static str, test: NodeTest) -> Rule {
    let check = Check::new(
        id,
        severity,
        title,
        "A kubelet starts whatever it is told to, and reads every secret of its pods.",
        "Change the kubelet's flags or configuration as the CIS Kubernetes Benchmark says.",
    );
    Rule { check, test: Test::Node(test) }
}

/// The same of a file that every node has.
const fn of_kubelet(mut rule: Rule) -> Rule {
    if let Test::Node(test) = &mut rule.test {
        test.control_plane = false;
    }
    rule
}

impl NodeTest {
    /// The node, if it fails. No line is the cause.
    pub(super) fn failures(&self, object: &Object<'_>) -> Vec<Found> {
        let role = object.root.get("type").and_then(Node::str);
        let looks = match role {
            Some("master") => true,
            Some("worker") => !self.control_plane,
            _ => false,
        };
        if object.kind != KIND || !looks {
            return Vec::new();
        }
        let Some(values) = object.root.at(&["info", self.list, "values"]) else {
            return Vec::new();
        };
        let missing = self.needed && values.items().is_empty();
        let failing = missing || values.items().iter().any(|value| self.bad.is(value));
        let words = match missing {
            true => format!("says nothing of {}", self.list),
            false => format!("has a value that should not be in {}", self.list),
        };
        Vec::from_iter(failing.then(|| sentence(object, Cause::at(None), &words)))
    }
}

impl Bad {
    fn is(self, value: &Node) -> bool {
        match self {
            AbovePermissions(most) => value.int().is_some_and(|permissions| permissions > most),
            NotOneOf(texts) => value.str().is_none_or(|text| !texts.contains(&text)),
            Equal(text) => value.str() == Some(text),
            NotEnding(end) => value.str().is_none_or(|text| !text.ends_with(end)),
            Number(picks) => value.int().is_some_and(picks),
            Any => true,
        }
    }
}

//! Permissions of roles.

use sealift_model::Severity::{self, Critical, High, Low, Medium};

use super::{PERMITS, Permits, RoleTest, TEST};
use crate::Check;
use crate::kubernetes::rule::{Rule, Test};

/// The checks of roles.
pub(in crate::kubernetes) static RULES: &[Rule] = &[
    role(
        "KSV-0041",
        Critical,
        "All secrets of the cluster",
        "Among the secrets of a cluster are tokens that may do everything.",
        RoleTest {
            kinds: CLUSTER,
            rule: Permits { resources: &["secrets"], verbs: ANY_USE, ..PERMITS },
            ..TEST
        },
        "lets secrets of the whole cluster be read or changed",
    ),
    role(
        "KSV-0042",
        Medium,
        "Logs of pods can be deleted",
        "Who deletes logs hides what was done.",
        RoleTest {
            rule: Permits {
                resources: &["pods/log"],
                verbs: &["delete", "deletecollection", "*"],
                ..PERMITS
            },
            ..TEST
        },
        "lets logs of pods be deleted",
    ),
    role(
        "KSV-0043",
        Critical,
        "Groups can be impersonated",
        "Who acts as system:masters may do everything.",
        RoleTest {
            rule: Permits {
                groups: &["*"],
                resources: &["groups"],
                verbs: &["impersonate"],
                ..PERMITS
            },
            ..TEST
        },
        "lets groups be impersonated",
    ),
    role(
        "KSV-0044",
        Critical,
        "Everything with everything",
        "A role with `*` for groups, resources and verbs may do everything, also what comes to be later.",
        RoleTest {
            rule: Permits { groups: &["*"], resources: &["*"], verbs: &["*"], ..PERMITS },
            ..TEST
        },
        "permits every verb on every resource",
    ),
    role(
        "KSV-0045",
        Critical,
        "Every verb on a resource",
        "`*` also permits what nobody thought of: escalate, bind, impersonate.",
        RoleTest { rule: Permits { resources: WORTH_GUARDING, verbs: &["*"], ..PERMITS }, ..TEST },
        "permits every verb on a resource worth guarding",
    ),
    role(
        "KSV-0046",
        Critical,
        "Every resource of the cluster",
        "Who controls every resource of a cluster is its administrator, and root on its nodes.",
        RoleTest {
            kinds: CLUSTER,
            rule: Permits { resources: &["*"], verbs: ALL_CONTROL, ..PERMITS },
            ..TEST
        },
        "permits the use of every resource of the cluster",
    ),
    role(
        "KSV-0047",
        High,
        "The proxy of nodes",
        "Through nodes/proxy the kubelet runs commands in any pod, past admission and audit.",
        RoleTest {
            rule: Permits { resources: &["nodes/proxy"], verbs: &["get", "create"], ..PERMITS },
            ..TEST
        },
        "lets the kubelets of nodes be commanded",
    ),
    role(
        "KSV-0048",
        Medium,
        "Workloads can be changed",
        "Who makes pods runs what they like, with any service account of the namespace.",
        RoleTest { rule: Permits { resources: WORKLOADS, verbs: CHANGES, ..PERMITS }, ..TEST },
        "lets workloads be changed",
    ),
    role(
        "KSV-0049",
        Medium,
        "ConfigMaps can be changed",
        "Programs do what their configuration says, and some have secrets in it.",
        RoleTest {
            rule: Permits { resources: &["configmaps"], verbs: CHANGES, ..PERMITS },
            ..TEST
        },
        "lets ConfigMaps be changed",
    ),
    role(
        "KSV-0050",
        Critical,
        "Roles can be escalated",
        "escalate and bind are what the API server asks for before it lets somebody give a right that they lack.",
        RoleTest {
            rule: Permits {
                resources: &["roles", "rolebindings"],
                verbs: &["escalate", "bind", "impersonate", "*"],
                ..PERMITS
            },
            ..TEST
        },
        "lets rights be given by those who lack them",
    ),
    role(
        "KSV-0051",
        High,
        "Any role can be bound",
        "Who may make bindings and bind every role has every role.",
        RoleTest {
            rule: Permits {
                groups: &[RBAC],
                resources: &["rolebindings"],
                verbs: &["create"],
                ..PERMITS
            },
            later: Some(Permits {
                groups: &[RBAC],
                resources: &["clusterroles", "roles"],
                verbs: &["bind"],
                names: &["*"],
            }),
            ..TEST
        },
        "lets any role be bound in its namespace",
    ),
    role(
        "KSV-0052",
        High,
        "Any role can be bound for the cluster",
        "Who may make cluster-wide bindings and bind every role is the administrator.",
        RoleTest {
            rule: Permits {
                groups: &[RBAC],
                resources: &["clusterrolebindings"],
                verbs: &["create"],
                ..PERMITS
            },
            later: Some(Permits {
                resources: &["clusterroles"],
                verbs: &["bind"],
                names: &["*"],
                ..PERMITS
            }),
            ..TEST
        },
        "lets any role be bound for the whole cluster",
    ),
    role(
        "KSV-0053",
        High,
        "Commands in pods",
        "Who runs commands in a pod has what its service account may do, and its secrets.",
        RoleTest { rule: Permits { resources: &["pods/exec"], verbs: CHANGES, ..PERMITS }, ..TEST },
        "lets commands be run in pods",
    ),
    role(
        "KSV-0054",
        High,
        "Attaching to pods",
        "Who attaches to a process of a pod reads what it prints and writes what it reads.",
        RoleTest {
            rule: Permits {
                groups: &["*"],
                resources: &["pods/attach"],
                verbs: &["create"],
                ..PERMITS
            },
            later: Some(Permits {
                groups: &["*"],
                resources: &["pods"],
                verbs: &["get"],
                ..PERMITS
            }),
            ..TEST
        },
        "lets processes of pods be attached to",
    ),
    role(
        "KSV-0055",
        Low,
        "Bindings can be extended",
        "Who patches a binding adds others to it.",
        RoleTest {
            rule: Permits {
                groups: &["*"],
                resources: &["rolebindings"],
                verbs: &["get"],
                ..PERMITS
            },
            also: Some("patch"),
            ..TEST
        },
        "lets others be added to bindings",
    ),
    role(
        "KSV-0056",
        High,
        "The network can be changed",
        "Who changes services and network policies gets at traffic that is not theirs.",
        RoleTest {
            rule: Permits {
                resources: &[
                    "services",
                    "endpoints",
                    "endpointslices",
                    "networkpolicies",
                    "ingresses",
                ],
                verbs: CHANGES,
                ..PERMITS
            },
            ..TEST
        },
        "lets the network be changed",
    ),
    role(
        "KSV-0112",
        Critical,
        "Every resource of the namespace",
        "Who controls every resource of a namespace has all its secrets and service accounts.",
        RoleTest {
            kinds: NAMESPACED,
            rule: Permits { resources: &["*"], verbs: ALL_CONTROL, ..PERMITS },
            ..TEST
        },
        "permits the use of every resource of its namespace",
    ),
    role(
        "KSV-0113",
        Medium,
        "All secrets of the namespace",
        "With the token of a stronger service account of the namespace one has what that may do.",
        RoleTest {
            kinds: NAMESPACED,
            rule: Permits { resources: &["secrets"], verbs: ANY_USE, ..PERMITS },
            ..TEST
        },
        "lets secrets of its namespace be read or changed",
    ),
    role(
        "KSV-0114",
        Critical,
        "Admission webhooks can be changed",
        "A webhook sees every object that is written, secrets too, and may change or refuse it.",
        RoleTest {
            rule: Permits {
                resources: &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
                verbs: CHANGES,
                ..PERMITS
            },
            ..TEST
        },
        "lets admission webhooks be changed",
    ),
    role(
        "KSV-0115",
        Critical,
        "The logins of EKS can be changed",
        "The ConfigMap aws-auth says which identities of AWS are who in the cluster.",
        RoleTest {
            rule: Permits {
                resources: &["configmaps"],
                verbs: CHANGES,
                names: &["aws-auth"],
                ..PERMITS
            },
            ..TEST
        },
        "lets the logins of EKS be changed",
    ),
];

const CLUSTER: &[&str] = &["ClusterRole"];
const NAMESPACED: &[&str] = &["Role"];
const RBAC: &str = "rbac.authorization.k8s.io";
const CHANGES: &[&str] =
    &["create", "update", "patch", "delete", "deletecollection", "impersonate", "*"];
const ANY_USE: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
    "*",
];
const ALL_CONTROL: &[&str] =
    &["create", "update", "delete", "deletecollection", "impersonate", "*", "list", "get"];
const WORKLOADS: &[&str] = &[
    "pods",
    "deployments",
    "jobs",
    "cronjobs",
    "statefulsets",
    "daemonsets",
    "replicasets",
    "replicationcontrollers",
];
const WORTH_GUARDING: &[&str] = &[
    "secrets",
    "pods",
    "deployments",
    "daemonsets",
    "statefulsets",
    "replicationcontrollers",
    "replicasets",
    "cronjobs",
    "jobs",
    "roles",
    "clusterroles",
    "rolebindings",
    "clusterrolebindings",
    "users",
    "groups",
];

const fn role(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    description: &'static str,
    test: RoleTest,
    words: &'static str,
) -> Rule {
    let resolution = "Permit only the verbs and resources that are needed.";
    Rule {
        check: Check::new(id, severity, title, description, resolution),
        test: Test::Role(RoleTest { words, ..test }),
    }
}

//! The flags of the control plane's programs: CIS Kubernetes Benchmark 1.23, sections 1.2 to 1.4
//! and 2.

use sealift_model::Severity::{self, Low, Medium};

use self::Flags::{
    CommandForbids, CommandListForbids, CommandListNeeds, CommandNeeds, Forbids, ListForbids,
    ListNeeds, Needs,
};
use super::object::{Container, Object};
use super::rule::{Cause, Found, Rule, Test};
use crate::Check;
use crate::yaml::Node;

/// The checks of the control plane.
pub(super) static RULES: &[Rule] = &[
    flag(
        "KCV-0001",
        Medium,
        API_SERVER,
        "Anonymous requests",
        "It answers who does not say who they are.",
        Needs(&["--anonymous-auth=false"]),
    ),
    flag(
        "KCV-0002",
        Low,
        API_SERVER,
        "Tokens from a file",
        "Such tokens never end and change only with a restart.",
        Forbids("--token-auth-file"),
    ),
    flag(
        "KCV-0003",
        Low,
        ANY,
        "The plugin DenyServiceExternalIPs",
        "It refuses what other controls of external addresses may permit.",
        ListForbids(ENABLED, "DenyServiceExternalIPs"),
    ),
    flag(
        "KCV-0004",
        Low,
        API_SERVER,
        "No HTTPS to kubelets",
        "What goes to the kubelets, credentials too, can be read.",
        CommandForbids("--kubelet-https=false"),
    ),
    flag(
        "KCV-0005",
        Low,
        API_SERVER,
        "No certificate for kubelets",
        "Kubelets cannot tell the API server from another.",
        Needs(&["--kubelet-client-certificate", "--kubelet-client-key"]),
    ),
    flag(
        "KCV-0006",
        Low,
        API_SERVER,
        "Kubelets that are not verified",
        "Another server can pose as a kubelet.",
        Needs(&["--kubelet-certificate-authority"]),
    ),
    flag(
        "KCV-0007",
        Low,
        API_SERVER,
        "Everything is authorised",
        "Each request is permitted, whoever makes it.",
        CommandListForbids("--authorization-mode=", "AlwaysAllow"),
    ),
    flag(
        "KCV-0008",
        Low,
        API_SERVER,
        "No Node authorisation",
        "Kubelets may read what is not theirs.",
        ListNeeds("--authorization-mode=", "Node"),
    ),
    flag(
        "KCV-0009",
        Low,
        API_SERVER,
        "No RBAC",
        "Rights cannot be given by roles.",
        ListNeeds("--authorization-mode=", "RBAC"),
    ),
    flag(
        "KCV-0010",
        Low,
        API_SERVER,
        "No limit on events",
        "A flood of events can take the API server down.",
        ListNeeds(ENABLED, "EventRateLimit"),
    ),
    flag(
        "KCV-0011",
        Low,
        API_SERVER,
        "Everything is admitted",
        "The plugin AlwaysAdmit lets every object pass.",
        ListForbids(ENABLED, "AlwaysAdmit"),
    ),
    flag(
        "KCV-0012",
        Low,
        API_SERVER,
        "Images are not always pulled",
        "A pod uses an image on its node without the right to pull it.",
        CommandListNeeds(ENABLED, "AlwaysPullImages"),
    ),
    flag(
        "KCV-0014",
        Low,
        API_SERVER,
        "No ServiceAccount plugin",
        "Pods get no identity of their own.",
        ListForbids(DISABLED, "ServiceAccount"),
    ),
    flag(
        "KCV-0015",
        Low,
        API_SERVER,
        "No NamespaceLifecycle plugin",
        "Objects can be made in a namespace that goes.",
        ListForbids(DISABLED, "NamespaceLifecycle"),
    ),
    flag(
        "KCV-0016",
        Low,
        API_SERVER,
        "No NodeRestriction plugin",
        "A kubelet may change other nodes and their pods.",
        ListNeeds(ENABLED, "NodeRestriction"),
    ),
    flag(
        "KCV-0017",
        Low,
        API_SERVER,
        "No secure port",
        "Without it, traffic is not encrypted.",
        Forbids("--secure-port=0"),
    ),
    flag(
        "KCV-0018",
        Low,
        API_SERVER,
        "Profiling of the API server",
        "A profile tells much about the program and costs time.",
        Needs(&["--profiling=false"]),
    ),
    flag(
        "KCV-0019",
        Low,
        API_SERVER,
        "No audit log",
        "Nobody can tell who did what.",
        Needs(&["--audit-log-path"]),
    ),
    flag(
        "KCV-0020",
        Low,
        API_SERVER,
        "Audit logs without an age",
        "How long logs are kept is left to chance.",
        Needs(&["--audit-log-maxage"]),
    ),
    flag(
        "KCV-0021",
        Low,
        API_SERVER,
        "Audit logs without a number",
        "How many logs are kept is left to chance.",
        Needs(&["--audit-log-maxbackup"]),
    ),
    flag(
        "KCV-0022",
        Low,
        API_SERVER,
        "Audit logs without a size",
        "How long a log becomes is left to chance.",
        Needs(&["--audit-log-maxsize"]),
    ),
    flag(
        "KCV-0024",
        Low,
        API_SERVER,
        "Service accounts are not looked up",
        "The token of an account that was deleted stays good.",
        Forbids("--service-account-lookup=false"),
    ),
    flag(
        "KCV-0025",
        Low,
        API_SERVER,
        "No key for service accounts",
        "Tokens are verified with the key of the server's TLS.",
        Needs(&["--service-account-key-file"]),
    ),
    flag(
        "KCV-0026",
        Low,
        API_SERVER,
        "No certificate for etcd",
        "etcd cannot tell the API server from another.",
        Needs(&["--etcd-certfile", "--etcd-keyfile"]),
    ),
    flag(
        "KCV-0027",
        Low,
        API_SERVER,
        "No certificate of the API server",
        "Clients get a certificate that nobody vouches for.",
        Needs(&["--tls-cert-file", "--tls-private-key-file"]),
    ),
    flag(
        "KCV-0028",
        Low,
        API_SERVER,
        "No authority for clients",
        "Clients cannot log in with certificates.",
        Needs(&["--client-ca-file"]),
    ),
    flag(
        "KCV-0029",
        Low,
        API_SERVER,
        "No authority for etcd",
        "Another server can pose as etcd.",
        Needs(&["--etcd-cafile"]),
    ),
    flag(
        "KCV-0030",
        Low,
        API_SERVER,
        "Secrets are not encrypted",
        "Who gets at the disks of etcd has all secrets.",
        Needs(&["--encryption-provider-config"]),
    ),
    flag(
        "KCV-0033",
        Low,
        CONTROLLER_MANAGER,
        "Pods that ended are not collected",
        "Without a threshold they fill etcd.",
        Needs(&["--terminated-pod-gc-threshold"]),
    ),
    flag(
        "KCV-0034",
        Low,
        CONTROLLER_MANAGER,
        "Profiling of the controller manager",
        "A profile tells much about the program and costs time.",
        Needs(&["--profiling=false"]),
    ),
    flag(
        "KCV-0035",
        Low,
        CONTROLLER_MANAGER,
        "One identity for all controllers",
        "Each controller may do what all of them may.",
        Needs(&["--use-service-account-credentials=true"]),
    ),
    flag(
        "KCV-0036",
        Low,
        CONTROLLER_MANAGER,
        "No key for tokens",
        "The tokens of service accounts are not signed with a key of their own.",
        Needs(&["--service-account-private-key-file"]),
    ),
    flag(
        "KCV-0037",
        Low,
        CONTROLLER_MANAGER,
        "No authority for pods",
        "Pods cannot tell the API server from another.",
        Needs(&["--root-ca-file"]),
    ),
    flag(
        "KCV-0038",
        Low,
        CONTROLLER_MANAGER,
        "Certificates of kubelets are not renewed",
        "A certificate that is never renewed ends, or is good for too long.",
        Needs(&["RotateKubeletServerCertificate=true"]),
    ),
    flag(
        "KCV-0039",
        Low,
        CONTROLLER_MANAGER,
        "The controller manager listens everywhere",
        "Its metrics and profiles are for the node only.",
        Needs(&["--bind-address=127.0.0.1"]),
    ),
    flag(
        "KCV-0040",
        Low,
        SCHEDULER,
        "Profiling of the scheduler",
        "A profile tells much about the program and costs time.",
        Needs(&["--profiling=false"]),
    ),
    flag(
        "KCV-0041",
        Low,
        SCHEDULER,
        "The scheduler listens everywhere",
        "Its metrics and profiles are for the node only.",
        Needs(&["--bind-address=127.0.0.1"]),
    ),
    flag(
        "KCV-0042",
        Low,
        ETCD,
        "No certificate of etcd",
        "What goes to etcd can be read.",
        Needs(&["--cert-file", "--key-file"]),
    ),
    flag(
        "KCV-0043",
        Low,
        ETCD,
        "Clients of etcd are not verified",
        "Who reaches etcd has the cluster.",
        Needs(&["--client-cert-auth=true"]),
    ),
    flag(
        "KCV-0044",
        Low,
        ETCD,
        "Self-made certificates for clients",
        "Nobody vouches for a certificate that etcd makes itself.",
        Forbids("--auto-tls=true"),
    ),
    flag(
        "KCV-0045",
        Low,
        ETCD,
        "No certificate for peers of etcd",
        "What its members tell each other can be read.",
        Needs(&["--peer-cert-file", "--peer-key-file"]),
    ),
    flag(
        "KCV-0046",
        Low,
        ETCD,
        "Peers of etcd are not verified",
        "Another server can join as a member.",
        CommandNeeds("--peer-client-cert-auth=true"),
    ),
    flag(
        "KCV-0047",
        Low,
        ETCD,
        "Self-made certificates for peers",
        "Nobody vouches for a certificate that etcd makes itself.",
        Forbids("--peer-auto-tls=true"),
    ),
];

/// A check of the flags of a program.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlagTest {
    /// The program; empty for any.
    program: &'static str,
    flags: Flags,
}

/// What is asked of the flags. A flag is looked for anywhere in an argument; the variants with
/// `Command` look at `command` and not at `args`, as Trivy's checks of these do.
#[derive(Clone, Copy, Debug)]
enum Flags {
    /// All of them in `command`, or all in `args`.
    Needs(&'static [&'static str]),
    /// Nowhere.
    Forbids(&'static str),
    CommandNeeds(&'static str),
    CommandForbids(&'static str),
    /// The flag's value names a thing.
    ListNeeds(&'static str, &'static str),
    CommandListNeeds(&'static str, &'static str),
    /// The flag's value does not name a thing.
    ListForbids(&'static str, &'static str),
    CommandListForbids(&'static str, &'static str),
}

const ANY: &str = "";
const API_SERVER: &str = "kube-apiserver";
const CONTROLLER_MANAGER: &str = "kube-controller-manager";
const SCHEDULER: &str = "kube-scheduler";
const ETCD: &str = "etcd";
const ENABLED: &str = "--enable-admission-plugins=";
const DISABLED: &str = "--disable-admission-plugins=";

const fn flag(
    id: &'static str,
    severity: Severity,
    program: &'static str,
    title: &'static str,
    description: &'static str,
    flags: Flags,
) -> Rule {
    let resolution = "Change the program's flags as the CIS Kubernetes Benchmark says.";
    Rule {
        check: Check::new(id, severity, title, description, resolution),
        test: Test::Flag(FlagTest { program, flags }),
    }
}

impl FlagTest {
    /// The containers that run the program and fail.
    pub(super) fn failures(&self, object: &Object<'_>) -> Vec<Found> {
        let failing = object.containers.iter().filter(|container| self.fails(container));
        let found = failing.map(|container| {
            let cause = Cause::container(container);
            let what = cause.what.unwrap_or_default();
            (cause.lines, format!("{what} of {object} {}", self.flags.words()))
        });
        found.collect()
    }

    fn fails(&self, container: &Container<'_>) -> bool {
        let command = Arguments(container.node.get("command"));
        let args = Arguments(container.node.get("args"));
        let runs =
            command.first().is_some_and(|first| first.rsplit('/').next() == Some(self.program));
        if !runs && !self.program.is_empty() {
            return false;
        }
        match self.flags {
            Needs(flags) => {
                ![command, args].iter().any(|list| flags.iter().all(|flag| list.have(flag)))
            }
            Forbids(flag) => command.have(flag) || args.have(flag),
            CommandNeeds(flag) => !command.have(flag),
            CommandForbids(flag) => command.have(flag),
            ListNeeds(flag, name) => !command.list(flag, name) && !args.list(flag, name),
            CommandListNeeds(flag, name) => !command.list(flag, name),
            ListForbids(flag, name) => command.list(flag, name) || args.list(flag, name),
            CommandListForbids(flag, name) => command.list(flag, name),
        }
    }
}

impl Flags {
    /// What is wrong, after the container's name.
    fn words(&self) -> String {
        match self {
            Needs(flags) => format!("runs without {}", flags.join(" and ")),
            CommandNeeds(flag) => format!("runs without {flag}"),
            Forbids(flag) | CommandForbids(flag) => format!("runs with {flag}"),
            ListNeeds(flag, name) | CommandListNeeds(flag, name) => {
                format!("runs without {flag}{name}")
            }
            ListForbids(flag, name) | CommandListForbids(flag, name) => {
                format!("runs with {flag}{name}")
            }
        }
    }
}

/// `command` or `args` of a container.
#[derive(Clone, Copy)]
struct Arguments<'a>(Option<&'a Node>);

impl<'a> Arguments<'a> {
    fn all(self) -> impl Iterator<Item = &'a str> {
        self.0.into_iter().flat_map(Node::items).filter_map(Node::str)
    }

    fn first(self) -> Option<&'a str> {
        self.0?.items().first()?.str()
    }

    fn have(self, flag: &str) -> bool {
        self.all().any(|argument| argument.contains(flag))
    }

    /// Whether the value of a flag that takes a list, `--flag=`, names something.
    fn list(self, flag: &str, name: &str) -> bool {
        let values = self.all().filter_map(|argument| argument.split_once(flag));
        values.into_iter().any(|(_, value)| {
            let value = value
                .split_ascii_whitespace()
                .next()
                .filter(|_| !value.starts_with(char::is_whitespace));
            value.is_some_and(|value| value.contains(name))
        })
    }
}

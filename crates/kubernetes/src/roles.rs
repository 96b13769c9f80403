//! The roles that are bound to a user (`rbac.authorization.k8s.io/v1`).

use std::collections::BTreeSet;
use std::time::Instant;

use serde::Deserialize;
use serde_json::Value;

use crate::{Client, Error};

const RBAC: &str = "rbac.authorization.k8s.io/v1";
const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

/// A user of the API server.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "what bindings go by")]
pub struct Who<'a> {
    /// The user's name; that of a service account with its prefix.
    pub name: &'a str,
    /// The user's groups.
    pub groups: &'a [String],
}

/// The bindings of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    bindings: Vec<Binding>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Binding {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    subjects: Option<Vec<Subject>>,
    role_ref: RoleRef,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Metadata {
    namespace: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Subject {
    kind: String,
    name: String,
    #[serde(default)]
    namespace: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct RoleRef {
    kind: String,
    name: String,
}

impl Subject {
    fn is(&self, who: &Who<'_>, namespace: &str) -> bool {
        let namespace = if self.namespace.is_empty() { namespace } else { &self.namespace };
        match self.kind.as_str() {
            "User" => self.name == who.name,
            "Group" => who.groups.contains(&self.name),
            "ServiceAccount" => {
                let account = who.name.strip_prefix(SERVICE_ACCOUNT);
                account.and_then(|account| account.split_once(':')) == Some((namespace, &self.name))
            }
            _ => false,
        }
    }
}

impl Bound {
    /// The bindings among objects.
    ///
    /// # Errors
    /// When one has another form.
    pub fn of(objects: &[Value]) -> Result<Self, Error> {
        let read = |object| Binding::deserialize(object).map_err(|it| Error::malformed(RBAC, it));
        Ok(Self { bindings: objects.iter().map(read).collect::<Result<_, _>>()? })
    }

    /// The roles, as `namespace:name`, and the names of the cluster roles that are bound to a user;
    /// those of all namespaces, as in Kyverno.
    #[must_use]
    pub fn to(&self, who: &Who<'_>) -> (Vec<String>, Vec<String>) {
        let (mut roles, mut cluster_roles) = (BTreeSet::new(), BTreeSet::new());
        for Binding { metadata: Metadata { namespace }, subjects, role_ref } in &self.bindings {
            let mut subjects = subjects.iter().flatten();
            if !subjects.any(|subject| subject.is(who, namespace)) {
                continue;
            }
            match role_ref.kind.as_str() {
                "Role" => _ = roles.insert(format!("{namespace}:{}", role_ref.name)),
                "ClusterRole" => _ = cluster_roles.insert(role_ref.name.clone()),
                _ => {}
            }
        }
        (roles.into_iter().collect(), cluster_roles.into_iter().collect())
    }
}

impl Client {
    /// The bindings of the cluster, in all namespaces.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub fn bindings(&self, until: Instant) -> Result<Bound, Error> {
        let mut objects = self.objects(RBAC, "rolebindings", "", "", until)?;
        objects.extend(self.objects(RBAC, "clusterrolebindings", "", "", until)?);
        Bound::of(&objects)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bindings_are_of_users_groups_and_accounts() {
        let binding = |namespace: &str, subject: Value, kind: &str, name: &str| {
            json!({
                "metadata": {"name": "b", "namespace": namespace},
                "subjects": [subject],
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
            })
        };
        let user = |name: &str| json!({"kind": "User", "name": name});
        let account = |namespace: &str| json!({"kind": "ServiceAccount", "name": "robot", "namespace": namespace});
        let bound = Bound::of(&[
            binding("shop", user("ann"), "Role", "seller"),
            binding("shop", user("ann"), "ClusterRole", "view"),
            binding("", json!({"kind": "Group", "name": "admins"}), "ClusterRole", "cluster-admin"),
            binding("", account("shop"), "ClusterRole", "robots"),
            binding("shop", account(""), "Role", "near"),
            json!({"roleRef": {"kind": "ClusterRole", "name": "nobody"}}),
            json!({"subjects": null, "roleRef": {"kind": "ClusterRole", "name": "nobody"}}),
        ])
        .unwrap();
        let to = |name: &str, groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
            bound.to(&Who { name, groups: &groups })
        };
        let some = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
        assert_eq!(to("ann", &[]), (some(&["shop:seller"]), some(&["view"])));
        assert_eq!(to("bob", &["admins"]), (vec![], some(&["cluster-admin"])));
        let robot = to("system:serviceaccount:shop:robot", &[]);
        assert_eq!(robot, (some(&["shop:near"]), some(&["robots"])));
        assert_eq!(to("system:serviceaccount:other:robot", &[]), (vec![], vec![]));
        assert_eq!(to("robot", &[]), (vec![], vec![]));
        assert!(Bound::of(&[json!({"roleRef": 1})]).is_err());
    }
}

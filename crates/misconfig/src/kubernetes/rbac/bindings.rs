//! Role bindings.

use sealift_model::Severity::{Critical, Medium};

use crate::Check;
use crate::kubernetes::object::Object;
use crate::kubernetes::rule::{Rule, Test};
use crate::yaml::Node;

/// The checks of bindings.
pub(in crate::kubernetes) static RULES: &[Rule] = &[
    Rule {
        check: Check::new(
            "KSV-0111",
            Medium,
            "An administrator",
            "The roles cluster-admin, admin and edit permit far more than a program needs.",
            "Bind a role that permits only what is needed.",
        ),
        test: Test::Metadata(binds_an_admin, "binds cluster-admin, admin or edit"),
    },
    Rule {
        check: Check::new(
            "KSV-0122",
            Critical,
            "Rights for anybody",
            "What is bound to system:anonymous or system:unauthenticated anybody may do who reaches the API server.",
            "Take these subjects out of the binding.",
        ),
        test: Test::Metadata(
            |object| binds(object, &["system:unauthenticated", "system:anonymous"]),
            "gives rights to anybody",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0123",
            Critical,
            "A binding of system:masters",
            "The group system:masters may do everything, past RBAC and admission.",
            "Take system:masters out of the binding.",
        ),
        test: Test::Metadata(
            |object| binds(object, &["system:masters"]),
            "binds the group system:masters",
        ),
    },
];

fn is_binding(object: &Object<'_>) -> bool {
    ["RoleBinding", "ClusterRoleBinding"].iter().any(|kind| object.kind.eq_ignore_ascii_case(kind))
}

fn binds_an_admin(object: &Object<'_>) -> bool {
    let role = object.root.at(&["roleRef", "name"]).and_then(Node::str);
    is_binding(object) && matches!(role, Some("cluster-admin" | "admin" | "edit"))
}

fn binds(object: &Object<'_>, names: &[&str]) -> bool {
    let subjects = object.root.get("subjects").map(Node::items).unwrap_or_default();
    let name = |subject: &Node| {
        subject.get("name").and_then(Node::str).is_some_and(|name| names.contains(&name))
    };
    is_binding(object) && subjects.iter().any(name)
}

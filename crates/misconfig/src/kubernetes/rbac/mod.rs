//! Roles and their bindings.

mod bindings;
mod roles;

pub(super) use self::bindings::RULES as BINDINGS;
pub(super) use self::roles::RULES as ROLES;
use super::object::Object;
use super::rule::Found;
use crate::yaml::Node;

/// What a rule of a role must permit to fail a check. An empty list is not looked at.
#[derive(Clone, Copy, Debug)]
struct Permits {
    groups: &'static [&'static str],
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
    names: &'static [&'static str],
}

/// A check of the rules of roles.
#[derive(Clone, Copy, Debug)]
pub(super) struct RoleTest {
    kinds: &'static [&'static str],
    rule: Permits,
    /// A verb that the rule must permit beside.
    also: Option<&'static str>,
    /// What a later rule of the role must permit beside.
    later: Option<Permits>,
    words: &'static str,
}

const PERMITS: Permits = Permits { groups: &[], resources: &[], verbs: &[], names: &[] };
const TEST: RoleTest =
    RoleTest { kinds: &["Role", "ClusterRole"], rule: PERMITS, also: None, later: None, words: "" };

impl RoleTest {
    /// The rules of a role that fail.
    pub(super) fn failures(&self, object: &Object<'_>) -> Vec<Found> {
        if !self.kinds.contains(&object.kind) {
            return Vec::new();
        }
        let rules = object.root.get("rules").map(Node::items).unwrap_or_default();
        // Only the last rule that fits counts as the later one: all before it have it behind them.
        let later = self.later.map(|later| rules.iter().rposition(|rule| later.fits(rule)));
        let found = rules.iter().enumerate().filter(|(index, rule)| {
            self.rule.fits(rule)
                && self.also.is_none_or(|verb| has(rule, "verbs", &[verb]))
                && later.is_none_or(|later| later.is_some_and(|later| *index < later))
        });
        found.map(|(_, rule)| (Some(rule.lines), format!("{object} {}", self.words))).collect()
    }
}

impl Permits {
    fn fits(&self, rule: &Node) -> bool {
        [
            ("apiGroups", self.groups),
            ("resources", self.resources),
            ("verbs", self.verbs),
            ("resourceNames", self.names),
        ]
        .iter()
        .all(|(field, wanted)| wanted.is_empty() || has(rule, field, wanted))
    }
}

fn has(rule: &Node, field: &str, wanted: &[&str]) -> bool {
    let items = rule.get(field).map(Node::items).unwrap_or_default();
    items.iter().filter_map(Node::str).any(|item| wanted.contains(&item))
}

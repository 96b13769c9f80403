//! `Depends` and its like: Debian Policy 7.1.

use crate::Requirements;

/// Adds the packages of a relationship field, `libc6 (>= 2.14), debconf (>= 0.5) | debconf-2.0`,
/// by their bare names: what is installed together satisfies the versions.
pub(super) fn add_relations(field: &str, requirements: &mut Requirements) {
    for relation in field.split(',') {
        requirements.push(relation.split('|').filter_map(package_name));
    }
}

/// The name in `name:arch (>= version) [arch] <profile>`.
fn package_name(relation: &str) -> Option<&str> {
    let is_end = |c: char| c.is_ascii_whitespace() || matches!(c, ':' | '(' | '[' | '<');
    relation.trim_ascii().split(is_end).next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_alone() {
        let mut requirements = Requirements::default();
        let field =
            "libc6 (>= 2.14), debconf (>= 0.5)|debconf-2.0,, python3:any, x(= 1) [amd64] <a>";
        add_relations(field, &mut requirements);
        let names: Vec<Vec<&str>> = requirements.iter().map(Iterator::collect).collect();
        assert_eq!(
            names,
            [vec!["libc6"], vec!["debconf", "debconf-2.0"], vec!["python3"], vec!["x"]]
        );
    }
}

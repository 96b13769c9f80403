//! `poetry.lock`.

use std::collections::HashMap;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location, Package, Scope};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::normalized;
use crate::catalogers::text::{self, Lines};
use crate::{Cataloger, Error, Facts};

/// Finds the packages that Poetry pins.
#[derive(Debug)]
pub(crate) struct Poetry;

impl Cataloger for Poetry {
    fn name(&self) -> &'static str {
        "python-poetry"
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"poetry.lock" && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let text = text::utf8(bytes, "poetry.lock")?;
    let lines = Lines::of(text);
    let lock = DeTable::parse(text).map_err(|error| Error::Malformed {
        format: "poetry.lock",
        reason: error.message().to_owned(),
        line: error.span().map(|span| lines.at(span.start)),
    })?;
    let entries = lock.get_ref().get("package").and_then(|value| value.get_ref().as_array());
    let mut packages = Vec::new();
    for entry in entries.into_iter().flat_map(|entries| entries.iter()) {
        let line = lines.at(entry.span().start);
        match entry.get_ref().as_table().and_then(package) {
            Some(mut package) => {
                let last = last_line(entry, &lines).max(line);
                package.locations = vec![Location::new("").on_lines(Some((line, last)))];
                packages.push((package, entry));
            }
            None => facts.problem(Some(line), "a package without a valid name and version"),
        }
    }
    let ids = ids(packages.iter().map(|(package, _)| package));
    for (mut package, entry) in packages {
        package.depends_on = depends_on(entry, &ids);
        facts.package(package);
    }
    Ok(())
}

fn package(entry: &DeTable<'_>) -> Option<Package> {
    let text = |key: &str| entry.get(key)?.get_ref().as_str();
    let version = text("version").filter(|version| !version.is_empty())?;
    let mut package = super::package(text("name")?, version)?;
    package.evidence = Evidence::Declared;
    package.scope = scope(entry);
    Some(package)
}

/// `category` is of lock version 1, `groups` of 2.1; the versions between do not say. Whatever is
/// not in the main group is there for development.
fn scope(entry: &DeTable<'_>) -> Scope {
    let get = |key: &str| Some(entry.get(key)?.get_ref());
    let groups = get("groups").and_then(DeValue::as_array);
    let category = get("category").and_then(DeValue::as_str);
    let is_main = match (groups, category) {
        (Some(groups), _) => Some(groups.iter().any(|it| it.get_ref().as_str() == Some("main"))),
        (None, Some(category)) => Some(category == "main"),
        (None, None) => None,
    };
    let is_optional = get("optional").and_then(DeValue::as_bool) == Some(true);
    match is_main {
        Some(false) => Scope::Development,
        _ if is_optional => Scope::Optional,
        Some(true) => Scope::Runtime,
        None => Scope::Unstated,
    }
}

/// The last line of the entry's keys and of those of its tables, which have only their heads' spans.
fn last_line(entry: &Spanned<DeValue<'_>>, lines: &Lines) -> u64 {
    let end = values(entry).flat_map(|value| values(value).chain([value])).map(|it| it.span().end);
    end.max().map_or(1, |end| lines.at(end.saturating_sub(1)))
}

fn values<'t, 'a>(
    table: &'t Spanned<DeValue<'a>>,
) -> impl Iterator<Item = &'t Spanned<DeValue<'a>>> {
    table.get_ref().as_table().into_iter().flat_map(|table| table.values())
}

/// `name@version` by normalised name; none for a name at several versions, as which of them is
/// meant hangs on markers.
fn ids<'a>(packages: impl Iterator<Item = &'a Package>) -> HashMap<String, Option<String>> {
    let mut ids = HashMap::new();
    for package in packages {
        let id = package.id();
        ids.entry(normalized(&package.name))
            .and_modify(|known: &mut Option<String>| {
                if known.as_ref() != Some(&id) {
                    *known = None;
                }
            })
            .or_insert_with(|| Some(id.clone()));
    }
    ids
}

fn depends_on(entry: &Spanned<DeValue<'_>>, ids: &HashMap<String, Option<String>>) -> Vec<String> {
    let dependencies = entry.get_ref().get("dependencies").and_then(|it| it.get_ref().as_table());
    let names = dependencies.into_iter().flat_map(|table| table.keys());
    let known = names.filter_map(|name| ids.get(&normalized(name.get_ref()))?.clone());
    let mut ids: Vec<String> = known.collect();
    ids.sort_unstable();
    ids
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packages(text: &str) -> Vec<Package> {
        let mut facts = Facts::default();
        parse(text.as_bytes(), &mut facts).unwrap();
        assert!(facts.problems.is_empty(), "{facts:?}");
        facts.packages().cloned().collect()
    }

    #[test]
    fn a_lock_of_version_2() {
        let text = "# generated\n\n[[package]]\nname = \"Foo\"\nversion = \"1.0\"\n\
                    groups = [\"main\", \"dev\"]\n\n[package.dependencies]\nbar_baz = \"*\"\n\n\
                    [[package]]\nname = \"bar-baz\"\nversion = \"2.0\"\ngroups = [\"dev\"]\n";
        let found = packages(text);
        let [foo, bar] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((foo.id().as_str(), foo.scope), ("Foo@1.0", Scope::Runtime));
        assert_eq!(foo.depends_on, ["bar-baz@2.0"]);
        assert_eq!(foo.locations[0].lines, Some((3, 9)));
        assert_eq!((bar.id().as_str(), bar.scope), ("bar-baz@2.0", Scope::Development));
        assert_eq!(bar.locations[0].lines, Some((11, 14)));
    }

    #[test]
    fn scopes() {
        for (fields, expected) in [
            ("category = \"main\"", Scope::Runtime),
            ("category = \"dev\"", Scope::Development),
            ("category = \"main\"\noptional = true", Scope::Optional),
            ("groups = [\"test\"]\noptional = true", Scope::Development),
            ("optional = true", Scope::Optional),
            ("optional = false", Scope::Unstated),
        ] {
            let text = format!("[[package]]\nname = \"a\"\nversion = \"1\"\n{fields}\n");
            assert_eq!(packages(&text)[0].scope, expected, "{fields}");
        }
    }

    #[test]
    fn a_name_at_two_versions_is_no_certain_dependency() {
        let one = |version| format!("[[package]]\nname = \"a\"\nversion = \"{version}\"\n");
        let text = format!(
            "{}{}[[package]]\nname = \"b\"\nversion = \"1\"\n[package.dependencies]\na = \"*\"\n",
            one("1"),
            one("2")
        );
        assert_eq!(packages(&text)[2].depends_on, [""; 0]);
    }

    #[test]
    fn one_bad_entry_spoils_nothing_else() {
        let text = "[[package]]\nname = \"a\"\n\n[[package]]\nname = \"b\"\nversion = \"1\"\n";
        let mut facts = Facts::default();
        parse(text.as_bytes(), &mut facts).unwrap();
        assert_eq!(facts.packages().count(), 1);
        assert_eq!(facts.problems[0].line, Some(1));
    }

    #[test]
    fn what_is_no_toml_is_malformed_at_its_line() {
        let deep = format!("\na = {}", "[".repeat(100_000));
        for (text, expected) in [("a = 1\nb is\n", 2), (deep.as_str(), 2)] {
            let error = parse(text.as_bytes(), &mut Facts::default()).unwrap_err();
            assert!(
                matches!(error, Error::Malformed { line: Some(line), .. } if line == expected),
                "{error:?}"
            );
        }
        assert_eq!(packages(""), []);
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = parse(text.as_bytes(), &mut Facts::default());
        }
    }
}

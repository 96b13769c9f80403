//! The meaning of names in a module.

use std::collections::{BTreeMap, BTreeSet};

use super::ast::{self, chain};
use super::calls::Rules;
use super::source::Parsed;

/// The meaning of names in one module.
pub(super) struct Names {
    pub(super) package: Vec<String>,
    imports: BTreeMap<String, Vec<String>>,
    own: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(parsed: &Parsed, rules: &Rules) -> Self {
        let package = with_data(&ast::package(&parsed.module));
        let imports = parsed.module.imports.iter().filter_map(|import| {
            let path = chain(&import.refr).path;
            let name = match &import.r#as {
                Some(name) => name.text(),
                None => path.last().copied()?,
            };
            let path = path.iter().map(|part| (*part).to_owned()).collect();
            Some((name.to_owned(), path))
        });
        let imports = imports.collect();
        let length = package.len();
        // Other modules may add rules to the same package.
        let own = rules.below(&package).filter_map(|path| path.get(length).cloned()).collect();
        Self { package, imports, own }
    }

    /// Returns the path below the input that a path selects, outermost first; none where it is not
    /// a part of the input.
    pub(super) fn of_input<'n>(&'n self, path: &'n [&str]) -> Option<Vec<&'n str>> {
        let (root, rest) = path.split_first()?;
        let import = self.imports.get(*root).map(Vec::as_slice).unwrap_or_default();
        let own = match import.split_first() {
            Some((first, own)) if first == "input" => own,
            None if *root == "input" => &[],
            _ => return None,
        };
        Some(own.iter().map(String::as_str).chain(rest.iter().copied()).collect())
    }

    /// Returns the full path of a document; none for a part of the input or a local variable.
    pub(super) fn document(&self, path: &[&str]) -> Option<Vec<String>> {
        let (root, rest) = path.split_first()?;
        if *root == "data" {
            return Some(path.iter().map(|part| (*part).to_owned()).collect());
        }
        if let Some(import) = self.imports.get(*root) {
            return (import.first()? == "data").then(|| joined(import, rest));
        }
        self.own.contains(*root).then(|| joined(&self.package, path))
    }
}

pub(super) fn with_data(package: &[&str]) -> Vec<String> {
    std::iter::once("data").chain(package.iter().copied()).map(str::to_owned).collect()
}

pub(super) fn joined(start: &[String], rest: &[&str]) -> Vec<String> {
    start.iter().cloned().chain(rest.iter().map(|part| (*part).to_owned())).collect()
}

//! `obj/project.assets.json`, which restoring a project writes: `libraries` by `name/version`, and
//! their dependencies in `targets`.

use std::collections::HashMap;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location};

use super::deps::requires;
use crate::catalogers::json::Document;
use crate::catalogers::shape::{Kind, Shape};
use crate::{Cataloger, Error, Facts};

/// What is read of the file.
const SHAPE: Shape =
    Shape { version: None, keys: &[("libraries", Kind::Map), ("targets", Kind::Map)] };

/// Finds the packages that were restored for a project.
#[derive(Debug)]
pub(crate) struct Assets;

impl Cataloger for Assets {
    fn name(&self) -> &'static str {
        "nuget-assets"
    }

    fn names(&self) -> &'static [&'static str] {
        &["project.assets.json"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"project.assets.json"
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let (document, root) = Document::read(file.bytes()?, "project.assets.json")?;
        document.check(&root, &SHAPE, facts);
        let libraries = root.object("libraries").unwrap_or_default();
        let mut ids = HashMap::new();
        for (key, _) in libraries.members() {
            if let Some((name, version)) = key.split_once('/') {
                ids.insert(name.to_lowercase(), format!("{name}@{version}"));
            }
        }
        let requires = requires(&root, &ids);
        for (key, value) in libraries.members() {
            let lines = document.lines(value);
            let entry = value.as_object().unwrap_or_default();
            // The other kind is a project of the same solution.
            if entry.text("type").is_some_and(|kind| kind == "project") {
                continue;
            }
            let parts = key.split_once('/');
            let package = parts.and_then(|(name, version)| super::package(name, version));
            let Some(mut package) = package else {
                let line = lines.map(|(first, _)| first);
                facts.problem(line, format!("{key:?} has no valid name and version"));
                continue;
            };
            package.evidence = Evidence::Declared;
            package.depends_on = requires.get(key.as_ref()).cloned().unwrap_or_default();
            package.locations = vec![Location::new("").on_lines(lines)];
            facts.package(package);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    const PATH: &str = "obj/project.assets.json";

    #[test]
    fn takes_what_is_restored() {
        let text = "{\"targets\": {\"net8.0\": {\"A/1.0\": {\"dependencies\": {\"b\": \"2\"}}}},\n\
                    \"libraries\": {\n\"A/1.0\": {\"type\": \"package\"},\n\"B/2.0\": {\"type\": \
                    \"package\"},\n\"own/1.0\": {\"type\": \"project\"},\n\"no\": {}}}";
        let (_, facts) = read(&Assets, PATH, text);
        assert_eq!(rows(&facts), ["A@1.0 3", "B@2.0 4"]);
        assert_eq!(facts.packages().next().unwrap().depends_on, ["B@2.0"]);
        assert_eq!(problem_lines(&facts), [6]);
        assert!(read(&Assets, PATH, "no").0.is_err());
    }
}

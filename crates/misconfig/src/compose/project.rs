//! The parts of a compose file that come from other files (Compose Specification, "Extends",
//! "Include", "Merge").

use std::collections::BTreeMap;

use sealift_model::{Diagnostic, Impact};

use super::service::entry;
use crate::Options;
use crate::below::below;
use crate::yaml::{self, Entry, Node};

/// How many services may extend one another in a row; who extends itself comes to it, too.
const MAX_EXTENDS: usize = 16;
/// How many settings may be taken over in all.
const MAX_TAKEN: usize = 200_000;
/// Fields that are replaced instead of merged.
const REPLACED: [&str; 3] = ["command", "entrypoint", "test"];
/// How many files a file may extend services of.
const MAX_READ: usize = 100;
const TOO_MUCH: &str = "more is taken over from other services than may be";
/// The files that `docker compose` looks for beside an override file, in its order.
const BASES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// A compose file among others.
pub(super) struct Project<'o> {
    path: &'o str,
    pub(super) options: &'o Options,
    /// What could not be looked at.
    pub(super) told: Vec<Diagnostic>,
    left: usize,
    /// Files by their places.
    read: BTreeMap<String, Option<Node>>,
}

/// A document with all that it takes over.
pub(super) struct Whole {
    pub(super) root: Node,
    /// What it is laid over, on no line.
    pub(super) base: Option<Node>,
}

/// The services that stand beside one another in a file.
struct Siblings<'s> {
    path: &'s str,
    services: &'s Node,
}

impl<'o> Project<'o> {
    pub(super) fn new(path: &'o str, options: &'o Options) -> Self {
        Self { path, options, told: Vec::new(), left: MAX_TAKEN, read: BTreeMap::new() }
    }

    /// A document whose services include what they extend. An override file is laid over its base,
    /// and values from there are on no line.
    pub(super) fn whole(&mut self, root: &Node) -> Whole {
        let Some(services) = root.get("services") else {
            return Whole { root: root.clone(), base: None };
        };
        let base = self.base_file().and_then(|(place, root)| {
            let siblings = Siblings { path: &place, services: root.get("services")? };
            let told = self.told.len();
            let services = self.services(&siblings, None);
            // The base is checked by itself, and its failures are reported there.
            self.told.truncate(told);
            Some(root.with("services", services).on_line(0))
        });
        let own = Siblings { path: self.path, services };
        let services = self.services(&own, base.as_ref().and_then(|base| base.get("services")));
        Whole { root: root.with("services", services), base }
    }

    /// What an override file is laid over.
    fn base_file(&mut self) -> Option<(String, Node)> {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let stem = name.strip_suffix(".yaml").or(name.strip_suffix(".yml"))?;
        let is_override = matches!(stem, "compose.override" | "docker-compose.override");
        BASES.iter().filter(|_| is_override).find_map(|base| {
            let place = beside(self.path, base)?;
            let root = self.read(&place)?;
            Some((place, root))
        })
    }

    /// The places of the files that a document includes, with the lines that name them. Files
    /// outside the folder are reported.
    pub(super) fn included(&mut self, root: &Node) -> Vec<(String, u32)> {
        let mut places = Vec::new();
        let all = root.get("include").map(Node::items).unwrap_or_default();
        let paths = all.iter().flat_map(|item| match item.get("path") {
            Some(several) if several.is_list() => several.items().to_vec(),
            Some(one) => vec![one.clone()],
            None => vec![item.clone()],
        });
        for path in paths {
            let line = path.lines.start;
            match path.str().and_then(|path| beside(self.path, path)) {
                Some(place) => places.push((place, line)),
                None => self.tell(line, "what is included lies elsewhere"),
            }
        }
        places
    }

    /// The content of a file.
    pub(super) fn bytes(&self, place: &str) -> Option<Vec<u8>> {
        let others = self.options.other_files.as_deref()?;
        others.read(place, self.options.limits.max_file_bytes)
    }

    /// Says what could not be looked at.
    pub(super) fn tell(&mut self, line: u32, what: &str) {
        self.tell_at(self.path, line, what);
    }

    fn tell_at(&mut self, path: &str, line: u32, what: &str) {
        let message = format!("not read: {what}");
        let said = Diagnostic::new("compose", message, Impact::Incomplete);
        self.told.push(said.at(path, None).on_line(line.into()));
    }

    /// The document of a file, which many services may extend.
    fn read(&mut self, place: &str) -> Option<Node> {
        if let Some(known) = self.read.get(place) {
            return known.clone();
        }
        let bytes = self.bytes(place).filter(|_| self.read.len() < MAX_READ);
        let root = bytes.and_then(|bytes| {
            self.look_for_tags(place, &bytes);
            let stream = yaml::parse(&bytes, &self.options.limits);
            // If a file has errors or several documents, it is unknown which part counts.
            let is_one = stream.errors.is_empty() && stream.documents.len() == 1;
            stream.documents.into_iter().next().map(|first| first.root).filter(|_| is_one)
        });
        self.read.insert(place.to_owned(), root.clone());
        root
    }

    /// Reports tags by which a value replaces another instead of being merged: parsed trees have no
    /// tags.
    pub(super) fn look_for_tags(&mut self, path: &str, bytes: &[u8]) {
        let lines = bytes.split(|byte| *byte == b'\n').zip(1..);
        let tagged = |line: &[u8]| {
            let text = String::from_utf8_lossy(line);
            let code = text.split(" #").next().unwrap_or_default();
            code.contains("!reset") || code.contains("!override")
        };
        if let Some((_, line)) = lines.into_iter().find(|(line, _)| tagged(line)) {
            self.tell_at(path, line, "what !reset and !override replace");
        }
    }

    /// The services with what they extend, each laid over that of the same name below it.
    fn services(&mut self, siblings: &Siblings<'_>, below: Option<&Node>) -> Node {
        let entries = siblings.services.entries().iter().map(|service| {
            let mut value = self.extended(&service.value, siblings, 0);
            if let Some(below) = below.and_then(|below| below.get(&service.key)) {
                value = self.laid_over("", below, &value);
            }
            Entry { value, ..service.clone() }
        });
        let entries = entries.collect();
        siblings.services.with_entries(entries)
    }

    /// A service with what it extends.
    fn extended(&mut self, service: &Node, siblings: &Siblings<'_>, depth: usize) -> Node {
        let Some(extends) = entry(service, "extends") else { return service.clone() };
        match self.base(extends, siblings, depth) {
            Ok(base) => self.laid_over("", &base, service),
            Err(why) => {
                self.tell_at(siblings.path, extends.key_line, &why);
                service.clone()
            }
        }
    }

    fn base(
        &mut self,
        extends: &Entry,
        siblings: &Siblings<'_>,
        depth: usize,
    ) -> Result<Node, String> {
        let (wanted, line) = (&extends.value, extends.key_line);
        if depth >= MAX_EXTENDS {
            return Err(format!("more than {MAX_EXTENDS} services extend one another"));
        }
        let name = wanted.get("service").unwrap_or(wanted).str().unwrap_or_default();
        let missing = || format!("there is no service {name:?} to extend");
        let Some(file) = wanted.get("file").and_then(Node::str) else {
            let base = siblings.services.get(name).ok_or_else(missing)?;
            return Ok(self.extended(base, siblings, depth + 1));
        };
        let place = beside(siblings.path, file);
        let read = place.and_then(|place| Some((self.read(&place)?, place)));
        let (root, path) = read.ok_or_else(|| format!("{file}, of which a service is extended"))?;
        let services = root.get("services").ok_or_else(missing)?;
        let base = services.get(name).ok_or_else(missing)?;
        let whole = self.extended(base, &Siblings { path: &path, services }, depth + 1);
        self.left = self.left.checked_sub(whole.size).ok_or(TOO_MUCH)?;
        // Its lines are another file's.
        Ok(whole.on_line(line))
    }

    /// Mappings are merged, lists follow one another, all else is replaced; `key` is theirs.
    fn laid_over(&mut self, key: &str, below: &Node, above: &Node) -> Node {
        let taken = below.entries().len() + below.items().len();
        match self.left.checked_sub(taken) {
            Some(left) => self.left = left,
            None => {
                self.left = 0;
                self.tell(above.lines.start, TOO_MUCH);
                return above.clone();
            }
        }
        if below.is_list() && above.is_list() && !REPLACED.contains(&key) {
            let is_kept = |item: &&Node| {
                key != "security_opt"
                    || !above.items().iter().any(|over| option(over) == option(item))
            };
            let kept = below.items().iter().filter(is_kept).cloned();
            return above.with_items(kept.chain(above.items().iter().cloned()).collect());
        }
        if REPLACED.contains(&key) || !below.is_map() || !above.is_map() {
            return above.clone();
        }
        let merged = above.entries().iter().map(|over| match entry(below, &over.key) {
            Some(under) => Entry {
                value: self.laid_over(&over.key, &under.value, &over.value),
                ..over.clone()
            },
            None => over.clone(),
        });
        let mut entries: Vec<_> = merged.collect();
        let taken = below.entries().iter().filter(|under| entry(above, &under.key).is_none());
        entries.extend(taken.cloned());
        above.with_entries(entries)
    }
}

/// The name of a security option; of two with the same name, the last counts.
fn option(item: &Node) -> Option<&str> {
    item.str()?.split([':', '=']).next()
}

/// The place of a path that a file names; none where that is no place below the folder that is
/// checked.
fn beside(file: &str, path: &str) -> Option<String> {
    let is_elsewhere = path.contains("://") || path.contains('$') || path.ends_with(".git");
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    below(folder, path).filter(|_| !is_elsewhere)
}

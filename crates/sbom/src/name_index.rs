//! Finds the catalogers that may want a file by its name alone: for most files there is hardly any.

use hashbrown::HashMap;
use sealift_layers::TreePath;

use crate::Cataloger;

/// Bytes of the longest name or ending that a cataloger may state.
const MAX_NAME_BYTES: usize = 64;

/// Places of catalogers by name, in lower case.
type Places = HashMap<Vec<u8>, Vec<usize>>;

/// The places of catalogers by the [names](Cataloger::names) that they take.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameIndex {
    /// Those that take any name.
    any: Vec<usize>,
    whole: Places,
    endings: Places,
}

impl NameIndex {
    pub(crate) fn new(catalogers: &[&dyn Cataloger]) -> Self {
        let mut index = Self::default();
        for (place, cataloger) in catalogers.iter().enumerate() {
            let names = cataloger.names();
            // A name that is too long to look up cannot exclude anything.
            if names.is_empty() || names.iter().any(|name| name.len() > MAX_NAME_BYTES) {
                index.any.push(place);
                continue;
            }
            for name in names {
                let (map, key) = match name.strip_prefix("*.") {
                    Some(ending) => (&mut index.endings, ending),
                    None => (&mut index.whole, *name),
                };
                map.entry(key.to_ascii_lowercase().into_bytes()).or_default().push(place);
            }
        }
        index
    }

    /// The places of those that the file may be for, in no order; one may come twice.
    pub(crate) fn places(&self, path: TreePath<'_>) -> impl Iterator<Item = usize> {
        let name = path.file_name();
        let dot = name.iter().rposition(|byte| *byte == b'.');
        let ending = dot.and_then(|dot| name.get(dot + 1..));
        let by_ending = ending.and_then(|ending| find(&self.endings, ending));
        let found = [Some(self.any.as_slice()), find(&self.whole, name), by_ending];
        found.into_iter().flatten().flatten().copied()
    }
}

fn find<'p>(places: &'p Places, name: &[u8]) -> Option<&'p [usize]> {
    let mut lower = [0; MAX_NAME_BYTES];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    places.get(&*lower).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ALL;

    fn names(path: &str) -> Vec<&'static str> {
        let places = NameIndex::new(ALL).places(TreePath::from(path)).collect::<Vec<_>>();
        places.into_iter().map(|place| ALL[place].name()).collect()
    }

    #[test]
    fn finds_by_name_and_ending_whatever_the_case() {
        let anything = names("x").len();
        assert_eq!(
            names("a/PACKAGE.json").len(),
            anything + 6,
            "npm, Yarn, and what wants any JSON"
        );
        assert!(names("a/B.WAR").contains(&"java-archive"));
        assert!(names(".jar").contains(&"java-archive"), "`wants` decides");
        assert_eq!(names(&"x".repeat(MAX_NAME_BYTES + 1)).len(), anything);
        assert!(anything < 5, "most state names");
    }

    #[test]
    fn an_ending_is_what_follows_the_last_dot() {
        for name in ALL.iter().flat_map(|cataloger| cataloger.names()) {
            let ending = name.strip_prefix("*.").unwrap_or_default();
            assert!(!ending.contains('.') && !ending.contains('*'), "{name} finds nothing");
        }
    }

    #[test]
    fn fixed_paths_pass() {
        for cataloger in ALL {
            for path in cataloger.fixed_paths() {
                assert!(names(path).contains(&cataloger.name()), "{path}");
            }
        }
    }
}

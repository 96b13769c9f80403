//! Names that are unique within one document.

use std::collections::{HashMap, HashSet};

/// Hands out unique names.
#[derive(Debug, Default)]
pub(crate) struct References {
    taken: HashSet<String>,
    /// The next number to try behind a name that was asked for again.
    next: HashMap<String, u64>,
}

impl References {
    /// The name `wish`; where that is taken, the first of `wish` + `separator` + 2, 3, … that is
    /// not.
    pub(crate) fn take(&mut self, wish: String, separator: &str) -> String {
        if self.taken.insert(wish.clone()) {
            return wish;
        }
        let next = self.next.entry(wish.clone()).or_insert(2);
        loop {
            let name = format!("{wish}{separator}{next}");
            *next += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_given_twice() {
        let mut references = References::default();
        let names: Vec<String> = ["a", "a-2", "a", "a", "b"]
            .into_iter()
            .map(|wish| references.take(wish.to_owned(), "-"))
            .collect();
        assert_eq!(names, ["a", "a-2", "a-3", "a-4", "b"]);
    }
}

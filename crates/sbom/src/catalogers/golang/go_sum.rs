//! `go.sum`, after the Go Modules Reference, "go.sum files".

use super::modules::Module;

/// The modules whose content is summed, each at its last version with its line.
///
/// A line is `path version hash`; one whose version ends in `/go.mod` is for a module file that
/// was only looked at. The file is sorted, and versions that are no longer used stay in it: the
/// last one is the highest.
pub(super) fn parse(text: &str) -> (Vec<(Module, u64)>, Vec<u64>) {
    let mut modules: Vec<(Module, u64)> = Vec::new();
    let mut broken_lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [_, version, _] if version.ends_with("/go.mod") => {}
            [path, version, _] => {
                let module = Module { path: (*path).to_owned(), version: (*version).to_owned() };
                match modules.last_mut().filter(|(last, _)| last.path == module.path) {
                    Some(last) => *last = (module, number),
                    None => modules.push((module, number)),
                }
            }
            _ => broken_lines.push(number),
        }
    }
    (modules, broken_lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_last_version_of_what_was_used() {
        let text =
            "a v1.0.0 h1:x=\na v1.0.0/go.mod h1:x=\na v1.1.0 h1:x=\nb v1.0.0/go.mod h1:x=\n\nc\n";
        let (modules, broken_lines) = parse(text);
        let a = Module { path: "a".to_owned(), version: "v1.1.0".to_owned() };
        assert_eq!((modules, broken_lines), (vec![(a, 3)], vec![6]));
    }
}

//! The module list of a program, in the text form of `runtime/debug.BuildInfo` (Go 1.26,
//! `ParseBuildInfo`).

/// The modules that a program is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Modules {
    /// The module of the program itself; none when it was built from single files.
    pub(super) main: Option<Module>,
    /// Every other module that is linked in, as it was really used.
    pub(super) dependencies: Vec<Module>,
    /// 1-based lines that could not be read.
    pub(super) broken_lines: Vec<u64>,
}

/// A module at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Module {
    pub(super) path: String,
    /// With its leading `v`; `(devel)` for a main module built from a working copy, empty for a
    /// module replaced by a folder.
    pub(super) version: String,
}

impl Modules {
    /// Reads the list. Settings (`build` lines) and lines of a kind that is not known say nothing
    /// of modules.
    pub(super) fn parse(text: &str) -> Self {
        let mut modules = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let (kind, rest) = line.split_once('\t').unwrap_or((line, ""));
            let module = Module::parse(rest);
            let is_read = match (kind, module) {
                ("mod", Some(module)) => {
                    modules.main = Some(module);
                    true
                }
                ("dep", Some(module)) => {
                    modules.dependencies.push(module);
                    true
                }
                ("=>", Some(module)) => modules.replace(module),
                ("mod" | "dep" | "=>", None) => false,
                _ => true,
            };
            if !is_read {
                modules.broken_lines.push(number);
            }
        }
        modules
    }

    /// The module of the line before is replaced. A folder has no version, and its code is that
    /// of the module whose place it takes, whatever was changed in it.
    fn replace(&mut self, replacement: Module) -> bool {
        let Some(replaced) = self.dependencies.last_mut().or(self.main.as_mut()) else {
            return false;
        };
        if replacement.is_folder() {
            replaced.version.clear();
        } else {
            *replaced = replacement;
        }
        true
    }
}

impl Module {
    /// `path<TAB>version[<TAB>checksum]`.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('\t');
        let (path, version) = (parts.next()?, parts.next()?);
        (!path.is_empty()).then(|| Self { path: path.to_owned(), version: version.to_owned() })
    }

    /// Go Modules Reference, "replace directive": a local path begins with `./`, `../` or a root.
    fn is_folder(&self) -> bool {
        let path = self.path.as_str();
        let is_drive = path.get(1..3).is_some_and(|after| matches!(after, ":\\" | ":/"));
        self.version.is_empty() || path.starts_with(['.', '/', '\\']) || is_drive
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn module(path: &str, version: &str) -> Module {
        Module { path: path.to_owned(), version: version.to_owned() }
    }

    #[test]
    fn reads_main_dependencies_and_replacements() {
        let text = "path\tm/cmd\nmod\tm\t(devel)\t\ndep\ta\tv1.0.0\th1:x\ndep\tb\tv1.0.0\n\
                    =>\tc/fork\tv2.0.0\th1:y\ndep\td\tv1.0.0\n=>\t./d\t\t\nbuild\tCGO_ENABLED=0\n";
        let modules = Modules::parse(text);
        assert_eq!(modules.main, Some(module("m", "(devel)")));
        let expected = [module("a", "v1.0.0"), module("c/fork", "v2.0.0"), module("d", "")];
        assert_eq!(modules.dependencies, expected);
        assert_eq!(modules.broken_lines, [0; 0]);
    }

    #[test]
    fn broken_lines_are_told() {
        let modules = Modules::parse("=>\ta\tv1\ndep\tx\ndep\t\tv1\ndep\tb\tv1\n");
        assert_eq!(modules.broken_lines, [1, 2, 3]);
        assert_eq!(modules.dependencies, [module("b", "v1")]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "[a-z.=>\t\né:]{0,60}") {
            Modules::parse(&text);
        }
    }
}

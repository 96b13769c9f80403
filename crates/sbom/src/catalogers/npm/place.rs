//! The meaning of the path of a `package.json`.

use sealift_layers::TreePath;

/// What a `package.json` describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// An installed package: `node_modules/name`, `node_modules/@scope/name`, Debian's
    /// `usr/share/nodejs/name`.
    Package,
    /// A part of an installed package; it only sets options for the module loader, or belongs to
    /// a test.
    PartOfPackage,
    /// A project, or something that is no package of npm's at all.
    Project,
}

impl Place {
    /// The place of the file at `path`, whose last component is `package.json`.
    pub(super) fn of(path: TreePath<'_>) -> Self {
        let mut below = Vec::new();
        for component in path.components().rev().skip(1) {
            if component == b"node_modules" {
                return Self::below_store(&below);
            }
            below.push(component);
        }
        match path.components().collect::<Vec<_>>().as_slice() {
            // Debian JavaScript policy 3.2; the third for packages with native code.
            [b"usr", b"share" | b"lib", b"nodejs", ..] => Self::below_store(without(&below, 3)),
            [b"usr", b"lib", _, b"nodejs", ..] => Self::below_store(without(&below, 4)),
            _ => Self::Project,
        }
    }

    /// `folders` from the innermost to the one directly in the store.
    fn below_store(folders: &[&[u8]]) -> Self {
        match folders {
            // `.bin`, `.cache`, `.pnpm` are no packages, and neither is a scope.
            [b"" | [b'.' | b'@', ..]] => Self::PartOfPackage,
            [_] | [_, [b'@', _, ..]] => Self::Package,
            _ => Self::PartOfPackage,
        }
    }
}

fn without<'a, 'b>(folders: &'a [&'b [u8]], outermost: usize) -> &'a [&'b [u8]] {
    folders.len().checked_sub(outermost).and_then(|count| folders.get(..count)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for (path, expected) in [
            ("srv/app/node_modules/a/package.json", Place::Package),
            ("node_modules/@s/a/package.json", Place::Package),
            ("node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", Place::Package),
            ("usr/lib/node_modules/npm/node_modules/a/package.json", Place::Package),
            ("usr/share/nodejs/a/package.json", Place::Package),
            ("usr/share/nodejs/@types/a/package.json", Place::Package),
            ("usr/share/nodejs/a/node_modules/b/package.json", Place::Package),
            ("usr/lib/x86_64-linux-gnu/nodejs/a/package.json", Place::Package),
            ("node_modules/a/dist/package.json", Place::PartOfPackage),
            ("node_modules/@s/a/cjs/package.json", Place::PartOfPackage),
            ("node_modules/@s/package.json", Place::PartOfPackage),
            ("node_modules/package.json", Place::PartOfPackage),
            ("node_modules/.cache/package.json", Place::PartOfPackage),
            ("usr/share/nodejs/package.json", Place::PartOfPackage),
            ("usr/share/nodejs/a/test/b/package.json", Place::PartOfPackage),
            ("package.json", Place::Project),
            ("srv/app/package.json", Place::Project),
            ("home/nodejs/a/package.json", Place::Project),
        ] {
            assert_eq!(Place::of(TreePath::from(path)), expected, "{path}");
        }
    }
}

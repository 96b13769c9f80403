//! The rules that type definitions of the package URL specification add to the general ones.
//!
//! Deviations, each because the purl would name another package or real packages would have none:
//! - `golang` and `npm` keep their case: module paths and old npm names differ by case alone.
//! - A namespace that a definition requires but that real packages lack is not asked for: `deb`,
//!   `rpm`, `apk` and `alpm` (an image without an os-release `ID`), `maven` (an archive without a
//!   group), `golang` (the standard library), `composer` (a private package), `huggingface`.
//! - A required version is never asked for: a purl without one names all of them.

use std::borrow::Cow;

use super::parts::Qualifiers;

/// The rules of one type.
pub(super) struct Rules {
    /// How many namespace segments there are.
    pub(super) namespace: Namespace,
    /// Canonical spelling of a namespace.
    pub(super) spell_namespace: Spelling,
    /// Canonical spelling of a name.
    pub(super) spell_name: Spelling,
    /// Canonical spelling of a version.
    pub(super) spell_version: Spelling,
    /// Whether the definition permits a (canonical) name.
    pub(super) permits_name: fn(&str) -> bool,
    /// Whether the definition permits a (canonical) version.
    pub(super) permits_version: fn(&str) -> bool,
    /// The qualifier that must be there.
    pub(super) required_qualifier: Option<&'static str>,
    /// Whether the namespace is one segment and the name the path after it.
    pub(super) name_is_path: bool,
}

/// How many namespace segments a type has.
#[derive(Clone, Copy)]
pub(super) enum Namespace {
    /// None.
    Prohibited,
    /// This many or more.
    AtLeast(usize),
}

/// Gives a component its canonical spelling; some depend on a qualifier.
pub(super) type Spelling = for<'t> fn(Cow<'t, str>, &Qualifiers<'_>) -> Cow<'t, str>;

/// The rules of a type; the general ones when it has no definition.
pub(super) fn rules(kind: &str) -> &'static Rules {
    let found = TABLE.binary_search_by(|(name, _)| (*name).cmp(kind));
    found.ok().and_then(|at| TABLE.get(at)).map_or(&GENERAL, |(_, rules)| rules)
}

static GENERAL: Rules = Rules::general();

/// One row per definition, ordered by type. A definition that adds nothing has no row.
static TABLE: &[(&str, Rules)] = &[
    ("alpm", Rules::general().namespace(lower).name(lower)),
    ("apk", Rules::general().namespace(lower).name(lower)),
    ("bazel", Rules::general().no_namespace()),
    ("bitbucket", Rules::general().segments(1).namespace(lower).name(lower)),
    ("bitnami", Rules::general().no_namespace().name(lower)),
    ("brew", Rules::general().namespace(lower).name(lower)),
    ("cargo", Rules::general().no_namespace()),
    (
        "chrome-extension",
        Rules::general().no_namespace().name(lower).permits(is_extension_id, is_extension_version),
    ),
    ("cocoapods", Rules::general().no_namespace().permits(is_pod_name, any)),
    ("composer", Rules::general().namespace(lower).name(lower)),
    ("conda", Rules::general().no_namespace()),
    ("cpan", Rules::general().permits(is_distribution_name, any)),
    ("cran", Rules::general().no_namespace()),
    ("deb", Rules::general().namespace(lower).name(lower)),
    ("gem", Rules::general().no_namespace()),
    ("git", Rules::general().segments(1).namespace(lower).name(lower).name_is_path()),
    ("github", Rules::general().segments(1).namespace(lower).name(lower)),
    ("hackage", Rules::general().no_namespace()),
    ("hex", Rules::general().namespace(lower).name(lower)),
    ("huggingface", Rules::general().version(lower)),
    ("julia", Rules::general().no_namespace().requires("uuid")),
    ("luarocks", Rules::general().namespace(lower).name(lower)),
    ("mlflow", Rules::general().no_namespace().name(mlflow_model)),
    ("nuget", Rules::general().no_namespace()),
    ("oci", Rules::general().no_namespace().name(lower)),
    ("opam", Rules::general().no_namespace()),
    ("otp", Rules::general().no_namespace().name(lower)),
    ("pub", Rules::general().no_namespace().name(dart_name)),
    ("pypi", Rules::general().no_namespace().name(python_name)),
    ("qpkg", Rules::general().namespace(lower)),
    ("rpm", Rules::general().namespace(lower)),
    ("swid", Rules::general().requires("tag_id")),
    // "The namespace is source host and user/organization and is required."
    ("swift", Rules::general().segments(2)),
    ("vcpkg", Rules::general().no_namespace()),
    ("vscode-extension", Rules::general().segments(1).namespace(lower).name(lower)),
    ("yocto", Rules::general().namespace(lower)),
];

impl Rules {
    const fn general() -> Self {
        Self {
            namespace: Namespace::AtLeast(0),
            spell_namespace: as_given,
            spell_name: as_given,
            spell_version: as_given,
            permits_name: any,
            permits_version: any,
            required_qualifier: None,
            name_is_path: false,
        }
    }

    const fn no_namespace(mut self) -> Self {
        self.namespace = Namespace::Prohibited;
        self
    }

    const fn segments(mut self, count: usize) -> Self {
        self.namespace = Namespace::AtLeast(count);
        self
    }

    const fn namespace(mut self, spelling: Spelling) -> Self {
        self.spell_namespace = spelling;
        self
    }

    const fn name(mut self, spelling: Spelling) -> Self {
        self.spell_name = spelling;
        self
    }

    const fn version(mut self, spelling: Spelling) -> Self {
        self.spell_version = spelling;
        self
    }

    const fn permits(mut self, name: fn(&str) -> bool, version: fn(&str) -> bool) -> Self {
        self.permits_name = name;
        self.permits_version = version;
        self
    }

    const fn requires(mut self, qualifier: &'static str) -> Self {
        self.required_qualifier = Some(qualifier);
        self
    }

    const fn name_is_path(mut self) -> Self {
        self.name_is_path = true;
        self
    }
}

fn as_given<'t>(text: Cow<'t, str>, _: &Qualifiers<'_>) -> Cow<'t, str> {
    text
}

/// ECMA-427, Case folding: the full mapping of Unicode, whatever the locale.
fn lower<'t>(text: Cow<'t, str>, _: &Qualifiers<'_>) -> Cow<'t, str> {
    match text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => text,
        false => Cow::Owned(text.to_lowercase()),
    }
}

/// Databricks ignores the case of a model's name, Azure ML does not.
fn mlflow_model<'t>(name: Cow<'t, str>, qualifiers: &Qualifiers<'_>) -> Cow<'t, str> {
    let databricks = qualifiers.get("repository_url").is_some_and(|url| url.contains("databricks"));
    if databricks { lower(name, qualifiers) } else { name }
}

/// "Not case sensitive and must be lowercased", "replace underscore `_` with dash `-`". Dots stay:
/// PEP 503 folds them when names are compared, which is the matcher's work.
fn python_name<'t>(name: Cow<'t, str>, qualifiers: &Qualifiers<'_>) -> Cow<'t, str> {
    replaced(lower(name, qualifiers), '_', "-")
}

/// Dart names are in lower case, with underscores.
fn dart_name<'t>(name: Cow<'t, str>, qualifiers: &Qualifiers<'_>) -> Cow<'t, str> {
    replaced(lower(name, qualifiers), '-', "_")
}

fn replaced<'t>(text: Cow<'t, str>, from: char, to: &str) -> Cow<'t, str> {
    match text.contains(from) {
        true => Cow::Owned(text.replace(from, to)),
        false => text,
    }
}

fn any(_: &str) -> bool {
    true
}

/// `^[a-p]{32}$`: 128 bits in base 16, with letters for digits.
fn is_extension_id(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|b| matches!(b, b'a'..=b'p'))
}

/// `^\d+(\.\d+){0,3}$`
fn is_extension_version(version: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    version.split('.').all(is_number) && version.split('.').count() <= 4
}

/// "cannot contain whitespace, a plus (+) character, or begin with a period"
fn is_pod_name(name: &str) -> bool {
    !name.starts_with('.') && !name.contains(|c: char| c == '+' || c.is_whitespace())
}

/// "A distribution name MUST NOT contain the string '::'", which makes a module's.
fn is_distribution_name(name: &str) -> bool {
    !name.contains("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ordered_by_type() {
        assert!(TABLE.is_sorted_by(|(a, _), (b, _)| a < b));
    }

    #[test]
    fn python_names_keep_their_dots() {
        let name = python_name("Zope.Inter_Face".into(), &Qualifiers::default());
        assert_eq!(name, "zope.inter-face");
    }

    #[test]
    fn extension_versions_have_up_to_four_numbers() {
        assert!(is_extension_version("1.2.3.4"));
        for bad in ["", "1.", "1.2.3.4.5", "1.2-beta"] {
            assert!(!is_extension_version(bad), "{bad}");
        }
    }
}

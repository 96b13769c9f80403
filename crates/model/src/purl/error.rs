//! Why a package URL was refused.

use std::fmt;

/// Why a text or a set of components is not a package URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurlError {
    /// The text does not start with `pkg:`.
    #[error("a package URL starts with \"pkg:\"")]
    MissingScheme,
    /// The type is empty, does not start with a letter, or has characters other than letters,
    /// digits, `.` and `-`.
    #[error("{kind:?} is not a package URL type")]
    InvalidType {
        /// The type as given.
        kind: String,
    },
    /// There is no name.
    #[error("a package URL has a name")]
    MissingName,
    /// A `%` is not followed by two hexadecimal digits.
    #[error("{component} {text:?} has an incomplete percent-encoding")]
    InvalidEncoding {
        /// The component.
        component: PurlComponent,
        /// The component or segment, still encoded.
        text: String,
    },
    /// A component does not decode to UTF-8.
    #[error("{component} {text:?} does not decode to UTF-8")]
    NotUtf8 {
        /// The component.
        component: PurlComponent,
        /// The component or segment, still encoded.
        text: String,
    },
    /// A segment hides a `/` in its encoding.
    #[error("{component} segment {segment:?} has a slash")]
    SlashInSegment {
        /// The component.
        component: PurlComponent,
        /// The segment, decoded.
        segment: String,
    },
    /// A qualifier's key does not start with a (lower case) letter or has characters other than
    /// letters, digits, `.`, `-` and `_`.
    #[error("{key:?} is not a qualifier key")]
    InvalidQualifierKey {
        /// The key as given.
        key: String,
    },
    /// Two qualifiers have the same key.
    #[error("qualifier {key:?} is given twice")]
    DuplicateQualifier {
        /// The key, in lower case.
        key: String,
    },
    /// The type needs a longer namespace.
    #[error("type {kind:?} needs a namespace of at least {segments} segments")]
    NamespaceRequired {
        /// The type.
        kind: String,
        /// The number of segments that it needs.
        segments: usize,
    },
    /// The type has no namespaces.
    #[error("type {kind:?} has no namespace, but {namespace:?} is given")]
    NamespaceProhibited {
        /// The type.
        kind: String,
        /// The namespace as given.
        namespace: String,
    },
    /// The type needs a qualifier.
    #[error("type {kind:?} needs the qualifier {key:?}")]
    QualifierRequired {
        /// The type.
        kind: String,
        /// The key that is missing.
        key: &'static str,
    },
    /// The type does not permit such a name.
    #[error("type {kind:?} does not permit the name {name:?}")]
    InvalidName {
        /// The type.
        kind: String,
        /// The name as given.
        name: String,
    },
    /// The type does not permit such a version.
    #[error("type {kind:?} does not permit the version {version:?}")]
    InvalidVersion {
        /// The type.
        kind: String,
        /// The version as given.
        version: String,
    },
}

/// A percent-encoded component of a package URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the components that ECMA-427 5.6 encodes")]
pub enum PurlComponent {
    /// The namespace, or one segment of it.
    Namespace,
    /// The name.
    Name,
    /// The version.
    Version,
    /// The value of a qualifier.
    Qualifier,
    /// The subpath, or one segment of it.
    Subpath,
}

impl fmt::Display for PurlComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Namespace => "namespace",
            Self::Name => "name",
            Self::Version => "version",
            Self::Qualifier => "qualifier",
            Self::Subpath => "subpath",
        })
    }
}

//! Failures, with their messages and exit statuses.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::PathBuf;

use sealift::http::ErrorKind as HttpErrorKind;
use sealift::registry::ErrorKind;
use sealift::update::{ArtifactError, UpdateError};
use sealift::verify::OpenError;
use sealift::{Chain, LayersError, SbomError, Target};

/// Why the command could not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are wrong, or help was asked for.
    Usage(clap::Error),
    /// A flag that a variable sets is wrong.
    Variable { variable: String, error: clap::Error },
    /// A flag has an unknown value.
    Value { flag: &'static str, value: String, hint: &'static str },
    /// The report cannot be written as text.
    Render(io::Error),
    /// There is no database to match against.
    NoDatabase(Option<PathBuf>),
    /// There is no database, and it cannot be fetched.
    Update(UpdateError),
    /// Some of the requested exports could not be fetched.
    NotUpdated { names: String },
    /// A database cannot be pushed or pulled.
    Artifact(ArtifactError),
    /// No trusted root can be read or fetched.
    Trust(sealift::trust::Error),
    /// The facade returned an error.
    Scan(sealift::Error),
    /// The report could not be written.
    Output { path: Option<PathBuf>, source: io::Error },
    /// A flag or value is known but not supported by this version.
    NotYet { what: String, hint: &'static str },
    /// The required signer is not named, or not clearly.
    Signer { sentence: &'static str, hint: &'static str },
    /// A file, or the value of a flag, cannot be used.
    Unusable { what: String, error: Box<dyn StdError + Send + Sync>, hint: &'static str },
    /// The attachments of an image cannot be read.
    Signed(Box<OpenError>),
    /// The same for verbs that verify nothing.
    Unseen(Box<OpenError>),
    /// A signature is invalid or missing.
    Unverified { status: u8, sentence: String, hint: &'static str },
}

impl Failure {
    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Unverified { status, .. } => *status,
            Self::Signed(error) => status_of(error, 11),
            // Only `verify` has cosign's other statuses.
            Self::Unseen(error) => status_of(error, 1),
            _ => 2,
        }
    }
}

/// `absent` is the status for an image that is not there.
fn status_of(error: &OpenError, absent: u8) -> u8 {
    match error {
        OpenError::NoSuchImage { .. } | OpenError::NotInRegistry(_) => absent,
        OpenError::Attached(_) => 1,
        OpenError::Unreadable(error) if is_changed(error) => 1,
        _ => 2,
    }
}

/// Whether bytes do not match their digest or size: then the arguments are not at fault.
fn is_changed(error: &sealift::Error) -> bool {
    if let sealift::Error::Registry(error) = error {
        return matches!(error.kind, ErrorKind::WrongDigest { .. } | ErrorKind::WrongSize { .. });
    }
    matches!(
        error,
        sealift::Error::Layers {
            source: LayersError::BlobDigest { .. }
                | LayersError::BlobSize { .. }
                | LayersError::Blob(_),
            ..
        }
    )
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::Signed(Box::new(error))
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Usage(error)
    }
}

impl From<ArtifactError> for Failure {
    fn from(error: ArtifactError) -> Self {
        Self::Artifact(error)
    }
}

impl From<sealift::trust::Error> for Failure {
    fn from(error: sealift::trust::Error) -> Self {
        Self::Trust(error)
    }
}

impl From<UpdateError> for Failure {
    fn from(error: UpdateError) -> Self {
        Self::Update(error)
    }
}

impl From<sealift::Error> for Failure {
    fn from(error: sealift::Error) -> Self {
        Self::Scan(error)
    }
}

/// The message contains the causes.
impl StdError for Failure {}

impl fmt::Display for Failure {
    /// One sentence about what is wrong, and one about what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence(f)?;
        match self.hint() {
            "" => Ok(()),
            hint => writeln!(f, "hint: {hint}"),
        }
    }
}

impl Failure {
    fn sentence(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(error) => write!(f, "{error}"),
            Self::Variable { variable, error } => {
                writeln!(f, "{error}hint: the value is that of the variable {variable}")
            }
            Self::Value { flag, value, .. } => writeln!(f, "error: {flag} does not know {value}"),
            Self::Render(error) => writeln!(f, "error: the report cannot be written: {error}"),
            Self::NoDatabase(Some(path)) => {
                writeln!(f, "error: there is no advisory database at {}", path.display())
            }
            Self::NoDatabase(None) => writeln!(f, "error: no advisory database is named"),
            Self::Update(error) => writeln!(f, "error: {}", Chain(error)),
            Self::Artifact(error) => writeln!(f, "error: {}", Chain(error)),
            Self::Trust(error) => writeln!(f, "error: {}", Chain(error)),
            Self::NotUpdated { names } => writeln!(f, "error: not up to date: {names}"),
            Self::Scan(error) => writeln!(f, "error: {}", Chain(error)),
            Self::Output { path: Some(path), source } => {
                writeln!(f, "error: cannot write {}: {source}", path.display())
            }
            Self::Output { path: None, source } => {
                writeln!(f, "error: cannot write to standard output: {source}")
            }
            Self::NotYet { what, .. } => {
                writeln!(f, "error: {what} is not supported by this version")
            }
            Self::Signer { sentence, .. } => writeln!(f, "error: {sentence}"),
            Self::Unusable { what, error, .. } => {
                writeln!(f, "error: {what}: {}", Chain(error.as_ref()))
            }
            Self::Signed(error) | Self::Unseen(error) => {
                writeln!(f, "error: {}", Chain(error.as_ref()))
            }
            Self::Unverified { sentence, .. } => writeln!(f, "error: {sentence}"),
        }
    }

    /// What to do; empty if there is no advice.
    fn hint(&self) -> &'static str {
        match self {
            Self::Usage(_) | Self::Variable { .. } | Self::Render(_) => "",
            Self::Value { hint, .. }
            | Self::NotYet { hint, .. }
            | Self::Signer { hint, .. }
            | Self::Unusable { hint, .. }
            | Self::Unverified { hint, .. } => hint,
            Self::NoDatabase(_) => {
                "fetch one with `sealift db update --ecosystem NAMES`, or build one with `sealift db build` and name it with --db FILE"
            }
            Self::Update(error) => hint_of_update(error),
            Self::Artifact(error) => hint_of_artifact(error),
            Self::Trust(_) => {
                "try again with `sealift initialize`, or name a trusted root with --trusted-root FILE"
            }
            Self::NotUpdated { .. } => "the warnings say why; what could be had is in the database",
            Self::Scan(error) => hint_of(error),
            Self::Output { .. } => "check that the folder exists, may be written to and has room",
            Self::Signed(error) | Self::Unseen(error) => hint_of_signed(error),
        }
    }

    /// The failure for a named database that cannot be opened.
    pub(crate) fn database(error: sealift::Error) -> Self {
        match error {
            sealift::Error::Io { path, source } => Self::Unusable {
                what: format!("the database {}", path.display()),
                error: source.into(),
                hint: "check the path; `sealift db build` makes a database",
            },
            error => Self::Scan(error),
        }
    }

    /// The failure for a target that cannot be read. For an image, the hint says how images are
    /// named.
    pub(crate) fn target(target: &Target, error: sealift::Error) -> Self {
        let hint = match target {
            Target::Filesystem(_) | Target::Rootfs(_) => {
                "check the path; an image is scanned by `sealift image`"
            }
            Target::Sbom(_) => "check the path; `-` reads the SBOM from standard input",
            _ => return Self::Scan(error),
        };
        match error {
            sealift::Error::Io { path, source } if source.kind() == io::ErrorKind::NotFound => {
                Self::Unusable { what: path.display().to_string(), error: source.into(), hint }
            }
            error => Self::Scan(error),
        }
    }
}

fn hint_of_artifact(error: &ArtifactError) -> &'static str {
    match error {
        ArtifactError::NoDatabase { .. } => "push one with `sealift db push`",
        ArtifactError::Older { .. } => {
            "to go back to it, remove the one that is here with `sealift clean --vuln-db`"
        }
        ArtifactError::Store(error) => hint_of_update(error),
        _ => "",
    }
}

fn hint_of(error: &sealift::Error) -> &'static str {
    match error {
        sealift::Error::Registry(error) => hint_of_registry(&error.kind),
        sealift::Error::NotInRegistry(_) => {
            "check name and tag; `sealift tree` and others take a digest, too"
        }
        sealift::Error::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            "check the path; images are named oci:DIR[:TAG], docker-archive:FILE or by a path that starts with ./ or /"
        }
        sealift::Error::Io { .. } => "check that the file is there and may be read",
        sealift::Error::NoImage(_) => {
            "scan an OCI layout or what `docker save` writes; of an unpacked image, `sealift rootfs DIR`"
        }
        sealift::Error::Layers { source, .. } if asks_for_choice(source) => {
            "name one of them: oci:DIR:TAG, oci:DIR@DIGEST, --platform OS/ARCH"
        }
        sealift::Error::Layers { source: LayersError::Limit(_), .. } => {
            "the libraries can raise this bound: `limits` in Python and Node, `Limits` in Rust; from a folder, --skip-dirs leaves parts out"
        }
        sealift::Error::NotRead { .. } => {
            "give a lockfile the name that its tool gives it, as package-lock.json; an SBOM is scanned by `sealift sbom FILE`"
        }
        sealift::Error::Bases { .. } => {
            r#"the form is {"bases": [{"name": "debian:12", "diff_ids": ["sha256:..."]}]}"#
        }
        sealift::Error::NotAnImage { .. } => "name an image: oci:DIR[:TAG], docker-archive:FILE",
        sealift::Error::FilePattern { .. } => {
            "kinds are dockerfile, kubernetes, helm, compose, terraform, terraformplan; packages are read from files that have the names their tools give them"
        }
        sealift::Error::Pattern { .. } => "patterns have *, ** and ?, as **/node_modules",
        sealift::Error::Build(_) => {
            "name a folder of OSV exports with --from, and a file that may be written with --output"
        }
        sealift::Error::Layers { .. } => {
            "pull or save the image again; a digest that does not match means that its bytes have changed"
        }
        sealift::Error::Sbom { source: SbomError::Limit(_), .. } => {
            "leave the files and their relations out of the document, or scan what it is about"
        }
        sealift::Error::Sbom { .. } => {
            "the document must be CycloneDX (JSON, XML), SPDX 2 (JSON, tags with values), Syft's JSON, or an attestation that holds one of these"
        }
        sealift::Error::Database { .. } | sealift::Error::Matching(_) => {
            "build the database again with `sealift db build`"
        }
        _ => "",
    }
}

fn hint_of_update(error: &UpdateError) -> &'static str {
    match error {
        UpdateError::NothingWanted => "name some: `sealift db update --ecosystem Debian,PyPI`",
        UpdateError::NoSuchName { .. } => {
            "names are those of OSV: Debian, Alpine, npm, PyPI, Go, Maven, crates.io, ..."
        }
        UpdateError::NotOurs { .. } => {
            "make it your own with mode 700, or name another folder with --cache-dir DIR"
        }
        UpdateError::Busy => "wait for it, or use the database as it is with --skip-db-update",
        UpdateError::NothingThere { .. } => {
            "try again with `sealift db update --ecosystem NAMES`, name a mirror with --mirror URL|DIR, or a database with --db FILE"
        }
        UpdateError::Io { .. } => "check that the folder may be written to and has room",
        _ => "",
    }
}

fn hint_of_registry(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Denied { told: Some(_), .. } => {
            "check that these may do this; sealift login REGISTRY -u NAME keeps others"
        }
        ErrorKind::Denied { .. } => {
            "check the name, and log in to the registry: sealift login REGISTRY -u NAME"
        }
        ErrorKind::Http(error) => match error.kind {
            HttpErrorKind::Tls(_) => {
                "name the registry's certificate authority: --cacert FILE (verifying: --registry-cacert)"
            }
            HttpErrorKind::PlainHttp => {
                "a registry without TLS must be allowed: --insecure (verifying: --allow-http-registry)"
            }
            _ => "check the registry's name and that it can be reached from here",
        },
        ErrorKind::Credentials(_) => {
            "mend the file, or log in again: sealift login REGISTRY -u NAME"
        }
        ErrorKind::WrongDigest { .. } | ErrorKind::WrongSize { .. } => {
            "the registry, or somebody on the way to it, gives other bytes than were asked for"
        }
        _ => "",
    }
}

fn hint_of_signed(error: &OpenError) -> &'static str {
    match error {
        OpenError::NoSuchImage { .. } => "name one of them: oci:DIR:TAG, oci:DIR@DIGEST",
        OpenError::NotInRegistry(_) => "check name and tag",
        OpenError::Unreadable(error) => hint_of(error),
        OpenError::NoManifest { .. } => {
            "take an OCI layout: what `docker save` writes has no digest that could be signed"
        }
        _ => "",
    }
}

fn asks_for_choice(error: &LayersError) -> bool {
    matches!(
        error,
        LayersError::NoSuchImage { .. }
            | LayersError::Ambiguous { .. }
            | LayersError::NoPlatform { .. }
    )
}

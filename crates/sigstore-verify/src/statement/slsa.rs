//! SLSA provenance: who built an artifact, from what, and how
//! (<https://slsa.dev/spec/v1.0/provenance>, <https://slsa.dev/spec/v0.2/provenance>).

use super::{DigestSet, required, text};
use crate::json::{Field, FieldError, Value};
use crate::limits::Limits;

/// SLSA provenance v1.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProvenanceV1 {
    /// URI of the template that defines how the build is done.
    pub build_type: String,
    /// Parameters that the requester of the build controls: an object.
    pub external_parameters: Value<'static>,
    /// Parameters that the builder controls: an object, or null.
    pub internal_parameters: Value<'static>,
    /// The resources that the build used.
    pub resolved_dependencies: Vec<ResourceDescriptor>,
    /// The builder.
    pub builder: Builder,
    /// The run.
    pub metadata: RunMetadata,
    /// Further outputs of the build.
    pub byproducts: Vec<ResourceDescriptor>,
}

/// SLSA provenance v0.2.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProvenanceV02 {
    /// URI of the builder.
    pub builder_id: String,
    /// URI of the template that defines how the build is done.
    pub build_type: String,
    /// The location of the build's instructions.
    pub config_source: ConfigSource,
    /// Parameters that the requester of the build controls: an object, or null.
    pub parameters: Value<'static>,
    /// Parameters that the builder added: an object, or null.
    pub environment: Value<'static>,
    /// The run.
    pub metadata: RunMetadata,
    /// The resources that the build used.
    pub materials: Vec<ResourceDescriptor>,
}

/// The builder, in SLSA provenance v1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Builder {
    /// URI of the builder, from which its level follows.
    pub id: String,
    /// Version of each component of the builder.
    pub version: Vec<(String, String)>,
    /// The resources that the builder itself used.
    pub dependencies: Vec<ResourceDescriptor>,
}

/// The location of a build's instructions, in SLSA provenance v0.2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigSource {
    /// URI of the source.
    pub uri: Option<String>,
    /// Its digests.
    pub digests: DigestSet,
    /// The entry point of the build in the source.
    pub entry_point: Option<String>,
}

/// A run of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunMetadata {
    /// The builder's id of the run.
    pub invocation_id: Option<String>,
    /// When it began, as written (RFC 3339).
    pub started_on: Option<String>,
    /// When it ended, as written (RFC 3339).
    pub finished_on: Option<String>,
}

/// A file or other thing that a build used or made (in-toto `resource_descriptor.md`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceDescriptor {
    /// The URI that identifies it.
    pub uri: Option<String>,
    /// Its digests.
    pub digests: DigestSet,
    /// Its name.
    pub name: Option<String>,
    /// The URL that it was downloaded from.
    pub download_location: Option<String>,
    /// Its media type.
    pub media_type: Option<String>,
    /// Its bytes.
    pub content: Option<Vec<u8>>,
}

impl ProvenanceV1 {
    /// The parameters that are not in `expected`. SLSA requires verifiers to reject unknown
    /// parameters, since any parameter may change what the build does.
    #[must_use]
    pub fn unexpected_parameters(&self, expected: &[&str]) -> Vec<&str> {
        let members = self.external_parameters.as_object().unwrap_or_default();
        members
            .iter()
            .filter(|(_, value)| !is_empty(value))
            .map(|(name, _)| name.as_ref())
            .filter(|name| !expected.contains(name))
            .collect()
    }

    pub(super) fn read(field: Field<'_>, limits: &Limits) -> Result<Self, FieldError> {
        let definition = field.get("buildDefinition")?;
        let details = field.get("runDetails")?;
        let builder = details.get("builder")?;
        let metadata = details.optional("metadata")?;
        Ok(Self {
            build_type: required(definition, "buildType")?,
            external_parameters: object(definition, "externalParameters")?,
            internal_parameters: object(definition, "internalParameters")?,
            resolved_dependencies: resources(definition, "resolvedDependencies", limits)?,
            builder: Builder::read(builder, limits)?,
            metadata: metadata
                .map(|one| RunMetadata::read(one, ["invocationId", "startedOn", "finishedOn"]))
                .transpose()?
                .unwrap_or_default(),
            byproducts: resources(details, "byproducts", limits)?,
        })
    }
}

impl ProvenanceV02 {
    pub(super) fn read(field: Field<'_>, limits: &Limits) -> Result<Self, FieldError> {
        let invocation = field.optional("invocation")?;
        let source = invocation.map(|one| one.optional("configSource")).transpose()?.flatten();
        let metadata = field.optional("metadata")?;
        let of_invocation =
            |name| invocation.map_or(Ok(Value::Null), |invocation| object(invocation, name));
        Ok(Self {
            builder_id: required(field.get("builder")?, "id")?,
            build_type: required(field, "buildType")?,
            config_source: source
                .map(|one| ConfigSource::read(one, limits))
                .transpose()?
                .unwrap_or_default(),
            parameters: of_invocation("parameters")?,
            environment: of_invocation("environment")?,
            metadata: metadata
                .map(|one| {
                    let names = ["buildInvocationId", "buildStartedOn", "buildFinishedOn"];
                    RunMetadata::read(one, names)
                })
                .transpose()?
                .unwrap_or_default(),
            materials: resources(field, "materials", limits)?,
        })
    }
}

impl Builder {
    fn read(field: Field<'_>, limits: &Limits) -> Result<Self, FieldError> {
        let version = match field.optional("version")? {
            Some(version) => version
                .members()?
                .map(|(name, value)| Ok((name.to_owned(), value.string()?.to_owned())))
                .collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        Ok(Self {
            id: required(field, "id")?,
            version,
            dependencies: resources(field, "builderDependencies", limits)?,
        })
    }
}

impl ConfigSource {
    fn read(field: Field<'_>, limits: &Limits) -> Result<Self, FieldError> {
        Ok(Self {
            uri: text(field, "uri")?,
            digests: digests(field, limits)?,
            entry_point: text(field, "entryPoint")?,
        })
    }
}

impl RunMetadata {
    fn read(field: Field<'_>, names: [&str; 3]) -> Result<Self, FieldError> {
        let [invocation, started, finished] = names;
        Ok(Self {
            invocation_id: text(field, invocation)?,
            started_on: text(field, started)?,
            finished_on: text(field, finished)?,
        })
    }
}

impl ResourceDescriptor {
    fn read(field: Field<'_>, limits: &Limits) -> Result<Self, FieldError> {
        Ok(Self {
            uri: text(field, "uri")?,
            digests: digests(field, limits)?,
            name: text(field, "name")?,
            download_location: text(field, "downloadLocation")?,
            media_type: text(field, "mediaType")?,
            content: field.optional("content")?.map(Field::bytes).transpose()?,
        })
    }
}

fn resources(
    field: Field<'_>,
    name: &str,
    limits: &Limits,
) -> Result<Vec<ResourceDescriptor>, FieldError> {
    field
        .list(name, limits.max_resources)?
        .into_iter()
        .map(|one| ResourceDescriptor::read(one, limits))
        .collect()
}

fn digests(field: Field<'_>, limits: &Limits) -> Result<DigestSet, FieldError> {
    let digests = field.optional("digest")?.map(|one| DigestSet::read(one, limits)).transpose()?;
    Ok(digests.unwrap_or_default())
}

/// An object of any shape, or null if it is unset.
fn object(field: Field<'_>, name: &str) -> Result<Value<'static>, FieldError> {
    match field.optional(name)? {
        Some(object) => {
            let _is_object = object.members()?;
            Ok(object.value().clone().into_owned())
        }
        None => Ok(Value::Null),
    }
}

/// Whether a value means the same as an unset one.
fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

//! Registries with settings for one of them alone.

use sealift_model::Reference;
use sealift_policy::admission::Cause;

use super::Registry;
use crate::RegistryImage;

/// Registries of any name, one of which may have its own settings: credentials, or permission to go
/// without TLS. The author of an object names its images, and so chooses which registries a review
/// queries.
#[derive(Clone, Debug)]
pub struct ScopedRegistries<F> {
    host: Option<String>,
    offline: bool,
    ask: F,
}

/// Whether the settings for one registry apply to an image's registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is the one, or it is not")]
pub enum CredentialScope {
    /// The registry that the settings are meant for.
    Own,
    /// Another registry, which gets none of the settings.
    Other,
}

/// There are settings for one registry, and its host is not named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not said which registry is meant: objects name any")]
#[expect(clippy::exhaustive_structs, reason = "it says no more")]
pub struct MissingHost;

/// The registry is not queried, because of the offline mode.
#[derive(Debug, thiserror::Error)]
#[error("{0}: offline no registry is asked")]
struct Offline(Reference);

impl<F> ScopedRegistries<F>
where
    F: Fn(&Reference, CredentialScope) -> Result<RegistryImage, Cause> + Send + Sync + 'static,
{
    /// Registries that `ask` queries. `host` is the one that the settings are meant for; without
    /// it, `has_own` (whether there are such settings) must be false.
    ///
    /// # Errors
    /// When there are settings for one registry, and its host is not named.
    pub fn new(host: Option<String>, has_own: bool, ask: F) -> Result<Self, MissingHost> {
        match host {
            None if has_own => Err(MissingHost),
            host => Ok(Self { host, offline: false, ask }),
        }
    }

    /// The same; with `offline`, no registry is queried.
    #[must_use]
    pub fn offline(self, offline: bool) -> Self {
        Self { offline, ..self }
    }
}

impl<F> Registry for ScopedRegistries<F>
where
    F: Fn(&Reference, CredentialScope) -> Result<RegistryImage, Cause> + Send + Sync + 'static,
{
    fn image(&self, reference: &Reference) -> Result<RegistryImage, Cause> {
        if self.offline {
            return Err(Cause::of(Offline(reference.clone())));
        }
        let asked = reference.registry();
        let is_meant = self.host.as_ref().is_some_and(|host| host.eq_ignore_ascii_case(asked));
        (self.ask)(reference, if is_meant { CredentialScope::Own } else { CredentialScope::Other })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_for_one_goes_to_no_other() {
        #[derive(Debug, thiserror::Error)]
        #[error("{0:?}")]
        struct Asked(CredentialScope);
        let ask = |_: &Reference, scope: CredentialScope| Err(Cause::of(Asked(scope)));
        let scoped = ScopedRegistries::new(Some("R.example".to_owned()), true, ask).unwrap();
        let told = |scoped: &dyn Registry, name: &str| {
            scoped.image(&name.parse().unwrap()).unwrap_err().to_string()
        };
        assert_eq!(told(&scoped, "r.example/app"), "Own");
        for other in ["r.example:5000/app", "x.r.example/app", "docker.io/r.example/app"] {
            assert_eq!(told(&scoped, other), "Other", "{other}");
        }
        assert!(told(&scoped.offline(true), "r.example/app").contains("offline"));
        assert_eq!(ScopedRegistries::new(None, true, ask).err(), Some(MissingHost));
        assert_eq!(
            told(&ScopedRegistries::new(None, false, ask).unwrap(), "r.example/app"),
            "Other"
        );
    }
}

//! Registries of which one has something of its own.

use sealift_model::Reference;
use sealift_policy::admission::Cause;

use super::Registry;
use crate::RegistryImage;

/// Registries by any name, of which one may be asked with what is meant for it alone: credentials,
/// or leave to do without TLS. Whoever writes an object names its images, and so chooses whom a
/// review asks.
#[derive(Clone, Debug)]
pub struct ScopedRegistries<F> {
    host: Option<String>,
    offline: bool,
    ask: F,
}

/// Whether what is meant for one registry goes along when an image's registry is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is the one, or it is not")]
pub enum CredentialScope {
    /// The registry for which everything is meant that was given.
    Own,
    /// Another one, to which nothing of what was given goes.
    Other,
}

/// Something is meant for one registry, and it is not said for which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not said which registry is meant: objects name any")]
#[expect(clippy::exhaustive_structs, reason = "it says no more")]
pub struct MissingHost;

/// No registry is asked.
#[derive(Debug, thiserror::Error)]
#[error("{0}: offline no registry is asked")]
struct Offline(Reference);

impl<F> ScopedRegistries<F>
where
    F: Fn(&Reference, CredentialScope) -> Result<RegistryImage, Cause> + Send + Sync + 'static,
{
    /// Registries that `ask` knows how to ask. `host` is the one for which everything is meant;
    /// without it `has_own` must be false: that anything is meant for one alone.
    ///
    /// # Errors
    /// When something is meant for one registry, and it is not said for which.
    pub fn new(host: Option<String>, has_own: bool, ask: F) -> Result<Self, MissingHost> {
        match host {
            None if has_own => Err(MissingHost),
            host => Ok(Self { host, offline: false, ask }),
        }
    }

    /// The same, where `offline` none is asked.
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

//! Keyword arguments, taken one by one. One that is left over is an error that names it.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping};
use sealift::http::{self, Client, Config, Proxies, Roots};
use sealift::registry::{Credential, Keychain, Registries};
use sealift::{
    Bases, KnownBases, LayerCache, Limits, NamedBase, NamedLimit, RegistryImage, Target, Timestamp,
};

use crate::error;

/// The keyword arguments of one call.
pub(crate) struct Arguments<'py> {
    function: &'static str,
    given: Option<Bound<'py, PyDict>>,
}

impl<'py> Arguments<'py> {
    pub(crate) fn new(
        function: &'static str,
        given: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Self> {
        Ok(Self { function, given: given.map(|given| given.copy()).transpose()? })
    }

    /// The object under a name, unless it is `None`.
    pub(crate) fn object(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(given) = &self.given else { return Ok(None) };
        let Some(value) = given.get_item(name)? else { return Ok(None) };
        given.del_item(name)?;
        Ok((!value.is_none()).then_some(value))
    }

    /// The value under a name, unless it is `None`.
    pub(crate) fn take<T>(&self, name: &str) -> PyResult<Option<T>>
    where
        T: for<'a> FromPyObject<'a, 'py>,
    {
        let Some(value) = self.object(name)? else { return Ok(None) };
        let taken = value.extract::<T>().map_err(|error| -> PyErr { error.into() });
        let wrong = |error: PyErr| self.wrong_type(name, &error.value(value.py()).to_string());
        taken.map(Some).map_err(wrong)
    }

    /// A text that must be given.
    pub(crate) fn needed(&self, name: &str) -> PyResult<String> {
        self.take::<String>(name)?.ok_or_else(|| self.wrong_type(name, "it is missing"))
    }

    /// A flag, off if it is not given.
    pub(crate) fn flag(&self, name: &str) -> PyResult<bool> {
        Ok(self.take(name)?.unwrap_or(false))
    }

    /// A value written as text; `what` describes a valid one.
    pub(crate) fn parsed<T: std::str::FromStr>(
        &self,
        name: &str,
        what: &str,
    ) -> PyResult<Option<T>> {
        let Some(text) = self.take::<String>(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.refused(name, &format!("{text:?} is not {what}")))
    }

    pub(crate) fn refused(&self, name: &str, why: &str) -> PyErr {
        PyValueError::new_err(format!("{}(): argument '{name}': {why}", self.function))
    }

    pub(crate) fn wrong_type(&self, name: &str, why: &str) -> PyErr {
        PyTypeError::new_err(format!("{}(): argument '{name}': {why}", self.function))
    }

    /// Checks that no argument is left over.
    pub(crate) fn finish(&self) -> PyResult<()> {
        let Some(given) = &self.given else { return Ok(()) };
        match given.keys().iter().next() {
            None => Ok(()),
            Some(name) => Err(PyTypeError::new_err(format!(
                "{}() got an unexpected keyword argument '{name}'",
                self.function
            ))),
        }
    }

    /// The time to judge by: `as_of`, else now.
    pub(crate) fn time(&self) -> PyResult<Timestamp> {
        Ok(self.as_of()?.unwrap_or_else(now))
    }

    pub(crate) fn as_of(&self) -> PyResult<Option<Timestamp>> {
        self.day_or_time("as_of")
    }

    /// A day, or a time by RFC 3339.
    pub(crate) fn day_or_time(&self, name: &str) -> PyResult<Option<Timestamp>> {
        let Some(text) = self.take::<String>(name)? else { return Ok(None) };
        let time = Timestamp::from_day(&text).or_else(|_| text.parse());
        time.map(Some).map_err(|_| {
            let what = "a day or time, as 2026-01-31 or 2026-01-31T12:00:00Z";
            self.refused(name, &format!("{text:?} is not {what}"))
        })
    }

    /// The base image: `base`, or one of the list in the file `bases`.
    pub(crate) fn bases(&self, access: &Access) -> PyResult<Bases> {
        let mut bases = Bases::default();
        if let Some(name) = self.take::<String>("base")? {
            let image = self.scanned(&name, &access.of_another())?;
            bases.named = Some(NamedBase::new(name, image));
        }
        if let Some(file) = self.take::<PathBuf>("bases")? {
            bases.known = KnownBases::read(&file).map_err(error::scan)?;
        }
        Ok(bases)
    }

    pub(crate) fn threads(&self) -> PyResult<Option<NonZeroUsize>> {
        let Some(threads) = self.take::<usize>("threads")? else { return Ok(None) };
        NonZeroUsize::new(threads).map(Some).ok_or_else(|| self.refused("threads", "it is zero"))
    }

    /// The limits: `memory_limit` in bytes, and `limits` by their names.
    pub(crate) fn limits(&self) -> PyResult<Limits> {
        let mut limits = Limits::default();
        if let Some(bytes) = self.take("memory_limit")? {
            limits.max_kept_bytes = bytes;
            limits.max_file_bytes = limits.max_file_bytes.min(bytes);
        }
        let Some(given) = self.object("limits")? else { return Ok(limits) };
        for item in given.cast_into::<PyMapping>()?.items()?.iter() {
            let (name, value): (String, u64) = item.extract()?;
            let known = NamedLimit::ALL.iter().find(|limit| limit.name() == name);
            let known = known.ok_or_else(|| {
                let known: Vec<&str> = NamedLimit::ALL.iter().map(NamedLimit::name).collect();
                let known = known.join(", ");
                self.refused("limits", &format!("no limit is named {name:?}; there are {known}"))
            })?;
            if !known.set(&mut limits, value) {
                return Err(self.refused("limits", &format!("{name}: {value} is too large")));
            }
        }
        Ok(limits)
    }

    /// The layer cache in the named folder; `None` if no folder is named.
    pub(crate) fn cache(&self) -> PyResult<Option<Arc<LayerCache>>> {
        let folder = self.take::<PathBuf>("cache_dir")?;
        Ok(folder.map(|folder| Arc::new(LayerCache::new(folder.join("layers"), system_time()))))
    }

    /// Access to registries: `username`, `password`, `token`, `auth_file`, `insecure`, `ca_file`,
    /// `proxy`, `no_proxy`.
    pub(crate) fn access(&self) -> PyResult<Access> {
        let login = self.take("username")?.zip(self.take("password")?);
        let login = login.map(|(user, password)| Credential::Basic { user, password });
        let token = self.take("token")?.map(Credential::RegistryToken);
        let auth_files = self.take::<PathBuf>("auth_file")?.into_iter().collect();
        let is_insecure = self.flag("insecure")?;
        let roots = self.take::<PathBuf>("ca_file")?.map(|path| error::read(&path)).transpose()?;
        let proxies = self.proxies()?;
        Ok(Access { login: login.or(token), auth_files, is_insecure, authorities: roots, proxies })
    }

    /// The client for requests to servers other than registries: `proxy`, `no_proxy`.
    pub(crate) fn client(&self) -> PyResult<Client> {
        client(self.proxies()?)
    }

    fn proxies(&self) -> PyResult<Proxies> {
        let direct = self.take::<String>("no_proxy")?.unwrap_or_default();
        Ok(Proxies::all(self.take("proxy")?, direct))
    }

    /// The image of a name: in an engine, on this machine or in a registry.
    pub(crate) fn scanned(&self, name: &str, access: &Access) -> PyResult<Target> {
        match Target::engine_image(name) {
            Some(found) => found.map_err(|error| error::engine(name, &error)),
            None => self.image(name, access),
        }
    }

    /// The image of a name: on this machine or in a registry.
    pub(crate) fn image(&self, name: &str, access: &Access) -> PyResult<Target> {
        match Target::local_image(name) {
            Some(target) => Ok(target),
            None => Ok(Target::Registry(self.registry_image(name, access)?)),
        }
    }

    pub(crate) fn registry_image(&self, name: &str, access: &Access) -> PyResult<RegistryImage> {
        let reference: sealift::Reference = name.parse().map_err(|error| {
            PyValueError::new_err(format!("{}(): image {name:?}: {error}", self.function))
        })?;
        let registries = access.registries(reference.registry());
        let registries = registries.map_err(|error| error::value(&error))?;
        Ok(RegistryImage::new(registries, reference))
    }
}

fn client(proxies: Proxies) -> PyResult<Client> {
    let mut config = Config::default();
    config.proxies = proxies;
    Client::new(config).map_err(|error| error::value(&error))
}

/// Access to registries.
#[derive(Clone)]
pub(crate) struct Access {
    login: Option<Credential>,
    auth_files: Vec<PathBuf>,
    is_insecure: bool,
    authorities: Option<Vec<u8>>,
    proxies: Proxies,
}

impl Access {
    /// The client for all other network requests.
    pub(crate) fn client(&self) -> PyResult<Client> {
        client(self.proxies.clone())
    }

    /// Whether any setting is meant for one registry only.
    pub(crate) fn is_for_one(&self) -> bool {
        self.login.is_some() || self.is_insecure
    }

    /// Access to another registry: without the settings meant for one only.
    pub(crate) fn of_another(&self) -> Self {
        Self { login: None, is_insecure: false, ..self.clone() }
    }

    pub(crate) fn registries(&self, registry: &str) -> Result<Registries, http::Error> {
        let mut config = Config::default();
        config.proxies = self.proxies.clone();
        if self.is_insecure {
            config.insecure_hosts.insert(registry.to_ascii_lowercase());
        }
        if let Some(pem) = &self.authorities {
            config.roots = Roots::SystemAnd(pem.clone());
        }
        let mut keychain = Keychain::default();
        keychain.files.clone_from(&self.auth_files);
        keychain.given.extend(self.login.clone().map(|login| (registry.to_owned(), login)));
        Ok(Registries::new(Client::new(config)?, keychain))
    }
}

#[expect(clippy::disallowed_methods, reason = "a caller in Python names no clock")]
fn system_time() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// Now.
pub(crate) fn now() -> Timestamp {
    Timestamp::from(system_time())
}

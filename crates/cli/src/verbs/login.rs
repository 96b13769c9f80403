//! `login` and `logout`.

use std::io::{Read as _, stdin};

use sealift::registry::{CredentialError, ErrorKind};

use crate::args::{Access, LoginArgs, LogoutArgs};
use crate::failure::Failure;
use crate::network::Network;
use crate::{Environment, output};

/// The most bytes of a password.
const MAX_BYTES: u64 = 64 << 10;

/// `login`: the registry must accept the password before it is kept.
pub(crate) fn login(args: LoginArgs, environment: &Environment) -> Result<u8, Failure> {
    let registry = registry(&args.registry)?;
    let password = match args.password {
        Some(password) => password,
        None => from_stdin()?,
    };
    let access = Access {
        login: Some((args.username.clone(), password.clone())),
        authorities: args.cacert,
        is_insecure: args.insecure,
        ..Access::default()
    };
    let registries = Network::new(access, environment).registries(&registry)?;
    registries.check_login(&registry).map_err(|error| Failure::Unusable {
        hint: match &error.kind {
            ErrorKind::Denied { .. } => "check user name and password",
            _ => "check the registry's name; one without TLS needs --insecure",
        },
        what: "cannot log in".to_owned(),
        error: error.into(),
    })?;
    let place = environment.keychain().store(&registry, &args.username, &password);
    let place = place.map_err(unusable)?;
    let text = format!("Logged in to {registry}; the password is kept in {place}\n");
    output::emit(args.out.output_file.as_deref(), |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}

/// `logout`.
pub(crate) fn logout(args: &LogoutArgs, environment: &Environment) -> Result<u8, Failure> {
    let registry = registry(&args.registry)?;
    let was_known = environment.keychain().erase(&registry).map_err(unusable)?;
    let text = if was_known { "Logged out of" } else { "Not logged in to" };
    output::print(format!("{text} {registry}\n").as_bytes())?;
    Ok(0)
}

/// The registry's host; users may write a URL.
fn registry(written: &str) -> Result<String, Failure> {
    let bare = written.strip_prefix("https://").or(written.strip_prefix("http://"));
    let host = bare.unwrap_or(written).split('/').next().unwrap_or_default();
    let host = if host == "index.docker.io" { "docker.io" } else { host };
    // A host is valid if it can stand before the name of an image.
    match format!("{host}/image").parse::<sealift::Reference>() {
        Ok(image) if image.registry() == host => Ok(host.to_owned()),
        _ => Err(Failure::Value {
            flag: "REGISTRY",
            value: written.to_owned(),
            hint: "name a host, as registry.example:5000",
        }),
    }
}

fn from_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    stdin().lock().take(MAX_BYTES).read_to_string(&mut text).map_err(|error| {
        Failure::Unusable { what: "--password-stdin".to_owned(), error: error.into(), hint: "" }
    })?;
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    Ok(text)
}

fn unusable(error: CredentialError) -> Failure {
    Failure::Unusable { what: "credentials".to_owned(), error: error.into(), hint: "" }
}

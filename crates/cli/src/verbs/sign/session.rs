//! The signer in one run of the command, and the services that vouch for it.

use std::io::{BufRead as _, IsTerminal as _, stdin};
use std::path::Path;

use sealift::escape;
use sealift::http::{Client, ClientIdentity, OwnTls, Url};
use sealift::sign::{
    Ambient, IdentityToken, LogService, LogVersion, Login, Prompt, ServiceError, Services,
    SignatureBundle, Signer as _, SigningServices, ToSign,
};
use sealift::verify::{KeyAlgorithm, LogSearch, TrustedRoot};

use super::key;
use crate::args::{AuthFlow, SignedByArgs, StamperArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::{Context, Environment, files, network, trust};

/// The public instance, used if no other is named.
const FULCIO: &str = "https://fulcio.sigstore.dev";
const ISSUER: &str = "https://oauth2.sigstore.dev/auth";

const ANY_PORT: &str = "http://localhost:0/auth/callback";

const TOKEN_HINT: &str = "give one with --identity-token TOKEN, or name a key with --key FILE";

/// A signer with its services.
pub(in crate::verbs) struct Session(sealift::sign::Session);

impl Session {
    /// Reads the key, or has a new one certified for the identity in the token.
    pub(in crate::verbs) fn open(
        args: &SignedByArgs,
        context: Context<'_>,
    ) -> Result<Self, Failure> {
        let client = client(args, context.environment)?;
        let (services, root) = services_and_root(args, context)?;
        let asked = args.signing_algorithm.map(KeyAlgorithm::from);
        let requires_sct = !args.insecure_skip_verify;
        let services = SigningServices { client, services, root, requires_sct };
        Ok(Self(match &args.key.key {
            Some(reference) => {
                let key = key::named(&args.key, reference, context.environment)?;
                if asked.is_some_and(|asked| asked != key.public_key().algorithm()) {
                    return Err(Failure::Signer {
                        sentence: "the key is not of the kind that --signing-algorithm names",
                        hint: "leave out --signing-algorithm, or name another key",
                    });
                }
                sealift::sign::Session::with_key(key, services)
            }
            None => {
                agree(args, &services.services)?;
                let token = token(args, &services.services, context.environment, &services.client)?;
                let algorithm = asked.unwrap_or(KeyAlgorithm::EcdsaP256);
                let session = sealift::sign::Session::keyless_as(&token, algorithm, services, &now);
                let session = session.map_err(not_signed)?;
                eprintln!("Signing as {}", escape::terminal(token.subject()));
                if session.has_detached_timestamp() {
                    eprintln!(
                        "warning: the authority's log is not named in the certificate: who \
                         verifies this needs --insecure-ignore-sct"
                    );
                }
                session
            }
        }))
    }

    /// Signs, and verifies the result.
    pub(in crate::verbs) fn sign(&self, content: ToSign<'_>) -> Result<SignatureBundle, Failure> {
        self.0.sign(content, &now).map_err(not_signed)
    }

    /// Whether a timestamp authority is used.
    pub(super) fn is_stamped(&self) -> bool {
        self.0.is_stamped()
    }

    /// A timestamp over an envelope.
    pub(super) fn stamp(&self, envelope: &[u8]) -> Result<Vec<u8>, Failure> {
        self.0.stamp(envelope, &now).map_err(not_signed)
    }
}

/// The client for all services; the TLS flags apply only to the timestamp authority.
fn client(args: &SignedByArgs, environment: &Environment) -> Result<Client, Failure> {
    let mut config = network::config(environment);
    if let Some(text) = &args.timestamp_server_url {
        let StamperArgs {
            timestamp_client_cacert: roots,
            timestamp_client_cert: certificate,
            timestamp_client_key: key,
            timestamp_server_name: name,
        } = &args.stamper;
        let asked = url("--timestamp-server-url", text)?;
        let host = format!("{}:{}", asked.host(), asked.port());
        if let Some((certificates, key)) = certificate.as_ref().zip(key.as_ref()) {
            let (certificates, key) = (files::document(certificates)?, files::document(key)?);
            config.identity = Some(ClientIdentity { host: host.clone(), certificates, key });
        }
        let roots = roots.as_deref().map(files::document).transpose()?;
        config.own_tls = Some(OwnTls { host, roots, server_name: name.clone() });
    }
    Client::new(config).map_err(|error| Failure::Unusable {
        what: "the timestamp authority".to_owned(),
        error: error.into(),
        hint: "look at the files of --timestamp-client-cacert, --timestamp-client-cert and \
               --timestamp-client-key, and at --timestamp-server-name",
    })
}

/// The services to use, and the root that their answers are verified against: those that flags
/// name, else the cached ones of the public instance. A key without services needs neither, and no
/// request is made.
fn services_and_root(
    args: &SignedByArgs,
    context: Context<'_>,
) -> Result<(Services, TrustedRoot), Failure> {
    let stands_alone = args.key.key.is_some()
        && !args.tlog_upload
        && args.signing_config.is_none()
        && args.timestamp_server_url.is_none();
    if stands_alone {
        return Ok((Services::default(), TrustedRoot::default()));
    }
    let names_urls = args.fulcio_url.is_some() || args.rekor_url.is_some();
    // A key without a log needs neither: the timestamp authority, if any, is named by its URL.
    let needs_no_config = args.key.key.is_some() && !args.tlog_upload;
    let is_named =
        args.signing_config.is_some() || names_urls || needs_no_config || !args.use_signing_config;
    let kept = match is_named && args.trusted_root.is_some() {
        true => None,
        false => Some(trust::material(false, context)?),
    };
    let config = match &args.signing_config {
        Some(path) if args.use_signing_config => {
            Some((path.display().to_string(), files::document(path)?))
        }
        _ if is_named => None,
        _ => kept
            .as_ref()
            .and_then(|kept| kept.signing_config.clone())
            .map(|json| ("the signing configuration in the cache folder".to_owned(), json)),
    };
    let root = match &args.trusted_root {
        Some(path) => trust::root_in(path)?,
        None => trust::root(true, context)?,
    };
    Ok((services(args, config)?, root))
}

/// The services of a signing configuration or of the public instance, or the URLs that flags name
/// instead.
fn services(args: &SignedByArgs, config: Option<(String, Vec<u8>)>) -> Result<Services, Failure> {
    let mut services = match config {
        Some((what, json)) => {
            Services::from_signing_config(&json, now()).map_err(|error| Failure::Unusable {
                what,
                error: error.into(),
                hint: "a signing configuration of Sigstore is needed, version 0.2",
            })?
        }
        None => {
            let log =
                LogService { url: url("--rekor-url", LogSearch::PUBLIC)?, version: LogVersion::V1 };
            Services {
                authority: Some(url("--fulcio-url", FULCIO)?),
                logs: vec![log],
                ..Services::default()
            }
        }
    };
    if let Some(text) = &args.fulcio_url {
        services.authority = Some(url("--fulcio-url", text)?);
    }
    if let Some(text) = &args.rekor_url {
        let version = if args.rekor_version == 2 { LogVersion::V2 } else { LogVersion::V1 };
        services.logs = vec![LogService { url: url("--rekor-url", text)?, version }];
    }
    if let Some(text) = &args.timestamp_server_url {
        services.timestamps = vec![url("--timestamp-server-url", text)?];
    }
    if !args.tlog_upload {
        services.logs.clear();
    }
    Ok(services)
}

fn url(flag: &'static str, text: &str) -> Result<Url, Failure> {
    text.parse().map_err(|_| Failure::Value {
        flag,
        value: text.to_owned(),
        hint: "a URL is expected, as https://rekor.example",
    })
}

/// Asks for consent: an entry in a public log stays there.
fn agree(args: &SignedByArgs, services: &Services) -> Result<(), Failure> {
    if args.yes || services.logs.is_empty() {
        return Ok(());
    }
    eprintln!(
        "The identity that signs, as an address of mail, and the digest of what is signed go into \
         the transparency log, where everybody may read them and nothing is ever removed."
    );
    if stdin().is_terminal() {
        eprint!("Go on? [y/N] ");
        let mut answer = String::new();
        let read = stdin().lock().read_line(&mut answer);
        if read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes") {
            return Ok(());
        }
    }
    Err(Failure::Signer {
        sentence: "nothing is signed: it was not agreed to",
        hint: "agree with --yes",
    })
}

/// The identity token: the flag's, else the environment's.
fn token(
    args: &SignedByArgs,
    services: &Services,
    environment: &Environment,
    client: &Client,
) -> Result<IdentityToken, Failure> {
    let unusable = |what: &str, error: Box<dyn std::error::Error + Send + Sync>| {
        Failure::Unusable { what: what.to_owned(), error, hint: TOKEN_HINT }
    };
    if let Some(given) = &args.identity_token {
        let path = Path::new(given);
        let text = if path.is_file() { files::document(path)? } else { given.as_bytes().to_vec() };
        let token = IdentityToken::new(&String::from_utf8_lossy(&text));
        return token.map_err(|error| unusable("--identity-token", error.into()));
    }
    let variables = environment.texts();
    let source = match &args.oidc_provider {
        Some(name) => Some(Ambient::named(name).ok_or_else(|| Failure::Value {
            flag: "--oidc-provider",
            value: name.clone(),
            hint: "github-actions, buildkite-agent, google and envvar are known",
        })?),
        // A login that was asked for comes first.
        None if matches!(args.fulcio_auth_flow, Some(AuthFlow::Normal | AuthFlow::Device)) => None,
        None if args.oidc_disable_ambient_providers => None,
        None => Ambient::detect(&variables),
    };
    let Some(source) = source else { return login(args, services, client) };
    let google = (source == Ambient::Google).then(|| network::google(environment)).transpose()?;
    let client = google.as_ref().unwrap_or(client);
    let token = source.token(client, &variables, &args.oidc_client_id);
    token.map_err(|error| unusable("no identity token", error.into()))
}

/// Lets the user log in.
fn login(
    args: &SignedByArgs,
    services: &Services,
    client: &Client,
) -> Result<IdentityToken, Failure> {
    let default = if stdin().is_terminal() { AuthFlow::Normal } else { AuthFlow::Token };
    let flow = args.fulcio_auth_flow.unwrap_or(default);
    if flow == AuthFlow::Token {
        return Err(Failure::Signer {
            sentence: "there is no key to sign with, and no identity token",
            hint: "name a key with --key FILE, give a token with --identity-token TOKEN, or log in \
                   with --fulcio-auth-flow normal or device",
        });
    }
    let issuer = match (&args.oidc_issuer, &services.issuer) {
        (Some(text), _) => url("--oidc-issuer", text)?,
        (None, Some(issuer)) => issuer.clone(),
        (None, None) => url("--oidc-issuer", ISSUER)?,
    };
    let secret = args.oidc_client_secret_file.as_deref().map(files::document).transpose()?;
    let secret = secret.map(|bytes| String::from_utf8_lossy(bytes.trim_ascii()).into_owned());
    // The default in cosign's help: any port.
    let named = args.oidc_redirect_url.as_deref();
    let named = named.filter(|text| !text.is_empty() && *text != ANY_PORT);
    let redirect = named.map(|text| url("--oidc-redirect-url", text)).transpose()?;
    let login = Login {
        client,
        redirect: redirect.as_ref(),
        issuer: &issuer,
        client_id: &args.oidc_client_id,
        secret: secret.as_deref(),
    };
    let show = |prompt: Prompt<'_>| match prompt {
        Prompt::Browser(url) => {
            eprintln!("Log in, with a browser on this machine:\n{}", escape::terminal(url));
        }
        Prompt::Device { url, code } => eprintln!(
            "Log in, on any device, with the code {}:\n{}",
            escape::terminal(code),
            escape::terminal(url)
        ),
    };
    let token = match flow {
        AuthFlow::Device => login.by_device(&show),
        _ => login.by_browser(&show),
    };
    token.map_err(|error| Failure::Unusable {
        what: "no identity token".to_owned(),
        error: error.into(),
        hint: TOKEN_HINT,
    })
}

fn not_signed(error: ServiceError) -> Failure {
    let hint = match &error {
        ServiceError::Token(_) => TOKEN_HINT,
        ServiceError::Unreachable { .. } => "check the URL and the network, and try again",
        ServiceError::Unproved(_) => {
            "check that the trusted root is that of the services which are asked"
        }
        _ => "",
    };
    Failure::Unusable { what: "nothing is signed".to_owned(), error: error.into(), hint }
}

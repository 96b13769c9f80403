//! Identity tokens (OpenID Connect): the signer's identity, stated by an issuer.

mod ambient;
mod person;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealift_model::Timestamp;
use serde_json::Value;
use zeroize::Zeroizing;

pub use ambient::{Ambient, AmbientError, GOOGLE_HOST};
pub use person::{Login, LoginError, Prompt};

/// Most characters of a token; GitHub's have about 2000.
const MAX_LETTERS: usize = 64 * 1024;

/// A token, parsed but not verified, which the certificate authority does. `Debug` does not show
/// it.
#[derive(Clone)]
pub struct IdentityToken {
    text: Zeroizing<String>,
    subject: String,
    email: Option<String>,
    issuer: String,
    expires: Option<Timestamp>,
}

impl IdentityToken {
    /// Reads a token (RFC 7519, compact).
    ///
    /// # Errors
    /// When it is malformed, or names no subject.
    pub fn new(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if text.len() > MAX_LETTERS {
            return Err(TokenError::TooLong { letters: text.len(), max: MAX_LETTERS });
        }
        let mut parts = text.split('.');
        let (Some(_), Some(claims), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Malformed);
        };
        let claims = claims.trim_end_matches('=');
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| TokenError::Malformed)?;
        let claims: Value = serde_json::from_slice(&claims).map_err(|_| TokenError::Malformed)?;
        let claim = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let issuer = claim("iss").ok_or(TokenError::Missing { claim: "iss" })?;
        let email = claim("email");
        // Some issuers write the boolean as a text.
        let verified = claims.get("email_verified");
        let is_verified =
            verified.is_some_and(|is| is.as_bool() == Some(true) || is.as_str() == Some("true"));
        if email.is_some() && !is_verified {
            return Err(TokenError::EmailNotVerified);
        }
        let subject = match &email {
            Some(email) => email.clone(),
            None => claim("sub").ok_or(TokenError::Missing { claim: "sub" })?,
        };
        let expires = claims.get("exp").and_then(Value::as_i64);
        let expires = expires.and_then(|seconds| Timestamp::from_unix_seconds(seconds).ok());
        // Dex names the issuer on whose behalf it issued the token, and Fulcio certifies that one.
        let federated = claims.pointer("/federated_claims/connector_id").and_then(Value::as_str);
        let issuer = federated.map_or(issuer, str::to_owned);
        Ok(Self { text: Zeroizing::new(text.to_owned()), subject, email, issuer, expires })
    }

    /// The text of the token.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The subject: an email address, or the issuer's name for it.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    pub(crate) fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// The issuer that the certificate will name.
    pub(crate) fn certificate_issuer(&self) -> &str {
        &self.issuer
    }

    /// Checks that it has not expired.
    pub(crate) fn check(&self, now: Timestamp) -> Result<(), TokenError> {
        match self.expires {
            Some(expired) if expired <= now => Err(TokenError::Expired { expired, now }),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for IdentityToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityToken")
            .field("subject", &self.subject)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// Why an identity token cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token is too long.
    #[error("an identity token of {letters} letters, at most {max} are allowed")]
    TooLong {
        /// Its characters.
        letters: usize,
        /// Characters allowed.
        max: usize,
    },
    /// Not three parts of base64, of which the second is JSON.
    #[error("not an identity token")]
    Malformed,
    /// A claim that the certificate needs is missing.
    #[error("the identity token has no {claim:?}")]
    Missing {
        /// The claim.
        claim: &'static str,
    },
    /// The issuer has not verified the email address.
    #[error("the address in the identity token is not verified by its issuer")]
    EmailNotVerified,
    /// The token has expired.
    #[error("the identity token has expired at {expired}; it is {now}")]
    Expired {
        /// When it expired.
        expired: Timestamp,
        /// When it was used.
        now: Timestamp,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> Result<IdentityToken, TokenError> {
        IdentityToken::new(&format!("e30.{}.c2ln\n", URL_SAFE_NO_PAD.encode(claims)))
    }

    #[test]
    fn says_who_it_is_about() {
        let workload = token(r#"{"iss":"https://i","sub":"repo:o/r","exp":100}"#).unwrap();
        assert_eq!((workload.subject(), workload.certificate_issuer()), ("repo:o/r", "https://i"));
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        assert_eq!(workload.check(at(99)), Ok(()));
        let expired = TokenError::Expired { expired: at(100), now: at(100) };
        assert_eq!(workload.check(at(100)), Err(expired));
        assert!(!format!("{workload:?}").contains("c2ln"));
        let person = r#"{"iss":"https://i","sub":"7","email":"a@b","email_verified":true}"#;
        assert_eq!(token(person).unwrap().subject(), "a@b");
        let dex = r#"{"iss":"https://dex","sub":"7","email":"a@b","email_verified":"true",
            "federated_claims":{"connector_id":"https://other"}}"#;
        assert_eq!(token(dex).unwrap().certificate_issuer(), "https://other");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", "a.b", "a.b.c", "a.b.c.d", "e30.W10"] {
            assert_eq!(IdentityToken::new(text).unwrap_err(), TokenError::Malformed, "{text}");
        }
        assert_eq!(token("{}").unwrap_err(), TokenError::Missing { claim: "iss" });
        let without = token(r#"{"iss":"i"}"#).unwrap_err();
        assert_eq!(without, TokenError::Missing { claim: "sub" });
        let claimed = token(r#"{"iss":"i","sub":"s","email":"a@b"}"#).unwrap_err();
        assert_eq!(claimed, TokenError::EmailNotVerified);
        let long = IdentityToken::new(&"a".repeat(70_000)).unwrap_err();
        assert_eq!(long, TokenError::TooLong { letters: 70_000, max: MAX_LETTERS });
    }
}

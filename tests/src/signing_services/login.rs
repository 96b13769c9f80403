//! An issuer of identity tokens that asks a person: the browser's flow and that of other devices
//! (OpenID Connect Discovery 1.0, RFC 6749, RFC 7636, RFC 8628).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::http::Asked;
use super::{Reply, State, claims, signed};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A login that was begun.
#[derive(Debug)]
pub(super) struct Begun {
    code: String,
    challenge: String,
    nonce: Option<String>,
    redirect: Option<String>,
    /// How often it was asked for the token of a device.
    asked: u32,
}

impl State {
    pub(super) fn discover(&self, asked: &Asked) -> Reply {
        let base = format!("http://{}/auth", asked.header("host").unwrap());
        Reply::json(
            200,
            &json!({
                "issuer": base,
                "authorization_endpoint": format!("{base}/auth"),
                "token_endpoint": format!("{base}/token"),
                "device_authorization_endpoint": format!("{base}/device/code"),
            }),
        )
    }

    /// What the browser opens: the person agrees at once.
    pub(super) fn authorize(&self, asked: &Asked) -> Reply {
        let (_, query) = asked.path.split_once('?').unwrap_or_default();
        let value = |name| value(query, name).unwrap_or_default();
        if value("response_type") != "code" || value("code_challenge_method") != "S256" {
            return Reply::refusal(400, "not a request of this flow");
        }
        let (code, redirect) = ("a code/1".to_owned(), value("redirect_uri"));
        let to = format!("{redirect}?code=a%20code%2F1&state={}", encoded(&value("state")));
        self.begin(code, value("code_challenge"), Some(value("nonce")), Some(redirect));
        Reply { location: Some(to), ..Reply::json(302, &Value::Null) }
    }

    pub(super) fn begin_on_device(&self, asked: &Asked) -> Reply {
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        let challenge = value(&body, "code_challenge").unwrap_or_default();
        self.begin("device 1".to_owned(), challenge, None, None);
        let uri = format!("http://{}/device", asked.header("host").unwrap());
        Reply::json(
            200,
            &json!({"device_code": "device 1", "user_code": "ABCD-EFGH", "verification_uri": uri,
                    "expires_in": 60, "interval": 1}),
        )
    }

    pub(super) fn exchange(&self, asked: &Asked) -> Reply {
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        let value = |name| value(&body, name).unwrap_or_default();
        let refused = |error: &str| Reply::json(400, &json!({ "error": error }));
        let (grant, is_device) = (value("grant_type"), value("grant_type") == DEVICE_GRANT);
        let code = value(if is_device { "device_code" } else { "code" });
        let mut begun = self.begun.lock().unwrap();
        let Some(login) = begun.iter_mut().find(|login| login.code == code) else {
            return refused("invalid_grant");
        };
        let verified = URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier")));
        let is_known = is_device || grant == "authorization_code";
        let is_right = is_known && verified == login.challenge && value("client_id") == "sigstore";
        if !is_right || login.redirect.as_ref().is_some_and(|it| *it != value("redirect_uri")) {
            return refused("invalid_grant");
        }
        login.asked += 1;
        if is_device && login.asked == 1 {
            return refused("authorization_pending");
        }
        let mut claims = claims(&self.instance, "ada", self.instance.now + 300);
        if let Some(nonce) = &login.nonce {
            claims["nonce"] = nonce.as_str().into();
        }
        Reply::json(200, &json!({ "id_token": signed(&claims), "token_type": "bearer" }))
    }

    fn begin(
        &self,
        code: String,
        challenge: String,
        nonce: Option<String>,
        redirect: Option<String>,
    ) {
        let mut begun = self.begun.lock().unwrap();
        // A code is good for the last login that was begun.
        begun.retain(|login| login.code != code);
        begun.push(Begun { code, challenge, nonce, redirect, asked: 0 });
    }
}

/// A value of a query or form.
fn value(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(found, _)| *found == name)?;
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

//! Fulcio, version 2 of its interface (`fulcio.proto`).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sealift_sigstore_verify::{Message, PublicKey, RustCrypto, Scheme};
use serde_json::{Value, json};

use super::http::Asked;
use super::{Fault, Reply, State};
use crate::instance::{CertificateRecipe, Identity, pem};

impl State {
    /// The token stands in the request or, as other interfaces have it, in its header.
    pub(super) fn certify(&self, asked: &Asked) -> Reply {
        let Ok(request) = serde_json::from_slice::<Value>(&asked.body) else {
            return Reply::refusal(400, "no JSON");
        };
        let bearer = asked.header("authorization").and_then(|text| text.strip_prefix("Bearer "));
        let token = request.pointer("/credentials/oidcIdentityToken").and_then(Value::as_str);
        let claims = token.or(bearer).and_then(claims);
        let Some(claims) = claims else { return Reply::refusal(401, "no identity token") };
        if claims["exp"].as_i64().is_none_or(|expires| expires <= self.instance.now) {
            return Reply::refusal(401, "There was an error processing the identity token");
        }
        let subject = claims["email"].as_str().unwrap_or_default();
        let key = request.pointer("/publicKeyRequest/publicKey/content").and_then(Value::as_str);
        let key = key.and_then(|text| PublicKey::from_pem(text.as_bytes()).ok());
        let Some(key) = key else { return Reply::refusal(400, "The public key supplied is bad") };
        if !possesses(&request, &key, subject) {
            return Reply::refusal(
                400,
                "The signature supplied in the request could not be verified",
            );
        }
        let other = self.fault == Some(Fault::OtherIdentity);
        let named = if other { "eve@sealift.test" } else { subject };
        let issuer = claims["iss"].as_str().unwrap_or_default();
        let mut recipe = CertificateRecipe::usual(Identity::Email(named.into()), issuer);
        let other_key = self.fault == Some(Fault::OtherKey);
        recipe.public_key = (!other_key).then(|| key.der().to_vec());
        recipe.impostor = self.fault == Some(Fault::UnknownAuthority);
        let detached = match self.fault {
            Some(Fault::DetachedTimestamp) => Some(0),
            Some(Fault::ForgedDetachedTimestamp) => Some(1),
            _ => None,
        };
        if self.fault == Some(Fault::NoCertificateTimestamp) || detached.is_some() {
            recipe.scts.clear();
        }
        let leaf = self.instance.certify(&recipe, "loopback", self.instance.now);
        let chain = self.instance.authority.chain().iter().map(|der| pem("CERTIFICATE", der));
        let certificates: Vec<_> = [pem("CERTIFICATE", &leaf)].into_iter().chain(chain).collect();
        let chain = json!({ "certificates": certificates });
        if let Some(flip) = detached {
            let mut logged = leaf.clone();
            *logged.last_mut().unwrap() ^= flip;
            let sct = self.instance.ct_log.detached(&logged, self.instance.now).to_string();
            let answer =
                json!({ "chain": chain, "signedCertificateTimestamp": STANDARD.encode(sct) });
            return Reply::json(200, &json!({ "signedCertificateDetachedSct": answer }));
        }
        Reply::json(200, &json!({ "signedCertificateEmbeddedSct": { "chain": chain } }))
    }
}

fn claims(token: &str) -> Option<Value> {
    let part = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Whether the asker has the key: it signed the subject.
fn possesses(request: &Value, key: &PublicKey, subject: &str) -> bool {
    let proof = request.pointer("/publicKeyRequest/proofOfPossession").and_then(Value::as_str);
    let proof = proof.and_then(|text| STANDARD.decode(text).ok());
    proof.is_some_and(|proof| {
        let scheme = Scheme::default_for(key.algorithm());
        key.verify(&RustCrypto, scheme, Message::Bytes(subject.as_bytes()), &proof).is_ok()
    })
}

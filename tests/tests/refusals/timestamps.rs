//! RFC 3161 timestamps.

use sealift_tests::instance::{
    AuthorityRecipe, CODE_SIGNING, Extension, HashKind, Instance, LogKind, Recipe, TIME_STAMPING,
    TimestampAuthorityRecipe, TimestampRecipe,
};
use serde_json::Value;

use super::documents::{edit, flip};
use super::{ARTIFACT, Attempt, Cases};

pub(super) fn cases(cases: &mut Cases<'_>) {
    stamps(cases);
    tokens(cases);
    authorities(cases);
}

fn stamps(cases: &mut Cases<'_>) {
    let recipe = Recipe::keyless_2(cases.instance, "ada", ARTIFACT, LogKind::Rekor2Ecdsa);
    let mut stamped = |name: &str, change: &dyn Fn(&mut TimestampRecipe)| {
        let mut recipe = recipe.clone();
        change(&mut recipe.timestamps[0]);
        cases.attempt(name, &recipe, |_| {});
    };
    stamped("as-usual", &|_| {});
    stamped("bare-token", &|stamp| stamp.bare = true);
    stamped("sha512", &|stamp| stamp.hash = HashKind::Sha512);
    stamped("without-certificate", &|stamp| stamp.embedded = false);
    stamped("unknown", &|stamp| stamp.unknown = true);
    stamped("forged", &|stamp| stamp.forged = true);
    stamped("of-another-signature", &|stamp| stamp.of_another = true);
    stamped("after-expiry", &|stamp| stamp.offset = 3600);
    stamped("before-issue", &|stamp| stamp.offset = -3600);
    stamped("accuracy-beyond-expiry", &|stamp| {
        stamp.offset = 590;
        stamp.accuracy = Some(60);
    });
    stamped("names-another-certificate", &|stamp| stamp.names_another = true);
    stamped("refused", &|stamp| stamp.status = 2);
    cases.attempt("twice", &recipe, |attempt| {
        let stamps = stamps_of(attempt).as_array_mut().unwrap();
        stamps.push(stamps[0].clone());
        attempt.policy = attempt.policy.clone().require_signed_timestamps(2);
    });
    cases.attempt("twice-where-one-is-enough", &recipe, |attempt| {
        let stamps = stamps_of(attempt).as_array_mut().unwrap();
        stamps.push(stamps[0].clone());
    });
}

fn tokens(cases: &mut Cases<'_>) {
    let recipe = Recipe::keyless_2(cases.instance, "ada", ARTIFACT, LogKind::Rekor2Ecdsa);
    let mut token = |name: &str, change: &dyn Fn(&mut Value)| {
        cases.attempt(name, &recipe, |attempt| {
            change(&mut stamps_of(attempt)[0]["signedTimestamp"]);
        });
    };
    token("empty", &|stamp| *stamp = "".into());
    token("not-der", &|stamp| *stamp = "AAAA".into());
    token("cut-short", &|stamp| edit(stamp, |der| der.truncate(der.len() - 1)));
    token("with-more", &|stamp| edit(stamp, |der| der.push(0)));
    token("signature-changed", &|stamp| edit(stamp, |der| *der.last_mut().unwrap() ^= 1));
    token("content-changed", &|stamp| flip(stamp, 100));
}

fn authorities(cases: &mut Cases<'_>) {
    let now = cases.instance.now;
    let validity = (now - 1_000_000, now + 1_000_000);
    let authority = AuthorityRecipe::usual(CODE_SIGNING, validity);
    let mut by = |name: &str, change: &dyn Fn(&mut TimestampAuthorityRecipe)| {
        let mut tsa = TimestampAuthorityRecipe::usual(validity);
        change(&mut tsa);
        let instance = Instance::with("authorities", now, &authority, &tsa);
        let recipe = Recipe::keyless_2(&instance, "ada", ARTIFACT, LogKind::Rekor2Ecdsa);
        cases.add(name, Attempt::new(&instance, &recipe));
    };
    by("authority-for-code", &|tsa| {
        tsa.uses = Extension::extended_key_usage(true, &[CODE_SIGNING]);
    });
    by("authority-use-not-critical", &|tsa| {
        tsa.uses = Extension::extended_key_usage(false, &[TIME_STAMPING]);
    });
    by("authority-for-more", &|tsa| {
        tsa.uses = Extension::extended_key_usage(true, &[TIME_STAMPING, CODE_SIGNING]);
    });
    by("authority-expired", &|tsa| tsa.validity.1 = now - 100);
}

fn stamps_of(attempt: &mut Attempt) -> &mut Value {
    &mut attempt.bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
}

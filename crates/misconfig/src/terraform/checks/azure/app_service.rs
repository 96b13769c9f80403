//! Web and function apps.

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

/// The type of old, and the two that took its place in azurerm 3.
const APP: &[&str] = &["azurerm_app_service", "azurerm_linux_web_app", "azurerm_windows_web_app"];

/// The same of functions.
const FUNCTION_APP: &[&str] =
    &["azurerm_function_app", "azurerm_linux_function_app", "azurerm_windows_function_app"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0001",
        severity: Low,
        title: "App service takes clients without a certificate",
        why: "Whoever reaches the app may talk to it.",
        fix: "Set `client_cert_enabled = true`.",
        kinds: APP,
        run: |look| match is_older(look) {
            true => look.must_be_true("client_cert_enabled", false),
            false => look.must_be_true("client_certificate_enabled", false),
        },
    },
    Rule {
        id: "AZU-0002",
        severity: Low,
        title: "App service has no managed identity",
        why: "Without one the app needs passwords to reach other services.",
        fix: "Add an `identity` block.",
        kinds: APP,
        run: |look| look.must_be_given("identity.type"),
    },
    Rule {
        id: "AZU-0003",
        severity: Medium,
        title: "App service does not ask who its users are",
        why: "Requests reach the app that nobody signed in for.",
        fix: "Set `enabled = true` in `auth_settings`.",
        kinds: APP,
        run: signed_in,
    },
    Rule {
        id: "AZU-0004",
        severity: Critical,
        title: "Function app answers without TLS",
        why: "What is sent in the clear is read and changed on the way.",
        fix: "Set `https_only = true`.",
        kinds: FUNCTION_APP,
        run: |look| look.must_be_true("https_only", false),
    },
    Rule {
        id: "AZU-0005",
        severity: Low,
        title: "App service does not speak HTTP/2",
        why: "The older protocol has weaknesses that the newer one has not.",
        fix: "Set `http2_enabled = true` in `site_config`.",
        kinds: APP,
        run: |look| look.must_be_true("site_config.http2_enabled", false),
    },
    Rule {
        id: "AZU-0006",
        severity: High,
        title: "App service takes an old version of TLS",
        why: "Versions before 1.2 can be broken.",
        fix: "Set `min_tls_version = \"1.2\"` in `site_config`.",
        kinds: APP,
        run: tls,
    },
    Rule {
        id: "AZU-0069",
        severity: Medium,
        title: "App service runs a PHP that gets no more fixes",
        why: "What is found in it stays open.",
        fix: "Set `php_version` in `site_config` to a version that is maintained.",
        kinds: APP,
        run: |look| must_be_maintained(look, "php_version", [8, 1]),
    },
    Rule {
        id: "AZU-0070",
        severity: Medium,
        title: "App service runs a Python that gets no more fixes",
        why: "What is found in it stays open.",
        fix: "Set `python_version` in `site_config` to a version that is maintained.",
        kinds: APP,
        run: |look| must_be_maintained(look, "python_version", [3, 9]),
    },
    Rule {
        id: "AZU-0071",
        severity: Medium,
        title: "App service takes files without TLS",
        why: "FTP sends passwords and files in the clear.",
        fix: "Set `ftps_state` in `site_config` to `FtpsOnly` or `Disabled`.",
        kinds: APP,
        run: ftps,
    },
    Rule {
        id: "AZU-0072",
        severity: Medium,
        title: "App service answers without TLS",
        why: "What is sent in the clear is read and changed on the way.",
        fix: "Set `https_only = true`.",
        kinds: APP,
        run: |look| look.must_be_true("https_only", false),
    },
];

fn is_older(look: &Look<'_>) -> bool {
    &*look.resource.kind == "azurerm_app_service"
}

/// The newer types have newer settings beside the old ones.
fn signed_in(look: &mut Look<'_>) {
    if look.resource.at("auth_settings_v2.auth_enabled").bool_or(false) == Some(false) {
        look.must_be_true("auth_settings.enabled", false);
    }
}

fn tls(look: &mut Look<'_>) {
    let name = if is_older(look) { "min_tls_version" } else { "minimum_tls_version" };
    look.must_be_one_of(&format!("site_config.{name}"), &["1.2", "1.3"], "1.2");
}

/// It fails where a version is older than the oldest that is maintained, by its first two
/// numbers.
fn must_be_maintained(look: &mut Look<'_>, name: &str, oldest: [u32; 2]) {
    let site = if is_older(look) { "site_config" } else { "site_config.application_stack" };
    let version = look.resource.at(&format!("{site}.{name}"));
    let old = version.text().is_some_and(|text| {
        let numbers = text.split('.').take(2).map(str::parse);
        numbers.collect::<Result<Vec<u32>, _>>().is_ok_and(|numbers| is_before(&numbers, oldest))
    });
    look.fail_if(old, &version);
}

/// A version without a second number may be any of that line.
fn is_before(version: &[u32], oldest: [u32; 2]) -> bool {
    version
        .iter()
        .zip(&oldest)
        .find(|(is, least)| is != least)
        .is_some_and(|(is, least)| is < least)
}

/// Only where the site is configured at all. The newer types are closed by default.
fn ftps(look: &mut Look<'_>) {
    if look.resource.block("site_config").is_some() {
        let default = if is_older(look) { "AllAllowed" } else { "Disabled" };
        look.must_be_one_of("site_config.ftps_state", &["FtpsOnly", "Disabled"], default);
    }
}

#[cfg(test)]
mod tests {
    use super::is_before;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(
            is_before(&[3, 8], [3, 9]) && is_before(&[2, 11], [3, 9]) && is_before(&[7], [8, 1])
        );
        assert!(
            !is_before(&[3, 10], [3, 9]) && !is_before(&[3, 9], [3, 9]) && !is_before(&[8], [8, 1])
        );
    }
}

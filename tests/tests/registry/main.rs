//! The registry client against a registry on loopback: what it does, and what it does when the
//! registry does wrong.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod distribution;
mod faults;
mod pull;
mod push;

use std::time::Duration;

use sealift_http::{Client, Config};
use sealift_model::Reference;
use sealift_registry::{Keychain, Registries, Repository};
use sealift_tests::registry::TestRegistry;

/// Short times, for the faults last as long as the client waits.
fn config() -> Config {
    let mut config = Config::default();
    config.timeouts.connect = Duration::from_secs(2);
    config.timeouts.idle = Duration::from_millis(800);
    config.timeouts.answer = Duration::from_millis(800);
    config.timeouts.window = Duration::from_millis(400);
    config.timeouts.least_bytes = 200;
    config.retry.first_wait = Duration::from_millis(20);
    config.retry.longest_wait = Duration::from_secs(1);
    config
}

fn registries(keychain: Keychain) -> Registries {
    Registries::new(Client::new(config()).unwrap(), keychain)
}

fn name(registry: &TestRegistry, rest: &str) -> Reference {
    format!("{}/{rest}", registry.host()).parse().unwrap()
}

/// The repository `app` for anybody.
fn app(registry: &TestRegistry) -> Repository {
    registries(Keychain::default()).repository(&name(registry, "app"))
}

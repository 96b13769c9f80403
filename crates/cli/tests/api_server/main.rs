//! A real API server: `kube-apiserver` with `etcd`, where both are on the PATH. It asks the webhook,
//! is asked by policies, and evaluates those of its own kind.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a suite says what it skips")]

mod asked;
mod objects;
mod policies;
mod process;
mod refused;
mod server;
mod webhook;

use sealift_tests::Suite;

use self::server::ApiServer;

/// One server for all: it takes some seconds to begin, and a third of a gigabyte.
#[test]
fn a_real_api_server_agrees() {
    let Some(server) = ApiServer::start() else {
        println!("dataset api-server: 1 cases, 0 exact, 0 excepted, 1 skipped");
        return;
    };
    let mut suite = Suite::new("api-server", "");
    webhook::cases(&server, &mut suite);
    asked::cases(&server, &mut suite);
    policies::cases(&server, &mut suite);
    refused::cases(&server, &mut suite);
    suite.finish();
}

/// Runs a part that fails by panicking, and counts it.
fn case(suite: &mut Suite, name: &str, run: impl FnOnce()) {
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    suite.case(name, ran.map_err(|_| "it panicked, as is said above".to_owned()));
}

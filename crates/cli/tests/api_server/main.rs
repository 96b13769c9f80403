//! A real API server: `kube-apiserver` with `etcd`, where both are on the PATH. It asks the webhook,
//! is asked by policies, and evaluates those of its own kind.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

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
        return Suite::skipped("api-server", "etcd and kube-apiserver are not on the PATH");
    };
    let mut suite = Suite::new("api-server", "");
    webhook::cases(&server, &mut suite);
    asked::cases(&server, &mut suite);
    policies::cases(&server, &mut suite);
    refused::cases(&server, &mut suite);
    suite.finish();
}

//! How the network is asked, by the environment.

use sealift::http::{Client, Config, Proxies};

use crate::Environment;
use crate::failure::Failure;

/// The client for all that is asked of the network.
pub(crate) fn client(environment: &Environment) -> Result<Client, Failure> {
    let mut config = Config::default();
    config.proxies = proxies(environment);
    Client::new(config).map_err(|error| Failure::Unusable {
        what: "the network".to_owned(),
        error: error.into(),
        hint: "",
    })
}

/// The variables that curl and Go's programs read, too; `HTTP_PROXY` in capitals is not read by
/// curl, for a web server could be made to set it.
fn proxies(environment: &Environment) -> Proxies {
    let value = |names: &[&str]| {
        let value = names.iter().find_map(|name| environment.get(name))?;
        value.to_str().map(str::to_owned)
    };
    let mut proxies = Proxies::default();
    proxies.http = value(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]);
    proxies.https = value(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]);
    proxies.direct = value(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
    proxies
}

//! Reaching an engine over the network.

use sealift_http::{Client, Error, ErrorKind, Request, Url};

use super::{Answer, Broken};

/// Requests a path of the API.
pub(super) fn get(client: &Client, url: &Url, path: &str) -> Result<Answer, Broken> {
    let base = url.full();
    let place = format!("{}/{path}", base.trim_end_matches('/'));
    let place: Url = place.parse().map_err(|error| Broken::Io(std::io::Error::other(error)))?;
    let response = client.send(Request::get(&place).without_redirects()).map_err(broken)?;
    Ok(Answer { status: response.status(), body: Box::new(response) })
}

fn broken(error: Error) -> Broken {
    match &error.kind {
        kind if kind.is_unreached() => Broken::Absent(error.into()),
        ErrorKind::Protocol(_) => Broken::NoHttp,
        _ => Broken::Io(error.into()),
    }
}

//! Redirects, followed by hand.

use crate::{ErrorKind, Reach, Request, Response, Url};

/// Where an answer sends a request, if it does.
pub(crate) fn target(response: &Response) -> Option<Result<Url, ErrorKind>> {
    if !matches!(response.status(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let place = response.headers().get("location")?;
    Some(response.url().join(place).map_err(ErrorKind::Redirect))
}

/// Turns a request to the place that it is sent to.
pub(crate) fn follow(
    request: &mut Request<'_>,
    to: Url,
    is_insecure: impl Fn(&Url) -> bool,
) -> Result<(), ErrorKind> {
    let is_inside = |url: &Url| matches!(url.reach(), Reach::Loopback | Reach::Link);
    let is_same_host = to.host() == request.url.host();
    if is_inside(&to) && !is_inside(&request.url) && !is_same_host && !is_insecure(&to) {
        return Err(ErrorKind::RedirectInward { to: to.authority() });
    }
    if !to.is_same_origin(&request.url) {
        request.headers.remove_credentials();
    }
    // Who sent us first is who is asked: those in between are of its choosing.
    request.led_by.get_or_insert(request.url.clone());
    request.url = to;
    Ok(())
}

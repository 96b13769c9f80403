//! Exports from their public places, or from a mirror by HTTP.

use sealift_http::{Client, Request, Response, Url, UrlError};

use super::transport::{Answer, Ask, Place, Transport, TransportError, Validator};

/// OSV's bucket (osv.dev, "Data dumps").
const OSV: &str = "https://osv-vulnerabilities.storage.googleapis.com";

/// The catalogue of known exploited vulnerabilities (cisa.gov, "KEV catalog", JSON).
const KEV: &str =
    "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";

/// The scores of the day (first.org/epss, "Data and statistics").
const EPSS: &str = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz";

/// Exports by HTTP.
#[derive(Clone, Debug)]
pub struct HttpExports {
    client: Client,
    mirror: Option<String>,
}

impl HttpExports {
    /// The public places of OSV, CISA and FIRST.
    #[must_use]
    pub fn public(client: Client) -> Self {
        Self { client, mirror: None }
    }

    /// A mirror at a URL, with the layout of OSV's bucket and the catalogues beside it
    /// ([`Place::path`]).
    ///
    /// # Errors
    /// When it is no URL of `http` or `https`.
    pub fn mirror(client: Client, url: &str) -> Result<Self, UrlError> {
        let url: Url = url.parse()?;
        Ok(Self { client, mirror: Some(url.full().trim_end_matches('/').to_owned()) })
    }

    fn url(&self, place: &Place<'_>) -> Result<Url, UrlError> {
        match (&self.mirror, place) {
            (None, Place::Kev) => KEV.parse(),
            (None, Place::Epss) => EPSS.parse(),
            (mirror, _) => format!("{}/{}", mirror.as_deref().unwrap_or(OSV), place.path()).parse(),
        }
    }

    fn ask(&self, url: &Url, ask: &Ask<'_>) -> Result<Answer, TransportError> {
        let mut request = Request::get(url);
        match ask.unless {
            Some(Validator::ETag(tag)) => request = request.header("if-none-match", tag),
            Some(Validator::LastModified(time)) => {
                request = request.header("if-modified-since", time);
            }
            None => {}
        }
        // RFC 9110 section 13.1.5: the range counts only while the rest is of the same state.
        if let Some(part) = ask.resume
            && let Validator::ETag(tag) = part.of
        {
            request = request.header("range", &format!("bytes={}-", part.bytes));
            request = request.header("if-range", tag);
        }
        let response = self
            .client
            .send(request)
            .map_err(|error| TransportError::new(url.to_string(), error))?;
        match (response.status(), ask.resume) {
            (200, _) => Ok(body(response, 0, None)),
            (206, Some(part)) => match content_range(&response) {
                Some((start, total)) if start == part.bytes => Ok(body(response, start, total)),
                _ => Err(TransportError::new(url.to_string(), "another range than was asked for")),
            },
            (304, _) if ask.unless.is_some() => Ok(Answer::Unchanged),
            (404 | 410, _) => Ok(Answer::Absent),
            // The part that is there is longer than the whole: begin anew.
            (416, Some(_)) => self.ask(url, &Ask { resume: None, ..*ask }),
            (status, _) => Err(TransportError::new(url.to_string(), format!("status {status}"))),
        }
    }
}

impl Transport for HttpExports {
    fn origin(&self, place: &Place<'_>) -> String {
        match (&self.mirror, place) {
            (Some(mirror), _) => mirror.clone(),
            (None, Place::Kev) => KEV.to_owned(),
            (None, Place::Epss) => EPSS.to_owned(),
            (None, _) => OSV.to_owned(),
        }
    }

    fn get(&self, place: &Place<'_>, ask: &Ask<'_>) -> Result<Answer, TransportError> {
        let url = self.url(place).map_err(|error| TransportError::new(place.path(), error))?;
        self.ask(&url, ask)
    }
}

fn body(response: Response, start: u64, total: Option<u64>) -> Answer {
    let headers = response.headers();
    let modified = || headers.get("last-modified").map(str::to_owned).map(Validator::LastModified);
    let validator = headers.get("etag").map(str::to_owned).map(Validator::ETag).or_else(modified);
    let total = total.or_else(|| response.length().filter(|_| start == 0));
    Answer::Bytes { start, total, validator, bytes: Box::new(response) }
}

/// Start and whole length in `Content-Range: bytes 5-9/10` (RFC 9110 section 14.4).
fn content_range(response: &Response) -> Option<(u64, Option<u64>)> {
    let (range, total) =
        response.headers().get("content-range")?.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-')?.0.parse().ok()?;
    Some((start, total.parse().ok()))
}

#[cfg(test)]
mod tests {
    use sealift_http::Config;

    use super::*;

    #[test]
    fn places_have_their_addresses() {
        let client = Client::new(Config::default()).unwrap();
        let name = "GitHub Actions".parse().unwrap();
        let url = |exports: &HttpExports, place| exports.url(&place).unwrap().full();
        let public = HttpExports::public(client.clone());
        assert_eq!(
            url(&public, Place::Zip(&name)),
            "https://osv-vulnerabilities.storage.googleapis.com/GitHub%20Actions/all.zip"
        );
        assert_eq!(url(&public, Place::Kev), KEV);
        let mirror = HttpExports::mirror(client, "https://mirror.example/osv/").unwrap();
        assert_eq!(
            url(&mirror, Place::Record(&name, "GHSA-1")),
            "https://mirror.example/osv/GitHub%20Actions/GHSA-1.json"
        );
        assert_eq!(url(&mirror, Place::Kev), "https://mirror.example/osv/kev.json");
    }
}

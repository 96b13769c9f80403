//! Lists in pages.

use std::collections::BTreeSet;

use sealift_http::{Request, Response, Url};
use serde::Deserialize;

use crate::auth::Action;
use crate::{Error, ErrorKind, Repository};

#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

impl Repository {
    /// All tags, in the registry's order (`distribution-spec 1.1, Listing Tags`).
    ///
    /// # Errors
    /// When the registry does not list them, or without end.
    pub fn tags(&self) -> Result<Vec<String>, Error> {
        let mut tags: Vec<String> = Vec::new();
        let list = || {
            let first = self.url("tags/list")?.with_query(&[("n", "1000")]);
            let found = self.pages(first, |_| true, &mut |bytes| {
                let page: Tags = serde_json::from_slice(bytes).map_err(ErrorKind::Malformed)?;
                tags.extend(page.tags.unwrap_or_default());
                Ok(tags.len())
            })?;
            match found {
                None => Ok(tags),
                Some(response) => Err(ErrorKind::of(*response, "tags", self.limits())),
            }
        };
        list().map_err(|kind| self.error(kind))
    }

    /// Fetches the pages of a list. `add` takes one and says how many entries there are by now.
    /// What is answered instead of the first page, by its status or because `is_page` says so, is
    /// returned.
    pub(crate) fn pages(
        &self,
        first: Url,
        is_page: fn(&Response) -> bool,
        add: &mut dyn FnMut(&[u8]) -> Result<usize, ErrorKind>,
    ) -> Result<Option<Box<Response>>, ErrorKind> {
        let limits = self.limits();
        let mut seen = BTreeSet::new();
        let mut url = first;
        loop {
            if seen.len() == limits.max_pages || !seen.insert(url.full()) {
                return Err(ErrorKind::TooMany { max: limits.max_pages, unit: "pages" });
            }
            let response = self.ask(Action::Pull, || Request::get(&url))?;
            if response.status() != 200 || !is_page(&response) {
                return match seen.len() {
                    1 => Ok(Some(Box::new(response))),
                    _ => Err(ErrorKind::of(response, "the next page", limits)),
                };
            }
            let next = next_page(&response, &url)?;
            let entries = add(&response.bytes(limits.max_manifest_bytes)?)?;
            if entries > limits.max_entries {
                return Err(ErrorKind::TooMany { max: limits.max_entries, unit: "entries" });
            }
            match next {
                Some(next) => url = next,
                None => return Ok(None),
            }
        }
    }
}

/// The next page, of the same registry (RFC 8288: `<url>; rel="next"`).
fn next_page(response: &Response, url: &Url) -> Result<Option<Url>, ErrorKind> {
    for link in response.headers().get_all("link").flat_map(|header| header.split(", ")) {
        let Some((target, parameters)) = link.trim().split_once('>') else { continue };
        let is_next = parameters.split(';').map(str::trim).any(|parameter| {
            parameter.strip_prefix("rel=").is_some_and(|rel| rel.trim_matches('"') == "next")
        });
        let Some(target) = target.strip_prefix('<').filter(|_| is_next) else { continue };
        let next = ErrorKind::malformed_url(url.join(target))?;
        if !next.is_same_origin(url) {
            return Err(ErrorKind::Elsewhere { to: next.authority() });
        }
        return Ok(Some(next));
    }
    Ok(None)
}

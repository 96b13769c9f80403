//! Lists in pages (kubernetes.io, API concepts: retrieving large results sets in chunks).

use std::collections::BTreeSet;
use std::time::Instant;

use sealift_http::form;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Client, Error};

/// An answer that is no list is not taken for an empty one.
#[derive(Deserialize)]
struct Page {
    kind: String,
    #[serde(default)]
    metadata: PageMetadata,
    /// Null where there are none; the field is there all the same.
    #[serde(deserialize_with = "Option::deserialize")]
    items: Option<Vec<Map<String, Value>>>,
}

#[derive(Default, Deserialize)]
struct PageMetadata {
    #[serde(default, rename = "continue")]
    next: Option<String>,
}

impl Client {
    /// The objects of a kind, in a namespace or, where none is named, in all of them. A selector
    /// that is not empty chooses them by labels (`app=web,tier!=test`). The kind may be named by
    /// its resource.
    ///
    /// # Errors
    /// When the cluster does not answer, has no such kind, or when the list passes a limit.
    pub fn objects(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        selector: &str,
        until: Instant,
    ) -> Result<Vec<Value>, Error> {
        let resource = self.resource(api_version, kind, until)?;
        let path = resource.path(namespace)?;
        let mut objects = Vec::new();
        let mut left_bytes = self.limits.max_list_bytes;
        let too_much = |what, max| Error::TooMuch { path: path.clone(), what, max };
        let mut seen = BTreeSet::new();
        let mut next = String::new();
        for _ in 0..self.limits.max_pages {
            let limit = self.limits.page_objects.to_string();
            let mut query = vec![("limit", limit.as_str())];
            query.extend(Some(("labelSelector", selector)).filter(|_| !selector.is_empty()));
            query.extend(Some(("continue", next.as_str())).filter(|_| !next.is_empty()));
            let asked = format!("{path}?{}", form(&query));
            let bytes = self.send(&asked, None, left_bytes, until)?;
            let used = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            left_bytes = left_bytes
                .checked_sub(used)
                .ok_or_else(|| too_much("bytes", self.limits.max_list_bytes))?;
            let page: Page =
                serde_json::from_slice(&bytes).map_err(|error| Error::malformed(&path, error))?;
            if !page.kind.ends_with("List") {
                return Err(Error::malformed(&path, format!("{:?} is no list", page.kind)));
            }
            for mut item in page.items.unwrap_or_default() {
                // A list says once what its items are.
                item.entry("apiVersion").or_insert_with(|| resource.api_version().into());
                item.entry("kind").or_insert_with(|| resource.kind.clone().into());
                objects.push(Value::Object(item));
            }
            next = page.metadata.next.unwrap_or_default();
            if next.is_empty() {
                return Ok(objects);
            }
            if !seen.insert(next.clone()) {
                return Err(Error::malformed(&path, "its pages go round in a circle"));
            }
        }
        Err(too_much("pages", u64::from(self.limits.max_pages)))
    }
}

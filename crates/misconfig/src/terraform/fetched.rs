//! Modules that `terraform init` fetched: `.terraform/modules/modules.json` lists the folder of
//! each call.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::below::below;

/// The name of the list of fetched modules, below the folder of a root module.
const LIST: &str = ".terraform/modules/modules.json";

/// Whether a file is such a list.
pub(crate) fn is_list(path: &str) -> bool {
    path.strip_suffix(LIST).is_some_and(|root| root.is_empty() || root.ends_with('/'))
}

/// Whether a folder holds what was fetched: it is checked as what calls it has it, and is no root
/// of its own.
pub(super) fn is_fetched(folder: &str) -> bool {
    folder.split('/').any(|part| part == ".terraform")
}

/// The folder of a root module, and the folders of what it and its modules call, by the names of
/// the calls: `network.subnets`.
pub(super) fn read(path: &str, bytes: &[u8]) -> Option<(String, BTreeMap<String, String>)> {
    let root = path.strip_suffix(LIST)?.trim_end_matches('/');
    let list: List = serde_json::from_slice(bytes).ok()?;
    let folders = list.modules.into_iter().filter(|module| !module.key.is_empty());
    let folders = folders.filter_map(|module| Some((module.key, below(root, &module.dir)?)));
    Some((root.to_owned(), folders.collect()))
}

#[derive(Deserialize)]
struct List {
    #[serde(rename = "Modules")]
    modules: Vec<Fetched>,
}

#[derive(Deserialize)]
struct Fetched {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Dir")]
    dir: String,
}

//! The advisory database.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::Object;
use napi::{Env, Result};
use napi_derive::napi;
use sealift::http::{Client, Config};
use sealift::update::{DatabaseStore, ExportName, Transport, Upkeep, named_transport};
use sealift::{BuildOptions, Chain, Database, Scanner, Timestamp};
use serde::Deserialize;
use serde_json::json;

use crate::call::NodeCall;
use crate::failure::Failure;
use crate::job::promise;
use crate::scan::parse;

/// A database whose last update is older is updated.
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// An advisory database, opened for any number of scans.
#[napi(js_name = "Database")]
#[derive(Clone, Debug)]
pub struct NodeDatabase {
    pub(crate) scanner: Arc<Scanner>,
    path: PathBuf,
}

#[napi]
impl NodeDatabase {
    /// Opens a file. It is mapped, not read, so the time does not grow with its size.
    ///
    /// # Errors
    /// The file does not exist or is no database.
    #[napi(factory)]
    pub fn open(path: String) -> Result<Self> {
        let path = PathBuf::from(path);
        let database = Database::open(&path).map_err(Failure::from)?;
        Ok(Self { scanner: Arc::new(Scanner::new(database)), path })
    }

    /// The file.
    #[napi(getter)]
    #[must_use]
    pub fn path(&self) -> String {
        self.path.display().to_string()
    }

    /// The sources of the database, as JSON.
    #[napi]
    #[must_use]
    pub fn info(&self) -> String {
        let Some(info) = self.scanner.database().map(Database::info) else {
            return "null".to_owned();
        };
        let sources = info.sources.iter().map(|source| {
            json!({ "name": source.name, "records": source.records,
                "newest": source.newest.map(|time| time.to_string()) })
        });
        let ecosystems = info.ecosystems.iter().map(
            |row| json!({ "name": row.name, "records": row.records, "packages": row.packages }),
        );
        json!({
            "built": info.built.to_string(),
            "sources": sources.collect::<Vec<_>>(),
            "ecosystems": ecosystems.collect::<Vec<_>>(),
        })
        .to_string()
    }

    /// Checks every block; the promise resolves if all are as they were written.
    ///
    /// # Errors
    /// No thread can be started.
    #[napi]
    pub fn verify<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let scanner = Arc::clone(&self.scanner);
        promise(env, move || {
            if let Some(database) = scanner.database() {
                database.verify()?;
            }
            Ok(())
        })
    }
}

/// How a database in a folder is kept up to date.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct KeptOptions {
    mirror: Option<String>,
    offline: bool,
}

/// Opens the database in a folder, with the advisories of these ecosystems.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn kept_database<'env>(
    env: &'env Env,
    folder: String,
    ecosystems: Vec<String>,
    options: String,
    call: &NodeCall,
) -> Result<Object<'env>> {
    let now: Timestamp = call.clock.now();
    promise(env, move || {
        let KeptOptions { mirror, offline } = parse(&options)?;
        let needed = ecosystems.iter().map(|name| {
            let parsed: std::result::Result<ExportName, _> = name.parse();
            parsed.map_err(|_| Failure::argument(format!("ecosystems: {name} is none")))
        });
        let needed = needed.collect::<std::result::Result<BTreeSet<_>, _>>()?;
        let transport = (!offline).then(|| transport(mirror.as_deref())).transpose()?;
        let transport = transport.as_deref().map(|transport| -> &dyn Transport { transport });
        let store = DatabaseStore::new(PathBuf::from(folder).join("db"));
        let upkeep = Upkeep { transport, max_age: MAX_AGE, now, built: now, step: &|_| {} };
        let path = store.database();
        let database = match store.ready(needed, &upkeep)?.database {
            Some(database) => database,
            None => Database::open(&path)?,
        };
        Ok(NodeDatabase { scanner: Arc::new(Scanner::new(database)), path })
    })
}

fn transport(mirror: Option<&str>) -> std::result::Result<Box<dyn Transport + Send>, Failure> {
    let client = Client::new(Config::default()).map_err(|error| Failure::registry(&error))?;
    named_transport(mirror, client)
        .map_err(|error| Failure::argument(format!("mirror: {}", Chain(&error))))
}

/// Builds a database from a folder of exports. Resolves to a summary of its contents, as JSON.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn build_database<'env>(
    env: &'env Env,
    from: String,
    output: String,
    call: &NodeCall,
) -> Result<Object<'env>> {
    let built: Timestamp = call.clock.now();
    promise(env, move || {
        let (from, output) = (PathBuf::from(from), PathBuf::from(output));
        let report = Database::build(&from, &output, &BuildOptions::new(built))?;
        Ok(json!({ "records": report.records,
            "diagnostics": report.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>() })
        .to_string())
    })
}

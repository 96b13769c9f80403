//! The report of a scan.

use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::{Object, Result};
use napi_derive::napi;
use sealift::{Format, GithubOptions, Hidden, Report, render};
use serde::Deserialize;

use crate::failure::Failure;
use crate::job::promise;
use crate::scan::parse;
use crate::{names, view};

/// The width of a table in columns, as the command writes it to a file.
const WIDTH: u32 = 160;

const COMMIT_NEEDED: &str =
    "github: the commit and the job are needed: sha, ref, correlator and jobId";

/// The commit and the job of a snapshot for GitHub.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Commit {
    sha: String,
    r#ref: String,
    correlator: String,
    job_id: String,
}

impl Commit {
    fn set(self, options: &mut GithubOptions) {
        options.commit = self.sha;
        options.reference = self.r#ref;
        options.correlator = self.correlator;
        options.run = self.job_id;
    }
}

/// A report, which stays on the native side: of a large image it is megabytes.
#[napi(js_name = "Report")]
#[derive(Clone, Debug)]
pub struct NodeReport {
    report: Arc<Report>,
    hidden: Hidden,
}

impl NodeReport {
    pub(crate) fn new(report: Report, hidden: Hidden) -> Self {
        Self { report: Arc::new(report), hidden }
    }
}

#[napi]
impl NodeReport {
    /// The target and the number of findings, as JSON.
    #[napi]
    #[must_use]
    pub fn summary(&self) -> String {
        names::to_json(&view::summary(&self.report, &self.hidden))
    }

    /// The findings as JSON.
    #[napi]
    #[must_use]
    pub fn findings(&self) -> String {
        names::to_json(&view::findings(&self.report))
    }

    /// The results of checks of configuration files, as JSON.
    #[napi]
    #[must_use]
    pub fn misconfigurations(&self) -> String {
        names::to_json(&view::misconfigurations(&self.report))
    }

    /// The packages as JSON.
    #[napi]
    #[must_use]
    pub fn packages(&self) -> String {
        names::to_json(&view::packages(&self.report))
    }

    /// What could not be read, as JSON.
    #[napi]
    #[must_use]
    pub fn diagnostics(&self) -> String {
        names::to_json(&view::diagnostics(&self.report))
    }

    /// Writes the report in a format.
    ///
    /// # Errors
    /// No thread can be started.
    #[napi]
    pub fn render<'env>(
        &self,
        env: &'env Env,
        format: String,
        width: Option<u32>,
        commit: Option<String>,
    ) -> Result<Object<'env>> {
        let report = Arc::clone(&self.report);
        promise(env, move || {
            let mut format = format_named(&format, width.unwrap_or(WIDTH))?;
            if let Format::GitHub(options) = &mut format {
                let commit = commit.ok_or_else(|| Failure::argument(COMMIT_NEEDED))?;
                parse::<Commit>(&commit)?.set(options);
            }
            let mut out = Vec::new();
            render(&report, &format, &mut out)
                .map_err(|error| Failure::argument(error.to_string()))?;
            String::from_utf8(out).map_err(|_| Failure::bug())
        })
    }
}

fn format_named(name: &str, width: u32) -> std::result::Result<Format, Failure> {
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    Format::named(name, width).ok_or_else(|| {
        let known = Format::NAMES.join(", ");
        Failure::argument(format!("format: {name}; there are {known}"))
    })
}

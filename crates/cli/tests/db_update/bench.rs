//! The command with a folder of its own.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::Server;

pub(crate) struct Bench {
    folder: TempDir,
    pub(crate) server: Server,
}

impl Bench {
    /// With a document that lists left-pad 0.5.0.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let document = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
            "components": [{"type": "library", "name": "left-pad", "version": "0.5.0",
                            "purl": "pkg:npm/left-pad@0.5.0"}]}"#;
        fs::write(folder.path().join("sbom.json"), document).unwrap();
        Self { folder, server: Server::start() }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(arguments).env_clear().current_dir(self.folder.path());
        command.env("SEALIFT_CACHE_DIR", "cache").env("SOURCE_DATE_EPOCH", "1800000000");
        command.env("SEALIFT_DB_MIRROR", &self.server.url);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn update(&self) -> Output {
        self.run(&["db", "update", "--ecosystem", "npm"])
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("cache/db").join(name)
    }

    pub(crate) fn database(&self) -> Option<Vec<u8>> {
        fs::read(self.file("sealift.db")).ok()
    }

    /// The database that a first update makes of what the server has now.
    pub(crate) fn fresh(&self) -> Vec<u8> {
        let other = Self { folder: TempDir::new().unwrap(), server: self.server.clone() };
        done(&other.update());
        other.database().unwrap()
    }

    /// Ids of what a scan of the document finds.
    pub(crate) fn scan(&self, flags: &[&str]) -> Output {
        self.run(&[&["sbom", "sbom.json", "--format", "json"], flags].concat())
    }

    /// Makes the database look as if it had last been looked up two days ago.
    pub(crate) fn age(&self) {
        let mut state: Value =
            serde_json::from_slice(&fs::read(self.file("state.json")).unwrap()).unwrap();
        for export in state["exports"].as_object_mut().unwrap().values_mut() {
            let checked = export["checked"].as_i64().unwrap();
            export["checked"] = (checked - 2 * 86_400).into();
        }
        fs::write(self.file("state.json"), state.to_string()).unwrap();
    }
}

pub(crate) fn done(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// How many findings a report in JSON has.
pub(crate) fn findings(output: &Output) -> usize {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = report["Results"].as_array().into_iter().flatten();
    results.flat_map(|result| result["Vulnerabilities"].as_array().into_iter().flatten()).count()
}

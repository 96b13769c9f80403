//! The measurements and their limits.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use sealift_tests::test_data;

use crate::child::{self, Cost};
use crate::{Failure, purls};

/// The number of packages in the SBOM.
const PURLS: usize = 10_000;

/// The commands to run, in this order in each round.
pub(crate) struct Plan {
    pub(crate) rows: Vec<Row>,
    /// The database that the scans use.
    pub(crate) database: PathBuf,
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) command: Command,
    pub(crate) limits: Limits,
}

/// The limits of a row.
#[derive(Clone, Copy, Default)]
pub(crate) struct Limits {
    pub(crate) ms: Option<f64>,
    pub(crate) mib: Option<f64>,
    /// The ratio of its time to that of the row above.
    pub(crate) ratio: Option<f64>,
}

impl Limits {
    /// The limits, each with a mark if it is exceeded.
    pub(crate) fn verdict(self, cost: Cost, ratio: Option<f64>) -> String {
        let judge = |limit: Option<f64>, value: Option<f64>, unit: &str| {
            let mark = if value? <= limit? { "" } else { " (!)" };
            Some(format!("{}{unit}{mark}", limit?))
        };
        let judged = [
            judge(self.ratio, ratio, ""),
            judge(self.ms, Some(cost.ms), " ms"),
            judge(self.mib, Some(cost.mib), " MiB"),
        ];
        judged.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Plan {
    /// The rows for a folder with the big image. Builds what they need there: a database of all
    /// advisories and an SBOM. Without outside data, only the big image is measured, against the
    /// advisories of the example.
    pub(crate) fn new(sealift: &Path, folder: &Path) -> Result<Self, Failure> {
        let data = test_data();
        let advisories = match &data {
            Some(data) => data.join("advisories"),
            None => sealift_tests::project().join("examples/advisories"),
        };
        let tool = Tool { sealift, database: folder.join("advisories.db") };
        child::run(&mut tool.build(&advisories, &tool.database))?;

        let mut rows = big(&tool, folder)?;
        if let Some(data) = data {
            let sbom = folder.join("purls.cdx.json");
            std::fs::write(&sbom, purls::sbom(&advisories, PURLS)?)?;
            rows.extend(small(&tool, &data, &sbom));
            let again = folder.join("advisories.again.db");
            rows.push(Row {
                name: "build the database",
                command: tool.build(&advisories, &again),
                limits: Limits { ms: Some(5_000.0), ..Limits::default() },
            });
        }
        Ok(Self { rows, database: tool.database })
    }
}

/// Each row of unavoidable work, and below it the scan.
fn big(tool: &Tool<'_>, folder: &Path) -> Result<Vec<Row>, Failure> {
    let (layout, archive) = (folder.join("big"), folder.join("big.tar"));
    let limits = Limits { ratio: Some(1.25), mib: Some(150.0), ms: None };
    Ok(vec![
        Row {
            name: "big: read, inflate, hash",
            command: bare(&layout)?,
            limits: Limits::default(),
        },
        Row { name: "big: scan the OCI layout", command: tool.image(&layout), limits },
        Row { name: "big: read, hash", command: bare(&archive)?, limits: Limits::default() },
        Row { name: "big: scan the docker-archive", command: tool.image(&archive), limits },
        Row {
            name: "big: scan again, from the cache",
            command: tool.image_again(&layout, &folder.join("cache")),
            limits: Limits { ms: Some(60.0), mib: Some(150.0), ratio: None },
        },
    ])
}

fn small(tool: &Tool<'_>, data: &Path, sbom: &Path) -> [Row; 2] {
    let mut image = OsString::from("oci:");
    image.push(data.join("images/oci"));
    image.push(":debian12-slim");
    [
        Row {
            name: "scan debian12-slim",
            command: tool.scan([OsStr::new("image"), OsStr::new("--no-cache"), &image]),
            limits: Limits { ms: Some(200.0), mib: Some(40.0), ratio: None },
        },
        Row {
            name: "match 10,000 purls",
            command: tool.scan([OsStr::new("sbom"), sbom.as_os_str()]),
            limits: Limits { ms: Some(50.0), mib: Some(40.0), ratio: None },
        },
    ]
}

/// This program itself, run to read an image and do nothing with it.
fn bare(image: &Path) -> Result<Command, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("bare").arg(image);
    Ok(command)
}

/// The command that is measured.
struct Tool<'a> {
    sealift: &'a Path,
    database: PathBuf,
}

impl Tool<'_> {
    fn image(&self, path: &Path) -> Command {
        self.scan(
            ["image", "--no-cache", "--input"]
                .map(OsStr::new)
                .into_iter()
                .chain([path.as_os_str()]),
        )
    }

    /// The first round, which does not count, fills the cache.
    fn image_again(&self, path: &Path, cache: &Path) -> Command {
        let mut command =
            self.scan(["image", "--input"].map(OsStr::new).into_iter().chain([path.as_os_str()]));
        command.arg("--cache-dir").arg(cache);
        command
    }

    fn scan<'s>(&self, target: impl IntoIterator<Item = &'s OsStr>) -> Command {
        let mut command = Command::new(self.sealift);
        command.args(target).args(["--offline", "--no-progress", "--db"]).arg(&self.database);
        command
    }

    fn build(&self, from: &Path, output: &Path) -> Command {
        let mut command = Command::new(self.sealift);
        command.args(["db", "build", "--quiet", "--from"]).arg(from).arg("--output").arg(output);
        command
    }
}

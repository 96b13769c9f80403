//! Helm charts, rendered by the program `helm`.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sealift::{RenderedChart, escape};

use crate::args::HelmArgs;

/// The release name that charts are rendered with, as in Trivy.
const RELEASE: &str = "release-name";
/// Depth of nested folders to which charts are searched.
const MAX_DEPTH: usize = 32;
/// Larger than the output of any chart.
const MAX_PRINTED_BYTES: u64 = 64 << 20;

/// The output of helm for each chart in a folder; a chart that cannot be rendered is reported.
pub(crate) fn rendered(folder: &Path, args: &HelmArgs) -> Vec<RenderedChart> {
    let mut charts = Vec::new();
    find(folder, MAX_DEPTH, &mut charts);
    charts.sort();
    let render = |chart: &PathBuf| {
        let below = chart.strip_prefix(folder).unwrap_or(chart).to_string_lossy().into_owned();
        match render(chart, args) {
            Ok(printed) => Some(RenderedChart::new(below, printed)),
            Err(error) => {
                let said = format!("{}: not rendered: {error}", chart.display());
                eprintln!("warning: {}", escape::terminal(&said));
                None
            }
        }
    };
    charts.iter().filter_map(render).collect()
}

/// The charts in a folder, except those inside other charts, which are rendered with them. Links
/// are not followed.
fn find(folder: &Path, depth: usize, charts: &mut Vec<PathBuf>) {
    if folder.join("Chart.yaml").is_file() {
        charts.push(folder.to_owned());
        return;
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_folder = |entry: &fs::DirEntry| {
        entry.file_type().is_ok_and(|kind| kind.is_dir()) && entry.file_name() != ".git"
    };
    let Some(depth) = depth.checked_sub(1) else { return };
    entries.filter(is_folder).for_each(|entry| find(&entry.path(), depth, charts));
}

fn render(chart: &Path, args: &HelmArgs) -> io::Result<Vec<u8>> {
    let mut command = Command::new("helm");
    // helm cannot mistake an absolute path for a flag or for the name of a remote chart.
    command.args(["template", RELEASE]).arg(fs::canonicalize(chart)?);
    let mut give = |flag: &str, values: &mut dyn Iterator<Item = OsString>| {
        for value in values {
            command.arg(flag).arg(value);
        }
    };
    give("--values", &mut args.helm_values.iter().map(OsString::from));
    give("--set", &mut texts(&args.helm_set));
    give("--set-string", &mut texts(&args.helm_set_string));
    give("--set-file", &mut texts(&args.helm_set_file));
    give("--api-versions", &mut texts(&args.helm_api_versions));
    give("--kube-version", &mut args.helm_kube_version.iter().map(OsString::from));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| io::Error::new(error.kind(), format!("helm cannot be run: {error}")))?;
    let mut printed = Vec::new();
    if let Some(out) = child.stdout.take() {
        out.take(MAX_PRINTED_BYTES + 1).read_to_end(&mut printed)?;
    }
    if u64::try_from(printed.len()).is_ok_and(|length| length > MAX_PRINTED_BYTES) {
        child.kill()?;
        child.wait()?;
        return Err(io::Error::other(format!("more than {MAX_PRINTED_BYTES} bytes are printed")));
    }
    let status = child.wait()?;
    if status.success() { Ok(printed) } else { Err(io::Error::other(format!("helm: {status}"))) }
}

fn texts(values: &[String]) -> impl Iterator<Item = OsString> {
    values.iter().map(OsString::from)
}

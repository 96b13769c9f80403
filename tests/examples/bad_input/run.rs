//! One run of the command, measured.

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use wait4::Wait4;

/// No case may take longer.
pub(crate) const MAX_SECONDS: f64 = 30.0;
/// No case may need more memory.
pub(crate) const MAX_MIB: u64 = 1536;

/// What a run did and cost.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit status; none when a signal ended it.
    pub(crate) status: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) seconds: f64,
    pub(crate) mib: u64,
}

/// Runs the command; `timeout` (coreutils) ends one that hangs. Its output goes to files outside
/// the case's folder, so that no pipe can fill up.
pub(crate) fn run(command: &Path, within: &[&str], arguments: &[String], folder: &Path) -> Outcome {
    let output = tempfile::tempdir().expect("a folder for the output");
    let file = |name: &str| File::create(output.path().join(name)).expect("a file for the output");
    let read = |name: &str| std::fs::read(output.path().join(name)).expect("the output");
    let command = command.canonicalize().expect("the command to test");
    let start = Instant::now();
    let mut child = Command::new("timeout")
        .args(["--signal=KILL", &format!("{}", MAX_SECONDS + 5.0)])
        .args(within)
        .arg(command)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(file("stdout"))
        .stderr(file("stderr"))
        .spawn()
        .expect("`timeout` of coreutils runs");
    let ended = child.wait4().expect("the child is waited for");
    Outcome {
        status: ended.status.code(),
        seconds: start.elapsed().as_secs_f64(),
        mib: ended.rusage.maxrss >> 20,
        stdout: read("stdout"),
        stderr: read("stderr"),
    }
}

impl fmt::Display for Outcome {
    /// The middle of a row of the table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stderr = String::from_utf8_lossy(&self.stderr);
        let told = stderr.lines().find(|line| !line.starts_with("scanned "));
        let told: String = told.unwrap_or_default().chars().take(110).collect();
        match self.status {
            Some(status) => write!(f, "{status}")?,
            None => write!(f, "signal")?,
        }
        let told = told.replace('|', "\\|");
        write!(f, " | {} | {:.2} | {}", told.escape_debug(), self.seconds, self.mib)
    }
}

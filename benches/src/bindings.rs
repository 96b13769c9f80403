//! The cost of a scan from Python and Node, as ratios to the command's; whether two threads of
//! Python scan in parallel; how long Node's event loop is blocked.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod child;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sealift_tests::project;

use crate::child::{Cost, Costs};

type Failure = Box<dyn Error>;

const USAGE: &str = "usage: bindings RELEASE IMAGE DATABASE [ROUNDS]
where RELEASE is the folder that `cargo build --release` left the command and both modules in";

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [release, image, database, rounds @ ..] = &*arguments else { return Err(USAGE.into()) };
    let rounds = rounds.first().map_or(Ok(5), |rounds| rounds.parse::<u32>())?;
    let folder = tempfile::tempdir()?;
    let setting = Setting::new(folder.path(), Path::new(release), image, database)?;
    setting.compare(rounds)?;
    let told = |mut command: Command| -> Result<String, Failure> {
        let output = command.output()?;
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout)?.trim().to_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into()),
        }
    };
    let threads = told(setting.python("threads.py"))?;
    println!("two threads of Python to one    {threads:>6}   1.15");
    let stall = told(setting.node("stall.mjs"))?;
    println!("Node's event loop stands still  {stall:>6}   20 ms");
    Ok(())
}

/// The packages as a user has them, with the modules of a release build.
struct Setting<'a> {
    folder: &'a Path,
    command: PathBuf,
    image: &'a str,
    database: &'a str,
}

impl<'a> Setting<'a> {
    fn new(
        folder: &'a Path,
        release: &Path,
        image: &'a str,
        database: &'a str,
    ) -> Result<Self, Failure> {
        let python = folder.join("sealift");
        copy(&project().join("bindings/python/python/sealift"), &python)?;
        fs::copy(release.join("lib_native.so"), python.join("_native.abi3.so"))?;
        let node = folder.join("node_modules/sealift");
        copy(&project().join("bindings/node"), &node)?;
        fs::copy(release.join("libsealift_node.so"), node.join("sealift.node"))?;
        copy(&project().join("benches/bindings"), folder)?;
        Ok(Self { folder, command: release.join("sealift"), image, database })
    }

    fn python(&self, program: &str) -> Command {
        let mut command = Command::new("python3");
        command.env("PYTHONPATH", self.folder);
        self.asking(command, program)
    }

    fn node(&self, program: &str) -> Command {
        self.asking(Command::new("node"), program)
    }

    fn asking(&self, mut command: Command, program: &str) -> Command {
        command.arg(self.folder.join(program)).args([self.image, self.database]);
        command
    }

    fn compare(&self, rounds: u32) -> Result<(), Failure> {
        let output = self.folder.join("report.json");
        let mut command = Command::new(&self.command);
        command.args(["image", self.image, "--db", self.database, "--no-cache", "--offline"]);
        command.args(["--format", "json", "--output"]).arg(&output);
        let mut python = self.python("scan.py");
        python.arg(&output);
        let mut node = self.node("scan.mjs");
        node.arg(&output);
        let mut rows = [("the command", command), ("Python", python), ("Node", node)]
            .map(|(name, command)| (name, command, Costs::default()));
        // The first round reads files into the page cache and does not count.
        for round in 0..=rounds {
            for (_, command, costs) in &mut rows {
                let cost = child::run(command)?;
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        let [(_, _, least), ..] = &rows;
        let least = least.cost().ms;
        for (name, _, costs) in &rows {
            let Cost { ms, mib, .. } = costs.cost();
            println!("{name:<12} {ms:>9.2} ms {mib:>7.1} MiB {:>6.2}   1.05", ms / least);
        }
        Ok(())
    }
}

/// Copies the files of a folder, without its subfolders.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

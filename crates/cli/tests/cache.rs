//! The layer cache from outside: what it changes (nothing but the time), and what many processes,
//! killed and stopped ones among them, do to it.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking and tells what it did"
)]

#[path = "support/archive.rs"]
mod archive;
#[path = "support/command.rs"]
mod command;

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use archive::tar;
use sealift_model::Digest;
use sealift_tests::stderr;
use tempfile::TempDir;

const LAYERS: usize = 4;
/// One for each layer, one for the tree that they come to, and one for its inventory.
const ENTRIES: usize = LAYERS + 2;
const PACKAGES_PER_LAYER: usize = 300;

/// An image, and a folder for caches.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("image.tar"), image()).unwrap();
        Self { folder }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn layers(&self) -> PathBuf {
        self.cache().join("layers")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command::sealift(&self.folder, arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn scan(&self, flags: &[&str]) -> Command {
        let image = ["image", "docker-archive:image.tar", "--format", "cyclonedx"];
        self.command(&[&image[..], flags].concat())
    }

    fn cached(&self) -> Command {
        self.scan(&["--cache-dir", "cache"])
    }

    /// The report without a cache.
    fn expected(&self) -> Vec<u8> {
        let output = done(self.scan(&["--no-cache"]));
        assert!(!self.cache().exists());
        output.stdout
    }

    fn names(&self) -> Vec<String> {
        let files = fs::read_dir(self.layers()).into_iter().flatten();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn done(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    output
}

fn image() -> Vec<u8> {
    let mut layers: Vec<Vec<u8>> = (0..LAYERS).map(layer).collect();
    let diff_ids: Vec<_> = layers.iter().map(|tar| Digest::sha256_of(tar).to_string()).collect();
    let config = serde_json::json!({"architecture": "amd64", "os": "linux", "config": {},
                                    "rootfs": {"type": "layers", "diff_ids": diff_ids}});
    let names: Vec<_> = (0..LAYERS).map(|number| format!("{number}.tar")).collect();
    let manifest =
        serde_json::json!([{"Config": "config.json", "RepoTags": ["a:1"], "Layers": names}]);
    let mut files = vec![
        ("manifest.json".to_owned(), manifest.to_string().into_bytes()),
        ("config.json".to_owned(), config.to_string().into_bytes()),
    ];
    files.extend(names.into_iter().zip(layers.drain(..)));
    tar(&files)
}

fn layer(number: usize) -> Vec<u8> {
    let packages = (0..PACKAGES_PER_LAYER).map(|package| {
        let name = format!("p{number}-{package}");
        let content = serde_json::json!({"name": name, "version": "1.0.0", "license": "MIT"});
        (format!("app/node_modules/{name}/package.json"), content.to_string().into_bytes())
    });
    tar(&packages.collect::<Vec<_>>())
}

#[test]
fn a_second_scan_is_the_same_and_clean_takes_the_cache_away() {
    let bench = Bench::new();
    let expected = bench.expected();
    for _ in 0..2 {
        let output = done(bench.cached());
        assert!(output.stdout == expected);
        assert!(!stderr(&output).contains("warning"), "{}", stderr(&output));
        assert_eq!(bench.names().len(), ENTRIES);
    }
    let clean =
        |flags: &[&str]| done(bench.command(&[&["clean", "--cache-dir", "cache"], flags].concat()));
    let listed = String::from_utf8(clean(&[]).stdout).unwrap();
    assert!(listed.contains(&format!("cache/layers: {ENTRIES} entries")), "{listed}");
    let said = stderr(&clean(&["--scan-cache"]));
    assert!(said.contains(&format!("removed {ENTRIES} entries")), "{said}");
    assert!(!bench.layers().exists());
    clean(&["--all"]);
}

#[test]
fn variables_say_where_the_cache_is() {
    let bench = Bench::new();
    for (variable, folder) in [
        ("SEALIFT_CACHE_DIR", "cache"),
        ("TRIVY_CACHE_DIR", "cache"),
        ("XDG_CACHE_HOME", "cache/sealift"),
        ("HOME", "cache/.cache/sealift"),
    ] {
        let mut scan = bench.scan(&[]);
        scan.env(variable, bench.cache());
        done(scan);
        assert!(bench.folder.path().join(folder).join("layers").is_dir(), "{variable}");
        fs::remove_dir_all(bench.cache()).unwrap();
        let mut scan = bench.scan(&["--no-cache"]);
        scan.env(variable, bench.cache());
        done(scan);
        assert!(!bench.cache().exists(), "{variable}");
    }
    done(bench.scan(&["--cache-dir", "cache", "--cache-max-mib", "0"]));
    assert!(!bench.cache().exists());
}

#[test]
fn a_cache_that_cannot_be_written_is_a_warning() {
    let bench = Bench::new();
    let expected = bench.expected();
    fs::write(bench.cache(), "no folder").unwrap();
    let output = done(bench.cached());
    assert!(output.stdout == expected);
    let said = stderr(&output);
    assert!(said.contains("warning: no layer is cached") && said.contains("layers"), "{said}");
}

/// The system ends a process that writes more into a file.
#[test]
fn an_entry_larger_than_files_may_be_is_a_warning() {
    let bench = Bench::new();
    let expected = bench.expected();
    let cached = bench.cached();
    let mut limited = Command::new("/bin/sh");
    limited.args(["-c", "ulimit -f 1 && exec \"$@\"", "sh"]).arg(cached.get_program());
    limited.args(cached.get_args()).env_clear().current_dir(bench.folder.path());
    let output = done(limited);
    assert!(output.stdout == expected);
    assert!(stderr(&output).contains("ulimit -f"), "{}", stderr(&output));
}

#[test]
fn ten_processes_fill_one_cold_cache() {
    let bench = Bench::new();
    let expected = bench.expected();
    let writers: Vec<Child> = (0..10).map(|_| bench.cached().spawn().unwrap()).collect();
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success() && output.stdout == expected, "{}", stderr(&output));
    }
    let names = bench.names();
    assert_eq!(names.len(), ENTRIES, "{names:?}");
}

/// One that stands still in the middle of its work holds up nobody.
#[test]
fn nobody_waits_for_a_stopped_process() {
    let bench = Bench::new();
    let expected = bench.expected();
    let time = duration(&bench);
    for moment in 1..8 {
        forget(&bench);
        let stopped = bench.cached().spawn().unwrap();
        thread::sleep(time * moment / 8);
        signal(&stopped, "STOP");
        let other = done(bench.cached());
        assert!(other.stdout == expected);
        signal(&stopped, "CONT");
        assert!(stopped.wait_with_output().unwrap().stdout == expected);
    }
}

#[test]
fn killed_writers_break_nothing() {
    kill_writers(20);
}

#[test]
#[ignore = "takes half a minute: the same with more writers"]
fn a_hundred_killed_writers_break_nothing() {
    kill_writers(100);
}

/// Kills writers at random moments; whatever they leave, the next scan is right.
fn kill_writers(writers: u64) {
    let bench = Bench::new();
    let expected = bench.expected();
    let time = duration(&bench);
    let (mut in_the_middle, mut unfinished) = (0, 0);
    for writer in 0..writers {
        forget(&bench);
        let mut killed = bench.cached().spawn().unwrap();
        let thousandth = u32::try_from(RandomState::new().hash_one(writer) % 1_000).unwrap();
        thread::sleep(time * thousandth / 1_000);
        killed.kill().unwrap();
        killed.wait().unwrap();
        let left = bench.names();
        unfinished += left.iter().filter(|name| name.starts_with(".new-")).count();
        in_the_middle += usize::from(!left.is_empty() && left.len() < ENTRIES);
        for _ in 0..2 {
            let output = done(bench.cached());
            assert!(output.stdout == expected, "writer {writer} broke it");
            assert!(!stderr(&output).contains("warning"), "{}", stderr(&output));
        }
    }
    println!("{writers} killed: {in_the_middle} amid writing, {unfinished} unfinished entries");
}

/// Nobody's cache yet.
fn forget(bench: &Bench) {
    let gone = fs::remove_dir_all(bench.cache());
    assert!(gone.is_ok() || !Path::exists(&bench.cache()));
}

/// What a scan that fills the cache takes.
fn duration(bench: &Bench) -> Duration {
    let start = Instant::now();
    done(bench.cached());
    start.elapsed()
}

fn signal(process: &Child, name: &str) {
    let kill = format!("kill -{name} {}", process.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

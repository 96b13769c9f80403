//! What a scan costs beside reading, decompressing and hashing the same layers, which no scan can
//! do without: `cargo run --release -p sealift-benches -- LAYOUT DATABASE [ROUNDS]`.
//!
//! Both run in turn, in one process, with the same threads; the medians and their ratio are
//! printed for each image of the layout.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sealift::{Database, Limits, ScanOptions, Scanner, Selector, Silent, Target};
use sealift_layers::{
    Extract, File, Image, ImageSource, Metadata, ReadOptions, TreePath, read_image,
};

const USAGE: &str = "usage: scan-ratio LAYOUT DATABASE [ROUNDS]";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let layout = PathBuf::from(arguments.next().ok_or(USAGE)?);
    let database = PathBuf::from(arguments.next().ok_or(USAGE)?);
    let rounds = arguments.next().map_or(Ok(9), |rounds| rounds.parse())?;

    let limits = Limits::default();
    let scanner = Scanner::new(Database::open(&database)?);
    let source = ImageSource::open_layout(&layout, &limits)?;
    println!("{:<16} {:>10} {:>10} {:>6}", "image", "bare ms", "scan ms", "ratio");
    for root in source.roots() {
        let selector = Selector::Digest(root.digest.clone());
        let target =
            Target::ImageLayout { folder: layout.clone(), selector: Some(selector.clone()) };
        let (mut bare, mut scan) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            bare.push(timed(|| read_bare(&layout, &selector, &limits))?);
            scan.push(timed(|| scanner.scan(&target, &ScanOptions::default(), &Silent).map(drop))?);
        }
        let name = root.annotations.get("org.opencontainers.image.ref.name");
        let (bare, scan) = (median(bare), median(scan));
        println!(
            "{:<16} {bare:>10.1} {scan:>10.1} {:>6.2}",
            name.map_or("-", String::as_str),
            scan / bare
        );
    }
    Ok(())
}

fn timed<E>(work: impl FnOnce() -> Result<(), E>) -> Result<Duration, E> {
    let start = Instant::now();
    work().map(|()| start.elapsed())
}

/// In milliseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

/// Takes nothing out of any file.
struct Nothing;

impl Extract for Nothing {
    type Facts = ();

    fn wants(&self, _: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        false
    }

    fn read(&self, _: &mut File<'_>) -> Option<()> {
        None
    }
}

fn read_bare(
    layout: &Path,
    selector: &Selector,
    limits: &Limits,
) -> Result<(), sealift_layers::Error> {
    let source = ImageSource::open_layout(layout, limits)?;
    let root = source.select(Some(selector))?;
    let image = Image::open(&source, &root, None, limits)?;
    let options = ReadOptions::new(limits).with_threads(ScanOptions::default().threads);
    read_image(&source, &image, &Nothing, &options).map(drop)
}

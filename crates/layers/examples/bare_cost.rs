//! Reads, decompresses and hashes all layers of an image and takes nothing out: the cost below
//! which no scan can go. `cargo run --release --example bare_cost -- FOLDER|ARCHIVE [TAG] [THREADS]`

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use sealift_layers::{
    Extract, File, Image, ImageSource, Limits, Metadata, ReadOptions, Selector, TreePath,
    read_image,
};

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

#[expect(clippy::print_stdout, reason = "an example shows what it found")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().ok_or("usage: bare_cost FOLDER|ARCHIVE [TAG|all] [THREADS]")?;
    let tag = arguments.next().filter(|tag| tag != "all");
    let threads = arguments.next().map_or(Ok(1.try_into()?), |number| number.parse())?;

    let limits = Limits::default();
    let path = Path::new(&place);
    let source = if path.is_dir() {
        ImageSource::open_layout(path, &limits)?
    } else {
        ImageSource::open_archive(path, &limits)?
    };
    let roots = match tag {
        Some(tag) => vec![source.select(Some(&tag.parse::<Selector>()?))?],
        None => source.roots().to_vec(),
    };
    for root in &roots {
        let start = Instant::now();
        let image = Image::open(&source, root, None, &limits)?;
        let options = ReadOptions::new(&limits).with_threads(threads);
        let tree = read_image(&source, &image, &Nothing, &options)?;
        let stored: u64 = image.layers.iter().map(|layer| layer.descriptor.size).sum();
        let bytes: u64 = tree.layers.iter().map(|layer| layer.size_bytes).sum();
        let entries: u64 = tree.layers.iter().map(|layer| layer.entries).sum();
        println!(
            "{}: {:.3} s, {} layers, {stored} bytes stored, {bytes} bytes unpacked, {entries} entries",
            root.annotations.get("org.opencontainers.image.ref.name").unwrap_or(&place),
            start.elapsed().as_secs_f64(),
            tree.layers.len(),
        );
    }
    Ok(())
}

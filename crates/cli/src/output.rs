//! The destination of the report.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::failure::Failure;

/// Writes the output of `write` to a file, or to stdout if no file is named.
///
/// A file appears whole or not at all: it is written beside its place and renamed. A device or pipe
/// is written directly.
pub(crate) fn emit(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let written = match path {
        Some(path) if is_special(path) => {
            OpenOptions::new().write(true).open(path).and_then(|file| buffered(file, write))
        }
        Some(path) => write_whole(path, write),
        None => write_stdout(write),
    };
    written.map_err(|source| Failure::Output { path: path.map(Path::to_owned), source })
}

/// Writes a text to stdout.
pub(crate) fn print(text: &[u8]) -> Result<(), Failure> {
    emit(None, |out| out.write_all(text))
}

fn buffered(
    out: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    write(&mut out)?;
    out.flush()
}

fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::metadata(folder)?;
    // The error names the temporary file, which the user does not know.
    let mut file = tempfile::Builder::new()
        .permissions(permissions())
        .tempfile_in(folder)
        .map_err(|error| io::Error::from(error.kind()))?;
    buffered(&mut file, write)?;
    file.persist(path)?;
    Ok(())
}

/// The default permissions of a new file, before the umask of the process.
fn permissions() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

/// A reader that has seen enough (`| head`) is no failure.
fn write_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    match buffered(io::stdout().lock(), write) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

//! Where the report goes.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::failure::Failure;

/// Writes the report to a file, or to stdout where none is named.
///
/// A file appears whole or not at all: it is written beside its place and renamed. A device or
/// pipe is written as it is.
pub(crate) fn emit(report: &[u8], path: Option<&Path>) -> Result<(), Failure> {
    let written = match path {
        Some(path) if is_special(path) => {
            OpenOptions::new().write(true).open(path).and_then(|mut file| file.write_all(report))
        }
        Some(path) => write_whole(path, report),
        None => write_stdout(report),
    };
    written.map_err(|source| Failure::Output { path: path.map(Path::to_owned), source })
}

fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::metadata(folder)?;
    // The error names the temporary file, which nobody knows.
    let mut file = tempfile::Builder::new()
        .permissions(permissions())
        .tempfile_in(folder)
        .map_err(|error| io::Error::from(error.kind()))?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// Those of a file that anybody makes; the mask of the process takes its part away.
fn permissions() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

/// A reader that has seen enough (`| head`) is no failure.
fn write_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

//! Opens files of unknown kind safely.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::{Error, LimitExceeded};

/// Opens a regular file. A FIFO or device is refused without waiting.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NONBLOCK | libc::O_NOCTTY,
    );
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(file)
}

/// Reads a document of unknown size.
pub(super) fn read_document(path: &Path, max: u64) -> Result<Vec<u8>, Error> {
    let fail = |source| Error::File { path: path.to_owned(), source };
    let file = open_regular(path).map_err(fail)?;
    let mut bytes = Vec::new();
    file.take(max.saturating_add(1)).read_to_end(&mut bytes).map_err(fail)?;
    if crate::stream::length(bytes.len()) > max {
        return Err(LimitExceeded::new("max_document_bytes", max).into());
    }
    Ok(bytes)
}

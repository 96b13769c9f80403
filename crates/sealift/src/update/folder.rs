//! A mirror in a folder.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::transport::{Answer, Ask, Place, Transport, TransportError, Validator};

/// A folder with the layout of OSV's bucket, and the catalogues beside it: `Debian/all.zip`,
/// `Debian/modified_id.csv` and `Debian/<ID>.json` where they exist, `kev.json`, `epss*.csv` or
/// `epss*.csv.gz`.
#[derive(Clone, Debug)]
pub struct FolderMirror {
    folder: PathBuf,
}

impl FolderMirror {
    /// A mirror in this folder, which must exist when something is fetched.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn path(&self, place: &Place<'_>) -> io::Result<Option<PathBuf>> {
        let path = self.folder.join(place.path());
        match place {
            Place::Kev if !path.exists() => {
                Ok(Some(self.folder.join("known_exploited_vulnerabilities.json")))
            }
            Place::Epss if !path.exists() => newest_scores(&self.folder),
            _ => Ok(Some(path)),
        }
    }

    fn answer(&self, place: &Place<'_>, ask: &Ask<'_>) -> io::Result<Answer> {
        // A mirror that is not mounted must not look like an empty one.
        fs::read_dir(&self.folder)?;
        let Some(path) = self.path(place)? else { return Ok(Answer::Absent) };
        let mut file = match File::open(path) {
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(Answer::Absent);
            }
            opened => opened?,
        };
        let validator = validator(&file)?;
        if ask.unless == Some(&validator) {
            return Ok(Answer::Unchanged);
        }
        let total = file.metadata()?.len();
        let known = ask.resume.filter(|part| *part.of == validator && part.bytes <= total);
        let start = known.map_or(0, |part| part.bytes);
        file.seek(SeekFrom::Start(start))?;
        let bytes = Box::new(file.take(total - start));
        Ok(Answer::Bytes { start, total: Some(total), validator: Some(validator), bytes })
    }
}

impl Transport for FolderMirror {
    fn origin(&self, _: &Place<'_>) -> String {
        self.folder.display().to_string()
    }

    fn get(&self, place: &Place<'_>, ask: &Ask<'_>) -> Result<Answer, TransportError> {
        self.answer(place, ask).map_err(|source| {
            TransportError::new(self.folder.join(place.path()).display().to_string(), source)
        })
    }
}

/// The last by name of the tables of scores: their names end in the day.
fn newest_scores(folder: &Path) -> io::Result<Option<PathBuf>> {
    let mut tables = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let is_table = name.to_str().is_some_and(|name| {
            name.starts_with("epss") && (name.ends_with(".csv") || name.ends_with(".csv.gz"))
        });
        if is_table {
            tables.push(folder.join(name));
        }
    }
    Ok(tables.into_iter().max())
}

/// Size and time of the last change stand for the content.
fn validator(file: &File) -> io::Result<Validator> {
    let metadata = file.metadata()?;
    let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Validator::ETag(format!("\"{}-{}\"", metadata.len(), changed.as_nanos())))
}

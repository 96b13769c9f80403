//! A site with exports, which counts what it is asked and breaks when it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::time::Duration;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use sealift::update::{
    Answer, Ask, DatabaseStore, ExportName, Place, Transport, TransportError, UpdateError,
    UpdateReport, UpdateRequest, Validator,
};
use sealift::{Database, Timestamp};
use tempfile::TempDir;

/// Records by id: the version that has the fix, and the second in which they were changed.
pub(crate) type Records = BTreeMap<String, (u32, i64)>;

/// What is wrong with a file.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// No answer.
    Down,
    /// The connection breaks after so many bytes.
    BreaksAfter(usize),
    /// It is announced whole and ends after so many bytes.
    EndsAfter(usize),
    /// It is another file.
    Instead(Vec<u8>),
    /// It has one bit flipped.
    Flipped(usize),
}

#[derive(Default)]
struct Inner {
    files: BTreeMap<String, Vec<u8>>,
    faults: BTreeMap<String, Fault>,
    asked: Vec<String>,
    sent: u64,
    pause: Duration,
}

/// The site.
#[derive(Default)]
pub(crate) struct Site(Mutex<Inner>);

impl Site {
    /// Puts an export there: zip, listing and single records.
    pub(crate) fn publish(&self, export: &str, records: &Records) {
        let json: BTreeMap<String, String> = records
            .iter()
            .map(|(id, (version, changed))| (id.clone(), record(export, id, *version, *changed)))
            .collect();
        let mut inner = self.0.lock().unwrap();
        inner.files.retain(|path, _| !path.starts_with(&format!("{export}/")));
        inner.files.insert(format!("{export}/all.zip"), zip(&json));
        let mut rows: Vec<_> = records.iter().map(|(id, (_, changed))| (*changed, id)).collect();
        rows.sort_by(|a, b| b.cmp(a));
        let rows = rows.iter().map(|(changed, id)| format!("{},{id}\n", time(*changed)));
        inner.files.insert(format!("{export}/modified_id.csv"), rows.collect::<String>().into());
        for (id, json) in json {
            inner.files.insert(format!("{export}/{id}.json"), json.into());
        }
    }

    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        self.0.lock().unwrap().files.insert(path.to_owned(), bytes.to_vec());
    }

    pub(crate) fn file(&self, path: &str) -> Vec<u8> {
        self.0.lock().unwrap().files[path].clone()
    }

    pub(crate) fn remove(&self, path: &str) {
        self.0.lock().unwrap().files.remove(path);
    }

    pub(crate) fn fault(&self, path: &str, fault: Fault) {
        self.0.lock().unwrap().faults.insert(path.to_owned(), fault);
    }

    pub(crate) fn mend(&self) {
        self.0.lock().unwrap().faults.clear();
    }

    /// Takes so long for each answer.
    pub(crate) fn slow(&self, pause: Duration) {
        self.0.lock().unwrap().pause = pause;
    }

    /// What was asked for since the last time, sorted, and the bytes sent.
    pub(crate) fn asked(&self) -> (Vec<String>, u64) {
        let mut inner = self.0.lock().unwrap();
        let mut asked = std::mem::take(&mut inner.asked);
        asked.sort();
        (asked, std::mem::take(&mut inner.sent))
    }
}

impl Transport for Site {
    fn origin(&self, _: &Place<'_>) -> String {
        "site".to_owned()
    }

    fn get(&self, place: &Place<'_>, ask: &Ask<'_>) -> Result<Answer, TransportError> {
        let path = place.path();
        let pause = self.0.lock().unwrap().pause;
        std::thread::sleep(pause);
        let mut inner = self.0.lock().unwrap();
        inner.asked.push(path.clone());
        let fault = inner.faults.get(&path).cloned();
        let Some(mut content) = inner.files.get(&path).cloned() else { return Ok(Answer::Absent) };
        match &fault {
            Some(Fault::Down) => return Err(TransportError::new(path, "no route to the host")),
            Some(Fault::Instead(other)) => content.clone_from(other),
            Some(Fault::Flipped(at)) => {
                let at = at % content.len();
                content[at] ^= 1;
            }
            _ => {}
        }
        let tag = Validator::ETag(format!("\"{:08x}\"", crc32fast::hash(&content)));
        if ask.unless == Some(&tag) {
            return Ok(Answer::Unchanged);
        }
        let length = content.len();
        let start = ask.resume.filter(|part| *part.of == tag).map_or(0, |part| part.bytes);
        let rest = content.split_off(usize::try_from(start).unwrap());
        let end = match fault {
            Some(Fault::BreaksAfter(end) | Fault::EndsAfter(end)) => end.min(rest.len()),
            _ => rest.len(),
        };
        inner.sent += u64::try_from(end).unwrap();
        let sent = io::Cursor::new(rest[..end].to_vec());
        let bytes: Box<dyn Read + Send> = match fault {
            Some(Fault::BreaksAfter(_)) => Box::new(sent.chain(Broken)),
            _ => Box::new(sent),
        };
        let total = Some(u64::try_from(length).unwrap());
        Ok(Answer::Bytes { start, total, validator: Some(tag), bytes })
    }
}

/// A connection that breaks.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

/// A store in a folder of its own, and the time.
pub(crate) struct Bench {
    folder: TempDir,
    pub(crate) store: DatabaseStore,
    pub(crate) site: Site,
    now: i64,
}

pub(crate) const START: i64 = 1_800_000_000;

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = DatabaseStore::new(folder.path().join("db"));
        Self { folder, store, site: Site::default(), now: START }
    }

    /// With one export of so many records.
    pub(crate) fn with(export: &str, count: u32) -> (Self, Records) {
        let bench = Self::new();
        let records = records(count);
        bench.site.publish(export, &records);
        (bench, records)
    }

    pub(crate) fn request(&self, exports: &[&str]) -> UpdateRequest {
        let mut request = UpdateRequest::new(names(exports), at(self.now));
        request.threads = NonZeroUsize::MIN;
        request.built = at(START);
        request
    }

    /// Updates, a day later than the last time.
    pub(crate) fn update(&mut self, exports: &[&str]) -> Result<UpdateReport, UpdateError> {
        self.now += 86_400;
        self.store.update(&self.site, &self.request(exports), &|_| {})
    }

    pub(crate) fn database(&self) -> Vec<u8> {
        Database::open(&self.store.database()).unwrap().verify().unwrap();
        std::fs::read(self.store.database()).unwrap()
    }

    /// The database that a first update would make of what is on the site now.
    pub(crate) fn fresh(&self, exports: &[&str]) -> Vec<u8> {
        let folder = TempDir::new().unwrap();
        let store = DatabaseStore::new(folder.path().join("db"));
        store.update(&self.site, &self.request(exports), &|_| {}).unwrap();
        std::fs::read(store.database()).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("db").join(name)
    }
}

pub(crate) fn names(exports: &[&str]) -> BTreeSet<ExportName> {
    exports.iter().map(|name| name.parse().unwrap()).collect()
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

pub(crate) fn records(count: u32) -> Records {
    (0..count).map(|number| (format!("X-{number:04}"), (1, START + i64::from(number)))).collect()
}

fn time(seconds: i64) -> String {
    at(seconds).to_string()
}

/// A record with a text that no compression makes much smaller, so that a zip is worth sparing.
pub(crate) fn record(export: &str, id: &str, version: u32, changed: i64) -> String {
    let mut state = crc32fast::hash(id.as_bytes());
    let text: String = (0..700)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            format!("{state:08x}")
        })
        .collect();
    format!(
        r#"{{"id": "{id}", "modified": "{}", "details": "{text}", "affected": [{{
            "package": {{"ecosystem": "{export}", "name": "left-pad"}},
            "ranges": [{{"type": "ECOSYSTEM",
                         "events": [{{"introduced": "0"}}, {{"fixed": "{version}"}}]}}]}}]}}"#,
        time(changed)
    )
}

pub(crate) fn zip(records: &BTreeMap<String, String>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut zip = ZipArchiveWriter::new(&mut bytes);
    for (id, json) in records {
        let name = format!("{id}.json");
        let file = zip.new_file(&name).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
        writer.write_all(json.as_bytes()).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    zip.finish().unwrap();
    bytes
}

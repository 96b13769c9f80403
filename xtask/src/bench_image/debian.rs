//! Packages of Debian, unpacked without running any of their scripts, and the database that dpkg
//! would have written.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use tar::{Archive, EntryType};

use super::clients::run;
use super::layer::LayerTar;
use crate::{Failure, Outcome};

/// Folders that are links into `/usr`, as debootstrap makes them and no package has them.
const MERGED: [&str; 4] = ["bin", "lib", "lib64", "sbin"];

/// What is installed so far.
pub(super) struct Debian {
    /// Where apt keeps its files.
    folder: PathBuf,
    /// All that was asked for so far.
    roots: Vec<&'static str>,
    installed: BTreeMap<String, Installed>,
}

struct Installed {
    archive: PathBuf,
    /// Its paragraph of `var/lib/dpkg/status`.
    paragraph: String,
    /// The paths of its entries as the package has them, from `/.` on.
    list: String,
    /// Its files in `var/lib/dpkg/info`.
    info: Vec<String>,
}

impl Debian {
    pub(super) fn new(folder: PathBuf) -> Result<Self, Failure> {
        fs::create_dir_all(folder.join("archives/partial"))?;
        fs::write(folder.join("status"), "")?;
        Ok(Self { folder, roots: Vec::new(), installed: BTreeMap::new() })
    }

    /// The links that make `/bin` a name of `/usr/bin`, and so on.
    #[expect(clippy::unused_self, reason = "a step of the installation as the others")]
    pub(super) fn merge_usr(&self, tar: &mut LayerTar) -> Outcome {
        MERGED.iter().try_for_each(|name| tar.symlink(name, &format!("usr/{name}")))
    }

    /// Installs packages with all missing dependencies.
    pub(super) fn install(&mut self, roots: &[&'static str], tar: &mut LayerTar) -> Outcome {
        self.roots.extend(roots);
        run(self.apt().arg("--download-only").args(&self.roots))?;
        for (name, archive) in self.closure()? {
            if let Entry::Vacant(place) = self.installed.entry(name) {
                place.insert(unpack(archive, tar)?);
            }
        }
        self.write_status(tar)
    }

    /// Unpacks installed packages again.
    pub(super) fn reinstall(&mut self, names: &[&str], tar: &mut LayerTar) -> Outcome {
        for name in names {
            unpack(self.package(name)?.archive.clone(), tar)?;
        }
        Ok(())
    }

    /// Removes packages: hides their files and forgets them.
    pub(super) fn remove(&mut self, names: &[&str], tar: &mut LayerTar) -> Outcome {
        for name in names {
            let package = self.package(name)?;
            let listed: BTreeSet<&str> = package.list.lines().collect();
            for path in &listed {
                let folder = format!("{path}/");
                if !listed
                    .range(folder.as_str()..)
                    .next()
                    .is_some_and(|next| next.starts_with(&folder))
                {
                    tar.whiteout(&merged(path))?;
                }
            }
            for file in &package.info {
                tar.whiteout(file)?;
            }
            self.installed.remove(*name);
        }
        self.write_status(tar)
    }

    fn package(&self, name: &str) -> Result<&Installed, Failure> {
        self.installed.get(name).ok_or_else(|| format!("{name} is not installed").into())
    }

    fn write_status(&self, tar: &mut LayerTar) -> Outcome {
        let paragraphs: Vec<&str> =
            self.installed.values().map(|package| package.paragraph.as_str()).collect();
        tar.text("var/lib/dpkg/status", format!("{}\n", paragraphs.join("\n")).as_bytes())
    }

    /// The packages that apt would install on an empty system for all roots, by name.
    fn closure(&self) -> Result<BTreeMap<String, PathBuf>, Failure> {
        let output = self.apt().arg("--simulate").args(&self.roots).output()?;
        let text = String::from_utf8(output.stdout)?;
        // `Inst name (version origin ... [architecture])`
        let packages = text.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("Inst ")?.split_once(" (")?;
            let version = rest.split(' ').next()?.replace(':', "%3a");
            let architecture = rest.split_once('[')?.1.split(']').next()?;
            let file = format!("archives/{name}_{version}_{architecture}.deb");
            Some((name.to_owned(), self.folder.join(file)))
        });
        Ok(packages.collect())
    }

    /// `apt-get install` for a system where nothing is installed yet.
    fn apt(&self) -> Command {
        let mut apt = Command::new("apt-get");
        let status = format!("Dir::State::status={}", self.folder.join("status").display());
        let archives = format!("Dir::Cache::archives={}", self.folder.join("archives").display());
        for setting in [&status, &archives, "Debug::NoLocking=1", "APT::Sandbox::User="] {
            apt.args(["-o", setting]);
        }
        apt.args(["install", "--yes", "--no-install-recommends", "-qq"]);
        apt.stderr(Stdio::null());
        apt
    }
}

/// Puts the files of a package into the layer, with dpkg's records of it.
fn unpack(archive: PathBuf, tar: &mut LayerTar) -> Result<Installed, Failure> {
    let list = unpack_files(&archive, tar)?;
    let mut members = BTreeMap::new();
    let mut control = Members::of(&archive, "--ctrl-tarfile")?;
    for entry in control.archive.entries()? {
        let mut entry = entry?;
        let name = relative(&entry.path_bytes())?;
        let mut content = Vec::new();
        if entry.header().entry_type() == EntryType::Regular {
            entry.read_to_end(&mut content)?;
            members.insert(name, content);
        }
    }
    control.finish()?;
    members.insert("list".to_owned(), list.clone().into_bytes());
    let paragraph = members.remove("control").ok_or("a package without control file")?;
    let paragraph = paragraph_of(&String::from_utf8(paragraph)?);
    let stem = info_stem(&paragraph);
    let mut info = Vec::new();
    for (name, content) in members {
        let path = format!("var/lib/dpkg/info/{stem}.{name}");
        tar.text(&path, &content)?;
        info.push(path);
    }
    Ok(Installed { archive, paragraph, list, info })
}

/// Puts the files of a package into the layer; returns the package's file list.
fn unpack_files(archive: &PathBuf, tar: &mut LayerTar) -> Result<String, Failure> {
    let mut list = "/.\n".to_owned();
    let mut members = Members::of(archive, "--fsys-tarfile")?;
    for entry in members.archive.entries()? {
        let entry = entry?;
        let own = relative(&entry.path_bytes())?;
        if own.is_empty() {
            continue;
        }
        list.push_str(&format!("/{own}\n"));
        let path = merged(&own);
        let target = entry.link_name_bytes().map(|name| String::from_utf8(name.into_owned()));
        let target = target.transpose()?.unwrap_or_default();
        let (mode, size) = (entry.header().mode()?, entry.size());
        match entry.header().entry_type() {
            EntryType::Directory => tar.folder(&path)?,
            EntryType::Regular => tar.file(&path, mode, size, entry)?,
            EntryType::Symlink => tar.symlink(&path, &target)?,
            EntryType::Link => tar.hard_link(&path, &merged(&relative(target.as_bytes())?))?,
            _ => {}
        }
    }
    members.finish()?;
    Ok(list)
}

/// A tar that `dpkg-deb` prints.
struct Members {
    child: Child,
    archive: Archive<ChildStdout>,
}

impl Members {
    fn of(archive: &PathBuf, which: &str) -> Result<Self, Failure> {
        let mut command = Command::new("dpkg-deb");
        command.arg(which).arg(archive).stdout(Stdio::piped());
        let mut child =
            command.spawn().map_err(|error| format!("cannot start dpkg-deb: {error}"))?;
        let stdout = child.stdout.take().ok_or("dpkg-deb has no stdout")?;
        Ok(Self { child, archive: Archive::new(stdout) })
    }

    fn finish(mut self) -> Outcome {
        std::io::copy(&mut self.archive.into_inner(), &mut std::io::sink())?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("dpkg-deb failed with {status}").into()) }
    }
}

/// The path of an entry without `./` and a slash at its end.
fn relative(path: &[u8]) -> Result<String, Failure> {
    let path = str::from_utf8(path)?;
    Ok(path.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/').to_owned())
}

/// The path below a root whose `/bin` and so on lie in `/usr`.
fn merged(path: &str) -> String {
    let path = path.trim_start_matches('/');
    let first = path.split('/').next().unwrap_or(path);
    if MERGED.contains(&first) { format!("usr/{path}") } else { path.to_owned() }
}

/// A control file as a paragraph of the status file.
fn paragraph_of(control: &str) -> String {
    let (package, rest) = control.trim_end().split_once('\n').unwrap_or((control, ""));
    format!("{package}\nStatus: install ok installed\n{rest}\n")
}

/// The prefix of dpkg's files about the package: its name, and its architecture where another may
/// be installed beside it.
fn info_stem(paragraph: &str) -> String {
    let field =
        |name: &str| paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let name = field("Package").unwrap_or_default();
    match (field("Multi-Arch"), field("Architecture")) {
        (Some("same"), Some(architecture)) => format!("{name}:{architecture}"),
        _ => name.to_owned(),
    }
}

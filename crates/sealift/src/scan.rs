//! From a target to a report.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use sealift_layers::{Assembled, Extract, Image, Limits, Metadata, ReadOptions};
use sealift_matcher::{MatchOptions, Matches, Records};
use sealift_model::{Diagnostic, Evidence, Impact, Inventory, Package, Platform, Timestamp};
use sealift_report::{Artifact, ArtifactKind, Configuration, ImageFacts, LayerFacts, Report};
use sealift_sbom::{
    Assembler, DocumentFormat, DocumentLimits, Reader, SYSTEM_ORIGIN, Skip, SkipNothing,
    SubjectKind, assemble, read_document,
};

use crate::matched_packages::{Counted, Counting};
use crate::missing_advisories;
use crate::skip::OnlyFile;
use crate::source::Opened;
use crate::update::ExportName;
use crate::{
    Bases, ConfigurationOptions, Database, Error, LayerCache, Observer, SkipRules, Target,
    base_image, configuration,
};

/// Scans targets, with or without an advisory database.
#[derive(Debug, Default)]
pub struct Scanner {
    database: Option<Database>,
}

/// How a target is scanned.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScanOptions {
    /// The target's name in the report; [`Target::name`] when not set.
    pub name: Option<String>,
    /// The platform of the image that is taken from an index.
    pub platform: Option<Platform>,
    /// Threads that read layers and match packages. Default: one for each processor.
    pub threads: NonZeroUsize,
    /// Bounds of the scan.
    pub limits: Limits,
    /// The files and folders to leave out.
    pub skip: SkipRules,
    /// Whether and how the configuration files of a folder are checked. Default: they are not.
    pub configuration: Option<ConfigurationOptions>,
    /// The kinds of packages to look for; without any, no file is read for packages. Default: both.
    pub package_types: BTreeSet<PackageType>,
    /// Which packages are matched; when not set, the kind of the target decides.
    pub matching: Option<Matching>,
    /// Whether packages that a lockfile or manifest needs only to build or test are matched, too.
    /// An SBOM is always matched whole. Default: no.
    pub development: bool,
    /// Whether two further kinds of records count: records that are not about security, and records
    /// about other streams of an RPM module. Default: no.
    pub all_records: bool,
    /// The time of the report; when not set, the image's own.
    pub created: Option<Timestamp>,
    /// The time by which ages and ends of life are judged; when not set, they are not judged.
    pub judged_at: Option<Timestamp>,
    /// Known bases of images.
    pub bases: Bases,
    /// Whether packages that upper layers hide are listed and matched, too. Default: no.
    pub all_layers: bool,
    /// The cache of what layers yield, for the next scan. Default: none.
    pub cache: Option<Arc<LayerCache>>,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            name: None,
            platform: None,
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            limits: Limits::default(),
            skip: SkipRules::default(),
            configuration: None,
            package_types: [PackageType::Os, PackageType::Library].into(),
            matching: None,
            development: false,
            all_records: false,
            created: None,
            judged_at: None,
            bases: Bases::default(),
            all_layers: false,
            cache: None,
        }
    }
}

/// The kind of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PackageType {
    /// Packages of the operating system.
    Os,
    /// Packages of languages.
    Library,
}

impl PackageType {
    fn of(package: &Package) -> Self {
        if package.ecosystem.is_operating_system() { Self::Os } else { Self::Library }
    }
}

/// Which packages are matched against the advisories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Matching {
    /// Installed packages, as `image` and `rootfs` do.
    Installed,
    /// Declared packages, and installed ones where no lockfile covers them, as `fs` does.
    Declared,
    /// All packages, as `sbom` does.
    All,
}

impl Scanner {
    /// A scanner that matches against `database`.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database: Some(database) }
    }

    /// A scanner that lists packages and matches nothing.
    #[must_use]
    pub fn without_database() -> Self {
        Self { database: None }
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// Scans a target.
    ///
    /// # Errors
    /// When the target cannot be read at all, when a digest of an image is wrong, when the database
    /// turns out damaged, and with [`Error::Cancelled`] when the observer cancels. A single file
    /// that cannot be read is a diagnostic of the report.
    pub fn scan(
        &self,
        target: &Target,
        options: &ScanOptions,
        observer: &dyn Observer,
    ) -> Result<Report, Error> {
        self.judge(Self::read(target, options, observer)?, options, observer)
    }

    /// Reads a target: the first half of a scan, which needs no database.
    ///
    /// # Errors
    /// Those of [`Scanner::scan`], except for those about the database.
    pub fn read(
        target: &Target,
        options: &ScanOptions,
        observer: &dyn Observer,
    ) -> Result<Contents, Error> {
        let mut contents = read(target, options, observer)?;
        if let Some(name) = &options.name {
            contents.artifact.name.clone_from(name);
        }
        let inventory = &mut contents.inventory;
        inventory
            .packages
            .retain(|package| options.package_types.contains(&PackageType::of(package)));
        if !options.package_types.contains(&PackageType::Os) {
            inventory.diagnostics.retain(|diagnostic| diagnostic.origin != SYSTEM_ORIGIN);
        }
        if !matches!(target, Target::Filesystem(_)) {
            drop_unpinned(inventory);
        }
        Ok(contents)
    }

    /// Matches the content of a target against the database, with the same options: the second half
    /// of a scan.
    ///
    /// # Errors
    /// When the database turns out damaged, and when the observer cancels.
    pub fn judge(
        &self,
        contents: Contents,
        options: &ScanOptions,
        observer: &dyn Observer,
    ) -> Result<Report, Error> {
        let counted = contents.counted(options);
        let Contents { artifact, mut inventory, created, configuration, .. } = contents;
        let counting = Counting::new(&inventory.packages, counted);
        let matches = self.match_packages(&inventory, &counting, options, observer)?;
        let left = counting.left_out();
        if let Some(matches) = &matches {
            inventory.diagnose(missing_advisories::diagnostics(&matches.coverage));
        }
        let mut report = Report::new(artifact, inventory, env!("CARGO_PKG_VERSION"));
        if matches.is_some() {
            report.development = left.development;
            report.left_to_lockfiles = left.to_lockfiles;
        }
        report.matches = matches;
        report.created = options.created.or(created);
        report.judged_at = options.judged_at;
        report.advisories_built = self.database.as_ref().map(|database| database.info().built);
        report.covers_system = options.package_types.contains(&PackageType::Os);
        report.covers_packages = !options.package_types.is_empty();
        report.configuration = configuration;
        Ok(report)
    }

    fn match_packages(
        &self,
        inventory: &Inventory,
        counting: &Counting<'_>,
        options: &ScanOptions,
        observer: &dyn Observer,
    ) -> Result<Option<Matches>, Error> {
        go_on(observer)?;
        let Some(database) = &self.database else { return Ok(None) };
        let counts = |package: &Package| counting.asks(package);
        let mut how = MatchOptions::default();
        how.packages = &counts;
        let cancelled = || observer.is_cancelled();
        how.cancelled = &cancelled;
        how.threads = options.threads;
        how.records = if options.all_records { Records::All } else { Records::Security };
        sealift_matcher::match_inventory(database.inner(), inventory, &how).map(Some).map_err(
            |error| match error {
                sealift_matcher::Error::Cancelled => Error::Cancelled,
                error => Error::Matching(error),
            },
        )
    }
}

/// Takes out of an image's inventory what a manifest asks for without a version: it says nothing
/// of what is in the image. Each is noted.
fn drop_unpinned(inventory: &mut Inventory) {
    let is_unpinned = |package: &mut Package| {
        package.evidence == Evidence::Declared && package.version.is_empty()
    };
    let unpinned: Vec<_> = inventory.packages.extract_if(.., is_unpinned).collect();
    let notes = unpinned.into_iter().flat_map(|package| {
        let message = format!("{} is asked for without a version and not listed", package.name);
        let diagnostic = Diagnostic::new(package.cataloger, message, Impact::Note);
        package.locations.into_iter().map(move |place| {
            let mut at = diagnostic.clone().at(place.path, place.layer);
            at.line = place.lines.map(|(line, _)| line);
            at
        })
    });
    inventory.diagnose(notes);
}

/// The content of a target, still to be matched.
#[derive(Debug)]
pub struct Contents {
    artifact: Artifact,
    inventory: Inventory,
    /// When it was made, when it says so.
    created: Option<Timestamp>,
    /// Which of its packages are matched unless the caller says.
    counted: Counted,
    /// The results of the checks of its configuration files, where they ran.
    configuration: Option<Configuration>,
}

impl Contents {
    /// The exports that hold the advisories for these packages.
    #[must_use]
    pub fn exports(&self, options: &ScanOptions) -> BTreeSet<ExportName> {
        let counting = Counting::new(&self.inventory.packages, self.counted(options));
        let asks = |package: &Package| counting.asks(package);
        let names = sealift_matcher::ecosystems_of(&self.inventory, &asks);
        names.iter().filter_map(|name| name.parse().ok()).collect()
    }

    fn counted(&self, options: &ScanOptions) -> Counted {
        let Counted { matching, development } = self.counted;
        Counted {
            matching: options.matching.unwrap_or(matching),
            development: development || options.development,
        }
    }
}

/// Whether nobody has cancelled it so far.
fn go_on(observer: &dyn Observer) -> Result<(), Error> {
    if observer.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
}

fn read(
    target: &Target,
    options: &ScanOptions,
    observer: &dyn Observer,
) -> Result<Contents, Error> {
    go_on(observer)?;
    match target {
        Target::ImageLayout { .. }
        | Target::ImageArchive { .. }
        | Target::Registry(_)
        | Target::Engine(_) => {
            let platform = options.platform.as_ref();
            let source = Opened::find_for(target, platform, &options.limits)?;
            go_on(observer)?;
            read_image(&source, target, options, observer)
        }
        Target::Rootfs(path) => read_tree(path, Matching::Installed, options, observer),
        Target::Filesystem(path) => read_tree(path, Matching::Declared, options, observer),
        Target::Sbom(file) => {
            let most = DocumentLimits::default().max_sbom_bytes.saturating_add(1);
            let mut bytes = Vec::new();
            File::open(file)
                .and_then(|opened| opened.take(most).read_to_end(&mut bytes))
                .map_err(|source| Error::io(file, source))?;
            read_sbom(file, &bytes, options)
        }
        Target::SbomText { name, bytes } => read_sbom(name, bytes, options),
    }
}

/// Reads a folder, or of the folder around it one file alone.
fn read_tree(
    path: &Path,
    matching: Matching,
    options: &ScanOptions,
    observer: &dyn Observer,
) -> Result<Contents, Error> {
    let failed = |source| Error::layers(path, source);
    let alone = alone(path, options)?;
    let catalogers = match (matching, &alone) {
        (_, Some(_)) => sealift_sbom::for_single_file(),
        (Matching::Declared, None) => sealift_sbom::for_source_trees(),
        _ => sealift_sbom::ALL.to_vec(),
    };
    let catalogers = catalogers.as_slice();
    let (folder, skip): (_, &dyn Skip) = match &alone {
        Some(file) => (file.folder(), file),
        None => (path, &options.skip),
    };
    let reader = Reader::new(catalogers, skip);
    let progress = |progress| observer.progress(progress);
    let cancelled = || observer.is_cancelled();
    let how = read_options(options, &progress).with_cancelled(&cancelled);
    let mut inventory = Inventory::default();
    if !options.package_types.is_empty() {
        let tree = sealift_layers::read_directory(folder, &reader, &how).map_err(failed)?;
        inventory = assemble(&tree, catalogers);
        if alone.is_some() && inventory.packages.is_empty() {
            count_as_unread(&mut inventory);
        }
    }
    let mut checked = None;
    if let Some(wanted) = &options.configuration {
        let (files, diagnostics) = configuration::check(folder, skip, wanted, &how)?;
        inventory.diagnose(diagnostics);
        let mut configuration = Configuration::new(files);
        configuration.lists_all = wanted.lists_all;
        checked = Some(configuration);
    }
    let artifact = Artifact::new(path.display().to_string(), ArtifactKind::Filesystem);
    let counted = Counted { matching, development: false };
    Ok(Contents { artifact, inventory, created: None, counted, configuration: checked })
}

fn read_image(
    source: &Opened,
    target: &Target,
    options: &ScanOptions,
    observer: &dyn Observer,
) -> Result<Contents, Error> {
    let failed = |error| Error::layers(target.path(), error);
    let platform = options.platform.as_ref();
    let image = Image::open(source, &source.root, platform, &options.limits).map_err(failed)?;
    // A base that cannot be read is better known before the layers are read.
    let (base, other_base) = base_image::find(&image.config, options)?;
    let catalogers = sealift_sbom::ALL;
    let reader = Reader::new(catalogers, &options.skip);
    let progress = |progress| observer.progress(progress);
    let cancelled = || observer.is_cancelled();
    let mut how = read_options(options, &progress).with_cancelled(&cancelled);
    if let Some(cache) = &options.cache {
        how = how.with_store(cache.as_ref());
    }
    let mut assembler = Assembler::new(catalogers);
    if options.all_layers {
        assembler = assembler.with_hidden();
    }
    if let Some(base) = &base {
        assembler = assembler.with_base(base.layers, base.evidence);
    }
    let assembled = sealift_layers::assemble_image(source, &image, &reader, &assembler, &how);
    let Assembled { output: mut inventory, layers, .. } = assembled.map_err(failed)?;
    if let Some(cache) = &options.cache {
        cache.trim();
    }
    let mut facts = ImageFacts::new(image.id().clone(), config(&image));
    let has_manifests = source.has_manifests();
    if has_manifests {
        facts.manifest = Some(image.manifest.clone());
        facts.index.clone_from(&image.index);
    }
    facts.tags = source.names();
    facts.found = source.name_in_registry();
    facts.layers = layers
        .iter()
        .filter_map(|layer| {
            let digest = layer.digest.clone().filter(|_| has_manifests);
            Some(LayerFacts::new(digest, layer.diff_id.clone()?, layer.size_bytes))
        })
        .collect();
    let whole = image.config.diff_ids.len();
    facts.created = image.config.created.or_else(|| base_image::creation(&image.config, whole));
    facts.base = base;
    let mut artifact = Artifact::new(target.name(), ArtifactKind::ContainerImage);
    artifact.image = Some(facts);
    inventory.diagnose(image.diagnostics.into_iter().chain(other_base));
    let created = image.config.created;
    let counted = Counted { matching: Matching::Installed, development: false };
    Ok(Contents { artifact, inventory, created, counted, configuration: None })
}

/// A single file that gives no facts is incomplete as a whole: nothing else was requested.
fn count_as_unread(inventory: &mut Inventory) {
    for diagnostic in &mut inventory.diagnostics {
        if diagnostic.impact == Impact::Partial {
            diagnostic.impact = Impact::Incomplete;
        }
    }
}

/// The file that is to be read alone; none of a folder. Some formats are known by the name of their
/// folder, too: it is seen from above then.
fn alone(path: &Path, options: &ScanOptions) -> Result<Option<OnlyFile>, Error> {
    /// Folders above that have a say, as in `.github/workflows/ci.yml`.
    const FOLDERS: usize = 2;
    let Some(file) = path.is_file().then(|| OnlyFile::at(path)).flatten() else { return Ok(None) };
    let (metadata, head) = beginning(path)?;
    let catalogers = sealift_sbom::for_single_file();
    let reader = Reader::new(&catalogers, &SkipNothing);
    let mut seen = file;
    for _ in 0..=FOLDERS {
        if reader.wants(seen.path(), &metadata, &head) {
            return Ok(Some(seen));
        }
        let Some(above) = seen.one_folder_up() else { break };
        seen = above;
    }
    // To say that there is nothing in it would be to say that nobody has looked.
    match options.configuration {
        Some(_) => Ok(OnlyFile::at(path)),
        None => Err(Error::NotRead { path: path.to_owned() }),
    }
}

/// The metadata of a file, and its first bytes.
fn beginning(path: &Path) -> Result<(Metadata, Vec<u8>), Error> {
    const HEAD_BYTES: u64 = 512;
    let failed = |source| Error::io(path, source);
    let mut head = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    file.take(HEAD_BYTES).read_to_end(&mut head).map_err(failed)?;
    Ok((Metadata::new(size, 0), head))
}

/// The config as a JSON value: it parsed when the image was opened.
fn config(image: &Image) -> serde_json::Value {
    serde_json::from_slice(&image.config.json).unwrap_or_default()
}

fn read_options<'o>(
    options: &'o ScanOptions,
    progress: &'o (dyn Fn(sealift_layers::Progress) + Sync),
) -> ReadOptions<'o> {
    ReadOptions::new(&options.limits).with_threads(options.threads).with_progress(progress)
}

fn read_sbom(path: &Path, bytes: &[u8], options: &ScanOptions) -> Result<Contents, Error> {
    let mut limits = DocumentLimits::default();
    limits.max_threads = options.threads;
    let failed = |source| Error::Sbom { path: path.to_owned(), source };
    let document = read_document(bytes, &limits).map_err(failed)?;
    let mut inventory = document.inventory;
    let name = path.display().to_string();
    for diagnostic in &mut inventory.diagnostics {
        diagnostic.path.get_or_insert_with(|| name.clone());
    }
    let kind = match document.format {
        DocumentFormat::Spdx => ArtifactKind::Spdx,
        DocumentFormat::Syft => ArtifactKind::Syft,
        _ => ArtifactKind::CycloneDx,
    };
    // Of an image, what is only declared is not matched; foreign documents do not tell it apart.
    let matching = match document.subject.map(|subject| subject.kind) {
        Some(SubjectKind::Container) => Matching::Installed,
        _ => Matching::All,
    };
    let mut artifact = Artifact::new(name, kind);
    artifact.link = document.link;
    let created = document.created;
    let counted = Counted { matching, development: true };
    Ok(Contents { artifact, inventory, created, counted, configuration: None })
}

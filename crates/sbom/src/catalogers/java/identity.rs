//! The identity of an archive: from its Maven metadata, else guessed from its manifest, its file
//! name and its classes.

use std::collections::BTreeMap;

use super::file_name::FileName;
use super::licenses;
use super::manifest::Manifest;
use super::packages::CommonPackage;
use super::pom::Pom;
use super::properties::PomProperties;
use super::well_known;

/// The source of a guess if nothing inside the archive helps.
const FILE_NAME: &str = "the file name";

/// The evidence in one archive for its identity.
#[derive(Debug, Default)]
pub(super) struct Clues {
    pub(super) manifest: Option<Manifest>,
    /// The Maven metadata by folder.
    pub(super) maven: BTreeMap<String, MavenFolder>,
    pub(super) classes: CommonPackage,
}

/// A folder with `pom.properties`, `pom.xml` or both.
#[derive(Debug, Default)]
pub(super) struct MavenFolder {
    pub(super) properties: Option<PomProperties>,
    pub(super) pom: Option<Pom>,
}

/// A package in an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) group: String,
    pub(super) artifact: String,
    /// Empty when nothing states it.
    pub(super) version: String,
    pub(super) licenses: Vec<String>,
    /// What was guessed, in words.
    pub(super) guessed: Option<String>,
}

impl Clues {
    /// The packages that the archive at `path` is or holds merged into itself (shaded).
    pub(super) fn identify(&self, path: &str) -> Vec<Identity> {
        let file = FileName::parse(path);
        let mut found = self.by_maven(&file);
        if found.is_empty() {
            found.extend(self.guess(&file));
        } else if !found.iter().any(|known| known.artifact == file.artifact) {
            // All of it is of archives merged into this one, which has none of its own.
            found.extend(self.well_known(&file));
        }
        found
    }

    fn by_maven(&self, file: &FileName) -> Vec<Identity> {
        let mut found: Vec<Identity> =
            self.maven.iter().filter_map(|(path, folder)| folder.identity(path)).collect();
        let is_alone = found.len() == 1;
        for identity in &mut found {
            if !is_alone && identity.artifact != file.artifact {
                continue;
            }
            // This one is the archive itself: what describes the file describes it.
            if identity.version.is_empty() {
                let version = file.version.as_deref().or_else(|| self.manifest().version());
                identity.version = version.unwrap_or_default().to_owned();
            }
            if identity.licenses.is_empty() {
                identity.licenses = self.licenses();
            }
        }
        found
    }

    /// A guess needs a version, in the file name or the manifest: a name alone is no package.
    fn guess(&self, file: &FileName) -> Option<Identity> {
        let artifact = match &file.version {
            Some(_) => file.artifact.clone(),
            None => self.unversioned_artifact(file),
        };
        let version = file.version.as_deref().or_else(|| self.manifest().version())?;
        if artifact.is_empty() {
            return None;
        }
        if let Some(known) = self.well_known(file) {
            return Some(known);
        }
        let (group, source) = self.guess_group(&artifact);
        let guessed = match &file.version {
            Some(_) if source == FILE_NAME => format!("all from {FILE_NAME}"),
            Some(_) => format!("group from {source}, name and version from {FILE_NAME}"),
            None => format!("group from {source}, version from the manifest"),
        };
        Some(Identity {
            guessed: Some(format!("no Maven metadata inside; {guessed}")),
            version: version.to_owned(),
            licenses: self.licenses(),
            group,
            artifact,
        })
    }

    /// One that is known by its name: that of the file with its version, else the last word of the
    /// bundle's (`catalina.jar` is `org.apache.tomcat-catalina`).
    fn well_known(&self, file: &FileName) -> Option<Identity> {
        let manifest = self.manifest();
        let (artifact, version, source) = match &file.version {
            Some(version) => (file.artifact.as_str(), version.as_str(), FILE_NAME),
            None => {
                let bundle = manifest.symbolic_name()?;
                let artifact = bundle.rsplit_once('.').map_or(bundle, |(_, last)| last);
                (artifact, manifest.version()?, "the manifest")
            }
        };
        let classes = self.classes.name();
        let known = |artifact| well_known::group(artifact, version, classes.as_deref());
        // Quarkus and Jetty put the group in front: `org.postgresql.postgresql-42.5.0.jar`.
        let behind_group = || {
            let (before, last) = artifact.rsplit_once('.')?;
            known(last).filter(|group| *group == before).map(|group| (group, last))
        };
        let (group, artifact) =
            known(artifact).map(|group| (group, artifact)).or_else(behind_group)?;
        Some(Identity {
            group: group.to_owned(),
            artifact: artifact.to_owned(),
            version: version.to_owned(),
            licenses: self.licenses(),
            guessed: Some(format!(
                "no Maven metadata inside; name and version from {source}, group from the name"
            )),
        })
    }

    /// A file name without a version may be anything (`lib.jar`): an attribute that looks like an
    /// artifact's name comes before it.
    fn unversioned_artifact(&self, file: &FileName) -> String {
        if let Some(group) = self.single_word_group() {
            return group.to_owned();
        }
        let title = self.manifest().get("implementation-title").filter(|title| {
            let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            title.split('-').count() > 1
                && title.split('-').all(|word| !word.is_empty() && word.chars().all(is_part))
        });
        title.unwrap_or(&file.artifact).to_owned()
    }

    /// The group, and where it was found, most telling first.
    fn guess_group(&self, artifact: &str) -> (String, &'static str) {
        let artifact = well_known::without_scala(artifact);
        let manifest = self.manifest();
        let vendor_id = manifest.get("implementation-vendor-id").filter(|id| is_group(id));
        let sources = [
            // Written by the Maven plug-in for Jenkins plug-ins: the group itself.
            (manifest.get("group-id").map(str::to_owned), "the manifest's Group-Id"),
            (
                self.single_word_group().map(str::to_owned),
                "the manifest's Implementation-Vendor-Id",
            ),
            (
                manifest.symbolic_name().map(|name| group_of(name, artifact)),
                "the manifest's Bundle-SymbolicName",
            ),
            (self.titled_group(), "the manifest's Implementation-Title"),
            (
                manifest
                    .get("automatic-module-name")
                    .and_then(|module| group_before(module, artifact))
                    .filter(|group| !begins_alike(group, artifact)),
                "the manifest's Automatic-Module-Name",
            ),
            (self.is_old_commons(artifact).then(|| artifact.to_owned()), FILE_NAME),
            (
                manifest.versioned_package().map(|package| group_of(&package, artifact)),
                "the manifest's package section",
            ),
            (self.is_older_than_maven_2().then(|| artifact.to_owned()), FILE_NAME),
            (vendor_id.map(str::to_owned), "the manifest's Implementation-Vendor-Id"),
            (self.classes.name().map(|package| group_of(&package, artifact)), "the classes"),
            (artifact.rsplit_once('.').map(|(group, _)| group.to_owned()), FILE_NAME),
        ];
        let found = sources.into_iter().find_map(|(group, source)| {
            group.filter(|group| is_group(group)).map(|group| (group, source))
        });
        found.unwrap_or_else(|| (artifact.to_owned(), FILE_NAME))
    }

    /// Maven writes the group into `Implementation-Vendor-Id`. One without dots is of the old
    /// `commons-codec:commons-codec` kind when the bundle's name ends in it.
    fn single_word_group(&self) -> Option<&str> {
        let id = self.manifest().get("implementation-vendor-id")?;
        let name = dotted(self.manifest().symbolic_name()?);
        let is_end = name.strip_suffix(&dotted(id)).is_some_and(|rest| rest.ends_with('.'));
        (is_end && !id.contains('.') && is_group(id)).then_some(id)
    }

    /// Archives packed by Ant or Maven 1, which writes `Package`, stand in the Maven repository
    /// under a group that is called like the artifact: `commons-logging:commons-logging`.
    fn is_older_than_maven_2(&self) -> bool {
        ["ant-version", "package"].iter().any(|name| self.manifest().get(name).is_some())
    }

    /// Whether it is one of the many old artifacts of Apache Commons; their packages show the group
    /// used since Maven 2.
    fn is_old_commons(&self, artifact: &str) -> bool {
        let package = self.manifest().versioned_package();
        let word = package.as_deref().and_then(|name| name.strip_prefix("org.apache.commons."));
        self.is_older_than_maven_2() && word.is_some() && word == artifact.strip_prefix("commons-")
    }

    /// `group#artifact;version`, as Ivy writes a module and Gradle plug-ins copy it.
    fn titled_group(&self) -> Option<String> {
        let (group, rest) = self.manifest().get("implementation-title")?.split_once('#')?;
        rest.contains(';').then(|| group.to_owned())
    }

    /// The manifest; an empty one for an archive without.
    fn manifest(&self) -> &Manifest {
        static NONE: Manifest = Manifest::new();
        self.manifest.as_ref().unwrap_or(&NONE)
    }

    fn licenses(&self) -> Vec<String> {
        self.manifest().get("bundle-license").map(licenses::of_bundle).unwrap_or_default()
    }
}

impl MavenFolder {
    /// Group and artifact stand in `pom.properties`, else in `pom.xml`, else they are the folder's
    /// own names: `META-INF/maven/GROUP/ARTIFACT`.
    fn identity(&self, path: &str) -> Option<Identity> {
        let empty = (PomProperties::default(), Pom::default());
        let properties = self.properties.as_ref().unwrap_or(&empty.0);
        let pom = self.pom.as_ref().unwrap_or(&empty.1);
        let folder = path
            .rsplit_once("META-INF/maven/")
            .and_then(|(_, names)| names.split_once('/'))
            .filter(|(_, artifact)| !artifact.contains('/'));
        let group = properties.group.as_deref().or(pom.group.as_deref());
        let artifact = properties.artifact.as_deref().or(pom.artifact.as_deref());
        let version = properties.version.as_deref().or(pom.version.as_deref());
        Some(Identity {
            group: group.or(folder.map(|(group, _)| group))?.to_owned(),
            artifact: artifact.or(folder.map(|(_, artifact)| artifact))?.to_owned(),
            version: version.unwrap_or_default().to_owned(),
            licenses: pom.licenses.iter().map(|name| licenses::normalize(name)).collect(),
            guessed: None,
        })
    }
}

/// The group of `artifact` when `name` names both: a bundle, a Java package. Where nothing shows
/// where the group ends, it is the whole.
fn group_of(name: &str, artifact: &str) -> String {
    if let Some(group) = group_before(name, artifact) {
        return group;
    }
    // Eclipse names an artifact by its whole bundle name: org.eclipse.sisu:org.eclipse.sisu.inject.
    match name.rsplit_once('.') {
        Some((group, _)) if name == artifact => group.to_owned(),
        _ => name.to_owned(),
    }
}

/// The Maven bundle plug-in names a bundle `group.artifact`, and leaves out the words at the end
/// of the group that the artifact repeats: `org.apache.maven` and `maven-core` make
/// `org.apache.maven.core`. An artifact of one word does not show where the group ends.
fn group_before(name: &str, artifact: &str) -> Option<String> {
    if !artifact.contains('-') {
        return None;
    }
    // Module names have no hyphens (Java Language Specification 21, 3.8).
    let whole = artifact.replace('_', "-");
    if let Some(group) = before(&name.replace('_', "-"), &whole) {
        return name.get(..group).map(str::to_owned);
    }
    let (name_in_dots, artifact) = (dotted(name), dotted(artifact));
    let mut end = artifact.as_str();
    while let Some((_, later)) = end.split_once('.') {
        end = later;
        if let Some(group) = before(&name_in_dots, end) {
            return name.get(..group).map(str::to_owned);
        }
    }
    None
}

/// Whether both begin with the same word. A group does not: it begins with a domain, and a module
/// `spring.boot.actuator` of an artifact `spring-boot-actuator` shows none.
fn begins_alike(group: &str, artifact: &str) -> bool {
    let first = |name: &str| dotted(name).split('.').next().map(str::to_owned);
    first(group) == first(artifact)
}

/// Bytes of the group in front of `.end`, when it has two words or more.
fn before(name: &str, end: &str) -> Option<usize> {
    let group = name.strip_suffix(end)?.strip_suffix('.')?;
    group.contains('.').then_some(group.len())
}

/// The same length, with every separator a dot.
fn dotted(name: &str) -> String {
    name.replace(['-', '_'], ".")
}

/// Whether the text may be a group in Maven coordinates.
fn is_group(text: &str) -> bool {
    let is_permitted = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !text.is_empty() && text.chars().all(is_permitted) && !text.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clues(manifest: &str) -> Clues {
        Clues { manifest: Some(Manifest::parse(manifest.as_bytes())), ..Clues::default() }
    }

    fn guess(manifest: &str, path: &str) -> Option<String> {
        let found = clues(manifest).identify(path).pop()?;
        assert!(found.guessed.is_some());
        Some(format!("{}:{}:{}", found.group, found.artifact, found.version))
    }

    #[test]
    fn a_bundle_name_holds_group_and_artifact() {
        for (bundle, path, group) in [
            ("org.apache.commons.lang3", "commons-lang3-3.12.jar", "org.apache.commons"),
            ("org.apache.commons.commons-text", "commons-text-1.jar", "org.apache.commons"),
            ("org.a.log4j.slf4j-impl", "log4j-slf4j-impl-2.jar", "org.a.log4j"),
            ("org.my-plugins.a.core", "a-core-2.jar", "org.my-plugins.a"),
            ("com.acme.tool", "tool-1.jar", "com.acme.tool"),
            ("com.acme.tool;singleton:=true", "com.acme.tool-1.jar", "com.acme"),
        ] {
            let found = clues(&format!("Bundle-SymbolicName: {bundle}")).identify(path);
            assert_eq!(found.first().map(|found| found.group.as_str()), Some(group), "{bundle}");
        }
    }

    #[test]
    fn a_renamed_archive_is_known_by_its_manifest() {
        let codec = "Bundle-SymbolicName: org.apache.commons.codec\n\
                     Implementation-Vendor-Id: commons-codec\nImplementation-Version: 1.11\n";
        assert_eq!(guess(codec, "lib.jar").as_deref(), Some("commons-codec:commons-codec:1.11"));
        let titled = "Group-Id: org.a\nImplementation-Title: a-core\nPlugin-Version: 2\n";
        assert_eq!(guess(titled, "x.jar").as_deref(), Some("org.a:a-core:2"));
    }

    #[test]
    fn an_old_archive_is_its_own_group() {
        let ant = "Ant-Version: Apache Ant 1.5.3\nImplementation-Vendor-Id: org.apache\n";
        assert_eq!(guess(ant, "a-io-1.0.jar").as_deref(), Some("a-io:a-io:1.0"));
        let commons = format!("{ant}\nName: org/apache/commons/io\nImplementation-Version: 1.0\n");
        assert_eq!(
            guess(&commons, "commons-io-1.0.jar").as_deref(),
            Some("commons-io:commons-io:1.0")
        );
        assert_eq!(
            guess(&commons, "commons-io2-1.0.jar").as_deref(),
            Some("org.apache.commons.io:commons-io2:1.0")
        );
    }

    #[test]
    fn what_everyone_uses_is_known_by_its_name() {
        let module = "Automatic-Module-Name: spring.boot.actuator\n";
        assert_eq!(
            guess(module, "spring-boot-actuator-2.7.18.jar").as_deref(),
            Some("org.springframework.boot:spring-boot-actuator:2.7.18")
        );
        assert_eq!(
            guess("", "lib/main/org.postgresql.postgresql-42.5.0.jar").as_deref(),
            Some("org.postgresql:postgresql:42.5.0")
        );
        let bundle = "Bundle-SymbolicName: org.apache.tomcat-catalina\n\
                      Implementation-Version: 9.0.83\n";
        let catalina = Some("org.apache.tomcat:tomcat-catalina:9.0.83");
        assert_eq!(guess(bundle, "lib/catalina.jar").as_deref(), catalina);
        assert_eq!(guess(bundle, "tomcat-catalina-9.0.83.jar").as_deref(), catalina);
    }

    #[test]
    fn one_that_is_merged_of_others_is_itself_too() {
        let mut clues = clues("");
        let folder = |properties| MavenFolder { properties: Some(properties), pom: None };
        let shaded = PomProperties::parse(b"groupId=g\nartifactId=other\nversion=1");
        clues.maven.insert("META-INF/maven/g/other".into(), folder(shaded));
        let found = clues.identify("spring-core-5.3.1.jar");
        assert_eq!(found.len(), 2);
        assert_eq!(found.get(1).map(|it| it.group.as_str()), Some("org.springframework"));
        assert_eq!(clues.identify("unknown-5.3.1.jar").len(), 1);
    }

    #[test]
    fn a_scala_version_is_no_part_of_what_the_bundle_names() {
        let xml = "Bundle-SymbolicName: org.scala-lang.modules.scala-xml\n";
        assert_eq!(
            guess(xml, "scala-xml_2.12-2.1.0.jar").as_deref(),
            Some("org.scala-lang.modules:scala-xml_2.12:2.1.0")
        );
    }

    #[test]
    fn classes_and_names_are_the_last_resort() {
        let mut clues = clues("");
        clues.classes.add(b"org/acme/web/A.class");
        let found = clues.identify("acme-web-1.0.jar").pop().expect("a guess");
        assert_eq!((found.group.as_str(), found.version.as_str()), ("org.acme", "1.0"));
        assert_eq!(guess("", "tool-1.0.jar").as_deref(), Some("tool:tool:1.0"));
        assert_eq!(guess("", "tool.jar"), None);
    }

    #[test]
    fn maven_metadata_leaves_nothing_to_guess() {
        let mut clues = clues("Bundle-SymbolicName: x.y\nBundle-License: MIT\n");
        let own = PomProperties::parse(b"groupId=g\nartifactId=own\nversion=1");
        let folder = |properties| MavenFolder { properties: Some(properties), pom: None };
        clues.maven.insert("META-INF/maven/g/own".into(), folder(own));
        let shaded = PomProperties::parse(b"artifactId=other\n");
        clues.maven.insert("META-INF/maven/h/other".into(), folder(shaded));
        let found = clues.identify("own-1.jar");
        assert_eq!(found.len(), 2);
        let own = found.first().expect("two");
        assert_eq!((own.artifact.as_str(), own.licenses.as_slice()), ("own", &["MIT".into()][..]));
        let other = found.get(1).expect("two");
        assert_eq!((other.group.as_str(), other.version.as_str()), ("h", ""));
        assert!(other.licenses.is_empty() && other.guessed.is_none());
    }
}

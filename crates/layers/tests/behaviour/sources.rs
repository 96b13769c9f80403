//! Where images lie, and which of them is meant.

use std::fs;
use std::path::{Path, PathBuf};

use sealift_layers::{
    Coding, Error, Image, ImageSource, Limits, ReadOptions, Selector, SourceKind, SourceProblem,
    read_image,
};
use sealift_model::{Descriptor, Digest, Impact, Platform};
use serde_json::{Value, json};

use crate::support::{INDEX, LayerOf, Layout, MANIFEST, Tar, Texts, gzip, zstd};

fn selector(text: &str) -> Selector {
    text.parse().unwrap()
}

fn first_text(source: &ImageSource, root: &Descriptor) -> String {
    let limits = Limits::default();
    let image = Image::open(source, root, None, &limits).unwrap();
    let tree = read_image(source, &image, &Texts::of(&["*"]), &ReadOptions::new(&limits)).unwrap();
    tree.files[0].facts.to_string()
}

fn write(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("archive.tar");
    fs::write(&path, bytes).unwrap();
    path
}

/// A tar archive of a layout.
fn archived(layout: &Layout) -> Tar {
    layout.source();
    let folder = layout.folder.path();
    let mut tar = Tar::new();
    for name in ["oci-layout", "index.json"] {
        let content = fs::read(folder.join(name)).unwrap();
        tar = tar.entry(b'0', name.as_bytes(), b"", &content);
    }
    for blob in fs::read_dir(folder.join("blobs/sha256")).unwrap() {
        let blob = blob.unwrap();
        let name = format!("./blobs/sha256/{}", blob.file_name().to_str().unwrap());
        tar = tar.entry(b'0', name.as_bytes(), b"", &fs::read(blob.path()).unwrap());
    }
    tar
}

fn two_images() -> (Layout, Descriptor, Descriptor) {
    let mut layout = Layout::new();
    let one = layout.image(&[layout.gzip(&Tar::new().file("f", "one").end())]);
    let two = layout.image(&[layout.gzip(&Tar::new().file("f", "two").end())]);
    layout.tag("1.0", &one);
    layout.tag("2.0", &two);
    (layout, one, two)
}

#[test]
fn a_layout_as_folder_and_as_archive() {
    let (layout, one, two) = two_images();
    let path = write(layout.folder.path(), &archived(&layout).end());
    let archive = ImageSource::open_archive(&path, &Limits::default()).unwrap();
    assert_eq!(
        (layout.source().kind(), archive.kind()),
        (SourceKind::Layout, SourceKind::OciArchive)
    );
    for source in [layout.source(), archive] {
        assert_eq!(source.select(Some(&selector("1.0"))).unwrap().digest, one.digest);
        let asked = selector(&format!("@{}", two.digest));
        assert_eq!(first_text(&source, &source.select(Some(&asked)).unwrap()), "two");
        let result = source.select(None).unwrap_err();
        assert_eq!(result.to_string(), "choose one of the images: 1.0, 2.0");
        let result = source.select(Some(&selector("3.0"))).unwrap_err();
        assert_eq!(result.to_string(), "no image `3.0` (there are: 1.0, 2.0)");
        let absent = selector(&format!("@{}", Digest::sha256_of(b"absent")));
        assert!(matches!(source.select(Some(&absent)), Err(Error::NoSuchImage { .. })));
    }
}

/// `docker buildx build --output type=oci` and others list platforms in `index.json` itself.
#[test]
fn platforms_side_by_side_are_chosen_as_from_an_index() {
    let mut layout = Layout::new();
    let layer = |text: &str| layout.plain(&Tar::new().file("a", text).end());
    let layers = ["arm", "amd", "proof"].map(layer);
    let [mut arm, mut amd, mut proof] = layers.map(|layer| layout.image(&[layer]));
    arm.platform = Some(Platform::new("linux", "arm64"));
    amd.platform = Some(Platform::new("linux", "amd64"));
    proof.platform = Some(Platform::new("unknown", "unknown"));
    for root in [&arm, &amd, &proof] {
        layout.untagged(root);
    }
    let source = layout.source();
    let select = |platform: Option<&str>| {
        let platform: Option<Platform> = platform.map(|text| text.parse().unwrap());
        source.select_for(None, platform.as_ref())
    };
    assert_eq!(select(Some("linux/arm64")).unwrap().digest, arm.digest);
    assert_eq!(select(None).unwrap().digest, amd.digest);
    let told = select(Some("linux/s390x")).unwrap_err().to_string();
    assert_eq!(told, "no image for linux/s390x (there are: linux/arm64, linux/amd64)");
    let told = source.select(None).unwrap_err().to_string();
    assert_eq!(told, format!("choose one of the images: @{}, @{}", arm.digest, amd.digest));

    // Images of different names are different images.
    layout.tag("1.0", &amd);
    let told = layout.source().select_for(None, None).unwrap_err();
    assert!(matches!(told, Error::Ambiguous { .. }), "{told}");
}

#[test]
fn one_image_needs_no_name_however_many_it_has() {
    let mut layout = Layout::new();
    let image = layout.image(&[]);
    layout.tag("docker.io/library/nginx:1", &image);
    layout.tag("1", &image);
    let source = layout.source();
    assert_eq!(source.select(None).unwrap().digest, image.digest);
    for name in ["docker.io/library/nginx:1", "nginx:1", "1"] {
        assert!(source.select(Some(&selector(name))).is_ok(), "{name}");
    }
    for name in ["nginx", "2", "other/nginx:1"] {
        assert!(source.select(Some(&selector(name))).is_err(), "{name}");
    }
}

#[test]
fn folders_and_files_that_hold_no_image() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits::default();
    let absent = ImageSource::open_layout(&folder.path().join("absent"), &limits);
    assert!(matches!(absent, Err(Error::File { .. })));
    let problem = |result: Result<ImageSource, Error>| match result {
        Err(Error::NoImage { problem, .. }) => problem,
        other => panic!("{other:?}"),
    };
    let empty = ImageSource::open_layout(folder.path(), &limits);
    assert_eq!(problem(empty), SourceProblem::NoLayout("oci-layout"));
    fs::write(folder.path().join("oci-layout"), r#"{"imageLayoutVersion":"2.0.0"}"#).unwrap();
    fs::write(folder.path().join("index.json"), "{}").unwrap();
    let newer = ImageSource::open_layout(folder.path(), &limits);
    assert_eq!(problem(newer), SourceProblem::LayoutVersion("2.0.0".to_owned()));

    let tar = Tar::new().file("etc/passwd", "root").end();
    let open = |bytes: &[u8]| ImageSource::open_archive(&write(folder.path(), bytes), &limits);
    assert_eq!(problem(open(&tar)), SourceProblem::NoManifest);
    assert_eq!(problem(open(b"")), SourceProblem::NoManifest);
    assert_eq!(problem(open(&gzip(&tar))), SourceProblem::Compressed(Coding::Gzip));
    assert_eq!(problem(open(&zstd(&tar))), SourceProblem::Compressed(Coding::Zstd));
    assert!(matches!(problem(open(&tar[..514])), SourceProblem::Archive(_)));
    assert!(matches!(problem(open(&[b'x'; 700])), SourceProblem::Archive(_)));
    let folder_as_file = ImageSource::open_archive(folder.path(), &limits);
    assert!(matches!(folder_as_file, Err(Error::File { .. })));
}

fn config(diff_ids: &[Digest]) -> String {
    json!({"architecture": "amd64", "os": "linux",
           "rootfs": {"type": "layers", "diff_ids": diff_ids}})
    .to_string()
}

fn saved(config: &str, tags: &[&str], layers: &[&str]) -> Value {
    json!([{"Config": config, "RepoTags": tags, "Layers": layers}])
}

#[test]
fn docker_archives_of_all_forms() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits::default();
    let layer = Tar::new().file("f", "text").end();
    let diff_id = Digest::sha256_of(&layer);
    let config = config(&[diff_id.clone(), diff_id]);
    let id = Digest::sha256_of(config.as_bytes()).hex();
    let old = Tar::new()
        .entry(b'0', b"aa/layer.tar", b"", &layer)
        .symlink("bb/layer.tar", "../aa/layer.tar")
        .file(&format!("{id}.json"), &config)
        .file(
            "manifest.json",
            &saved(&format!("{id}.json"), &["a/b:1", "a/c:2"], &["aa/layer.tar", "bb/layer.tar"])
                .to_string(),
        );
    let compressed = gzip(&layer);
    let blob = format!("blobs/sha256/{}", Digest::sha256_of(&compressed).hex());
    let config_blob = format!("blobs/sha256/{id}");
    let new =
        Tar::new().entry(b'0', blob.as_bytes(), b"", &compressed).file(&config_blob, &config).file(
            "manifest.json",
            &saved(&config_blob, &["a/b:1", "a/c:2"], &[&blob, &blob]).to_string(),
        );
    let bazel = Tar::new()
        .entry(b'0', b"layer.tar.gz", b"", &compressed)
        .hardlink("again.tar.gz", "layer.tar.gz")
        .file("config.json", &config)
        .file(
            "manifest.json",
            &saved("config.json", &["a/b:1", "a/c:2"], &["layer.tar.gz", "again.tar.gz"])
                .to_string(),
        );
    for tar in [old, new, bazel] {
        let path = write(folder.path(), &tar.end());
        let source = ImageSource::open_archive(&path, &limits).unwrap();
        assert_eq!(source.kind(), SourceKind::DockerArchive);
        let root = source.select(None).unwrap();
        assert_eq!(source.full_names(&root.digest), ["a/b:1", "a/c:2"]);
        assert!(source.select(Some(&selector("docker.io/a/c:2"))).is_ok());
        assert_eq!(first_text(&source, &root), "text");
        let image = Image::open(&source, &root, None, &limits).unwrap();
        assert_eq!((image.id().hex(), image.layers.len()), (id.clone(), 2));
    }
}

#[test]
fn docker_archives_that_are_not_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let layer = Tar::new().file("f", "text").end();
    let open = |config_name: &str, config: &str, layers: &[&str], content: &[u8]| {
        let tar = Tar::new()
            .file(config_name, config)
            .entry(b'0', b"layer.tar", b"", content)
            .file("manifest.json", &saved(config_name, &[], layers).to_string());
        let limits = Limits::default();
        let source = ImageSource::open_archive(&write(folder.path(), &tar.end()), &limits)?;
        let image = Image::open(&source, &source.select(None)?, None, &limits)?;
        read_image(&source, &image, &Texts::of(&["*"]), &ReadOptions::new(&limits)).map(drop)
    };
    let good = config(&[Digest::sha256_of(&layer)]);
    assert!(open("config.json", &good, &["layer.tar"], &layer).is_ok());
    // A config whose name is another's digest.
    let name = format!("{}.json", Digest::sha256_of(b"another").hex());
    let result = open(&name, &good, &["layer.tar"], &layer);
    assert!(matches!(result, Err(Error::BlobDigest { .. })));
    // Another layer than the config names.
    let other = Tar::new().file("f", "other").end();
    let result = open("config.json", &good, &["layer.tar"], &other);
    assert!(matches!(result, Err(Error::BlobDigest { .. })), "{result:?}");
    let result = open("config.json", &good, &["layer.tar"], &gzip(&other));
    assert!(matches!(result, Err(Error::DiffId { .. })), "{result:?}");
    let result = open("config.json", &good, &[], &layer);
    assert!(matches!(result, Err(Error::LayerCount { .. })));
    let result = open("config.json", &good, &["absent.tar"], &layer);
    assert!(matches!(
        result,
        Err(Error::NoImage { problem: SourceProblem::LacksFile(file), .. }) if file == "absent.tar"
    ));
    let result = open("config.json", "[]", &["layer.tar"], &layer);
    assert!(matches!(result, Err(Error::Document { .. })));
}

/// Docker's own store and Podman load what `manifest.json` names, containerd what `index.json` does.
#[test]
fn an_archive_of_both_forms_must_be_one_image_for_all_readers() {
    let folder = tempfile::tempdir().unwrap();
    let mut layout = Layout::new();
    let image = |text: &str| {
        let layers = [layout.plain(&Tar::new().file("f", text).end())];
        let config = layout.json("c", &layout.config(&layers)).digest.hex();
        (layout.image(&layers), format!("blobs/sha256/{config}"))
    };
    let ((one, one_config), (two, two_config)) = (image("one"), image("two"));
    let platforms = index(&layout, &["linux/amd64", "linux/arm64"]);
    layout.tag("a/b:1", &one);
    layout.tag("a/b:all", &platforms);
    let open = |layout: &Layout, manifest: &Value| {
        let path = write(
            folder.path(),
            &archived(layout).file("manifest.json", &manifest.to_string()).end(),
        );
        ImageSource::open_archive(&path, &Limits::default())
    };
    let same = saved(&one_config, &["a/b:1"], &[]);
    assert_eq!(open(&layout, &same).unwrap().kind(), SourceKind::OciArchive);
    assert!(open(&layout, &saved(&one_config, &[], &[])).is_ok());
    assert!(open(&layout, &json!([])).is_ok());
    let differs = |layout: &Layout, manifest: &Value| match open(layout, manifest) {
        Err(Error::NoImage { problem: SourceProblem::ManifestsDiffer(config), .. }) => config.hex(),
        other => panic!("{other:?}"),
    };
    let other = saved(&two_config, &["a/b:1"], &[]);
    assert!(two_config.ends_with(&differs(&layout, &other)));
    assert!(two_config.ends_with(&differs(&layout, &saved(&two_config, &[], &[]))));
    // Listed, but under another name.
    layout.tag("a/b:2", &two);
    assert!(two_config.ends_with(&differs(&layout, &other)));
    assert!(open(&layout, &saved(&two_config, &["a/b:2"], &[])).is_ok());
    // As an attestation it is no image for those who go by the index.
    let mut hidden = two;
    hidden.platform = Some(Platform::new("unknown", "unknown"));
    layout.roots.truncate(2);
    layout.untagged(&hidden);
    assert!(two_config.ends_with(&differs(&layout, &saved(&two_config, &[], &[]))));
    // What cannot be read is not passed over.
    let lower = json!([{"config": two_config, "layers": []}]);
    assert!(matches!(open(&layout, &lower), Err(Error::Document { .. })));
}

/// An index of images whose only file has the name of its platform as text.
fn index(layout: &Layout, platforms: &[&str]) -> Descriptor {
    let mut manifests = Vec::new();
    for name in platforms {
        let platform: Platform = name.parse().unwrap();
        let layers = [layout.gzip(&Tar::new().file("f", name).end())];
        let mut config = layout.config(&layers);
        config["os"] = json!(platform.os);
        config["architecture"] = json!(platform.architecture);
        config["variant"] = json!(platform.variant);
        let mut manifest = layout
            .json("application/vnd.oci.image.manifest.v1+json", &layout.manifest(&config, &layers));
        manifest.platform = Some(platform);
        manifests.push(manifest);
    }
    let attestation = layout.image(&[layout.plain(b"")]);
    let mut attestation = serde_json::to_value(attestation).unwrap();
    attestation["platform"] = json!({"os": "unknown", "architecture": "unknown"});
    attestation["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
    let mut all = vec![attestation];
    all.extend(manifests.iter().map(|manifest| serde_json::to_value(manifest).unwrap()));
    layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": all}))
}

#[test]
fn the_platform_of_an_index() {
    let layout = Layout::new();
    let source = layout.source();
    let limits = Limits::default();
    let all = index(&layout, &["linux/arm64/v8", "linux/amd64", "linux/arm/v7", "windows/amd64"]);
    let open = |root: &Descriptor, asked: Option<&str>| {
        let asked: Option<Platform> = asked.map(|asked| asked.parse().unwrap());
        let image = Image::open(&source, root, asked.as_ref(), &limits)?;
        assert_eq!(image.index.as_ref(), Some(&root.digest));
        Ok::<_, Error>(image.config.platform().unwrap().to_string())
    };
    assert_eq!(open(&all, None).unwrap(), "linux/amd64");
    assert_eq!(open(&all, Some("linux/arm64")).unwrap(), "linux/arm64/v8");
    assert_eq!(open(&all, Some("linux/arm64/v8")).unwrap(), "linux/arm64/v8");
    assert_eq!(open(&all, Some("linux/arm")).unwrap(), "linux/arm/v7");
    assert_eq!(
        open(&all, Some("linux/s390x")).unwrap_err().to_string(),
        "no image for linux/s390x (there are: linux/amd64, linux/arm/v7, linux/arm64/v8, \
         windows/amd64)"
    );
    // The only image there is, attestations aside.
    assert_eq!(open(&index(&layout, &["linux/riscv64"]), None).unwrap(), "linux/riscv64");
    let several = index(&layout, &["linux/riscv64", "linux/s390x"]);
    assert!(matches!(open(&several, None), Err(Error::NoPlatform { asked: None, .. })));
    // An index in an index.
    let nested = layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": [several, all]}));
    assert_eq!(open(&nested, None).unwrap(), "linux/amd64");
    assert_eq!(open(&nested, Some("linux/s390x")).unwrap(), "linux/s390x");
}

/// An index with one image for each of those entries; their files have their numbers as text.
fn entries(layout: &Layout, entries: &[Value]) -> Vec<Value> {
    let entry = |(number, entry): (usize, &Value)| {
        let text = number.to_string();
        let layers = [layout.plain(&Tar::new().file("f", &text).end())];
        let mut config = layout.config(&layers);
        config["os"] = entry["platform"]["os"].clone();
        let image = layout.json(MANIFEST, &layout.manifest(&config, &layers));
        let mut image = serde_json::to_value(image).unwrap();
        image.as_object_mut().unwrap().extend(entry.as_object().unwrap().clone());
        image
    };
    entries.iter().enumerate().map(entry).collect()
}

fn index_of(layout: &Layout, entries: &[Value]) -> Descriptor {
    layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": entries}))
}

/// containerd compares platforms after it has brought them to their usual form.
#[test]
fn the_platform_is_compared_as_engines_do() {
    let layout = Layout::new();
    let source = layout.source();
    let platform = |os: &str, architecture: &str, variant: &str| json!({"platform": {"os": os, "architecture": architecture, "variant": variant}});
    let first = |asked: Option<&str>, others: &[Value]| {
        let root = index_of(&layout, &entries(&layout, others));
        let asked = asked.map(|asked| asked.parse::<Platform>().unwrap());
        let limits = Limits::default();
        let image = Image::open(&source, &root, asked.as_ref(), &limits).unwrap();
        let text = first_text(&source, &image.manifest);
        (text, image.diagnostics.iter().map(|odd| odd.impact).collect::<Vec<_>>())
    };
    let usual = platform("linux", "amd64", "");
    for (os, architecture, variant) in [
        ("linux", "x86_64", ""),
        ("linux", "X86-64", "v1"),
        ("Linux", "AMD64", "V1"),
        ("", "amd64", ""),
    ] {
        let (text, odd) = first(None, &[platform(os, architecture, variant), usual.clone()]);
        assert_eq!((text.as_str(), odd), ("0", vec![Impact::Incomplete]), "{os}/{architecture}");
    }
    // An exact match takes precedence over a possible one.
    let (text, odd) = first(None, &[platform("linux", "amd64", "v3"), usual.clone()]);
    assert_eq!((text.as_str(), odd), ("1", vec![]));
    // The annotation of an attestation hides nothing.
    let mut annotated = usual.clone();
    annotated["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
    let (text, odd) = first(None, &[annotated, usual.clone()]);
    assert_eq!((text.as_str(), odd), ("0", vec![Impact::Incomplete]));
    // Several of Windows are for several versions of it.
    let windows = platform("windows", "x86_64", "");
    let (text, odd) = first(Some("windows/amd64"), &[windows.clone(), usual, windows]);
    assert_eq!((text.as_str(), odd), ("0", vec![Impact::Note]));
}

#[test]
fn one_image_in_two_compressions_is_no_contradiction() {
    let layout = Layout::new();
    let tar = Tar::new().file("f", "0").end();
    let platform = json!({"os": "linux", "architecture": "amd64"});
    let entry = |layer: LayerOf, text: &str| {
        let mut config = layout.config(std::slice::from_ref(&layer));
        config["author"] = json!(text);
        let image = layout.json(MANIFEST, &layout.manifest(&config, &[layer]));
        let mut image = serde_json::to_value(image).unwrap();
        image["platform"] = platform.clone();
        image
    };
    let plain = entry(layout.plain(&tar), "a");
    let packed = entry(layout.gzip(&tar), "a");
    let other = entry(layout.gzip(&tar), "b");
    let mut missing = packed.clone();
    missing["digest"] = json!(Digest::sha256_of(b"missing").to_string());
    let source = layout.source();
    for (entries, odd) in [
        (vec![&plain, &packed], vec![]),
        (vec![&plain, &packed, &other], vec![Impact::Incomplete]),
        (vec![&plain, &missing], vec![Impact::Incomplete]),
        (std::iter::once(&plain).chain([&packed; 9]).collect(), vec![Impact::Incomplete]),
    ] {
        let entries: Vec<Value> = entries.into_iter().cloned().collect();
        let root = index_of(&layout, &entries);
        let image = Image::open(&source, &root, None, &Limits::default()).unwrap();
        assert_eq!(image.manifest.digest.to_string(), plain["digest"].as_str().unwrap());
        let found: Vec<_> = image.diagnostics.iter().map(|odd| odd.impact).collect();
        assert_eq!(found, odd, "{}", entries.len());
    }
}

/// containerd descends into an index in an index after all that says its platform.
#[test]
fn an_index_in_an_index_comes_after_what_names_the_platform() {
    let layout = Layout::new();
    let amd64 = json!({"platform": {"os": "linux", "architecture": "amd64"}});
    let [inner, outer] = entries(&layout, &[amd64.clone(), amd64]).try_into().unwrap();
    let inner = serde_json::to_value(index_of(&layout, &[inner])).unwrap();
    let root = index_of(&layout, &[inner, outer]);
    let source = layout.source();
    let image = Image::open(&source, &root, None, &Limits::default()).unwrap();
    assert_eq!(first_text(&source, &image.manifest), "1");
    assert_eq!(image.diagnostics[0].impact, Impact::Incomplete);
}

#[test]
fn a_digest_in_a_nested_index() {
    let mut layout = Layout::new();
    let index = index(&layout, &["linux/arm64", "linux/amd64"]);
    let nested = layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": [index]}));
    layout.tag("all", &nested);
    let source = layout.source();
    let asked = Platform::new("linux", "arm64");
    let image = Image::open(&source, &nested, Some(&asked), &Limits::default()).unwrap();
    let found = source.select(Some(&Selector::Digest(image.manifest.digest.clone()))).unwrap();
    assert_eq!(first_text(&source, &found), "linux/arm64");
}

#[test]
fn a_platform_that_only_the_config_names() {
    let layout = Layout::new();
    let (mut manifests, source) = (Vec::new(), layout.source());
    for architecture in ["s390x", "amd64"] {
        let mut config = layout.config(&[]);
        config["architecture"] = json!(architecture);
        manifests.push(
            layout
                .json("application/vnd.oci.image.manifest.v1+json", &layout.manifest(&config, &[])),
        );
    }
    let index = layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": manifests}));
    let image = Image::open(&source, &index, None, &Limits::default()).unwrap();
    assert_eq!(image.config.architecture, "amd64");
}

#[test]
fn what_the_config_says() {
    let layout = Layout::new();
    let layer = layout.plain(&Tar::new().end());
    let mut config = layout.config(std::slice::from_ref(&layer));
    config["created"] = json!("2024-02-29T12:00:00.5+01:00");
    config["history"] = json!([
        {"created_by": "ENV x", "empty_layer": true},
        {"created_by": "COPY f", "comment": "buildkit"}]);
    config["other"] = json!({"kept": "as it is"});
    let manifest = layout.manifest(&config, &[layer]);
    let root = layout.json("application/vnd.oci.image.manifest.v1+json", &manifest);
    let image = Image::open(&layout.source(), &root, None, &Limits::default()).unwrap();
    assert_eq!(image.config.created.unwrap().to_string(), "2024-02-29T11:00:00.5Z");
    assert_eq!(image.layers[0].created_by.as_deref(), Some("COPY f"));
    assert!(image.config.history[0].empty_layer);
    assert_eq!(image.config.json, config.to_string().into_bytes());
    assert_eq!(image.id(), &Digest::sha256_of(config.to_string().as_bytes()));
    assert_eq!(image.index, None);
}

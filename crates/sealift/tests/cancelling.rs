//! Whoever looks on may end what takes its time; nothing half-done is left of it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "another suite needs indexes, too")]
#[path = "bases/image.rs"]
mod image;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use sealift::policy::{Gate, Policy, Suppressions};
use sealift::verify::{Attachment, Policy as Signers, SignedImage, TrustedRoot, Verifier};
use sealift::verify::{VerifyError, VerifyOptions};
use sealift::{
    Cancel, Database, Error, LayerCache, NoProgress, Observer, Progress, ScanOptions, Scanner,
    Target, Timestamp,
};
use serde_json::json;

const LAYER_BYTES: usize = 64 << 20;
/// How often it is asked, far from the end of that layer, before somebody has had enough; and how
/// often it may be asked after.
const PATIENCE: u64 = 20;
const MORE: u64 = 10;

/// Ends it when a layer has begun, and so many questions later.
#[derive(Default)]
struct EndsEarly {
    has_begun: AtomicBool,
    asked: AtomicU64,
    patience: u64,
}

impl EndsEarly {
    fn after(patience: u64) -> Self {
        Self { patience, ..Self::default() }
    }
}

impl Observer for EndsEarly {
    fn progress(&self, progress: Progress) {
        if let Progress::LayerStarted { .. } = progress {
            self.has_begun.store(true, Ordering::Relaxed);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
            && self.asked.fetch_add(1, Ordering::Relaxed) >= self.patience
    }
}

fn example() -> Target {
    Target::image_layout(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/image"), Some("demo"))
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_770_000_000).unwrap()
}

#[test]
fn within_one_large_layer() {
    let folder = tempfile::tempdir().unwrap();
    let content = "x".repeat(LAYER_BYTES);
    image::write(folder.path(), &[&[("srv/large", &content)]], &json!([]));
    let target = Target::image_layout(folder.path(), None);
    for threads in [1, 2] {
        let mut options = ScanOptions::default();
        options.threads = NonZeroUsize::new(threads).unwrap();
        let early = EndsEarly::after(PATIENCE);
        let scan = Scanner::without_database().scan(&target, &options, &early);
        assert!(matches!(scan, Err(Error::Cancelled)), "{scan:?}");
        let asked = early.asked.load(Ordering::Relaxed);
        assert!((PATIENCE..PATIENCE + MORE).contains(&asked), "{asked} questions were asked");
    }
}

#[test]
fn before_anything_is_read() {
    let cancel = Cancel::default();
    cancel.cancel();
    let folder = Target::Rootfs(env!("CARGO_MANIFEST_DIR").into());
    for target in [example(), folder, Target::Sbom("none.json".into())] {
        let scan = Scanner::without_database().scan(&target, &ScanOptions::default(), &cancel);
        assert!(matches!(scan, Err(Error::Cancelled)), "{scan:?}");
    }
}

#[test]
fn between_reading_and_matching() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("advisories.db");
    let advisories = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/advisories");
    Database::build(advisories.as_ref(), &database, &sealift::BuildOptions::new(now())).unwrap();
    let scanner = Scanner::new(Database::open(&database).unwrap());
    let options = ScanOptions::default();
    let cancel = Cancel::default();
    let contents = Scanner::read(&example(), &options, &cancel).unwrap();
    cancel.cancel();
    let judged = scanner.judge(contents, &options, &cancel);
    assert!(matches!(judged, Err(Error::Cancelled)), "{judged:?}");
}

#[test]
fn a_cache_keeps_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(LayerCache::new(folder.path().join("layers"), SystemTime::UNIX_EPOCH));
    let mut options = ScanOptions::default();
    options.cache = Some(Arc::clone(&cache));
    options.threads = NonZeroUsize::MIN;
    let scanner = Scanner::without_database();
    let scan = scanner.scan(&example(), &options, &EndsEarly::default());
    assert!(matches!(scan, Err(Error::Cancelled)), "{scan:?}");
    assert!(cache.size().is_err() || cache.size().unwrap().entries == 0);
    let whole = scanner.scan(&example(), &options, &NoProgress).unwrap();
    let fresh = scanner.scan(&example(), &ScanOptions::default(), &NoProgress).unwrap();
    assert_eq!(whole.inventory, fresh.inventory);
}

#[test]
fn verifying_and_deciding_end_too() {
    let cancel = Cancel::default();
    cancel.cancel();
    let verifier = Verifier::new(TrustedRoot::default(), Signers::keys([]));
    for verified in [
        verifier.verify_image(&example(), &[], now(), &cancel),
        verifier.verify_attestation(&example(), now(), &cancel),
    ] {
        assert!(matches!(verified, Err(VerifyError::Cancelled)), "{verified:?}");
    }
    let gate = Gate::new(Policy::default(), Suppressions::default(), now());
    let scanner = Scanner::without_database();
    let admitted = gate.admit(&scanner, &example(), &ScanOptions::default(), &cancel);
    assert!(matches!(admitted, Err(Error::Cancelled)), "{admitted:?}");
}

#[test]
fn what_is_unsigned_says_which_check_failed() {
    let verifier = Verifier::new(TrustedRoot::default(), Signers::keys([]));
    let error = verifier.verify_image(&example(), &[], now(), &NoProgress).unwrap_err();
    assert_eq!(error.check(), Some("signature-present"));
    let options = VerifyOptions::default();
    let kind = verifier.policy().signer_kind();
    let image = SignedImage::open(&example(), Attachment::Signatures, kind, &options).unwrap();
    assert!(error.to_string().starts_with(&image.digest().to_string()), "{error}");
}

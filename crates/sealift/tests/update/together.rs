//! Two updates at once.

use std::time::Duration;

use sealift::update::{UpdateError, UpdateStep};

use crate::site::Bench;

#[test]
fn one_updates_and_the_other_takes_what_it_brought() {
    let (bench, _) = Bench::with("npm", 100);
    bench.site.slow(Duration::from_millis(150));
    let request = bench.request(&["npm"]);
    let waited = std::sync::atomic::AtomicUsize::new(0);
    let step = |step: UpdateStep<'_>| {
        if step == UpdateStep::Waiting {
            waited.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let reports = std::thread::scope(|scope| {
        let one = || scope.spawn(|| bench.store.update(&bench.site, &request, &step).unwrap());
        [one(), one(), one()].map(|update| update.join().unwrap())
    });
    assert_eq!(reports.iter().filter(|report| report.is_new).count(), 1);
    assert_eq!(reports.iter().filter(|report| report.by_another).count(), 2);
    assert_eq!(waited.into_inner(), 2);
    let zips = bench.site.asked().0;
    assert_eq!(zips.iter().filter(|path| path.ends_with("all.zip")).count(), 1);
    assert_eq!(bench.database(), bench.fresh(&["npm"]));
}

#[test]
fn who_cannot_wait_is_told() {
    let (bench, _) = Bench::with("npm", 100);
    bench.site.slow(Duration::from_millis(400));
    let request = bench.request(&["npm"]);
    let mut hasty = request.clone();
    hasty.wait = Duration::ZERO;
    std::thread::scope(|scope| {
        let first = scope.spawn(|| bench.store.update(&bench.site, &request, &|_| {}).unwrap());
        std::thread::sleep(Duration::from_millis(200));
        let second = bench.store.update(&bench.site, &hasty, &|_| {});
        assert!(matches!(second, Err(UpdateError::Busy)), "{second:?}");
        assert!(first.join().unwrap().is_new);
    });
}

//! Many scans, too many, and the end in the middle.

use std::fs;
use std::time::Duration;

use sealift_tests::registry::{self, Fault};

use crate::world::{Harbor, NATIVE, SCAN, World};

#[test]
fn a_full_queue_says_when_to_come_again() {
    let world = World::new(registry::Access::Anybody);
    world.registry.fail(|_| Some(Fault::Silent(Duration::from_secs(3))));
    let mut options = world.options();
    options.queue.workers = 1;
    options.queue.max_waiting = 3;
    let harbor = Harbor::before(options);
    let body = world.request().to_string();
    let answers: Vec<_> = (0..10).map(|_| harbor.post(SCAN, &body)).collect();
    let accepted = answers.iter().filter(|answer| answer.status == 202).count();
    // One may be under way already.
    assert!((3..=4).contains(&accepted), "{accepted}");
    for answer in answers.iter().filter(|answer| answer.status != 202) {
        assert_eq!(answer.status, 503);
        assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
        assert!(answer.message().contains("3 scans wait"));
    }
    // What was refused was not kept either.
    let kept = fs::read_dir(world.scans().join("scans")).unwrap().count();
    assert_eq!(kept, accepted);
    assert!(harbor.metrics.text().contains("sealift_scans_queued"));
}

#[test]
fn an_end_in_the_middle_loses_nothing() {
    let world = World::new(registry::Access::Anybody);
    let harbor = world.serve();
    let ids: Vec<String> = (0..100).map(|_| harbor.scan(&world.request())).collect();
    harbor.report(&ids[3], NATIVE, "");
    harbor.adapter.end();
    let done = harbor.metrics.counted("sealift_scan_seconds");
    drop(harbor);
    let again = world.serve();
    for id in &ids {
        let answer = again.report(id, NATIVE, "");
        assert_eq!(answer.status, 200, "{id}: {answer:?}");
    }
    assert_eq!(done + again.metrics.counted("sealift_scan_seconds"), 100);
    // The credentials of requests do not outlive them.
    let names = fs::read_dir(world.scans().join("scans")).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().ends_with("accepted")), "{names:?}");
}

#[test]
fn a_scan_that_takes_too_long_ends() {
    let world = World::new(registry::Access::Anybody);
    world.registry.fail(|asked| {
        asked.path().contains("/blobs/").then_some(Fault::Drip(Duration::from_millis(20)))
    });
    let mut options = world.options();
    options.queue.longest_scan = Duration::from_millis(300);
    let harbor = Harbor::before(options);
    let answer = harbor.report(&harbor.scan(&world.request()), NATIVE, "");
    assert_eq!(answer.status, 500);
    assert!(answer.message().contains("longer than"), "{answer:?}");
}

#[test]
fn reports_are_kept_for_a_while() {
    let world = World::new(registry::Access::Anybody);
    let mut options = world.options();
    options.queue.max_kept = 2;
    options.queue.workers = 1;
    let harbor = Harbor::before(options);
    let first = harbor.scan(&world.request());
    assert_eq!(harbor.report(&first, NATIVE, "").status, 200);
    let mut options = world.options();
    harbor.adapter.end();
    drop(harbor);
    options.queue.keep = Duration::ZERO;
    let harbor = Harbor::before(options);
    assert_eq!(harbor.report(&first, NATIVE, "").status, 200);
    harbor.adapter.sweep();
    // The clock of the test stands still: what is of this very second stays.
    assert_eq!(harbor.report(&first, NATIVE, "").status, 200);
}

//! Updates that are killed at random moments.

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::{Bench, done, said};
use crate::exports::{export, records};

const TIMES: u32 = 50;

#[test]
fn a_killed_update_leaves_the_old_database_or_the_new_one() {
    let bench = Bench::new();
    let mut records = records(400);
    bench.server.publish(export("npm", &records));
    bench.server.slow(Duration::from_millis(3));
    let start = Instant::now();
    done(&bench.update());
    let whole = start.elapsed();
    let mut last = bench.database().unwrap();
    let (mut old, mut new) = (0, 0);
    for round in 1..=TIMES {
        // By turns a few records change, or all.
        let all = round % 2 == 0;
        for record in records.values_mut().take(if all { usize::MAX } else { 3 }) {
            *record = (round, round);
        }
        bench.server.publish(export("npm", &records));
        let mut update = bench.command(&["db", "update"]).spawn().unwrap();
        thread::sleep(whole.mul_f64(share(round)));
        drop(update.kill());
        update.wait().unwrap();
        let checked = bench.run(&["db", "verify"]);
        done(&checked);
        let now = bench.database().unwrap();
        let scan = bench.scan(&["--skip-db-update"]);
        done(&scan);
        if now == last {
            old += 1;
        } else {
            bench.server.slow(Duration::ZERO);
            assert!(now == bench.fresh(), "neither the old nor the new one: {}", said(&checked));
            bench.server.slow(Duration::from_millis(3));
            new += 1;
        }
        last = now;
    }
    bench.server.slow(Duration::ZERO);
    done(&bench.update());
    assert_eq!(bench.database().unwrap(), bench.fresh());
    println!(
        "killed {TIMES} times within {} ms: {old} left the old database, {new} the new one",
        whole.as_millis()
    );
}

/// A share of one, by chance.
fn share(round: u32) -> f64 {
    let hash = RandomState::new().hash_one(round);
    f64::from(u32::try_from(hash >> 32).unwrap()) / f64::from(u32::MAX)
}

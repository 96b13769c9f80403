//! Whatever happens to the site, an update that succeeds leaves what a first one would make.

use proptest::prelude::*;

use crate::site::{Bench, Fault, START};

#[derive(Clone, Debug)]
enum Event {
    Change(Vec<u32>),
    Add(u32),
    Remove(u32),
    Break(usize, usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => proptest::collection::vec(0u32..80, 1..4).prop_map(Event::Change),
        1 => proptest::collection::vec(0u32..80, 60..80).prop_map(Event::Change),
        2 => (0u32..1000).prop_map(Event::Add),
        1 => (0u32..80).prop_map(Event::Remove),
        2 => (0usize..4, 0usize..60_000).prop_map(|(kind, at)| Event::Break(kind, at)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn updates_lead_to_what_is_there(events in proptest::collection::vec(event(), 1..8)) {
        let (mut bench, mut records) = Bench::with("npm", 80);
        bench.update(&["npm"]).unwrap();
        for (round, event) in (1i64..).zip(events) {
            let changed = START + round * 10_000;
            let id = |number: u32| format!("X-{number:04}");
            match event {
                Event::Change(numbers) => for number in numbers {
                    records.insert(id(number), (number + 2, changed));
                },
                Event::Add(number) => drop(records.insert(format!("Y-{number}"), (1, changed))),
                Event::Remove(number) => drop(records.remove(&id(number))),
                Event::Break(kind, at) => {
                    records.values_mut().for_each(|(_, time)| *time = changed);
                    let fault = match kind {
                        0 => Fault::BreaksAfter(at),
                        1 => Fault::EndsAfter(at),
                        2 => Fault::Flipped(at),
                        _ => Fault::Down,
                    };
                    bench.site.publish("npm", &records);
                    bench.site.fault("npm/all.zip", fault);
                    let before = bench.database();
                    bench.update(&[]).unwrap();
                    let after = bench.database();
                    bench.site.mend();
                    prop_assert!(after == before || after == bench.fresh(&["npm"]));
                }
            }
            bench.site.publish("npm", &records);
            bench.update(&[]).unwrap();
            prop_assert_eq!(bench.database(), bench.fresh(&["npm"]));
        }
    }
}

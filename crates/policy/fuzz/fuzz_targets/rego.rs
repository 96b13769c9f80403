#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sealift_policy::rego::{Input, Program, RegoLimits, Source};

// Whatever is compiled is evaluated: it ends, and never by a panic or at the end of the stack.
fuzz_target!(|text: &str| {
    let mut limits = RegoLimits::default();
    limits.max_time = Duration::from_millis(50);
    let data = serde_json::json!({"known": [1, "a", {"b": null}]});
    let modules = [Source::new("fuzz.rego", text)];
    if let Ok(program) = Program::compile(&modules, &data, &[], &limits) {
        let input = Input::new(&serde_json::json!({"a": [1, {"b": "c"}], "d": null}));
        for rule in program.rules() {
            let _ = program.eval(rule, &input, None);
        }
    }
});

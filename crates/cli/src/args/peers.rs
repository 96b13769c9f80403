//! Flags of the peers that do nothing here and whose absence harms nobody.

use std::ffi::OsString;

/// Whether a flag has a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    None,
    Some,
}

/// Trivy's flags for what this command does not need: caches it does not keep, updates it does
/// not make, checks it does not run. Leaving them out changes no result.
const HARMLESS: &[(&str, Value)] = &[
    ("cache-backend", Value::Some),
    ("cache-ttl", Value::Some),
    ("db-repository", Value::Some),
    ("disable-telemetry", Value::None),
    ("java-db-repository", Value::Some),
    ("skip-check-update", Value::None),
    ("skip-java-db-update", Value::None),
    ("skip-policy-update", Value::None),
    ("skip-version-check", Value::None),
    ("skip-vex-repo-update", Value::None),
];

/// The arguments without those flags; each is named on stderr.
pub(crate) fn without_harmless(args: Vec<OsString>) -> Vec<OsString> {
    let mut kept = Vec::with_capacity(args.len());
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            kept.push(arg);
            kept.extend(args);
            break;
        }
        let text = arg.to_str().and_then(|text| text.strip_prefix("--"));
        let (name, inline) = match text.map(|text| text.split_once('=')) {
            Some(Some((name, _))) => (Some(name), true),
            Some(None) => (text, false),
            None => (None, false),
        };
        let known = HARMLESS.iter().find(|(flag, _)| Some(*flag) == name);
        let Some((flag, value)) = known else {
            kept.push(arg);
            continue;
        };
        eprintln!("warning: --{flag} has no effect here");
        if *value == Value::Some && !inline {
            args.next();
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_out_flag_and_value() {
        let args = ["image", "--cache-ttl", "1h", "--cache-backend=fs", "x", "--", "--cache-ttl"];
        let kept = without_harmless(args.iter().map(OsString::from).collect());
        assert_eq!(kept, ["image", "x", "--", "--cache-ttl"]);
    }
}

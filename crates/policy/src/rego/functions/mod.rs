//! Functions that the interpreter lacks, or that differ from OPA's in it.
//!
//! A function here replaces the interpreter's own of the same name.

pub(super) mod allowance;
mod bounded;
mod collections;
mod digests;
mod queries;
mod regexes;
mod sprintf;
mod time;
mod yaml;

use regorus::{Engine, Value};

/// The time of an evaluation; each engine gets its own.
pub(super) const NOW: &str = "time.now_ns";

/// A function over the interpreter's values. It is undefined for unusable arguments, as OPA's
/// functions are where built-in errors are not strict.
struct Own {
    name: &'static str,
    arity: u8,
    call: fn(&[Value]) -> Value,
}

static OWN: &[Own] = &[
    Own { name: "all", arity: 1, call: collections::all },
    Own { name: "any", arity: 1, call: collections::any },
    Own { name: "array.concat", arity: 2, call: bounded::array_concat },
    Own { name: "array.flatten", arity: 1, call: bounded::array_flatten },
    Own { name: "bits.lsh", arity: 2, call: bounded::shift_left },
    Own { name: "cast_array", arity: 1, call: collections::cast_array },
    Own { name: "cast_set", arity: 1, call: collections::cast_set },
    Own { name: "concat", arity: 2, call: bounded::concat },
    Own { name: "crypto.hmac.equal", arity: 2, call: digests::hmac_equal },
    Own { name: "crypto.hmac.md5", arity: 2, call: digests::hmac_md5 },
    Own { name: "crypto.hmac.sha1", arity: 2, call: digests::hmac_sha1 },
    Own { name: "crypto.hmac.sha256", arity: 2, call: digests::hmac_sha256 },
    Own { name: "crypto.hmac.sha512", arity: 2, call: digests::hmac_sha512 },
    Own { name: "crypto.md5", arity: 1, call: digests::md5 },
    Own { name: "crypto.sha1", arity: 1, call: digests::sha1 },
    Own { name: "crypto.sha256", arity: 1, call: digests::sha256 },
    Own { name: "net.cidr_expand", arity: 1, call: bounded::cidr_expand },
    Own { name: "numbers.range", arity: 2, call: collections::range },
    Own { name: "numbers.range_step", arity: 3, call: collections::range_step },
    Own { name: "object.subset", arity: 2, call: collections::subset },
    Own { name: "re_match", arity: 2, call: regexes::is_match },
    Own {
        name: "regex.find_all_string_submatch_n",
        arity: 3,
        call: regexes::find_all_string_submatch_n,
    },
    Own { name: "regex.find_n", arity: 3, call: regexes::find_n },
    Own { name: "regex.is_valid", arity: 1, call: regexes::is_valid },
    Own { name: "regex.match", arity: 2, call: regexes::is_match },
    Own { name: "regex.replace", arity: 3, call: regexes::replace },
    Own { name: "regex.split", arity: 2, call: regexes::split },
    Own { name: "replace", arity: 3, call: bounded::replace },
    Own { name: "set_diff", arity: 2, call: collections::set_diff },
    Own { name: "sprintf", arity: 2, call: sprintf::sprintf },
    Own { name: "strings.replace_n", arity: 2, call: bounded::replace_n },
    Own { name: "time.add_date", arity: 4, call: time::add_date },
    Own { name: "time.clock", arity: 1, call: time::clock },
    Own { name: "time.date", arity: 1, call: time::date },
    Own { name: "time.diff", arity: 2, call: time::diff },
    Own { name: "time.format", arity: 1, call: time::format },
    Own { name: "time.parse_duration_ns", arity: 1, call: time::parse_duration_ns },
    Own { name: "time.parse_ns", arity: 2, call: time::parse_ns },
    Own { name: "time.parse_rfc3339_ns", arity: 1, call: time::parse_rfc3339_ns },
    Own { name: "time.weekday", arity: 1, call: time::weekday },
    Own { name: "urlquery.decode", arity: 1, call: queries::decode },
    Own { name: "urlquery.decode_object", arity: 1, call: queries::decode_object },
    Own { name: "urlquery.encode", arity: 1, call: queries::encode },
    Own { name: "urlquery.encode_object", arity: 1, call: queries::encode_object },
    Own { name: "yaml.is_valid", arity: 1, call: yaml::is_valid },
    Own { name: "yaml.marshal", arity: 1, call: yaml::marshal },
    Own { name: "yaml.unmarshal", arity: 1, call: yaml::unmarshal },
];

/// Returns the names of all functions that [`add`] adds, and of the clock.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    OWN.iter().map(|own| own.name).chain([NOW])
}

/// Adds all functions but the clock to an engine.
pub(super) fn add(engine: &mut Engine) -> Result<(), anyhow::Error> {
    for own in OWN {
        let call = own.call;
        let body = Box::new(move |arguments: Vec<Value>| {
            if allowance::is_passed() {
                return Ok(Value::Undefined);
            }
            let made = call(&arguments);
            Ok(allowance::take(allowance::size(&made)).map_or(Value::Undefined, |()| made))
        });
        engine.add_extension(own.name.to_owned(), own.arity, body)?;
    }
    Ok(())
}

fn text(value: &Value) -> Option<&str> {
    value.as_string().ok().map(|text| &**text)
}

fn or_undefined(value: Option<Value>) -> Value {
    value.unwrap_or(Value::Undefined)
}

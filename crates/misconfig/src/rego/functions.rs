//! The functions that Trivy's engine adds to those of Rego.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::RegexSet;
use sealift_policy::rego::Function;
use serde_json::{Value, json};

use crate::shell;

type Given = Result<Option<Value>, String>;

pub(super) static GIVEN: &[Function] = &[
    Function::new("cidr.count_addresses", 1, count_addresses),
    Function::new("cidr.is_public", 1, is_public),
    Function::new("isManaged", 1, is_managed),
    Function::new("result.new", 2, result_new),
    Function::new("sh.parse_commands", 1, parse_commands),
    Function::new("squealer.scan_string", 1, scan_string),
];

/// The fields of a result for its place, and their names in an instruction of a Dockerfile.
static PLACE: &[(&str, Option<&str>)] = &[
    ("startline", Some("StartLine")),
    ("endline", Some("EndLine")),
    ("filepath", Some("Path")),
    ("offset", None),
    ("sourceprefix", None),
    ("explicit", None),
    ("managed", None),
    ("fskey", None),
    ("resource", None),
    ("parent", None),
];

/// `result.new(msg, cause)`: a message with the place of a mapping, an attribute or a Dockerfile's
/// instruction.
fn result_new(arguments: &[Value]) -> Given {
    let [message, cause] = arguments else { return Ok(None) };
    let mut result = placed(cause);
    if let Value::Object(fields) = &mut result {
        fields.insert("msg".to_owned(), message.clone());
    }
    Ok(Some(result))
}

/// `isManaged(x)`: whether Terraform and the like manage it; yes where nothing says otherwise.
fn is_managed(arguments: &[Value]) -> Given {
    Ok(arguments.first().and_then(|cause| placed(cause).get("managed").cloned()))
}

fn placed(cause: &Value) -> Value {
    let mut result = json!({
        "startline": 0, "endline": 0, "filepath": "", "sourceprefix": "", "explicit": false,
        "managed": true, "fskey": "", "resource": "",
    });
    let place = cause.get("__defsec_metadata").unwrap_or(cause);
    if let Value::Object(fields) = &mut result {
        for (name, other) in PLACE {
            let value = place.get(*name).or_else(|| other.and_then(|other| place.get(other)));
            if let Some(value) = value {
                fields.insert((*name).to_owned(), value.clone());
            }
        }
    }
    result
}

/// `sh.parse_commands(script)`: the words of each command.
fn parse_commands(arguments: &[Value]) -> Given {
    let script = arguments.first().and_then(Value::as_str);
    Ok(script.and_then(shell::commands).map(Value::from))
}

/// `cidr.count_addresses(range)`; nothing where it is none.
fn count_addresses(arguments: &[Value]) -> Given {
    let range = arguments.first().and_then(Value::as_str).and_then(Range::read);
    Ok(range.map(|range| range.last.saturating_sub(range.first).saturating_add(1)).map(|count| {
        // Numbers of JSON hold 64 bits.
        u64::try_from(count).unwrap_or(u64::MAX).into()
    }))
}

/// `cidr.is_public(range)`: whether the internet may be among those addresses.
fn is_public(arguments: &[Value]) -> Given {
    let Some(text) = arguments.first().and_then(Value::as_str) else { return Ok(None) };
    if ["*", "any", "internet"].contains(&text.to_ascii_lowercase().as_str()) {
        return Ok(Some(true.into()));
    }
    let public = Range::read(text).is_some_and(|range| {
        let mut reserved = RESERVED.iter().filter_map(|text| Range::read(text));
        !reserved.any(|other| other.holds(&range))
    });
    Ok(Some(public.into()))
}

/// The ranges that are not routed globally (RFC 6890 and IANA's special-purpose registries).
static RESERVED: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "100::/64",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// Addresses of one family, both ends included.
struct Range {
    is_v6: bool,
    first: u128,
    last: u128,
}

impl Range {
    /// An address, or one with the length of its prefix.
    fn read(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let (is_v6, bits, address) = match address.parse().ok()? {
            IpAddr::V4(address) => (false, 32, u128::from(Ipv4Addr::to_bits(address))),
            IpAddr::V6(address) => (true, 128, Ipv6Addr::to_bits(address)),
        };
        let bits: u32 = bits;
        let host = bits.checked_sub(length.unwrap_or(bits))?;
        let mask = 1_u128.checked_shl(host).map_or(u128::MAX, |size| size - 1);
        Some(Self { is_v6, first: address & !mask, last: address | mask })
    }

    fn holds(&self, other: &Self) -> bool {
        self.is_v6 == other.is_v6 && self.first <= other.first && other.last <= self.last
    }
}

/// Texts that are secrets by their form, and what each is.
static SECRETS: &[(&str, &str)] = &[
    (
        r"(?-u:\b)(?:A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}(?-u:\b)",
        "an access key of AWS",
    ),
    (
        r#"(?i)aws.{0,20}(?:secret|key).{0,20}['"=: ][0-9a-z/+]{40}(?:$|[^0-9a-z/+=])"#,
        "a secret key of AWS",
    ),
    (r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----", "a private key"),
    (r"(?-u:\b)gh[pousr]_[0-9A-Za-z]{36,}(?-u:\b)", "a token of GitHub"),
    (r"(?-u:\b)github_pat_[0-9A-Za-z_]{22,}(?-u:\b)", "a token of GitHub"),
    (r"(?-u:\b)glpat-[0-9A-Za-z_-]{20,}", "a token of GitLab"),
    (r"(?-u:\b)xox[baprs]-[0-9A-Za-z-]{10,}", "a token of Slack"),
    (
        r"https://hooks\.slack\.com/services/T[0-9A-Za-z_]+/B[0-9A-Za-z_]+/[0-9A-Za-z_]+",
        "a webhook of Slack",
    ),
    (r"(?-u:\b)AIza[0-9A-Za-z_-]{35}", "a key of Google"),
    (r"(?-u:\b)sk_live_[0-9A-Za-z]{24,}", "a key of Stripe"),
    (r"(?-u:\b)npm_[0-9A-Za-z]{36}(?-u:\b)", "a token of npm"),
    (r"(?-u:\b)ey[0-9A-Za-z_-]{10,}\.ey[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}", "a JSON web token"),
    (
        r"(?i)(?-u:\b)[a-z][a-z0-9+.-]{1,15}://[^/ \t\n:@]{1,64}:[^/ \t\n:@]{3,64}@[a-z0-9.-]+",
        "a password in a URL",
    ),
];

/// `squealer.scan_string(text)`: whether a text looks like a secret.
fn scan_string(arguments: &[Value]) -> Given {
    static FORMS: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
        regex::RegexSetBuilder::new(SECRETS.iter().map(|(form, _)| form)).unicode(true).build().ok()
    });
    let Some(text) = arguments.first().and_then(Value::as_str) else { return Ok(None) };
    let Some(forms) = FORMS.as_ref() else { return Err("no forms of secrets".to_owned()) };
    let found = forms.matches(text).into_iter().next();
    let what = found.and_then(|at| SECRETS.get(at)).map_or("", |(_, what)| *what);
    Ok(Some(json!({ "transgressionFound": found.is_some(), "description": what, "warning": "" })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_public_unless_they_are_reserved() {
        for (range, public) in [
            ("0.0.0.0/0", true),
            ("::/0", true),
            ("*", true),
            ("8.8.8.8", true),
            ("10.0.0.0/8", false),
            ("10.0.0.0/7", true),
            ("192.168.1.7/24", false),
            ("fd00::/8", false),
            ("2600::/12", true),
            ("what", false),
        ] {
            assert_eq!(is_public(&[range.into()]), Ok(Some(public.into())), "{range}");
        }
        let count = |range: &str| count_addresses(&[range.into()]).unwrap();
        assert_eq!(count("10.0.0.0/24"), Some(256.into()));
        assert_eq!(count("10.0.0.1"), Some(1.into()));
        assert_eq!(count("::/0"), Some(u64::MAX.into()));
        assert_eq!(count("10.0.0.0/33"), None);
    }

    #[test]
    fn secrets_are_known_by_their_form() {
        let found = |text: &str| {
            scan_string(&[text.into()]).unwrap().unwrap()["transgressionFound"].as_bool()
        };
        let key = format!("key: AKIA{}", "ABCDEFGH12345678");
        assert_eq!(found(&key), Some(true));
        assert_eq!(found("-----BEGIN RSA PRIVATE KEY-----"), Some(true));
        assert_eq!(found("postgres://shop:hunter22@db.example/x"), Some(true));
        assert_eq!(found("https://example.com/a:b@c"), Some(false));
        assert_eq!(found("AKIA"), Some(false));
    }

    #[test]
    fn places_are_those_of_the_cause() {
        let command = json!({"Cmd": "user", "StartLine": 3, "EndLine": 4, "Path": "Dockerfile"});
        let result = result_new(&["m".into(), command]).unwrap().unwrap();
        assert_eq!((&result["startline"], &result["endline"]), (&json!(3), &json!(4)));
        assert_eq!((&result["msg"], &result["filepath"]), (&json!("m"), &json!("Dockerfile")));
        let object = json!({"__defsec_metadata": {"startline": 7, "managed": false}});
        assert_eq!(result_new(&["m".into(), object.clone()]).unwrap().unwrap()["startline"], 7);
        assert_eq!(is_managed(&[object]), Ok(Some(false.into())));
        assert_eq!(is_managed(&[json!({})]), Ok(Some(true.into())));
        assert_eq!(result_new(&["m".into(), json!({})]).unwrap().unwrap()["startline"], 0);
    }
}

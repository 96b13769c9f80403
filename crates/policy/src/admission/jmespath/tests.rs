use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn given() -> Value {
    json!({
        "request": {
            "object": {
                "metadata": { "name": "web", "labels": { "app": "shop", "a/b": "c" } },
                "spec": { "containers": [
                    { "name": "one", "image": "nginx:1", "ports": [{ "containerPort": 80 }] },
                    { "name": "two", "image": "ghcr.io/a/b", "ports": [] },
                    { "name": "three" },
                ]},
            },
            "operation": "CREATE",
        },
        "numbers": [3, 1, 2.5],
        "empty": [],
    })
}

fn ask(text: &str) -> Result<Value, Error> {
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    search(text, &given(), now)
}

#[track_caller]
fn gives(text: &str, expected: Value) {
    assert_eq!(ask(text), Ok(expected), "{text}");
}

#[test]
fn paths_and_projections() {
    gives("request.object.metadata.name", json!("web"));
    gives("request.object.metadata.labels.\"a/b\"", json!("c"));
    gives("request.object.spec.containers[].name", json!(["one", "two", "three"]));
    gives("request.object.spec.containers[*].image", json!(["nginx:1", "ghcr.io/a/b"]));
    gives("request.object.spec.containers[-1].name", json!("three"));
    gives("request.object.spec.containers[:2].name", json!(["one", "two"]));
    gives("numbers[::-1]", json!([2.5, 1, 3]));
    gives("request.object.spec.containers[].ports[].containerPort", json!([80]));
    gives("request.object.metadata.labels.*", json!(["c", "shop"]));
    gives("request.object.spec.containers[?image].name", json!(["one", "two"]));
    gives("request.object.spec.containers[?name=='two'] | [0].image", json!("ghcr.io/a/b"));
    gives(
        "request.object.spec.containers[0].{n: name, i: image}",
        json!({"n": "one", "i": "nginx:1"}),
    );
    gives("request.object.metadata.[name, labels.app]", json!(["web", "shop"]));
    gives("request.operation == 'CREATE' && !empty", json!(true));
    gives("numbers[?@ > `2`]", json!([3, 2.5]));
}

#[test]
fn a_key_that_is_not_there() {
    for text in ["request.none", "request.none.more", "a || b.c && d", "request.object.none[0]"] {
        let expected = if text.contains("||") { Ok(Value::Null) } else { Err(()) };
        assert_eq!(ask(text).map_err(|_| ()), expected, "{text}");
    }
    gives("request.none || 'other'", json!("other"));
    gives("request.none.more[].a", json!(null));
    gives("!(request.none)", json!(true));
    gives("request.none == 'a'", json!(false));
    gives("request.none | @", json!(null));
    gives("not_null(request.none, numbers[0])", json!(3));
    gives("empty.none", json!(null));
    gives("length(request.object.none || `[]`)", json!(0));
}

#[test]
fn functions() {
    gives("length(request.object.spec.containers)", json!(3));
    gives("keys(request.object.metadata.labels)", json!(["a/b", "app"]));
    gives("sort(numbers)", json!([1, 2.5, 3]));
    gives("max(numbers)", json!(3));
    gives("max_by(request.object.spec.containers, &name).name", json!("two"));
    gives("sort_by(request.object.spec.containers, &name)[].name", json!(["one", "three", "two"]));
    gives("map(&name, request.object.spec.containers)", json!(["one", "two", "three"]));
    gives("join(',', ['a', 'b'])", json!("a,b"));
    gives("to_string(`{\"a\": [1, \"<\"]}`)", json!("{\"a\":[1,\"\\u003c\"]}"));
    gives("to_number('1.50')", json!(1.5));
    gives("contains(numbers, `1`)", json!(true));
    gives("merge(`{\"a\":1}`, `{\"a\":2}`)", json!({"a": 2}));
    gives("split('a,b', ',')", json!(["a", "b"]));
    gives("replace('aaa', 'a', 'b', `2`)", json!("bba"));
    gives("regex_match('^[a-z]+$', 'abc')", json!(true));
    gives("regex_replace_all('([0-9])([0-9])', 'a12', '$2$1')", json!("a21"));
    gives("regex_replace_all_literal('[0-9]', 'a12', '$1')", json!("a$1$1"));
    gives("pattern_match('pod-*', 'pod-1')", json!(true));
    gives("label_match(`{\"app\":\"shop\"}`, request.object.metadata.labels)", json!(true));
    gives("add('1Gi', '512Mi')", json!("1536Mi"));
    gives("add('1h', '30s')", json!("1h0m30s"));
    gives("sum(numbers)", json!(6.5));
    gives("divide('10', '4')", json!(2.5));
    gives("divide(`9`, `3`)", json!(3));
    gives("multiply('2', `3`)", json!("6"));
    gives("modulo(`7`, `4`)", json!(3));
    gives("subtract('2Gi', '1Gi')", json!("1Gi"));
    gives("round(`2.345`, `2`)", json!(2.35));
    gives("base64_decode(base64_encode('hi'))", json!("hi"));
    gives("path_canonicalize('/var//lib/../run/.')", json!("/var/run"));
    gives("truncate('hello', `2`)", json!("he"));
    gives("semver_compare('4.1.3', '>=4.1.x')", json!(true));
    gives("parse_json('{\"a\": 1}').a", json!(1));
    gives("parse_yaml('a: [1, 2]').a[1]", json!(2));
    gives("lookup(request.object.metadata.labels, 'app')", json!("shop"));
    gives("items(`{\"x\": 1}`, 'key', 'value')", json!([{"key": "x", "value": 1}]));
    gives("object_from_lists(['a', 'b'], [`1`])", json!({"a": 1, "b": null}));
    gives("time_add('2021-01-02T15:04:05Z', '1h')", json!("2021-01-02T16:04:05Z"));
    gives("time_since('', '2026-11-21T11:00:00Z', '')", json!("1h0m0s"));
    gives("time_now_utc()", json!("2026-11-21T12:00:00Z"));
    gives("image_normalize('nginx')", json!("docker.io/nginx:latest"));
    gives("is_external_url('http://10.0.0.1/a')", json!(false));
    gives("sha256('')", json!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    gives("trim(' a ', ' ')", json!("a"));
    gives("is_external_url('http://localhost:80/a')", json!(false));
    gives("parse_yaml('a: 0644\n---\nb: 1')", json!({"a": 420}));
    gives("parse_yaml(' ')", json!(null));
}

#[test]
fn letters_stay_as_many() {
    gives("to_upper('straße')", json!("STRAßE"));
    gives("to_lower('ΟΔΟΣ')", json!("οδοσ"));
    gives("equal_fold('ſet', 'SET')", json!(true));
    gives("equal_fold('straße', 'STRASSE')", json!(false));
}

#[test]
fn whole_numbers_have_no_fraction_in_a_text() {
    gives("to_string(`5.0`)", json!("5"));
    gives("to_string(`2.5`)", json!("2.5"));
    gives("to_string(`1e20`)", json!("100000000000000000000"));
    gives("to_string(`1e21`)", json!("1e+21"));
    gives("to_string(`1e-7`)", json!("1e-7"));
    gives("to_string(`{\"a\": [1e3, 0.5]}`)", json!("{\"a\":[1000,0.5]}"));
    gives("pattern_match('5', `5.0`)", json!(true));
}

#[test]
fn templates_name_groups_by_names_alone() {
    for (template, expected) in [
        ("${1}y", "<axy>"),
        ("$1y", "<>"),
        ("$1-", "<ax->"),
        ("${1 }", "<${1 }>"),
        ("${", "<${>"),
        ("$$1$", "<$1$>"),
        ("${{1}}", "<${{1}}>"),
    ] {
        gives(&format!("regex_replace_all('(.x)', '<ax>', '{template}')"), json!(expected));
    }
}

#[test]
fn functions_refuse_what_they_cannot_take() {
    let wrong = [
        "length(`1`)",
        "add('1Gi', '1h')",
        "divide(`1`, `0`)",
        "random('[a-z]')",
        "to_upper(request.none)",
        "regex_match('(', 'a')",
        "join(',', numbers)",
        "split('a')",
        "x509_decode('no')",
        "is_external_url('8.8.8.8')",
        "semver_compare('1.0.0', '*')",
        "time_between('2021-01-02T15:04:05Z', '2021-01-02T15:04:05Z', '2021')",
    ];
    for text in wrong {
        assert!(matches!(ask(text), Err(Error::Function { .. })), "{text}");
    }
}

#[test]
fn what_is_no_expression() {
    let wrong = [
        "",
        "a.",
        "a[",
        "a b",
        "foo(",
        "nosuch(a)",
        "'a",
        "a[?b",
        "{a}",
        "`{`",
        "a[1:2:3:4]",
        "a[0:1:",
        "&&",
        "#",
    ];
    for text in wrong {
        assert!(matches!(Expression::parse(text), Err(Error::Syntax { .. })), "{text}");
    }
}

#[test]
fn the_stack_lasts_for_what_is_read() {
    let nested = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(60), close.repeat(60))
    };
    let deep = [
        nested("(", "request", ")"),
        nested("to_array(", "request", ")"),
        nested("[", "@", "]"),
        format!("request{}", " | @".repeat(120)),
        format!("@{}", "[?@]".repeat(60)),
    ];
    for text in deep {
        assert!(ask(&text).is_ok(), "{text}");
    }
}

#[test]
fn nothing_runs_for_ever() {
    let deep = "(".repeat(10_000);
    assert!(matches!(Expression::parse(&deep), Err(Error::Limit { .. })));
    let long = format!("a{}", ".b".repeat(10_000));
    assert!(matches!(Expression::parse(&long), Err(Error::Limit { .. })));
    assert!(matches!(Expression::parse(&"!".repeat(10_000)), Err(Error::Limit { .. })));
    // Each step doubles what there is.
    let doubling = format!("@{}", " | [@, @]".repeat(60));
    assert!(matches!(ask(&doubling), Err(Error::Limit { .. })));
    let text = format!("'{}'{}", "a".repeat(1_000), " | join(@, [@, @, @, @])".repeat(30));
    assert!(matches!(ask(&text), Err(Error::Limit { .. })));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        _ = ask(&text);
    }

    #[test]
    fn any_words_are_read_or_refused(words in prop::collection::vec(
        prop::sample::select(vec![
            "request", "object", ".", "[", "]", "[]", "[?", "*", "@", "|", "||", "&&", "!", "==",
            "<", "(", ")", "{", "}", ":", ",", "`1`", "'a'", "length", "map", "&", "1", "-1",
        ]), 0..40)) {
        _ = ask(&words.concat());
    }
}

#[test]
fn a_text_that_would_be_too_long_is_not_made() {
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let data = json!({
        "short": "aaa",
        "text": "a".repeat(100_000),
        "new": "b".repeat(1_000),
        "groups": "$1".repeat(1_000),
        "many": vec!["a"; 1_000],
        "letters": "a".repeat(3 << 20),
    });
    for expression in [
        "replace_all(text, 'a', new)",
        "replace(text, 'a', new, `-1`)",
        "regex_replace_all('a', text, new)",
        "regex_replace_all('(a+)', text, groups)",
        "regex_replace_all_literal('a', text, new)",
        "join(text, many)",
        "split(letters, '')",
        "split(letters, 'a')",
    ] {
        let why = search(expression, &data, now).unwrap_err().to_string();
        assert!(why.contains("more than 67108864 bytes"), "{expression}: {why}");
    }
    for (expression, expected) in [
        ("replace_all(short, 'a', 'bb')", "bbbbbb"),
        ("replace(short, 'a', 'b', `2`)", "bba"),
        ("regex_replace_all('(a)a', short, '${1}b')", "aba"),
        ("regex_replace_all_literal('a', short, '$1')", "$1$1$1"),
        ("join('-', split(short, ''))", "a-a-a"),
    ] {
        assert_eq!(search(expression, &data, now), Ok(expected.into()), "{expression}");
    }
}

#[test]
fn what_is_only_read_or_copied_is_counted() {
    let long = "a".repeat(60_000);
    let given = json!({
        "list": (0..50_000).collect::<Vec<_>>(),
        "long": long.repeat(40),
        "key": "k".repeat(2_000_000),
    });
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    for text in [
        &*format!("map(&'{long}', list)"),
        &format!("length(list[*].['{long}'])"),
        &format!("map(&'{long}' == '{long}', list)"),
        &format!("map(&(length('{long}') == length('{long}')), list)"),
        &format!("length([{}])", ["@"; 1_000].join(",")),
        "items(list, key, key)",
        "regex_replace_all_literal('.*z|a', long, 'b')",
        "map(&regex_match(join('', ['[a-z]', to_string(@)]), 'a'), list)",
        "list[?map(&regex_match(join('', ['[a-z]', to_string(@)]), 'a'), @)]",
        &format!("map(&pattern_match('*{}', '{}'), list)", &long[..20_000], &long[..30_000]),
    ] {
        let asked = search(text, &given, now);
        assert!(asked.is_err(), "{}", text.get(..40).unwrap_or(text));
    }
    let trimmed = search("trim(long, join('', [key, 'a']))", &given, now);
    assert_eq!(trimmed, Ok(json!("")));
}

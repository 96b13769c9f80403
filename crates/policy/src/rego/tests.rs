//! What the interpreter does otherwise than OPA, and the bounds.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::source::Parsed;
use super::{Function, Input, Program, RegoError, RegoLimits, Source};

fn compile(text: &str) -> Result<Program, RegoError> {
    Program::compile(&[Source::new("p.rego", text)], &json!({}), &[], &RegoLimits::default())
}

fn eval_with(text: &str, input: Json) -> Result<Option<Json>, RegoError> {
    let now = "2026-01-31T12:00:00Z".parse().ok();
    compile(&format!("package p\n{text}\n"))?.eval("data.p.r", &Input::new(&input), now)
}

fn eval(text: &str) -> Result<Option<Json>, RegoError> {
    eval_with(text, json!({"here": 1, "list": ["a", "b"]}))
}

/// OPA's compiler moves operands ahead of a negation; the interpreter does not.
#[test]
fn a_negation_of_a_call_with_something_undefined_is_undefined() {
    for body in [
        r#"r if not startswith(input.x, "a")"#,
        r#"r if { not startswith(input.x, "a") }"#,
        "r if not input.x > 1",
        "r if not input.x != 1",
        r#"r if not lower(input.x) == "a""#,
        "r if not count(input.x) > 0",
        r#"r if not "a" in input.x"#,
        "r if not is_string(input.x)",
        "f(x) if x == 1\nr if not f(input.x)",
        "f(x) if x == 1\nr if { true; not f(input.x); true }",
        "f(x) if x == 1\nr if count([y | some y in [1]; not f(input.x)]) > 0",
        "f(x) if x == 1\nr if { some y in [1]; not f([y, input.x]) }",
        "f(x) if x == 1\nr if every y in [1] { not f(input.x + y) }",
        "q := 1 if false\nf(x) if x == 1\nr if not f(q)",
        r#"r if not input.list[input.x]"#,
        "f(x) if x == 1\nr if not f(input.x) with input as {\"y\": 1}",
    ] {
        assert_eq!(eval(body), Ok(None), "{body}");
    }
}

#[test]
fn other_negations_of_what_is_undefined_hold() {
    for body in [
        "r if not input.x",
        "r if not input.x == true",
        "r if not input.x.y.z",
        "r if not data.p.nothing",
        r#"r if not startswith("b", "a")"#,
        r#"r if { not input.here == "a" }"#,
        "f(x) if x == 1\nr if not f(input.x) with input as {\"x\": 2}",
        "f(x) if x == 1\nr if not f(input.x) with input.x as \"z\"",
        "has(o, f) if _ = o[f]\nr if not has(input, \"x\")",
        "f(x) if x == 1\nr if { x := 2; not f(x) }",
        "f(x) if x == 1\nr if {\n  not f(\n    input.here + 1\n  )\n}",
        r#"r := 2 if { false } else := true if not lower("A") == "b""#,
    ] {
        assert_eq!(eval(body), Ok(Some(json!(true))), "{body}");
    }
}

#[test]
fn modules_of_rego_v0_are_read() {
    let text = "f(x) { x == 1 }\nr[msg] { not f(input.x); msg := \"m\" }";
    assert_eq!(eval_with(text, json!({})), Ok(Some(json!([]))));
    assert_eq!(eval_with(text, json!({"x": 2})), Ok(Some(json!(["m"]))));
    let text = "import future.keywords.in\nr { any([\"a\" in input.list, false]); re_match(`^a\\w$`, \"ab\") }";
    assert_eq!(eval(text), Ok(Some(json!(true))));
}

#[test]
fn what_is_called_must_be_there() {
    let error = eval("r if {\n  foo.bar(1)\n}").unwrap_err();
    assert_eq!(error.to_string(), "p.rego:3:3: no function foo.bar");
    // The interpreter forgets this one where the other definition gives a value.
    assert!(eval("f(x) := 1 if x == 1\nf(x) := foo.bar(x) if x == 1\nr := f(1)").is_err());
    for name in ["http.send({})", "opa.runtime()", "rand.intn(\"a\", 2)", "uuid.rfc4122(\"a\")"] {
        let error = eval(&format!("r := {name}")).unwrap_err();
        assert!(matches!(error, RegoError::UnknownFunction { why, .. } if !why.is_empty()));
    }
}

/// In OPA it is a relation, wherever it stands.
#[test]
fn a_walk_holds_once_for_each_pair() {
    for (body, expected) in [
        ("r contains v if { [p, v] := walk(input); p == [\"here\"] }", json!([1])),
        ("r contains v if { [_, v] = walk(input); is_string(v) }", json!(["a", "b"])),
        ("r contains v if { some v in walk(input.list); v == \"b\" }", json!(["b"])),
        ("r contains q if {\n  q := walk(\n    input.list\n  )[0]\n}", json!([[], [0], [1]])),
        ("r contains walk(input.list)[1]", json!(["a", "b", ["a", "b"]])),
        ("r contains walk(input.list)[1] if true", json!(["a", "b", ["a", "b"]])),
        ("r if walk(input)[1] == 1", json!(true)),
        ("r if { x := walk(input); x[1] == 1 }", json!(true)),
        ("r if is_number(walk(input)[1])", json!(true)),
        ("f(x) if x[1] == 1\nr if f(walk(input))", json!(true)),
        ("r if { x = walk(y)[1]; y = input.here; x == 1 }", json!(true)),
        ("r if walk(walk(input.list)[1])[1] == \"b\"", json!(true)),
        ("r if { walk(input.here); true }", json!(true)),
        ("r if { [[], v] := walk(input.x) with input.x as 5; v == 5 }", json!(true)),
        ("r if { some x in [1]; every y in [x] { [_, y] = walk(input) } }", json!(true)),
        ("r := count([1 | [_, v] := walk(input); v == \"a\"])", json!(1)),
        ("r := {v | v := walk(input.list)[1]; is_string(v)}", json!(["a", "b"])),
        ("r := {walk(input.list)[1] | true}", json!(["a", "b", ["a", "b"]])),
        ("r if not count({1 | [_, v] := walk(input); v == 2}) > 0", json!(true)),
        ("f(x) := walk(x)[1]\nr := f(1)", json!(1)),
        ("r := 2 if { false } else := walk(input.here)[1]", json!(1)),
        ("walked := 2\nr contains walked if { [_, v] := walk(input.here) }", json!([2])),
    ] {
        assert_eq!(eval(body), Ok(Some(expected)), "{body}");
    }
    assert_eq!(eval("r if { [_, v] := walk(input); v == 2 }"), Ok(None));
    assert_eq!(eval("r if walk(input.x)"), Ok(None));
    let v0 = "r[v] { [_, v] := walk(input); v == 1 }";
    assert_eq!(eval(v0), Ok(Some(json!([1]))));
}

/// OPA says of each that a variable is unsafe.
#[test]
fn a_negation_of_any_item_is_refused() {
    for body in [
        r#"r if not input.list[_] == "b""#,
        r#"r if not input.list[_] = "b""#,
        r#"r if not "b" == input.list[_]"#,
        "r if not input.list[_]",
        "r if { true; not input.list[_].a.b }",
        "r if count([1 | not input.list[_] == 1]) > 0",
        "q contains 1\nr if not q[_]",
    ] {
        let error = eval(body).unwrap_err();
        assert!(matches!(error, RegoError::Refused { .. }), "{body}: {error}");
    }
    assert_eq!(eval(r#"r if { some one in input.list; not one == "b" }"#), Ok(Some(json!(true))));
    assert_eq!(eval("has if input.list[_] == \"b\"\nr if not has"), Ok(None));
}

#[test]
fn a_walk_is_refused_where_the_interpreter_has_no_form_for_it() {
    for body in [
        "r if not walk(input)[1] == 2",
        "r if not walk(input, [_, 2])",
        "r if not is_object(walk(input)[1])",
        "r if count(input) > 1 with input as walk(input)[1]",
        "walk(x) := [[[], x]]\nr if walk(1)",
        "walk(x) if x == [1]\nr if walk([1])",
    ] {
        let error = eval(body).unwrap_err();
        assert!(matches!(error, RegoError::Refused { .. }), "{body}: {error}");
    }
    let error = eval("r if {\n  not walk(input)\n}").unwrap_err().to_string();
    assert!(error.starts_with("p.rego:3:7: ") && error.contains("walk(x, [_, v])"), "{error}");
}

/// `sc` has one field, `more` has another beside it.
fn eval_pattern(text: &str) -> Result<Option<Json>, RegoError> {
    let (sc, more) = (json!({"a": true}), json!({"a": true, "b": 1}));
    let all = json!([{"a": true}, {"a": true, "b": 1}]);
    eval_with(text, json!({"sc": sc, "more": more, "all": all, "in": {"x": sc, "y": more}}))
}

#[test]
fn a_pattern_of_an_object_has_all_of_its_fields() {
    for (with, held) in [("sc", true), ("more", false)] {
        for body in [
            "r if {\"a\": x} = input.OF",
            "r if input.OF = {\"a\": x}",
            "r if {\"a\": x} := input.OF",
            "r if { {\"a\": _} = input.OF }",
            "r if { y := input.OF; {\"a\": x} = y; x }",
            "r if { y := input.OF; y = {\"a\": x}; x }",
            "r if { y := input.OF; {\"a\": x} := y }",
            "r if { y = input.OF; not is_string(y); {\"a\": x} = y }",
            "f(y) if y = {\"a\": x}\nr if f(input.OF)",
            "f(y) if {\"a\": true, \"b\": x} = y\nf(y) if {\"a\": x} = y\nr if { not input.OF.b; f(input.OF) }",
            "r := true if { false } else if {\"a\": x} = input.OF",
            "r if { some x in [1]; every y in [input.OF] { {\"a\": z} := y } }",
            "r if count([1 | {\"a\": x} = input.OF]) == 1",
            "r if count([1 | y := input.OF; {\"a\": x} = y]) == 1",
            "r if [{\"a\": x}, z] = [input.OF, 1]",
            "r if { [{\"a\": x}, z] := [input.OF, 1] }",
            "r if { y := [input.OF, 1]; [{\"a\": x}, z] = y }",
            "r if { y := {\"k\": input.OF}; {\"k\": {\"a\": x}} = y }",
            "r if {\"k\": {\"a\": x}} = {\"k\": input.OF}",
            "r if { k := \"a\"; {k: x} = input.OF }",
            "r if { some {\"a\": x} in [input.OF] }",
            "r if { some {\"a\": true} in [input.OF] }",
            "r if { some [{\"a\": x}, 1] in [[input.OF, 1]] }",
            "r if { some i, {\"a\": x} in [0, input.OF]; i == 1 }",
            "r if { some k, {\"a\": x} in {\"k\": input.OF}; k == \"k\" }",
            "r if { some {\"a\": x} in {input.OF} }",
            "r if { some {\"a\": x} in {\"k\": input.OF, \"l\": 1} }",
            "r if { {\"a\": x} = input.OF; not input.z == 1 with input.z as {\"k\": 1, \"l\": 2} }",
            "q contains input.OF\nr if q[{\"a\": x}]",
            "q contains input.OF\nr if { q[{\"a\": x}]; x == true }",
            "q[input.OF] := 2\nr if q[{\"a\": x}] == 2",
            "q contains input.OF\nr if data.p.q[{\"a\": x}].a",
            "q[input.OF] := {input.OF: {\"k\": 2}}\nr if q[{\"a\": x}][{\"a\": y}].k == 2",
            "r if { {\"a\": x} = y with input.z as 1; y = input.OF }",
            "r if {\n  {\n    \"a\": x, # one\n  } = input.OF\n}",
            "r if [{\"a\": true}, x] = [input.OF, 1]",
            "r if [x, {\"a\": true}] = [1, input.OF]",
            "r if { y := input.OF; [[{\"a\": true}], x] = [[y], 1] }",
            "r if {\"k\": {\"a\": true}, \"l\": x} = {\"k\": input.OF, \"l\": 1}",
        ] {
            let text = body.replace("OF", with);
            let result = eval_pattern(&text);
            match held {
                true => assert_eq!(result, Ok(Some(json!(true))), "{text}"),
                false => assert!(!matches!(result, Ok(Some(_))), "{text}: {result:?}"),
            }
        }
    }
}

#[test]
fn what_no_pattern_fits_is_negated() {
    for body in [
        "r if not {\"a\": _} = input.more",
        "r if not input.more = {\"a\": _}",
        "r if { y := input.more; not {\"a\": _} = y }",
        "q contains input.more\nr if { some x in [true]; not q[{\"a\": x}] }",
        "q contains input.more\nr if count({1 | q[{\"a\": _}]}) == 0",
        "f(y) := x if {\"a\": x} = y\nr if not f(input.more)",
    ] {
        assert_eq!(eval_pattern(body), Ok(Some(json!(true))), "{body}");
        assert_eq!(eval_pattern(&body.replace("more", "sc")), Ok(None), "{body}");
    }
}

#[test]
fn other_objects_are_what_they_were() {
    for (body, expected) in [
        ("r := y if { x := 1; y = {\"a\": x} }", json!({"a": 1})),
        ("r := y if { x := 1; y := {\"a\": x} }", json!({"a": 1})),
        ("r := y if { some y; y = {\"a\": x}; x = 1 }", json!({"a": 1})),
        ("r := y if { x := 1; [y, 2] = [{\"a\": x}, 2] }", json!({"a": 1})),
        ("r := x if { y := \"a\"; x := input.all[1][y] }", json!(true)),
        ("r := i if input.all[i] = {\"a\": x}", json!(0)),
        ("r := i if { some i, {\"a\": x, \"b\": 1} in input.all }", json!(1)),
        (
            "q contains {\"m\": \"m\", \"f\": f} if some f in [1, 2]\nr contains m if q[{\"m\": m, \"f\": 2}]",
            json!(["m"]),
        ),
        ("r := count({\"a\": x}) if x := 1", json!(1)),
        ("r := [x | some x in input.all; {\"a\": true} == x]", json!([{"a": true}])),
    ] {
        assert_eq!(eval_pattern(body), Ok(Some(expected)), "{body}");
    }
    let v0 = "q[{\"m\": m}] { m := \"x\" }\nr[m] { q[{\"m\": m}]; d = {\"m\": m}; d.m == \"x\" }";
    assert_eq!(eval_pattern(v0), Ok(Some(json!(["x"]))));
}

#[test]
fn patterns_are_refused_where_the_interpreter_has_no_form_for_them() {
    for body in [
        "f({\"a\": x}) := x\nr := f(input.sc)",
        "f(_, [{\"a\": true}]) := 1\nr := f(1, [input.more])",
        "r if { some {\"a\": x}, y in {{\"a\": 1}: 2} }",
        "q contains input.more\nr if not q[{\"a\": _}]",
        "r if walk(input, [p, {\"a\": x}])",
        "r if object.get(input, \"more\", 1, {\"a\": x})",
        "f(x) := x\nr if f(input.more, {\"a\": x})",
        "r if { k := \"k\"; {k: {\"a\": x}} = {\"k\": input.more} }",
        "r if { k := \"k\"; y := {\"k\": input.more}; {k: {\"a\": x}} = y }",
    ] {
        let error = eval_pattern(body).unwrap_err();
        assert!(matches!(error, RegoError::Refused { .. }), "{body}: {error}");
    }
}

#[test]
fn what_depends_on_itself_is_refused() {
    let error = eval("f(x) := f(x - 1)\nr := f(1)").unwrap_err();
    assert_eq!(error, RegoError::Recursion { rules: vec!["data.p.f".into(); 2] });
    let error = eval("a(x) := b(x)\nb(x) := r if x\nr := a(1)").unwrap_err();
    assert!(error.to_string().contains("data.p.b -> data.p.r"), "{error}");
    assert_eq!(eval("f(r) := r\nr := f(1)"), Ok(Some(json!(1))));
    assert_eq!(eval("q := 1\nf(x) := q if { q := x }\nr := f(2)"), Ok(Some(json!(2))));
}

/// As much as is allowed fits into the stack of a thread as the standard library makes it.
#[test]
fn nested_braces_do_not_take_for_ever() {
    let compile = |text: &str| {
        let modules = [Source::new("a.rego", text)];
        Program::compile(&modules, &json!({}), &[], &RegoLimits::default())
    };
    for (open, close) in [("{", "}"), ("[", "]"), ("{\"a\": ", "}")] {
        let nested = |depth| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert!(compile(&format!("package a\nb := {}\n", nested(10))).is_ok());
        for text in [
            format!("package a\nb := {}\n", nested(60)),
            format!("package a\nb {}", open.repeat(40)),
        ] {
            let error = compile(&text).map(drop).unwrap_err();
            assert!(matches!(error, RegoError::LimitExceeded { .. }), "{text}: {error}");
        }
    }
}

#[test]
fn what_is_nested_deeply_is_refused_and_what_is_less_so_fits_the_stack() {
    let max = RegoLimits::default().max_nesting;
    let calls = |statements: usize| {
        let length = statements / 9;
        let links = (0..length).map(|at| {
            let next = at + 1;
            format!(
                "f{at}(x) := [y | some z in [x]; y := [w | every v in [z] {{ v }}; w := f{next}(z)]] \
                 if {{ true; true; true }}\n"
            )
        });
        let links: String = links.collect();
        format!("{links}f{length}(x) := x\nr := f0(1)")
    };
    let loops = |statements: usize| {
        let loops: String = (0..statements).map(|at| format!("  some x{at} in [1]\n")).collect();
        format!("r if {{\n{loops}}}")
    };
    let rules = |statements: usize| {
        let rules: String =
            (0..statements).map(|at| format!("r{at} := [x | some x in r{}]\n", at + 1)).collect();
        format!("{rules}r{statements} := [1]\nr := r0")
    };
    let shapes: [&dyn Fn(usize) -> String; 3] = [&calls, &loops, &rules];
    for shape in shapes {
        let error = eval(&shape(max + 40)).unwrap_err();
        assert!(matches!(error, RegoError::LimitExceeded { .. }), "{error}");
    }
    assert!(eval(&calls(max - 10)).unwrap().is_some());
    assert!(eval(&loops(max - 10)).unwrap().is_some());
    assert!(eval(&rules(max / 2 - 10)).unwrap().is_some());
}

#[test]
fn what_functions_make_is_bounded() {
    let long = r#"s := concat("", ["a" | some i in numbers.range(1, 60000)])"#;
    for rule in [
        r#"r if count(replace(s, "a", s)) > 1"#,
        r#"r if not contains(replace(s, "a", s), "b")"#,
        r#"r if count([t | some i in numbers.range(1, 5000); t := sprintf("%s%d", [s, i])]) > 1"#,
        r#"r if count([t | some i in numbers.range(1, 900); t := numbers.range(1, 5000)]) > 1"#,
    ] {
        let error = eval(&format!("{long}\n{rule}")).unwrap_err();
        let RegoError::LimitExceeded { limit, max, .. } = error else { panic!("{error}: {rule}") };
        assert_eq!((limit, max), ("bytes made by functions", 64 << 20));
    }
    // What one evaluation was refused is not held against the next.
    assert_eq!(eval(r#"r if replace("aXbX", "X", "") == "ab""#), Ok(Some(json!(true))));
    assert_eq!(eval(r#"r if replace("ab", "", "-") == "-a-b-""#), Ok(Some(json!(true))));
    assert_eq!(eval(r#"r if replace("ab", 1, "-") == "ab""#), Ok(None));
}

#[test]
fn time_is_bounded_and_given() {
    let text = "package p\nr := count([1 | some a in x; some b in x; some c in x; a + b == c])\n\
                x := numbers.range(1, 5000)\n";
    let limits = RegoLimits { max_time: Duration::from_millis(50), ..RegoLimits::default() };
    let program = Program::compile(&[Source::new("p.rego", text)], &json!({}), &[], &limits);
    let now = "2026-01-31T12:00:00Z".parse().ok();
    let input = Input::new(&json!({}));
    let error = program.unwrap().eval("data.p.r", &input, now).unwrap_err();
    assert_eq!(error, RegoError::TimedOut(limits.max_time));
    assert_eq!(eval("r := time.date(time.now_ns())"), Ok(Some(json!([2026, 1, 31]))));
    assert_eq!(eval("r := numbers.range(1, 1000000000)"), Ok(None));
    assert_eq!(eval("r := numbers.range(3, 1)"), Ok(Some(json!([3, 2, 1]))));
}

#[test]
fn a_result_that_is_small_and_would_be_large_is_refused() {
    let doubled: String = (1..40).map(|at| format!("  x{at} := [x{0}, x{0}]\n", at - 1)).collect();
    let error = eval(&format!("r := x39 if {{\n  x0 := 1\n{doubled}}}")).unwrap_err();
    assert!(
        matches!(error, RegoError::LimitExceeded { limit: "values in a result", .. }),
        "{error}"
    );
}

#[test]
fn subsets_are_those_of_opa() {
    let text = r#"r := [
        object.subset([1, 2, 3], [2, 3]), object.subset([1, 2, 3], [3, 2]),
        object.subset([1, 2, 3], [1, 3]), object.subset({"a": [1, 2]}, {"a": [2]}),
        object.subset([1, 2, 3], {3, 1}), object.subset({1, 2}, {2}), object.subset({"a": 1}, {}),
    ]"#;
    let expected = json!([true, false, false, true, true, true, true]);
    assert_eq!(eval(text), Ok(Some(expected)));
}

#[test]
fn rules_that_contradict_one_another_fail() {
    let error = eval("r := 1 if true\nr := 2 if true").unwrap_err();
    assert!(matches!(error, RegoError::Failed { .. }), "{error}");
}

#[test]
fn functions_of_the_caller_give_values_and_failures() {
    fn double(arguments: &[Json]) -> Result<Option<Json>, String> {
        match arguments {
            [Json::Number(number)] => Ok(number.as_i64().map(|number| json!(number * 2))),
            [Json::Null] => panic!("as a library might"),
            _ => Err("no number".into()),
        }
    }
    let given = [Function::new("own.double", 1, double)];
    let now = "2026-01-31T12:00:00Z".parse().ok();
    let source = Source::new("p.rego", "package p\nr := own.double(input)\n");
    let program = Program::compile(&[source], &json!({}), &given, &RegoLimits::default()).unwrap();
    let ask = |input: Json| program.eval("data.p.r", &Input::new(&input), now);
    assert_eq!(ask(json!(4)), Ok(Some(json!(8))));
    assert_eq!(ask(json!(1.5)), Ok(None));
    assert_eq!(ask(json!("x")).unwrap_err().to_string(), "p.rego:2:16: no number");
    assert_eq!(ask(json!(null)), Err(RegoError::Panicked("as a library might".into())));
    assert_eq!(ask(json!(5)), Ok(Some(json!(10))));
}

#[test]
fn what_is_sound_is_compiled_and_what_is_not_is_told() {
    let sources = [
        Source::new("a.rego", "package a\nr if data.lib.f(1)"),
        Source::new("b.rego", "package b\nr := 1"),
        Source::new("lib.rego", "package lib\nf(x) := nothing.there(x)"),
        Source::new("c.rego", "package c\nr := {"),
        Source::new("d.rego", "package d\nf(x) := f(x)\nr := f(1)"),
        Source::new("e.rego", "package e\nr if x > 1"),
    ];
    let limits = RegoLimits::default();
    let (program, broken) = Program::compile_sound(&sources, &json!({}), &[], &limits).unwrap();
    assert_eq!(program.rules().collect::<Vec<_>>(), ["data.b.r"]);
    let mut broken: Vec<usize> = broken.iter().map(|(at, _)| *at).collect();
    broken.sort_unstable();
    assert_eq!(broken, [0, 2, 3, 4, 5]);
    assert_eq!(program.eval("data.b.r", &Input::new(&json!({})), None), Ok(Some(json!(1))));
}

#[test]
fn missing_documents_are_told() {
    let program = compile("package p\nr if data.inventory.cluster[_].x == input.y\n").unwrap();
    let missing: Vec<&str> = program.missing_documents().map(|(path, _)| path).collect();
    assert_eq!(missing, ["data.inventory.cluster"]);
}

#[test]
fn what_is_no_rego_says_where() {
    let error = compile("package p\nallow if {\n  x ==\n}\n").unwrap_err();
    let RegoError::Syntax { at, .. } = error else { panic!("{error}") };
    assert_eq!((at.file.as_str(), at.line), ("p.rego", 4));
    let error = eval("r := 1").err();
    assert_eq!(error, None);
    // What is no v1 by its words is told what it is no v0 for.
    let chained = eval("r[\"m\"] { input.a } { input.b }").unwrap_err().to_string();
    assert!(chained.contains("write the rule once for each"), "{chained}");
    let forgotten = eval("import rego.v1\nr contains \"m\" { input.a }").unwrap_err().to_string();
    assert!(forgotten.contains("`if`"), "{forgotten}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
    /// Whatever is written, compiling and asking it ends in an answer or an error.
    #[test]
    fn nothing_that_is_written_panics_or_runs_for_ever(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "r", "f(x)", "f(1)", "x", "input.x", "data.p.r", ":=", "=", "==", "if", "{", "}", "[", "]",
            "not", "some", "in", "every", "with", "as", "|", ";", "\n", "1", "\"a\"", "`b`", "contains",
            "_", "count(", "walk(", ")", ",", "else", "default", "import", "input", "#", ".", "é", "-", "[_]",
        ]), 1..40),
    ) {
        let text = format!("package p\n{}\n", parts.join(" "));
        let limits = RegoLimits { max_time: Duration::from_millis(200), ..RegoLimits::default() };
        let modules = [Source::new("p.rego", text.as_str())];
        if let Ok(program) = Program::compile(&modules, &json!({}), &[], &limits) {
            for rule in program.rules() {
                _ = program.eval(rule, &Input::new(&json!({"x": [1, "a"]})), None);
            }
        }
    }
}

/// The interpreter evaluates the whole of a module that a name is imported from.
#[test]
fn what_other_rules_of_a_module_use_is_there() {
    let sources = [
        Source::new("a.rego", "package a\nimport data.lib.b\nr := [x | some x in b.values]\n"),
        Source::new(
            "b.rego",
            "package lib.b\nimport data.lib.c\nall(x) := [y | some y in [x]; c.holds(y)]\n\
             others contains y if some y in all(input)\nvalues contains v if some v in [1]\n",
        ),
        Source::new("c.rego", "package lib.c\nholds(x) if x\n"),
    ];
    let program = Program::compile(&sources, &json!({}), &[], &RegoLimits::default()).unwrap();
    let value = program.eval("data.a.r", &Input::new(&json!({"here": 1})), None);
    assert_eq!(value, Ok(Some(json!([1]))));
}

#[test]
fn keywords_without_their_import_are_no_names() {
    let read = |text: &str| Parsed::read(Source::new("a.rego", text), &RegoLimits::default());
    // Written for v1, with a mistake in the second line.
    for (line, text) in [
        (2, "package a\ndeny contains x if { x = }\n"),
        (2, "package a\nsome_rule { some x in input.xs; x == }\n"),
    ] {
        let Err(RegoError::Syntax { at, .. }) = read(text).map(|_| ()) else { panic!("{text}") };
        assert_eq!(at.line, line, "{text}");
    }
    for text in [
        "package a\nimport future.keywords\ndeny[x] { some x in input.xs }\n",
        "package a\nimport future.keywords.in # one\ndeny[x] { some x in input.xs }\n",
        "package a\nimport future.keywords.every\ndeny[1] { every x in input.xs { x > 1 } }\n",
        "package a\ndeny[1] { contains(input.if, \"in\"); input.in[0].every }\n",
    ] {
        assert!(read(text).is_ok_and(|parsed| parsed.v0), "{text}");
    }
    let parsed = read("package a\nimport input\nimport data.b as input2\nx := input.a\n").unwrap();
    assert_eq!(parsed.text, "package a\n            \nimport data.b as input2\nx := input.a\n");
}

/// OPA compares: the names of `every` have their values in its body.
#[test]
fn a_name_of_every_is_compared_by_an_equals_sign() {
    for (body, holds) in [
        (r#"r if { every i in ["evil"] { i = "good" } }"#, false),
        (r#"r if { every i in ["evil"] { "good" = i } }"#, false),
        (r#"r if { every i in ["evil"] { startswith(i, "e"); i = "good" } }"#, false),
        (r#"r if { every i in ["evil"] { i = "evil" } }"#, true),
        (r#"r if { every i in ["evil"] { "evil" == i; i = "evil" } }"#, true),
        (r#"r if { every i in ["evil"] { not i = "good" } }"#, true),
        ("r if { x := 1; every i in [2] { x = i } }", false),
        ("r if { y := [1]; every i in [2] { [i] = y } }", false),
        ("r if { y := {\"a\": 1}; every i in [2] { {\"a\": i} = y } }", false),
        ("r if { every i in [2] { count([1 | i = 1]) == 1 } }", false),
        ("r if { every k, v in {\"a\": 1} { k = \"a\"; v = 1 } }", true),
        ("r if { every k, v in {\"a\": 1} { k = \"b\"; v = 1 } }", false),
        ("r if { every k, _ in {\"a\": 1} { k = \"b\" } }", false),
        ("r if { every i in [2] { count([1], i) } }", false),
        ("r if { every i in [[1, 2]] { every i in i { i = 5 } } }", false),
        ("r if { every i in [[1, 2]] { every i in i { i < 5 } } }", true),
        ("r if {\n  every i in [1] {\n    # one\n    i = 1 # two\n  }\n}", true),
        ("i_each := 1\nr if { every i in [1] { i = i_each } }", true),
    ] {
        assert_eq!(eval(body), Ok(holds.then_some(json!(true))), "{body}");
    }
    let v0 = "import future.keywords.every\nr { every i in [1] { i = 2 } }";
    assert_eq!(eval(v0), Ok(None));
}

#[test]
fn what_a_head_computes_is_undefined_for_some_alone() {
    let input = json!({"xs": [{"a": 1}, {"b": 2}, {"a": 3}], "e": {"k": "v"}});
    for (body, expected) in [
        ("r contains input.xs[_].a if true", json!([1, 3])),
        ("r contains input.xs[_].a", json!([1, 3])),
        ("r contains walk(input.xs)[1].a if true", json!([1, 3])),
        ("r contains input.xs[i].a if { some i in [1, 2] # one\n}", json!([3])),
        ("r contains x.a if some x in input.xs", json!([1, 3])),
        ("r contains {\"m\": x.a} if { some x in input.xs }", json!([{"m": 1}, {"m": 3}])),
        ("r contains sprintf(\"%v\", [x.a]) if some x in input.xs", json!(["1", "3"])),
        ("r contains input.e[k] if some k in [\"j\", \"k\"]", json!(["v"])),
        ("r contains input.xs[_].a if \"b\" == \"b\" # if", json!([1, 3])),
        (
            "r contains {\"m\": input.xs[_].a, # one\n\"n\": 1} if true",
            json!([{"m": 1, "n": 1}, {"m": 3, "n": 1}]),
        ),
        (
            "r contains {\"m\": input.xs[_].a, \"n\": \"}\"} if true",
            json!([{"m": 1, "n": "}"}, {"m": 3, "n": "}"}]),
        ),
        ("r[input.xs[i].a] := i if true", json!({"1": 0, "3": 2})),
        ("r := input.xs[_].a if { input.xs[_].b; true } else := 2", json!(null)),
        ("r := 1 if { false } else := [x | x := input.xs[_].b][_]", json!(2)),
        ("chosen := 3\nr contains input.xs[_].a if chosen == 3", json!([1, 3])),
        ("r[input.xs[_].a] { true }", json!([1, 3])),
        ("f(x) = x[_].b { true }\nr = f(input.xs) { true }", json!(2)),
        ("r = input.xs[_].b", json!(2)),
    ] {
        match eval_with(body, input.clone()) {
            Err(error) => assert!(expected.is_null(), "{body}: {error}"),
            result => assert_eq!(result, Ok(Some(expected)), "{body}"),
        }
    }
    let error = eval_with("r := input.xs[_].a if { false } else if true", input).unwrap_err();
    assert!(matches!(error, RegoError::Refused { .. }), "{error}");
}

#[test]
fn a_pattern_stands_behind_comments_and_beside_others() {
    for body in [
        "r if { # if\n {\"a\": _} = input.OF }",
        "r if { x := 1 # what if\n {\"a\": _} = input.OF }",
        "r if # x\n {\"a\": _} = input.OF",
        "a := input.OF\nb := input.OF\nr if [a, b] = [{\"a\": _}, {\"a\": _}]",
        "a := input.sc\nb := input.OF\nr if [a, b] = [{\"a\": _}, {\"a\": _}]",
    ] {
        assert_eq!(eval_pattern(&body.replace("OF", "sc")), Ok(Some(json!(true))), "{body}");
        assert_eq!(eval_pattern(&body.replace("OF", "more")), Ok(None), "{body}");
    }
}

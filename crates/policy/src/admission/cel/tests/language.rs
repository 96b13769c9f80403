//! The language itself (cel-spec, langdef.md).

use super::all;

#[test]
fn literals() {
    all(&[
        ("1", "1"),
        ("0x1F", "31"),
        ("7u", "7u"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "compile: column 20: 9223372036854775808 is no int"),
        ("1.5e3", "1500.0"),
        (".5", "0.5"),
        (r#"'a\n\x41\u00e9\101'"#, r#""a\nAéA""#),
        (r#"r'a\n'"#, r#""a\\n""#),
        (r#"'''a'b'''"#, r#""a'b""#),
        (r#"b'\377a'"#, "[255, 97]"),
        ("[dyn(1), dyn('a'), [2,],]", r#"[1,"a",[2]]"#),
        ("{'a': dyn(1), 'b': {2: 3}}", r#"{"a":1,"b":{"2":3}}"#),
        ("{'a': 1, 'a': 2}", "error: the key a is there twice"),
        ("null", "null"),
        ("1 // one\n + 1", "2"),
        ("'a", "compile: column 1: the string does not end"),
        ("1 +", "compile: column 4: unexpected the end"),
        ("package", "compile: column 8: package is a reserved word"),
        ("unknown", "compile: column 1: undeclared reference to unknown"),
        ("unknown(1)", "compile: column 1: undeclared reference to unknown"),
        ("size(1, 2)", "compile: column 1: size does not take 2 arguments"),
    ]);
}

#[test]
fn arithmetic_does_not_wrap() {
    all(&[
        ("1 + 2 * 3 - 4 / 2 % 2", "7"),
        ("-7 / 2", "-3"),
        ("-7 % 2", "-1"),
        ("9223372036854775807 + 1", "error: integer overflow"),
        ("-9223372036854775808 / -1", "error: integer overflow"),
        ("-(-9223372036854775808)", "error: integer overflow"),
        ("0u - 1u", "error: integer overflow"),
        ("1 / 0", "error: division by zero"),
        ("1 % 0", "error: division by zero"),
        ("1.0 / 0.0 > 1e300", "true"),
        ("1 + 1.0", "error: no such overload: +(int, double)"),
        ("'a' + 'b' + string(1)", r#""ab1""#),
        ("[1] + [2]", "[1,2]"),
        ("b'a' + b'b'", "[97, 98]"),
    ]);
}

#[test]
fn comparison_goes_across_numbers() {
    all(&[
        ("1 == 1.0 && 1 == 1u && 1u == 1.0", "true"),
        ("1 < 1.5 && 2u > 1 && -1 < 0u", "true"),
        ("9007199254740993 == 9007199254740992.0", "false"),
        ("9007199254740993 > 9007199254740992.0", "true"),
        ("1 == '1'", "false"),
        ("1 < '1'", "error: no such overload: <(int, string)"),
        ("null == 0", "false"),
        ("[1, 2] == [1.0, 2.0]", "true"),
        ("{'a': 1} == {'a': 1u}", "true"),
        ("'a' < 'b' && false < true && b'a' < b'b'", "true"),
        ("1 in [1.0] && 'a' in {'a': 1} && !(2 in {1: 1}) && 1.0 in {1: 1}", "true"),
        ("'a' in 'abc'", "error: no such overload: in(string, string)"),
        ("double('NaN') == double('NaN') || double('NaN') < 1.0", "false"),
        ("type(1) == int && type(type(1)) == type", "true"),
        ("type(timestamp(0)) == google.protobuf.Timestamp", "true"),
    ]);
}

#[test]
fn what_decides_makes_up_for_errors() {
    all(&[
        ("false && 1 / 0 == 1", "false"),
        ("1 / 0 == 1 && false", "false"),
        ("true || 1 / 0 == 1", "true"),
        ("1 / 0 == 1 || true", "true"),
        ("1 / 0 == 1 || false", "error: division by zero"),
        ("1 && false", "false"),
        ("1 && true", "error: no such overload: &&(int)"),
        ("true ? 1 : 1 / 0", "1"),
        ("[1, 0].exists(x, 1 / x == 1)", "true"),
        ("[0, 1].exists(x, 1 / x == 1)", "true"),
        ("[0, 2].all(x, 1 / x == 1)", "false"),
        ("[0, 1].all(x, 1 / x == 1)", "error: division by zero"),
        ("[0, 1].exists_one(x, 1 / x == 1)", "error: division by zero"),
    ]);
}

#[test]
fn fields() {
    all(&[
        ("object.metadata.name", r#""shop""#),
        ("object['metadata'].labels['tier.example.com/name']", r#""front""#),
        ("object.metadata.labels.`tier.example.com/name`", r#""front""#),
        ("object.metadata.annotations", "error: no such key: annotations"),
        ("object.metadata.labels['x']", "error: no such key: x"),
        ("has(object.metadata.labels) && !has(object.metadata.annotations)", "true"),
        ("has(object.spec.nothing)", "true"),
        ("has(object.spec.nothing.more)", "false"),
        ("has(object.status.phase)", "error: no such key: status"),
        ("object.spec.nothing.more", "error: no such key: more"),
        ("object.spec.containers[1].name", r#""b""#),
        ("object.spec.containers[2]", "error: index out of bounds: 2"),
        ("object.spec.containers[-1]", "error: index out of bounds: -1"),
        ("object.spec.containers[1.0].name", r#""b""#),
        ("object.spec.replicas == 3 && object.spec.ratio == 1.5", "true"),
        ("oldObject == null", "true"),
        ("has(object)", "compile: column 1: has() wants a field"),
    ]);
}

#[test]
fn optional_values() {
    all(&[
        ("object.?metadata.name", r#"some("shop")"#),
        ("object.?status.phase.deep", "none"),
        ("object.?status.phase.orValue('none')", r#""none""#),
        ("object.spec.?nothing.?more", "none"),
        ("object.metadata.labels[?'app'].orValue('')", r#""shop""#),
        ("object.spec.containers[?5].hasValue()", "false"),
        ("object.spec.?hostNetwork.orValue(false) == false", "true"),
        ("{?'a': optional.of(1), ?'b': optional.none()}", r#"{"a":1}"#),
        ("[?optional.of(1), ?optional.none(), 2]", "[1,2]"),
        ("optional.ofNonZeroValue('').hasValue()", "false"),
        ("optional.none().or(optional.of(2)).value()", "2"),
        ("optional.none().value()", "error: optional.none() dereference"),
        ("object.?spec.optMap(s, s.replicas + 1).orValue(0)", "4"),
        ("object.?x.optFlatMap(s, s.?y).hasValue()", "false"),
        ("optional.of(1) == optional.of(1)", "true"),
        ("optional.unwrap([optional.of(1), optional.none()])", "[1]"),
        ("has(object.?spec.x)", "false"),
        ("[1].orValue([]) + optional.of([2]).orValue(1 / 0)", "[1,2]"),
    ]);
}

#[test]
fn loops() {
    all(&[
        ("object.spec.containers.all(c, c.image.contains('/'))", "false"),
        ("object.spec.containers.map(c, c.name)", r#"["a","b"]"#),
        ("object.spec.containers.map(c, c.name != 'a', c.name)", r#"["b"]"#),
        ("object.spec.containers.filter(c, has(c.ports)).size()", "1"),
        ("object.spec.containers.exists_one(c, c.name == 'a')", "true"),
        ("object.metadata.labels.exists(k, k == 'app')", "true"),
        ("object.metadata.labels.all(k, v, k != v)", "true"),
        ("[10, 20].exists(i, v, i == 1 && v == 20)", "true"),
        ("[1, 2].all(x, [3, 4].all(y, x < y))", "true"),
        ("[1, 2].map(x, [x].map(x, x + 1))", "[[2],[3]]"),
        ("['a', 'b'].transformList(i, v, string(i) + v)", r#"["0a","1b"]"#),
        ("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", r#"{"b":20}"#),
        ("{'a': 'x'}.transformMapEntry(k, v, {v: k})", r#"{"x":"a"}"#),
        ("[3, 1, 2].sortBy(x, -x)", "[3,2,1]"),
        ("cel.bind(x, 2, x * x)", "4"),
        ("[1].all(object, object == 1)", "true"),
        ("'abc'.all(x, true)", "error: no such overload: a loop(string)"),
        ("[1].all(1, true)", "compile: column 9: the name of a variable is wanted here"),
    ]);
}

//! What is refused before it is evaluated, as `kube-apiserver` 1.35 refuses it.

use super::super::{Input, Names, Wanted};

/// Whether an expression is taken as one that must yield this.
fn taken(text: &str, wanted: Wanted) -> Result<(), String> {
    let inputs = [Input::Object, Input::Request, Input::NamespaceObject, Input::Authorizer];
    let mut names = Names::new(&inputs).checked();
    names.declare("count", &names.compile("size(object.spec.containers)").unwrap());
    names.declare("any", &names.compile("object.spec").unwrap());
    names.compile_as(text, wanted).map(|_| ()).map_err(|error| error.problem)
}

#[test]
fn what_fits_is_taken() {
    for text in [
        "true",
        "object.spec.nope == 1 && object.spec.replicas > 3",
        "object.spec.containers.all(c, c.image.contains('a') || c.nope)",
        "object.metadata.labels.all(k, v, k != v)",
        "!has(object.spec.nope) && 'a' in object.metadata.labels",
        "request.operation in ['CREATE', 'UPDATE'] && request.options.any.thing == 1",
        "request.userInfo.extra['a'].exists(e, e == 'b') && request.userInfo.groups.size() > 0",
        "namespaceObject == null || namespaceObject.metadata.labels['a'] == 'b'",
        "namespaceObject.metadata.creationTimestamp < timestamp('2026-01-31T12:00:00Z')",
        "quantity(object.a).add(1).isLessThan(quantity('1')) && sign(quantity('1')) == 1",
        "ip('::1') == ip(object.a) && cidr('::/0').containsIP('::1') && cidr(object.a).ip() == ip('::1')",
        "format.named(object.a).value().validate('b').orValue([]).size() == 0",
        "authorizer.group('').resource('pods').namespace('a').check('get').allowed()",
        "authorizer.requestResource.check('create').errored() || authorizer.path('/a').check('get').allowed()",
        "[1, 2].sum() + variables.count > 2 && [3, 1].sort()[0] == 1 && {'a': [1]}.a[0] < 2.5",
        "optional.of(1).optMap(x, x + 1).orValue(0) == 2 && optional.none().orValue('a') == 'a'",
        "[1, 2].transformMap(i, v, string(v))[0] == '1' && [[1], [2]].flatten() == [1, 2]",
        "variables.any.nope || (true ? variables.count : object.a) == 1",
        "'a' in [dyn(1), 'a', object.b] && {'a': object.a, 'b': 'c'}.b.size() == 1",
        "'%s %s'.format([[1, 'a', 2.5], {'a': 1, 'b': 'c'}.map(k, [k, 1])]) != ''",
        "semver('1.2.3').isGreaterThan(semver('v1.2', true)) && url('/a').getQuery()['a'] == ['b']",
        "duration('1h') + timestamp(object.a) > timestamp(0) && type(1) == int && dyn(1) == 'a'",
        "object.metadata.?labels[?'a'].orValue('b') == 'b' && object.?spec.hasValue()",
    ] {
        assert_eq!(taken(text, Wanted::Bool), Ok(()), "{text}");
    }
    assert_eq!(taken("'%d of %s'.format([variables.count, object])", Wanted::Text), Ok(()));
    assert_eq!(taken("string(object.a)", Wanted::TextOrNull), Ok(()));
    assert_eq!(taken("null", Wanted::TextOrNull), Ok(()));
}

#[test]
fn what_cannot_fit_is_refused() {
    for (text, why) in [
        ("1", "it must yield a bool, and not int"),
        ("object.spec.hostNetwork", "it must yield a bool, and not dyn"),
        ("variables.count", "it must yield a bool, and not int"),
        ("optional.of(true)", "it must yield a bool, and not optional(bool)"),
        ("request.operation == 1", "== does not take string, int"),
        ("request.kind == 'Pod'", "== does not take a kind, string"),
        ("request.object.x == 1", "the request has no field object"),
        ("has(request.uid)", "the request has no field uid"),
        ("has(namespaceObject.kind)", "the namespace has no field kind"),
        ("1 == 1.0", "== does not take int, double"),
        ("1 + 1.5 > 2.0", "+ does not take int, double"),
        ("null == 1", "== does not take null, int"),
        ("'a' in [1, 2]", "in does not take string, list(int)"),
        ("true || 1", "a bool is wanted, and not int"),
        ("[1, 'a'].size() == 2", "int and string in one literal"),
        ("object.a in ['a', null]", "string and null_type in one literal"),
        ("{'a': 1, 'b': 2.5}.size() == 2", "int and double in one literal"),
        ("{'a': 1, 2: 1}.size() == 2", "string and int in one literal"),
        ("'%s'.format(['a']) in [1, ['b']]", "int and list in one literal"),
        ("(true ? 1 : 'a') == 1", "?: does not take int, string"),
        ("{1: 'x'}[1.0] == 'x'", "[] does not take map(int, string), double"),
        ("[1, 2].join(',') == ''", "join does not take list(int), string"),
        ("['b'].sum() == 'b'", "sum does not take list(string)"),
        ("[1, 2].flatten() == []", "flatten does not take list(int)"),
        ("'a'.reverse() == 'a'", "reverse does not take string"),
        ("quantity('1').sign() == 1", "undeclared reference to sign"),
        ("'a'.foo == 1", "string has no fields"),
        ("[1][?0].orValue('a') == 'a'", "orValue does not take optional(int), string"),
        ("math.greatest(1, 2) == 2", "undeclared reference to math.greatest"),
        ("base64.encode(b'a') == ''", "undeclared reference to base64.encode"),
        ("regex.replace('a', 'a', 'b') == 'b'", "undeclared reference to regex.replace"),
        ("cel.bind(a, true, a)", "undeclared reference to cel.bind"),
        ("authorizer.check('get').allowed()", "check does not take authorizer, string"),
        ("int('a') == 1", "\"a\" is no int"),
        ("timestamp('soon') < timestamp(0)", "\"soon\" is no RFC 3339 time"),
        ("object.a.find('(') == ''", "\"(\" is no regular expression: unclosed group"),
    ] {
        assert_eq!(taken(text, Wanted::Bool), Err(why.to_owned()), "{text}");
    }
    assert!(taken("object.metadata.name", Wanted::Text).is_err());
    assert!(taken("1", Wanted::TextOrNull).is_err());
}

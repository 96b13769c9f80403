//! The libraries of cel-go, of Kubernetes and of Kyverno.

use super::{all, say};

#[test]
fn conversions() {
    all(&[
        ("int('42') + int(1.9) + int(-1.9) + int(3u)", "45"),
        ("int('4a')", "error: \"4a\" is no int"),
        ("int(1e30)", "error: integer overflow"),
        ("uint(-1)", "error: integer overflow"),
        ("double('1.5') + double(2)", "3.5"),
        (
            "string(1.0) + string(true) + string(-5) + string(1.5e10) + string(b'x')",
            r#""1true-51.5e+10x""#,
        ),
        ("string([1])", "error: no such overload: string(list)"),
        ("bool('True') && !bool('0')", "true"),
        ("size('é') + size(bytes('é')) + size([1]) + {'a': 1}.size()", "5"),
        ("type(dyn(1)) == int", "true"),
    ]);
}

#[test]
fn texts() {
    all(&[
        ("'abc'.startsWith('a') && 'abc'.endsWith('c') && 'abc'.contains('b')", "true"),
        ("'abc'.matches('^a.c$') && matches('xabcx', 'abc')", "true"),
        ("'abc'.matches('(')", "compile: column 1: \"(\" is no regular expression: unclosed group"),
        ("'tacocat'.indexOf('ac') + 'tacocat'.indexOf('ac', 2) + 'é1'.indexOf('1')", "1"),
        ("'tacocat'.lastIndexOf('a') + 'tacocat'.lastIndexOf('a', 4)", "6"),
        ("'tacocat'.indexOf('a', 9) + 'tacocat'.lastIndexOf('a', 9)", "-2"),
        ("'abc'.charAt(1) + 'abc'.charAt(3)", r#""b""#),
        ("'aBé'.lowerAscii() + 'aBé'.upperAscii()", r#""abéABé""#),
        ("'wello hello'.replace('he', 'we') + 'aaa'.replace('a', 'b', 2)", r#""wello wellobba""#),
        (
            "'a,b,c'.split(',') + 'a,b,c'.split(',', 2) + 'abc'.split('') + 'ab'.split(',', 0)",
            r#"["a","b","c","a","b,c","a","b","c"]"#,
        ),
        ("'tacocat'.substring(4) + 'tacocat'.substring(0, 4)", r#""cattaco""#),
        ("'abc'.substring(2, 1)", "error: index out of bounds: 2"),
        ("' \\t a '.trim()", r#""a""#),
        ("['a', 'b'].join() + ['a', 'b'].join('-')", r#""aba-b""#),
        ("[1].join()", "error: no such overload: join(list)"),
        ("'abc'.reverse()", r#""cba""#),
        ("strings.quote('a\"b\\n')", r#""\"a\\\"b\\n\"""#),
        ("'%s %d %.2f %x %%'.format(['a', 5, 1.005, 255])", r#""a 5 1.00 ff %""#),
        ("'%s'.format([[1, 'a', {'k': null}]])", r#""[1, \"a\", {\"k\":null}]""#),
        ("'%s'.format([{10: 1.5, 9: duration('90s')}])", r#""{10:1.500000, 9:duration(\"90s\")}""#),
        ("'%s'.format([[b'a\\x01\"', int]])", r#""[b\"a\\x01\\\"\", int]""#),
        ("'%e %b %o'.format([1234.5, 5, 8])", r#""1.234500e+03 101 10""#),
        ("'%d'.format([])", "error: index out of bounds: 0"),
        ("'abc 123'.find('[0-9]+') + 'abc'.find('x')", r#""123""#),
        ("'1 22 3'.findAll('[0-9]+') + '1 22 3'.findAll('[0-9]+', 1)", r#"["1","22","3","1"]"#),
        ("base64.encode(b'hello') + string(base64.decode('aGVsbG8'))", r#""aGVsbG8=hello""#),
    ]);
}

#[test]
fn patterns_with_groups() {
    all(&[
        ("regex.extract('hello world', 'hello(.*)')", r#"some(" world")"#),
        ("regex.extract('item-A, item-B', 'item-\\\\w')", r#"some("item-A")"#),
        ("regex.extract('HELLO', 'hello')", "none"),
        ("regex.extract('a', 'a(b)?')", "none"),
        ("regex.extract('a', 'b*')", r#"some("")"#),
        ("regex.extract('a@b', '(.*)@(.*)')", "error: \"(.*)@(.*)\" has more than one group"),
        ("regex.extract('a', '(')", "error: \"(\" is no regular expression: unclosed group"),
        ("regex.extractAll('id:1, id:23', 'id:[0-9]+')", r#"["id:1","id:23"]"#),
        ("regex.extractAll('id:1, id:, id:23', 'id:([0-9]*)')", r#"["1","23"]"#),
        ("regex.extractAll('a', 'b')", "[]"),
        ("regex.replace('banana', 'a', 'x')", r#""bxnxnx""#),
        ("regex.replace('banana', 'a', 'x', 2)", r#""bxnxna""#),
        ("regex.replace('banana', 'a', 'x', 0)", r#""banana""#),
        ("regex.replace('banana', '(', 'x', 0)", r#""banana""#),
        ("regex.replace('banana', 'a', 'x', -3)", r#""bxnxnx""#),
        ("regex.replace('banana', 'a', 'x', 3000000000)", "error: integer overflow"),
        (r"regex.replace('foo bar', '(fo)o (ba)r', r'\2 \1')", r#""ba fo""#),
        (r"regex.replace('a.b', '[.]', r'\\\0')", r#""a\\.b""#),
        ("regex.replace('éa', '', '-')", r#""-é-a-""#),
        ("regex.replace('ab', 'b(c)?', '[$1]')", r#""a[$1]""#),
        (
            r"regex.replace('a', '(a)', r'\2')",
            r#"error: the replacement "\\2" names a group that the pattern does not have"#,
        ),
        (
            r"regex.replace('a', 'a', r'\v')",
            r#"error: the replacement "\\v" has a backslash before no digit"#,
        ),
        (r"regex.replace('a', 'a', 'b\\')", r#"error: the replacement "b\\" ends in a backslash"#),
    ]);
}

#[test]
fn lists_and_sets() {
    all(&[
        ("[1, 3, 2].isSorted() || ['a', 'b'].isSorted()", "true"),
        ("[1, 2].sum() + [3, 1].min() + [3, 1].max()", "7"),
        ("[].max()", "error: max of an empty list"),
        ("[1, 2, 1].indexOf(1) + [1, 2, 1].lastIndexOf(1) + [1].indexOf(5)", "1"),
        ("[1, 2, 3, 4].slice(1, 3) + [dyn(1), [dyn(2), [3]]].flatten()", "[2,3,1,2,[3]]"),
        (
            "[dyn(1), [dyn(2), [3]]].flatten(2) + [3, 1].sort() + [1, 1, 2].distinct() + lists.range(2) + [1, 2].reverse()",
            "[1,2,3,1,3,1,2,0,1,2,1]",
        ),
        ("[1, 2].first().value() + [1, 2].last().value()", "3"),
        (
            "sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 1], [1]) && sets.intersects([1], [1, 2])",
            "true",
        ),
        ("math.greatest(1, 2.5, 2) == 2.5 && math.least([3, 1]) == 1", "true"),
        (
            "math.ceil(1.2) + math.floor(1.8) + math.round(1.5) + math.trunc(-1.5) + math.abs(-1.0)",
            "5.0",
        ),
        (
            "math.bitAnd(6, 3) + math.bitOr(1, 2) + math.bitXor(1, 3) + math.bitShiftLeft(1, 3) + math.sign(-4)",
            "14",
        ),
        ("math.round(1.256, 2)", "1.26"),
    ]);
}

#[test]
fn times() {
    all(&[
        (
            "timestamp('2026-11-21T12:30:15.5Z').getFullYear() + timestamp('2026-11-21T12:30:15Z').getMonth()",
            "2036",
        ),
        ("timestamp('2026-11-21T12:30:15Z').getHours('+02:00')", "14"),
        ("timestamp('2026-11-21T12:30:15Z').getHours('Europe/Paris')", "13"),
        ("timestamp('2021-06-01T12:00:00Z').getHours('America/New_York')", "8"),
        ("timestamp('2021-12-01T12:00:00Z').getHours('America/New_York')", "7"),
        ("timestamp('2021-06-01T23:45:00Z').getDate('Asia/Kathmandu')", "2"),
        ("timestamp('2021-06-01T12:00:00Z').getMinutes('-02:30')", "30"),
        (
            "timestamp('2021-06-01T12:00:00Z').getHours('america/new_york')",
            "error: \"america/new_york\" is no known time zone",
        ),
        (
            "timestamp('2021-06-01T12:00:00Z').getHours('+2:x')",
            "error: \"+2:x\" is no offset of a time zone",
        ),
        (
            "lists.range(999).all(a, lists.range(99).all(b, time.now().getHours('Asia/Tokyo') < 24))",
            "error: the expression takes more than 1000000 steps",
        ),
        ("timestamp('2026-11-22T00:00:00Z').getDayOfWeek()", "0"),
        ("timestamp('2026-11-21')", "error: \"2026-11-21\" is no RFC 3339 time"),
        ("timestamp('2026-11-21T00:00:00Z') + duration('1h30m')", "2026-11-21T01:30:00Z"),
        ("timestamp('2026-11-21T00:00:00Z') - timestamp('2026-11-20T00:00:00Z')", "86400s"),
        ("duration('1.5s') + duration('-500ms')", "1s"),
        ("duration('1d')", "error: \"1d\" is no duration"),
        ("duration('90m').getHours() + duration('90m').getMinutes()", "91"),
        ("timestamp('2020-05-01T03:15:12-07:00') < time.now()", "true"),
        ("time.now() - duration('4380h') > timestamp(0)", "true"),
        (
            "time.truncate(timestamp('2026-11-21T12:34:56Z'), duration('1h'))",
            "2026-11-21T12:00:00Z",
        ),
        ("time.toCron(timestamp('2026-11-21T12:34:56Z'))", r#""34 12 21 11 6""#),
        ("timestamp('9999-12-30T00:00:00Z') + duration('48h')", "error: integer overflow"),
    ]);
}

#[test]
fn types_of_libraries() {
    all(&[
        ("type(ip('192.168.0.1')) == net.IP && type(cidr('::/0')) == net.CIDR", "true"),
        ("type(ip('192.168.0.1')) == net.CIDR", "false"),
        ("type(quantity('1')) == kubernetes.Quantity && type(url('/a')) == kubernetes.URL", "true"),
        ("type(semver('1.2.3')) == kubernetes.Semver", "true"),
        ("type(format.date()) == kubernetes.NamedFormat", "true"),
        ("type(duration('1s')) == google.protobuf.Duration", "true"),
        ("[{'IP': 1}].all(net, net.IP == 1)", "true"),
        ("net.Host", "compile: column 1: undeclared reference to net"),
    ]);
}

#[test]
fn formats_of_texts() {
    let is = |name: &str, text: &str| {
        say(&format!("!format.{name}().validate('{text}').hasValue()")) == "true"
    };
    for name in ["dns1123LabelPrefix", "dns1123SubdomainPrefix", "dns1035LabelPrefix"] {
        for text in ["my-", "a", "A-"] {
            assert!(is(name, text), "{name} {text}");
        }
        for text in ["-", "Aa-", "éa-", "aé-"] {
            assert!(!is(name, text), "{name} {text}");
        }
    }
    assert!(is("dns1123SubdomainPrefix", "mysubdomain.prefix.-"));
    assert!(!is("dns1123LabelPrefix", "a.a-") && is("dns1123LabelPrefix", "a.-"));
    all(&[
        ("format.date().validate('2020-01-32').value()", r#"["invalid date"]"#),
        ("format.datetime().validate('2020-01-32').value()", r#"["invalid datetime"]"#),
        ("format.byte().validate('a').value()", r#"["invalid base64"]"#),
        ("format.uuid().validate('a').value()", r#"["does not match the UUID format"]"#),
    ]);
}

#[test]
fn addresses() {
    all(&[
        ("isIP('127.0.0.1') && isIP('::1') && !isIP('::ffff:1.2.3.4') && !isIP('1.2.3')", "true"),
        ("ip('10.0.0.1').family() + ip('fe80::1').family()", "10"),
        (
            "ip('169.254.1.1').isLinkLocalUnicast() && ip('8.8.8.8').isGlobalUnicast() && ip('127.0.0.1').isLoopback()",
            "true",
        ),
        ("ip.isCanonical('::1') && !ip.isCanonical('0:0::1')", "true"),
        (
            "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))",
            "true",
        ),
        (
            "cidr('10.0.0.0/8').containsCIDR('10.2.0.0/16') && cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')",
            "true",
        ),
        (
            "cidr('0.0.0.0/0').containsIP('1.2.3.4') && cidr('::/0').containsIP('::5') && cidr('::1/128').prefixLength() == 128",
            "true",
        ),
        ("cidr('10.0.0.0/33')", "error: \"10.0.0.0/33\" is no CIDR"),
        (
            "isURL('https://user@example.com:8080/a%20b?x=1&x=2') && !isURL('example.com') && isURL('/path')",
            "true",
        ),
        (
            "url('https://example.com:8080/a?x=1&x=2').getHost() + url('https://[::1]:80/').getHostname()",
            r#""example.com:8080::1""#,
        ),
        ("url('https://example.com:8080/a?x=1&x=2').getQuery()['x']", r#"["1","2"]"#),
        ("url('https://example.com/a?x=1#b?x=2').getQuery()['x']", r#"["1"]"#),
        ("url('/a#b').getEscapedPath()", r#""/a""#),
        (
            "url('https://example.com/a/b').getEscapedPath() + url('HTTPS://e.com').getScheme() + url('http://e:1').getPort()",
            r#""/a/bhttps1""#,
        ),
    ]);
}

#[test]
fn quantities_versions_and_formats() {
    all(&[
        (
            "quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('0.5') == quantity('500m')",
            "true",
        ),
        (
            "quantity('1k').asInteger() + quantity('2').add(3).asInteger() + sign(quantity('-1'))",
            "1004",
        ),
        ("quantity('1.5').isInteger() || isQuantity('1.5.1') || isQuantity('5ki')", "false"),
        ("quantity('1e3').compareTo(quantity('1k'))", "0"),
        ("quantity('100m').asApproximateFloat()", "0.1"),
        (
            "semver('1.2.3').isLessThan(semver('1.2.10')) && semver('1.0.0-rc.1').compareTo(semver('1.0.0')) == -1",
            "true",
        ),
        ("isSemver('v1.0') || isSemver('01.2.3')", "false"),
        ("semver('v1.2', true).minor()", "2"),
        ("format.dns1123Label().validate('my-label').hasValue()", "false"),
        ("format.named('labelValue').value().validate('-').hasValue()", "true"),
        ("format.named('nothing').hasValue()", "false"),
        ("!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()", "true"),
    ]);
}

#[test]
fn kyverno() {
    all(&[
        (
            "parseServiceAccount('system:serviceaccount:ns:name').Namespace + parseServiceAccount('x').Name",
            r#""ns""#,
        ),
        ("hash.md5('a') + sha1('a').substring(0, 4)", r#""0cc175b9c0f1b6a831c399e26977266186f7""#),
        (
            "image('nginx').registry() + image('ghcr.io/a/b:1').repository() + image('nginx').identifier()",
            r#""index.docker.ioa/blatest""#,
        ),
        (
            "image('a/b:1').tag() == '1' && !image('a/b:1').containsDigest() && isImage('a:1') && !isImage('A B')",
            "true",
        ),
        (
            "['a', 'a:1', 'a:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'].map(i, image(i).tag())",
            r#"["latest","1","1",""]"#,
        ),
        ("json.unmarshal('{\"a\": [1]}').a[0] + yaml.parse('a: 2').a", "3"),
        ("listObjToMap([{'k': 'a'}], [{'v': 1}], 'k', 'v')", r#"{"a":1}"#),
        (
            "http.Get('https://example.com').body",
            "error: no cluster to ask for GET https://example.com",
        ),
        ("random()", "error: nothing here is random"),
    ]);
}

//! Policies that the API server evaluates itself, and what we say of the same.

use sealift::http::Method;
use sealift_tests::Suite;
use serde_json::{Value, json};

use crate::asked::review;
use crate::objects::{DRY, MAPS, PODS, REGISTRATION, binding, pod, policy};
use crate::server::{Answer, ApiServer};

/// What a policy says of a Pod, beside what both say of it: nothing where it may be, else the
/// message where that is the policy's own.
struct Row {
    name: &'static str,
    /// Fields of the policy's spec, and of its binding's.
    policy: Value,
    binding: Value,
}

/// Validations alone, bound to be refused.
fn plain(name: &'static str, validations: Value) -> Row {
    Row { name, policy: json!({ "validations": validations }), binding: json!({}) }
}

/// An expression that must hold.
fn holds(name: &'static str, expression: &str) -> Row {
    plain(name, json!([{"expression": expression, "message": "it does not hold"}]))
}

/// The value of an expression, as it is written into the message.
fn value(name: &'static str, expression: &str) -> Row {
    let message = format!("'it is %s'.format([{expression}])");
    let validation = json!({
        "expression": "false", "messageExpression": message, "message": "it is nothing",
    });
    plain(name, json!([validation]))
}

fn rows() -> Vec<Row> {
    let mut rows = vec![
        holds("holds", "object.spec.containers.all(c, c.image.startsWith('a.example/'))"),
        holds("fails", "object.spec.containers.all(c, c.image.contains('@sha256:'))"),
        holds("errs", "object.spec.nope == 'x'"),
        holds("namespace", "namespaceObject.metadata.labels.team == 'theirs'"),
        holds("may-not", "authorizer.group('').resource('nodes').check('x').errored()"),
        holds("may", "authorizer.requestResource.check('create').allowed()"),
        holds("format", "!format.dns1123Label().validate('A.b').hasValue()"),
        value("quantity", "quantity('1Gi').add(quantity('512Mi')).asInteger()"),
        value("ip", "string(ip('2001:DB8::1'))"),
        value("cidr", "string(cidr('10.1.2.3/8').masked())"),
        value("url", "url('https://a.example:8080/b%20c?d=e&d=f').getQuery()"),
        value("regex", "'a1b22'.findAll('[0-9]+')"),
        value("lists", "[3, 1, 2].sum() + [3, 1, 2].max()"),
        value("mixed", "[1, 2.5, 'a'][2] in [1, 'a'] && {'a': 1, 'b': 'c'}.b == 'c'"),
        value("semver", "semver('v1.2', true).minor()"),
        value("optional", "object.spec.?hostNetwork.orValue(false)"),
        value("time", "timestamp('2026-01-31T12:00:00Z') + duration('36h')"),
        value("text", "'Hello'.lowerAscii().split('l', 2)"),
        value("number", "7 / 2 * -3 % 4"),
    ];
    let first_of_several = json!([
        {"expression": "object.spec.nope == 1"},
        {"expression": "false", "message": "the second"},
    ]);
    rows.push(plain("first", first_of_several.clone()));
    let ignored = json!({"failurePolicy": "Ignore", "validations": first_of_several});
    rows.push(Row { name: "ignored", policy: ignored, binding: json!({}) });
    let message = |name, expression: &str| {
        let validation = json!({
            "expression": "false", "messageExpression": expression, "message": "the plain one",
        });
        plain(name, json!([validation]))
    };
    rows.push(message("of-lines", "'one\\ntwo'"));
    rows.push(message("blank", "'  '"));
    rows.push(message("broken", "string(object.spec.nope)"));
    rows.push(Row {
        name: "conditions",
        policy: json!({
            "matchConditions": [
                {"name": "errs", "expression": "object.spec.nope == 1"},
                {"name": "none", "expression": "object.metadata.name == 'other'"},
            ],
            "validations": [{"expression": "false"}],
        }),
        binding: json!({}),
    });
    rows.push(Row {
        name: "variables",
        policy: json!({
            "variables": [
                {"name": "images", "expression": "object.spec.containers.map(c, c.image)"},
                {"name": "count", "expression": "variables.images.size()"},
            ],
            "validations": [{
                "expression": "variables.count > 1",
                "messageExpression": "'only ' + string(variables.count)",
            }],
        }),
        binding: json!({}),
    });
    let by_params = |expression: &str| {
        json!({
            "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
            "validations": [{"expression": expression, "message": "by its parameter"}],
        })
    };
    let named = |name: &str, action: &str| json!({"paramRef": {"name": name, "parameterNotFoundAction": action}});
    for (name, map, action) in [
        ("params", "maximum", "Deny"),
        ("params-none", "none", "Deny"),
        ("params-allowed", "none", "Allow"),
    ] {
        let policy = by_params("int(params.data.max) < size(object.spec.containers)");
        rows.push(Row { name, policy, binding: named(map, action) });
    }
    // What the binding lacks is refused, whatever would follow from the policy.
    let mut warned = named("none", "Deny");
    warned["validationActions"] = json!(["Warn"]);
    rows.push(Row { name: "params-warned", policy: by_params("true"), binding: warned });
    let audited = |value: &str| {
        json!({
            "auditAnnotations": [{"key": "image", "valueExpression": value}],
            "validations": [{"expression": "true"}],
        })
    };
    let audit = json!({"validationActions": ["Audit"]});
    rows.push(Row {
        name: "audited",
        policy: audited("'it is ' + object.metadata.name"),
        binding: audit.clone(),
    });
    rows.push(Row {
        name: "audit-errs",
        policy: audited("'it is ' + object.spec.nope"),
        binding: audit,
    });
    rows
}

pub(crate) fn cases(server: &ApiServer, suite: &mut Suite) {
    server.create(MAPS, &json!({"metadata": {"name": "maximum"}, "data": {"max": "3"}}));
    let mut rows = rows();
    // Once the last is known, all are.
    rows.push(holds("last", "false"));
    let rows: Vec<(&str, [Value; 2])> = rows
        .into_iter()
        .map(|Row { name, policy: spec, binding: bound }| {
            let mut own = policy(name, &spec);
            own["spec"]["matchConstraints"]["resourceRules"][0]["resourceNames"] = json!([name]);
            (name, [own, binding(name, &bound)])
        })
        .collect();
    for (_, [policy, binding]) in &rows {
        server.create(&format!("{REGISTRATION}/validatingadmissionpolicies"), policy);
        server.create(&format!("{REGISTRATION}/validatingadmissionpolicybindings"), binding);
    }
    let asked = |server: &ApiServer, name: &str| {
        let pod = pod(name, "a.example/b:1");
        server.ask(Method::Post, &format!("{PODS}{DRY}"), Some(&pod))
    };
    server.until("the policies are known", |server| asked(server, "last").status != 201);
    for (name, policies) in &rows {
        let theirs = asked(server, name);
        suite.case(&format!("policies/{name}"), compared(server, name, policies, &theirs));
        // The parts that follow are not about them.
        let gone = format!("{REGISTRATION}/validatingadmissionpolicybindings/{name}");
        assert_eq!(server.ask(Method::Delete, &gone, None).status, 200);
    }
}

/// How our decision differs from the server's.
fn compared(
    server: &ApiServer,
    name: &str,
    policies: &[Value],
    theirs: &Answer,
) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let request = json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "1", "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "namespace": "shop", "name": name, "operation": "CREATE",
            "userInfo": {
                "username": "admin", "uid": "1", "groups": ["system:masters", "system:authenticated"],
            },
            "object": pod(name, "a.example/b:1"), "dryRun": true,
        },
    });
    let (status, said) = review(server, "strong", policies, &request, folder.path());
    let ours: Value = serde_json::from_str(&said).map_err(|error| format!("{error}: {said}"))?;
    let response = &ours["response"];
    let (allowed, theirs_allowed) = (status == 0, theirs.status == 201);
    let message = response["status"]["message"].as_str().unwrap_or_default();
    let differs =
        || format!("ours: {status} {response}\ntheirs: {} {}", theirs.status, theirs.body);
    // Their words for an error are theirs.
    let own = theirs.message().rsplit("denied request: ").next().unwrap_or_default();
    let is_own =
        own.starts_with("it is ") || own.starts_with("it does not") || own.starts_with("the ");
    match allowed == theirs_allowed && (!is_own || message.ends_with(own)) {
        true => Ok(()),
        false => Err(differs()),
    }
}

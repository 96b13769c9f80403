//! Policies that the API server refuses to take: we take none of them, either.

use sealift::http::Method;
use sealift_tests::Suite;
use serde_json::{Value, json};

use crate::asked::said;
use crate::objects::{DRY, REGISTRATION, policy};
use crate::server::ApiServer;

/// Expressions that are none, or whose types cannot fit.
const EXPRESSIONS: [&str; 20] = [
    "1 +",
    "nobody.knows",
    "object.spec.unknown()",
    "'a'.matches('(')",
    "object.metadata.name.find('(') == ''",
    "authorizer.group()",
    "has(object)",
    "variables.none",
    "params.data",
    "object.spec.hostNetwork",
    "request.operation == 1",
    "request.object.spec == 1",
    "namespaceObject.kind == 'Namespace'",
    "'a' in [1, 2]",
    "1 == 1.0",
    "int('a') == 1",
    "math.greatest(1, 2) == 2",
    "quantity('1').sign() == 1",
    "[1, 'a'].size() == 2",
    "{'a': 1, 'b': 'c'}.size() == 2",
];

pub(crate) fn cases(server: &ApiServer, suite: &mut Suite) {
    for expression in EXPRESSIONS {
        let refused = policy("refused", &json!({"validations": [{"expression": expression}]}));
        suite.case(&format!("refused/{expression}"), compared(server, &refused));
    }
}

fn compared(server: &ApiServer, policy: &Value) -> Result<(), String> {
    let path = format!("{REGISTRATION}/validatingadmissionpolicies{DRY}");
    let theirs = server.ask(Method::Post, &path, Some(policy));
    let (status, ours) = said(server, "strong", std::slice::from_ref(policy), "ann");
    match (theirs.status, status) {
        (422, 2) => Ok(()),
        (theirs_status, _) => {
            Err(format!("ours: {status} {ours}\ntheirs: {theirs_status} {}", theirs.body))
        }
    }
}

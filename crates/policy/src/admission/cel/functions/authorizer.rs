//! Kubernetes' authorizer: what a user may do is the API server's to say, so that every check is
//! an error here, and never a yes.

use super::{Function, member, mismatch};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Opaque, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    member("path", 2, narrowed),
    member("group", 2, narrowed),
    member("resource", 2, narrowed),
    member("subresource", 2, narrowed),
    member("namespace", 2, narrowed),
    member("name", 2, narrowed),
    member("serviceAccount", 3, narrowed),
    member("fieldSelector", 2, narrowed),
    member("labelSelector", 2, narrowed),
    member("check", 2, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Authorizer), Value::String(verb)] => {
            Err(Error::Unanswered(format!("no authorizer to ask whether to {verb}")))
        }
        _ => Err(mismatch("check", arguments)),
    }),
    member("allowed", 1, |_, arguments| Err(mismatch("allowed", arguments))),
    member("reason", 1, |_, arguments| Err(mismatch("reason", arguments))),
    member("errored", 1, |_, arguments| Err(mismatch("errored", arguments))),
    member("error", 1, |_, arguments| Err(mismatch("error", arguments))),
];

fn narrowed<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    match arguments {
        [Value::Opaque(Opaque::Authorizer), ..] => Ok(Value::Opaque(Opaque::Authorizer)),
        _ => Err(mismatch("authorizer", arguments)),
    }
}

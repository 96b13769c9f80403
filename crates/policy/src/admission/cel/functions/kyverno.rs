//! Kyverno's own functions; their queries go through the surroundings.

mod ask;
mod image;
mod text;
mod verify;

pub(crate) use verify::{AttestationKind, Images, Signer};

use super::{Function, global, member, mismatch, time};
use crate::admission::cel::error::Error;
use crate::admission::cel::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    member("Get", 2, ask::get).up_to(6),
    member("get", 2, ask::get).up_to(6),
    member("List", 3, ask::list).up_to(5),
    member("list", 3, ask::list).up_to(5),
    member("Post", 3, ask::post).up_to(5),
    member("post", 3, ask::post).up_to(5),
    member("Put", 3, ask::put).up_to(4),
    member("put", 3, ask::put).up_to(4),
    member("GetMetadata", 2, ask::metadata),
    member("getMetadata", 2, ask::metadata),
    global("verifyImageSignatures", 2, verify::signatures),
    global("verifyAttestationSignatures", 3, verify::attestations),
    global("extractPayload", 2, verify::payload),
    global("getImageData", 1, verify::data),
    global("image", 1, image::parse),
    global("parseImageReference", 1, image::parse),
    global("isImage", 1, image::is_image),
    member("containsDigest", 1, image::contains_digest),
    member("registry", 1, image::registry),
    member("repository", 1, image::repository),
    member("identifier", 1, image::identifier),
    member("identifierWithSeparator", 1, image::identifier_with_separator),
    member("tag", 1, image::tag),
    member("digest", 1, image::digest),
    global("parseServiceAccount", 1, text::service_account),
    global("user.parseServiceAccount", 1, text::service_account),
    global("md5", 1, text::md5),
    global("hash.md5", 1, text::md5),
    global("sha1", 1, text::sha1),
    global("hash.sha1", 1, text::sha1),
    global("sha256", 1, text::sha256),
    global("hash.sha256", 1, text::sha256),
    global("json.unmarshal", 1, text::read_json),
    global("yaml.parse", 1, text::read_yaml),
    global("x509.decode", 1, text::certificate),
    global("listObjToMap", 4, text::to_map),
    global("transform.listObjToMap", 4, text::to_map),
    global("time.now", 0, |run, _| time::now(run).map(Value::Timestamp)),
    global("time.truncate", 2, |_, arguments| match arguments {
        [Value::Timestamp(at), Value::Duration(step)] => {
            time::truncate(*at, *step).map(Value::Timestamp)
        }
        _ => Err(mismatch("time.truncate", arguments)),
    }),
    global("time.toCron", 1, |_, arguments| match arguments {
        [Value::Timestamp(at)] => Ok(Value::text(time::cron(*at))),
        _ => Err(mismatch("time.toCron", arguments)),
    }),
    // Two evaluations of one object must have the same result.
    global("random", 0, |_, _| Err(Error::Unanswered("nothing here is random".into()))).up_to(1),
];

//! The types of functions, as Kubernetes 1.35 declares them for admission policies, and the fields
//! of the values in such policies.

use super::functions::Style;
use super::types::Plain;

/// A type in a declaration.
#[derive(Debug)]
pub(super) enum Pattern {
    Dyn,
    Unknown,
    Type,
    /// Any type, the same in all places of the letter.
    A,
    B,
    Plain(Plain),
    List(&'static Pattern),
    Map(&'static Pattern, &'static Pattern),
    Optional(&'static Pattern),
    Record(&'static Record),
}

/// A type with fields.
#[derive(Debug)]
pub(crate) struct Record {
    pub(super) name: &'static str,
    pub(super) fields: &'static [(&'static str, Pattern)],
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Record {}

/// Functions of Kyverno that the API server does not have, by the prefixes of their names.
pub(super) const FOREIGN: &[&str] = &[
    "base64.",
    "hash.",
    "image",
    "isImage",
    "json.",
    "math.",
    "md5",
    "parse",
    "random",
    "regex.",
    "sha1",
    "sha256",
    "time.",
    "transform.",
    "listObjToMap",
    "user.",
    "x509.",
    "yaml.",
];

use Pattern::{A, B, Dyn, List, Map, Optional, Type, Unknown};
use Style::{Global, Member};

const BOOL: Pattern = Pattern::Plain(Plain::Bool);
const BYTES: Pattern = Pattern::Plain(Plain::Bytes);
const DOUBLE: Pattern = Pattern::Plain(Plain::Double);
const INT: Pattern = Pattern::Plain(Plain::Int);
const TEXT: Pattern = Pattern::Plain(Plain::String);
const UINT: Pattern = Pattern::Plain(Plain::Uint);
const TIME: Pattern = Pattern::Plain(Plain::Timestamp);
const SPAN: Pattern = Pattern::Plain(Plain::Duration);
const IP: Pattern = Pattern::Plain(Plain::Ip);
const CIDR: Pattern = Pattern::Plain(Plain::Cidr);
const URL: Pattern = Pattern::Plain(Plain::Url);
const QUANTITY: Pattern = Pattern::Plain(Plain::Quantity);
const SEMVER: Pattern = Pattern::Plain(Plain::Semver);
const FORMAT: Pattern = Pattern::Plain(Plain::Format);
const AUTHORIZER: Pattern = Pattern::Plain(Plain::Authorizer);
const PATH: Pattern = Pattern::Plain(Plain::PathCheck);
const GROUP: Pattern = Pattern::Plain(Plain::GroupCheck);
const RESOURCE: Pattern = Pattern::Plain(Plain::ResourceCheck);
const DECISION: Pattern = Pattern::Plain(Plain::Decision);
const LIST: Pattern = List(&A);
const TEXTS: Pattern = List(&TEXT);
const TABLE: Pattern = Map(&A, &B);
const MAYBE: Pattern = Optional(&A);

type Row = (Style, &'static str, &'static [Pattern], Pattern);

/// Each overload, with operators by their signs; equality has its own rule.
pub(super) static SIGNATURES: &[Row] = &[
    (Global, "!", &[BOOL], BOOL),
    (Global, "-", &[INT], INT),
    (Global, "-", &[DOUBLE], DOUBLE),
    (Global, "+", &[INT, INT], INT),
    (Global, "+", &[UINT, UINT], UINT),
    (Global, "+", &[DOUBLE, DOUBLE], DOUBLE),
    (Global, "+", &[TEXT, TEXT], TEXT),
    (Global, "+", &[BYTES, BYTES], BYTES),
    (Global, "+", &[LIST, LIST], LIST),
    (Global, "+", &[SPAN, SPAN], SPAN),
    (Global, "+", &[TIME, SPAN], TIME),
    (Global, "+", &[SPAN, TIME], TIME),
    (Global, "-", &[INT, INT], INT),
    (Global, "-", &[UINT, UINT], UINT),
    (Global, "-", &[DOUBLE, DOUBLE], DOUBLE),
    (Global, "-", &[SPAN, SPAN], SPAN),
    (Global, "-", &[TIME, SPAN], TIME),
    (Global, "-", &[TIME, TIME], SPAN),
    (Global, "*", &[INT, INT], INT),
    (Global, "*", &[UINT, UINT], UINT),
    (Global, "*", &[DOUBLE, DOUBLE], DOUBLE),
    (Global, "/", &[INT, INT], INT),
    (Global, "/", &[UINT, UINT], UINT),
    (Global, "/", &[DOUBLE, DOUBLE], DOUBLE),
    (Global, "%", &[INT, INT], INT),
    (Global, "%", &[UINT, UINT], UINT),
    (Global, "in", &[A, LIST], BOOL),
    (Global, "in", &[A, TABLE], BOOL),
    (Global, "size", &[TEXT], INT),
    (Global, "size", &[BYTES], INT),
    (Global, "size", &[LIST], INT),
    (Global, "size", &[TABLE], INT),
    (Member, "size", &[TEXT], INT),
    (Member, "size", &[BYTES], INT),
    (Member, "size", &[LIST], INT),
    (Member, "size", &[TABLE], INT),
    (Global, "dyn", &[A], Dyn),
    (Global, "type", &[A], Type),
    (Global, "int", &[INT], INT),
    (Global, "int", &[UINT], INT),
    (Global, "int", &[DOUBLE], INT),
    (Global, "int", &[TEXT], INT),
    (Global, "int", &[TIME], INT),
    (Global, "int", &[SPAN], INT),
    (Global, "uint", &[INT], UINT),
    (Global, "uint", &[UINT], UINT),
    (Global, "uint", &[DOUBLE], UINT),
    (Global, "uint", &[TEXT], UINT),
    (Global, "double", &[INT], DOUBLE),
    (Global, "double", &[UINT], DOUBLE),
    (Global, "double", &[DOUBLE], DOUBLE),
    (Global, "double", &[TEXT], DOUBLE),
    (Global, "bool", &[BOOL], BOOL),
    (Global, "bool", &[TEXT], BOOL),
    (Global, "string", &[TEXT], TEXT),
    (Global, "string", &[BOOL], TEXT),
    (Global, "string", &[BYTES], TEXT),
    (Global, "string", &[DOUBLE], TEXT),
    (Global, "string", &[SPAN], TEXT),
    (Global, "string", &[INT], TEXT),
    (Global, "string", &[TIME], TEXT),
    (Global, "string", &[UINT], TEXT),
    (Global, "string", &[IP], TEXT),
    (Global, "string", &[CIDR], TEXT),
    (Global, "string", &[URL], TEXT),
    (Global, "string", &[SEMVER], TEXT),
    (Global, "string", &[QUANTITY], TEXT),
    (Global, "bytes", &[BYTES], BYTES),
    (Global, "bytes", &[TEXT], BYTES),
    (Global, "timestamp", &[TIME], TIME),
    (Global, "timestamp", &[TEXT], TIME),
    (Global, "timestamp", &[INT], TIME),
    (Global, "duration", &[SPAN], SPAN),
    (Global, "duration", &[TEXT], SPAN),
    (Global, "duration", &[INT], SPAN),
    (Member, "getFullYear", &[TIME], INT),
    (Member, "getFullYear", &[TIME, TEXT], INT),
    (Member, "getMonth", &[TIME], INT),
    (Member, "getMonth", &[TIME, TEXT], INT),
    (Member, "getDate", &[TIME], INT),
    (Member, "getDate", &[TIME, TEXT], INT),
    (Member, "getDayOfMonth", &[TIME], INT),
    (Member, "getDayOfMonth", &[TIME, TEXT], INT),
    (Member, "getDayOfWeek", &[TIME], INT),
    (Member, "getDayOfWeek", &[TIME, TEXT], INT),
    (Member, "getDayOfYear", &[TIME], INT),
    (Member, "getDayOfYear", &[TIME, TEXT], INT),
    (Member, "getHours", &[SPAN], INT),
    (Member, "getHours", &[TIME], INT),
    (Member, "getHours", &[TIME, TEXT], INT),
    (Member, "getMinutes", &[SPAN], INT),
    (Member, "getMinutes", &[TIME], INT),
    (Member, "getMinutes", &[TIME, TEXT], INT),
    (Member, "getSeconds", &[SPAN], INT),
    (Member, "getSeconds", &[TIME], INT),
    (Member, "getSeconds", &[TIME, TEXT], INT),
    (Member, "getMilliseconds", &[SPAN], INT),
    (Member, "getMilliseconds", &[TIME], INT),
    (Member, "getMilliseconds", &[TIME, TEXT], INT),
    (Member, "contains", &[TEXT, TEXT], BOOL),
    (Member, "startsWith", &[TEXT, TEXT], BOOL),
    (Member, "endsWith", &[TEXT, TEXT], BOOL),
    (Member, "matches", &[TEXT, TEXT], BOOL),
    (Global, "matches", &[TEXT, TEXT], BOOL),
    (Member, "charAt", &[TEXT, INT], TEXT),
    (Member, "indexOf", &[TEXT, TEXT], INT),
    (Member, "indexOf", &[TEXT, TEXT, INT], INT),
    (Member, "indexOf", &[LIST, A], INT),
    (Member, "lastIndexOf", &[TEXT, TEXT], INT),
    (Member, "lastIndexOf", &[TEXT, TEXT, INT], INT),
    (Member, "lastIndexOf", &[LIST, A], INT),
    (Member, "join", &[TEXTS], TEXT),
    (Member, "join", &[TEXTS, TEXT], TEXT),
    (Member, "lowerAscii", &[TEXT], TEXT),
    (Member, "upperAscii", &[TEXT], TEXT),
    (Member, "trim", &[TEXT], TEXT),
    (Member, "replace", &[TEXT, TEXT, TEXT], TEXT),
    (Member, "replace", &[TEXT, TEXT, TEXT, INT], TEXT),
    (Member, "split", &[TEXT, TEXT], TEXTS),
    (Member, "split", &[TEXT, TEXT, INT], TEXTS),
    (Member, "substring", &[TEXT, INT], TEXT),
    (Member, "substring", &[TEXT, INT, INT], TEXT),
    (Member, "format", &[TEXT, List(&Dyn)], TEXT),
    (Global, "strings.quote", &[TEXT], TEXT),
    (Member, "find", &[TEXT, TEXT], TEXT),
    (Member, "findAll", &[TEXT, TEXT], TEXTS),
    (Member, "findAll", &[TEXT, TEXT, INT], TEXTS),
    (Member, "sum", &[List(&INT)], INT),
    (Member, "sum", &[List(&UINT)], UINT),
    (Member, "sum", &[List(&DOUBLE)], DOUBLE),
    (Member, "sum", &[List(&SPAN)], SPAN),
    (Member, "isSorted", &[LIST], BOOL),
    (Member, "min", &[LIST], A),
    (Member, "max", &[LIST], A),
    (Member, "slice", &[LIST, INT, INT], LIST),
    (Member, "flatten", &[List(&LIST)], LIST),
    (Member, "flatten", &[List(&Dyn), INT], List(&Dyn)),
    (Member, "sort", &[LIST], LIST),
    (Member, "distinct", &[LIST], LIST),
    (Member, "reverse", &[LIST], LIST),
    (Member, "first", &[LIST], MAYBE),
    (Member, "last", &[LIST], MAYBE),
    (Global, "lists.range", &[INT], List(&INT)),
    (Global, "sets.contains", &[LIST, LIST], BOOL),
    (Global, "sets.equivalent", &[LIST, LIST], BOOL),
    (Global, "sets.intersects", &[LIST, LIST], BOOL),
    (Global, "isURL", &[TEXT], BOOL),
    (Global, "url", &[TEXT], URL),
    (Member, "getScheme", &[URL], TEXT),
    (Member, "getHost", &[URL], TEXT),
    (Member, "getHostname", &[URL], TEXT),
    (Member, "getPort", &[URL], TEXT),
    (Member, "getEscapedPath", &[URL], TEXT),
    (Member, "getQuery", &[URL], Map(&TEXT, &TEXTS)),
    (Global, "isIP", &[TEXT], BOOL),
    (Global, "ip", &[TEXT], IP),
    (Global, "ip.isCanonical", &[TEXT], BOOL),
    (Member, "family", &[IP], INT),
    (Member, "isUnspecified", &[IP], BOOL),
    (Member, "isLoopback", &[IP], BOOL),
    (Member, "isLinkLocalMulticast", &[IP], BOOL),
    (Member, "isLinkLocalUnicast", &[IP], BOOL),
    (Member, "isGlobalUnicast", &[IP], BOOL),
    (Global, "isCIDR", &[TEXT], BOOL),
    (Global, "cidr", &[TEXT], CIDR),
    (Member, "containsIP", &[CIDR, IP], BOOL),
    (Member, "containsIP", &[CIDR, TEXT], BOOL),
    (Member, "containsCIDR", &[CIDR, CIDR], BOOL),
    (Member, "containsCIDR", &[CIDR, TEXT], BOOL),
    (Member, "ip", &[CIDR], IP),
    (Member, "masked", &[CIDR], CIDR),
    (Member, "prefixLength", &[CIDR], INT),
    (Global, "isQuantity", &[TEXT], BOOL),
    (Global, "quantity", &[TEXT], QUANTITY),
    (Global, "sign", &[QUANTITY], INT),
    (Member, "isInteger", &[QUANTITY], BOOL),
    (Member, "asInteger", &[QUANTITY], INT),
    (Member, "asApproximateFloat", &[QUANTITY], DOUBLE),
    (Member, "add", &[QUANTITY, QUANTITY], QUANTITY),
    (Member, "add", &[QUANTITY, INT], QUANTITY),
    (Member, "sub", &[QUANTITY, QUANTITY], QUANTITY),
    (Member, "sub", &[QUANTITY, INT], QUANTITY),
    (Global, "isSemver", &[TEXT], BOOL),
    (Global, "isSemver", &[TEXT, BOOL], BOOL),
    (Global, "semver", &[TEXT], SEMVER),
    (Global, "semver", &[TEXT, BOOL], SEMVER),
    (Member, "major", &[SEMVER], INT),
    (Member, "minor", &[SEMVER], INT),
    (Member, "patch", &[SEMVER], INT),
    (Member, "isLessThan", &[QUANTITY, QUANTITY], BOOL),
    (Member, "isLessThan", &[SEMVER, SEMVER], BOOL),
    (Member, "isGreaterThan", &[QUANTITY, QUANTITY], BOOL),
    (Member, "isGreaterThan", &[SEMVER, SEMVER], BOOL),
    (Member, "compareTo", &[QUANTITY, QUANTITY], INT),
    (Member, "compareTo", &[SEMVER, SEMVER], INT),
    (Global, "format.named", &[TEXT], Optional(&FORMAT)),
    (Global, "format.dns1123Label", &[], FORMAT),
    (Global, "format.dns1123Subdomain", &[], FORMAT),
    (Global, "format.dns1035Label", &[], FORMAT),
    (Global, "format.dns1123LabelPrefix", &[], FORMAT),
    (Global, "format.dns1123SubdomainPrefix", &[], FORMAT),
    (Global, "format.dns1035LabelPrefix", &[], FORMAT),
    (Global, "format.qualifiedName", &[], FORMAT),
    (Global, "format.labelValue", &[], FORMAT),
    (Global, "format.uri", &[], FORMAT),
    (Global, "format.uuid", &[], FORMAT),
    (Global, "format.byte", &[], FORMAT),
    (Global, "format.date", &[], FORMAT),
    (Global, "format.datetime", &[], FORMAT),
    (Member, "validate", &[FORMAT, TEXT], Optional(&TEXTS)),
    (Member, "path", &[AUTHORIZER, TEXT], PATH),
    (Member, "group", &[AUTHORIZER, TEXT], GROUP),
    (Member, "serviceAccount", &[AUTHORIZER, TEXT, TEXT], AUTHORIZER),
    (Member, "resource", &[GROUP, TEXT], RESOURCE),
    (Member, "subresource", &[RESOURCE, TEXT], RESOURCE),
    (Member, "namespace", &[RESOURCE, TEXT], RESOURCE),
    (Member, "name", &[RESOURCE, TEXT], RESOURCE),
    (Member, "fieldSelector", &[RESOURCE, TEXT], RESOURCE),
    (Member, "labelSelector", &[RESOURCE, TEXT], RESOURCE),
    (Member, "check", &[PATH, TEXT], DECISION),
    (Member, "check", &[RESOURCE, TEXT], DECISION),
    (Member, "allowed", &[DECISION], BOOL),
    (Member, "reason", &[DECISION], TEXT),
    (Member, "errored", &[DECISION], BOOL),
    (Member, "error", &[DECISION], TEXT),
    (Global, "optional.of", &[A], MAYBE),
    (Global, "optional.ofNonZeroValue", &[A], MAYBE),
    (Global, "optional.none", &[], Optional(&Unknown)),
    (Global, "optional.unwrap", &[List(&MAYBE)], LIST),
    (Member, "unwrapOpt", &[List(&MAYBE)], LIST),
    (Member, "hasValue", &[MAYBE], BOOL),
    (Member, "value", &[MAYBE], A),
];

const KIND: Record =
    Record { name: "a kind", fields: &[("group", TEXT), ("version", TEXT), ("kind", TEXT)] };
const RESOURCES: Record = Record {
    name: "a resource",
    fields: &[("group", TEXT), ("version", TEXT), ("resource", TEXT)],
};
const USER: Record = Record {
    name: "a user",
    fields: &[("username", TEXT), ("uid", TEXT), ("groups", TEXTS), ("extra", Map(&TEXT, &TEXTS))],
};

/// `request`; the objects have names of their own.
pub(super) static REQUEST: Record = Record {
    name: "the request",
    fields: &[
        ("kind", Pattern::Record(&KIND)),
        ("resource", Pattern::Record(&RESOURCES)),
        ("subResource", TEXT),
        ("requestKind", Pattern::Record(&KIND)),
        ("requestResource", Pattern::Record(&RESOURCES)),
        ("requestSubResource", TEXT),
        ("name", TEXT),
        ("namespace", TEXT),
        ("operation", TEXT),
        ("userInfo", Pattern::Record(&USER)),
        ("dryRun", BOOL),
        ("options", Dyn),
    ],
};

const CONDITION: Record = Record {
    name: "a condition",
    fields: &[
        ("status", TEXT),
        ("type", TEXT),
        ("lastTransitionTime", TIME),
        ("message", TEXT),
        ("reason", TEXT),
    ],
};
const METADATA: Record = Record {
    name: "the namespace's metadata",
    fields: &[
        ("name", TEXT),
        ("generateName", TEXT),
        ("namespace", TEXT),
        ("labels", Map(&TEXT, &TEXT)),
        ("annotations", Map(&TEXT, &TEXT)),
        ("UID", TEXT),
        ("creationTimestamp", TIME),
        ("deletionGracePeriodSeconds", INT),
        ("deletionTimestamp", TIME),
        ("generation", INT),
        ("resourceVersion", TEXT),
        ("finalizers", TEXTS),
    ],
};
const SPEC: Record = Record { name: "the namespace's spec", fields: &[("finalizers", TEXTS)] };
const STATUS: Record = Record {
    name: "the namespace's status",
    fields: &[("conditions", List(&Pattern::Record(&CONDITION))), ("phase", TEXT)],
};

/// `namespaceObject`.
pub(super) static NAMESPACE: Record = Record {
    name: "the namespace",
    fields: &[
        ("metadata", Pattern::Record(&METADATA)),
        ("spec", Pattern::Record(&SPEC)),
        ("status", Pattern::Record(&STATUS)),
    ],
};

use std::collections::BTreeMap;

use sealift_model::Timestamp;
use serde_json::{Value, json};

use super::super::{
    Answer, Attestor, Cause, Document, Effect, Operation, Outcome, Policies, Request, Surroundings,
    Unanswered, VerifiedImage, WantedImage,
};
use crate::{Error, Limits};

/// What every tag of the registry stands for.
const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// A registry with some signed images.
struct World {
    /// Which key signed which image, with the statements that it makes.
    signed: Vec<(&'static str, &'static str, Vec<Value>)>,
    labels: BTreeMap<String, String>,
}

impl World {
    fn empty() -> Self {
        Self { signed: Vec::new(), labels: BTreeMap::new() }
    }
}

impl Surroundings for World {
    fn now(&self) -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    fn namespace_labels(&self, _: &str) -> Result<BTreeMap<String, String>, Unanswered> {
        Ok(self.labels.clone())
    }

    fn verify(&self, wanted: &WantedImage) -> Result<VerifiedImage, Unanswered> {
        let Attestor::Key { key, .. } = &wanted.attestor else { return Err(not("no key")) };
        let found = self.signed.iter().find(|(image, by, statements)| {
            let (name, _) = image.rsplit_once(':').unwrap();
            (*image == wanted.image || wanted.image == format!("{name}@{DIGEST}"))
                && key.trim() == of(by)
                && statements.is_empty() == wanted.attestation.is_none()
        });
        let (_, _, statements) = found.ok_or_else(|| not("no signature"))?;
        Ok(VerifiedImage::new(DIGEST, statements.clone()))
    }
}

/// Why an image is not as it is wanted.
fn not(why: &str) -> Unanswered {
    Unanswered::NotVerified(Cause::of(std::io::Error::other(why)))
}

/// What stands for somebody's key.
fn of(name: &str) -> String {
    format!("-----BEGIN {name}")
}

fn read(text: &str) -> Result<Policies, Error> {
    Policies::load([("p.yaml", text.as_bytes())], &Limits::default())
}

fn policy(rules: Value, more: Value) -> Policies {
    let mut spec = json!({ "rules": rules });
    for (key, value) in more.as_object().into_iter().flatten() {
        spec[key] = value.clone();
    }
    let policy = json!({
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": { "name": "p" },
        "spec": spec,
    });
    read(&policy.to_string()).unwrap()
}

fn pods(validate: Value) -> Value {
    json!([{
        "name": "r",
        "match": { "any": [{ "resources": { "kinds": ["Pod"] } }] },
        "validate": validate,
    }])
}

fn pod(labels: Value, image: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": "web", "namespace": "shop", "labels": labels },
        "spec": { "containers": [{ "name": "one", "image": image }] },
    })
}

fn answers(policies: &Policies, request: &Request) -> Vec<Answer> {
    policies.review(request, &World::empty())
}

#[track_caller]
fn says(policies: &Policies, request: &Request, expected: &[(&str, Outcome)]) {
    let given = answers(policies, request);
    let given: Vec<_> = given.iter().map(|own| (own.rule.as_str(), own.outcome)).collect();
    assert_eq!(given, expected);
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn an_unknown_field_is_named() {
    let text = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  \
                rules:\n  - name: r\n    match: {any: [{resources: {kinds: [Pod]}}]}\n    \
                validate: {patern: {}}\n";
    let told = refused(text);
    assert!(told.contains("p.yaml, document 1, ClusterPolicy p: spec.rules[0]"), "{told}");
    assert!(told.contains("patern"), "{told}");
    let told = refused(&text.replace("patern", "pattern").replace("rules:", "ruels: []\n  rules:"));
    assert!(told.contains("ruels"), "{told}");
    let told = refused(&text.replace("patern: {}", "manifests: {}"));
    assert!(told.contains("validate.manifests"), "{told}");
    let told = refused(&text.replace("ClusterPolicy", "CleanupPolicy"));
    assert!(told.contains("kind"), "{told}");
    let told = refused(&text.replace(
        "patern: {}",
        "deny: {conditions: {all: [{key: \"{{ nosuch(a) }}\", operator: Equals, value: 1}]}}",
    ));
    assert!(told.contains("spec.rules[0].validate.deny.conditions.all[0].key"), "{told}");
    let told =
        refused(&text.replace(
            "patern: {}",
            "deny: {conditions: {all: [{key: a, operator: Like, value: 1}]}}",
        ));
    assert!(told.contains("Like"), "{told}");
}

#[test]
fn a_rule_that_judges_nothing_is_noted() {
    let rules = json!([{
        "name": "r",
        "match": { "any": [{ "resources": { "kinds": ["Pod"] } }] },
        "mutate": { "patchStrategicMerge": {} },
    }]);
    let expected = "p: rule r judges nothing; what it writes is not written, and objects are judged without it";
    assert_eq!(policy(rules, json!({})).notes().first().unwrap(), expected);
}

#[test]
fn controllers_have_generated_rules() {
    let mut rules = pods(json!({ "message": "no", "pattern": { "spec": { "containers": [
        { "image": "ghcr.io/*" },
    ]}}}));
    rules[0]["name"] = "n".repeat(60).into();
    let policies = policy(rules, json!({}));
    let template = |image| pod(json!({}), image)["spec"].clone();
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "d" },
        "spec": { "template": { "spec": template("nginx") } },
    });
    let cut = format!("autogen-{}", "n".repeat(55));
    let request = Request::of_file(deployment, Operation::Create);
    says(&policies, &request, &[(cut.as_str(), Outcome::Fail)]);
    let cron = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": "c" },
        "spec": { "jobTemplate": { "spec": { "template": { "spec": template("ghcr.io/a") } } } },
    });
    let request = Request::of_file(cron, Operation::Create);
    let cut = format!("autogen-cronjob-{}", "n".repeat(47));
    says(&policies, &request, &[(cut.as_str(), Outcome::Pass)]);
}

#[test]
fn controllers_have_no_rules_where_one_patches_by_path() {
    let rules = |mutate: Value| {
        let mut rules = pods(json!({ "deny": {} }));
        let writes = json!({ "name": "m", "match": rules[0]["match"], "mutate": mutate });
        rules.as_array_mut().unwrap().push(writes);
        policy(rules, json!({}))
    };
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "d" },
        "spec": { "template": { "spec": {} } },
    });
    let request = Request::create(deployment);
    let patch = "- {op: remove, path: /metadata/labels/a}";
    says(&rules(json!({ "patchesJson6902": patch })), &request, &[]);
    let each = json!({ "foreach": [{ "list": "x", "patchesJson6902": patch }] });
    says(&rules(each), &request, &[]);
    let merged = json!({ "patchStrategicMerge": { "metadata": { "labels": { "a": "b" } } } });
    says(&rules(merged), &request, &[("autogen-r", Outcome::Fail)]);
}

#[test]
fn an_exclusion_that_names_values_covers_what_has_none() {
    let field = "spec.containers[*].securityContext.appArmorProfile.type";
    let policies = policy(
        pods(json!({ "podSecurity": { "level": "baseline", "exclude": [{
            "controlName": "AppArmor", "images": ["nginx"], "restrictedField": field,
            "values": ["Unconfined"],
        }]}})),
        json!({}),
    );
    for (profile, expected) in [
        (json!({}), Outcome::Pass),
        (json!({ "type": "Unconfined" }), Outcome::Pass),
        (json!({ "type": "x" }), Outcome::Fail),
    ] {
        let mut object = pod(json!({}), "nginx");
        object["spec"]["containers"][0]["securityContext"] = json!({ "appArmorProfile": profile });
        says(&policies, &Request::create(object), &[("r", expected)]);
    }
}

#[test]
fn what_follows_from_a_failure() {
    let rules = || {
        pods(json!({ "message": "label {{ request.object.metadata.name }}", "pattern": {
            "metadata": { "labels": { "app": "?*" } },
        }}))
    };
    let request = Request::create(pod(json!({}), "nginx"));
    let [answer] = answers(&policy(rules(), json!({})), &request).try_into().unwrap();
    assert_eq!((answer.outcome, answer.effect), (Outcome::Fail, Effect::Audit));
    assert_eq!(answer.message, "label web (at /metadata/labels/app/)");
    let enforced = json!({
        "validationFailureAction": "Enforce",
        "validationFailureActionOverrides": [{ "action": "Audit", "namespaces": ["test-*"] }],
    });
    let [answer] = answers(&policy(rules(), enforced), &request).try_into().unwrap();
    assert_eq!(answer.effect, Effect::Deny);
    let elsewhere = json!({
        "validationFailureAction": "Enforce",
        "validationFailureActionOverrides": [{ "action": "Audit", "namespaces": ["sh*"] }],
    });
    let [answer] = answers(&policy(rules(), elsewhere), &request).try_into().unwrap();
    assert_eq!(answer.effect, Effect::Audit);
}

#[test]
fn what_a_rule_says_goes_before_what_its_policy_says() {
    let effect = |validate: Value, spec: Value| {
        let mut validate = validate;
        validate["deny"] = json!({});
        let request = Request::create(pod(json!({}), "nginx"));
        let [answer] = answers(&policy(pods(validate), spec), &request).try_into().unwrap();
        answer.effect
    };
    let said =
        |action: &str, namespace: &str| json!([{ "action": action, "namespaces": [namespace] }]);
    let enforced = || json!({ "validationFailureAction": "Enforce" });
    let elsewhere = json!({ "failureActionOverrides": said("Audit", "dev") });
    assert_eq!(effect(elsewhere, enforced()), Effect::Deny);
    let here = json!({ "failureActionOverrides": said("Audit", "shop") });
    assert_eq!(effect(here, enforced()), Effect::Audit);
    let own = || json!({ "failureAction": "Enforce" });
    let overriding = || json!({ "validationFailureActionOverrides": said("Audit", "shop") });
    assert_eq!(effect(own(), overriding()), Effect::Deny);
    assert_eq!(effect(json!({}), overriding()), Effect::Audit);
}

#[test]
fn one_image_that_is_enforced_is_enough() {
    let effect = |actions: &[&str], spec: Value| {
        let images = actions.iter().map(|action| {
            json!({
                "imageReferences": ["*"], "failureAction": action,
                "attestors": [{ "entries": [{ "keys": { "publicKeys": of("one") } }] }],
            })
        });
        let rules = json!([{
            "name": "v",
            "match": { "any": [{ "resources": { "kinds": ["Pod"] } }] },
            "verifyImages": images.collect::<Vec<_>>(),
        }]);
        let request = Request::create(pod(json!({}), "ghcr.io/b/x:1"));
        let [answer] = answers(&policy(rules, spec), &request).try_into().unwrap();
        assert_eq!(answer.outcome, Outcome::Fail);
        answer.effect
    };
    assert_eq!(effect(&["Audit", "Enforce"], json!({})), Effect::Deny);
    assert_eq!(effect(&["Audit"], json!({ "validationFailureAction": "Enforce" })), Effect::Audit);
    let said = json!([{ "action": "Audit", "namespaces": ["shop"] }]);
    let overriding = json!({ "validationFailureActionOverrides": said });
    assert_eq!(effect(&["Enforce"], overriding), Effect::Deny);
}

#[test]
fn what_is_enforced_in_single_namespaces_does_not_look_back() {
    let said = json!([{ "action": "Enforce", "namespaces": ["shop"] }]);
    let mut request = Request::create(pod(json!({ "b": "c" }), "nginx"));
    request.operation = Operation::Update;
    request.old_object = pod(json!({}), "nginx");
    let refuses = |validate: Value, spec: Value| {
        let mut validate = validate;
        validate["pattern"] = json!({ "metadata": { "labels": { "app": "?*" } } });
        let [answer] = answers(&policy(pods(validate), spec), &request).try_into().unwrap();
        assert_eq!((answer.outcome, answer.effect), (Outcome::Fail, Effect::Deny));
    };
    let of_rule = json!({ "failureAction": "Audit", "failureActionOverrides": said });
    refuses(of_rule, json!({}));
    refuses(json!({}), json!({ "validationFailureActionOverrides": said }));
}

#[test]
fn an_update_may_leave_what_was_wrong() {
    let rules = pods(json!({
        "failureAction": "Enforce",
        "pattern": { "metadata": { "labels": { "app": "?*" } } },
    }));
    let policies = policy(rules, json!({}));
    let mut request = Request::create(pod(json!({ "b": "c" }), "nginx"));
    request.operation = Operation::Update;
    request.old_object = pod(json!({}), "nginx");
    says(&policies, &request, &[("r", Outcome::Skip)]);
    request.old_object = pod(json!({ "app": "a" }), "nginx");
    says(&policies, &request, &[("r", Outcome::Fail)]);
}

#[test]
fn a_deletion_is_judged_by_the_old_object() {
    let conditions = json!({ "all": [{
        "key": "{{ request.object.metadata.labels.keep || '' }}", "operator": "Equals", "value": "yes",
    }]});
    let policies = policy(pods(json!({ "deny": { "conditions": conditions } })), json!({}));
    let request = Request::of_file(pod(json!({ "keep": "yes" }), "a"), Operation::Delete);
    says(&policies, &request, &[("r", Outcome::Fail)]);
    let policies = policy(pods(json!({ "pattern": { "spec": null } })), json!({}));
    says(&policies, &request, &[]);
}

#[test]
fn lists_within_lists() {
    let inner = json!([{ "list": "element.ports", "deny": { "conditions": { "any": [{
        "key": "{{ element1.hostPort || `0` }}", "operator": "GreaterThan", "value": 0,
    }]}}}]);
    let rules = pods(json!({ "foreach": [{
        "list": "request.object.spec.containers", "foreach": inner,
    }]}));
    let policies = policy(rules, json!({}));
    let mut object = pod(json!({}), "a");
    says(&policies, &Request::create(object.clone()), &[]);
    object["spec"]["containers"][0]["ports"] = json!([{ "hostPort": 0 }, { "hostPort": 80 }]);
    says(&policies, &Request::create(object), &[("r", Outcome::Fail)]);
}

fn verified(image: &str, verify: Value, signed: World) -> (Outcome, String) {
    let rules = json!([{
        "name": "v",
        "match": { "any": [{ "resources": { "kinds": ["Pod"] } }] },
        "verifyImages": [verify],
    }]);
    let policies = policy(rules, json!({}));
    let [answer] =
        policies.review(&Request::create(pod(json!({}), image)), &signed).try_into().unwrap();
    (answer.outcome, answer.message)
}

#[test]
fn images_are_verified() {
    let image = "ghcr.io/a/b:1";
    let signed = || World {
        signed: vec![
            (image, "one", Vec::new()),
            (image, "two", Vec::new()),
            (image, "one", vec![json!({ "predicate": { "scanner": "x", "level": 3 } })]),
        ],
        ..World::empty()
    };
    let by = |keys: &[&str], count: usize| {
        let entries: Vec<Value> =
            keys.iter().map(|key| json!({ "keys": { "publicKeys": of(key) } })).collect();
        json!({ "imageReferences": ["ghcr.io/*"], "verifyDigest": false, "attestors": [
            { "count": count, "entries": entries },
        ]})
    };
    assert_eq!(verified(image, by(&["one"], 1), signed()).0, Outcome::Pass);
    assert_eq!(verified(image, by(&["three", "two"], 1), signed()).0, Outcome::Pass);
    assert_eq!(verified(image, by(&["three", "two"], 2), signed()).0, Outcome::Fail);
    let mut nested = by(&["one"], 1);
    let inner = by(&["three", "two"], 1)["attestors"][0].clone();
    nested["attestors"][0]["entries"] = json!([{ "attestor": inner }]);
    assert_eq!(verified(image, nested, signed()).0, Outcome::Pass);
    let attested = |level: u64| {
        let mut wanted = by(&["one"], 1);
        wanted["attestations"] = json!([{ "type": "https://example.com/scan", "conditions": [
            { "all": [{ "key": "{{ level }}", "operator": "GreaterThan", "value": level }] },
        ]}]);
        wanted
    };
    assert_eq!(verified(image, attested(2), signed()).0, Outcome::Pass);
    assert_eq!(verified(image, attested(3), signed()).0, Outcome::Fail);
    let mut with_digest = by(&["one"], 1);
    with_digest["verifyDigest"] = true.into();
    assert_eq!(verified(image, with_digest.clone(), signed()).0, Outcome::Fail);
    assert_eq!(verified(&format!("ghcr.io/a/b@{DIGEST}"), with_digest, signed()).0, Outcome::Pass);
    let by_subject = json!({ "imageReferences": ["*"], "subject": "a", "required": false });
    assert_eq!(verified(image, by_subject, signed()).0, Outcome::Fail);
}

#[test]
fn patterns_that_lie_too_deep_are_refused() {
    let deep = "{a: ".repeat(10_000) + &"}".repeat(10_000);
    let text = format!("apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {deep}\n");
    assert!(matches!(read(&text), Err(Error::Syntax { .. })));
    let deep = "{\"a\":".repeat(10_000);
    assert!(matches!(read(&deep), Err(Error::Syntax { .. })));
}

#[test]
fn variables_that_double_end_in_an_error() {
    let entries: Vec<Value> = (1..=40)
        .map(|at: usize| {
            let text = format!("{{{{ v{before} }}}}{{{{ v{before} }}}}", before = at - 1);
            json!({ "name": format!("v{at}"), "variable": { "value": text } })
        })
        .collect();
    let mut all = vec![json!({ "name": "v0", "variable": { "value": "x".repeat(1_000) } })];
    all.extend(entries);
    let mut rules = pods(json!({ "deny": { "conditions": { "all": [
        { "key": "{{ v25 }}", "operator": "Equals", "value": "x" },
    ]}}}));
    rules[0]["context"] = all.into();
    let policies = policy(rules.clone(), json!({}));
    says(&policies, &Request::create(pod(json!({}), "a")), &[("r", Outcome::Error)]);
    rules[0]["validate"]["deny"]["conditions"]["all"][0]["key"] = "{{ v40 }}".into();
    let policies = policy(rules, json!({}));
    says(&policies, &Request::create(pod(json!({}), "a")), &[("r", Outcome::Error)]);
}

#[test]
fn a_variable_that_names_itself_has_no_value() {
    let mut rules = pods(json!({ "deny": { "conditions": { "all": [
        { "key": "{{ a }}", "operator": "Equals", "value": "x" },
    ]}}}));
    rules[0]["context"] = json!([{ "name": "a", "variable": { "value": "{{ a }}" } }]);
    let policies = policy(rules, json!({}));
    says(&policies, &Request::create(pod(json!({}), "a")), &[("r", Outcome::Error)]);
}

#[test]
fn an_object_of_ten_megabytes_is_judged() {
    let mut object = pod(json!({ "app": "a" }), "nginx");
    let big: Vec<Value> = (0..50_000)
        .map(|at| json!({ "name": format!("v{at}"), "value": "x".repeat(200) }))
        .collect();
    object["spec"]["containers"][0]["env"] = big.into();
    let rules = pods(json!({ "pattern": { "spec": { "containers": [
        { "env": [{ "name": "v*" }] },
    ]}}}));
    says(&policy(rules, json!({})), &Request::create(object), &[("r", Outcome::Pass)]);
}

#[test]
fn lists_within_long_lists_end() {
    let mut object = pod(json!({}), "a");
    let ports: Vec<Value> = (0..3_000).map(|at| json!({ "hostPort": at })).collect();
    object["spec"]["containers"][0]["ports"] = ports.into();
    let all = "request.object.spec.containers[0].ports";
    let inner = json!([{ "list": all, "pattern": { "hostPort": "*" } }]);
    let rules = pods(json!({ "foreach": [{ "list": all, "foreach": inner }]}));
    says(&policy(rules, json!({})), &Request::create(object), &[("r", Outcome::Error)]);
}

#[test]
fn documents_of_a_list_are_read_one_by_one() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n- {kind: X}\n";
    let documents = Document::read("l", list.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(documents.iter().map(Document::kind).collect::<Vec<_>>(), ["Pod", "X"]);
}

#[test]
fn what_would_be_passed_over_is_refused_when_it_is_read() {
    let rule = |more: Value| {
        let mut rule = pods(json!({ "pattern": {} }))[0].clone();
        for (path, value) in more.as_object().unwrap() {
            let (parent, field) = path.rsplit_once('/').unwrap();
            rule.pointer_mut(parent).unwrap()[field] = value.clone();
        }
        rule
    };
    let keyless = json!([{ "imageReferences": ["*"], "attestors": [{ "entries": [
        { "keyless": { "rekor": { "url": "https://log.example" } } },
    ]}]}]);
    let only_images = json!({
        "name": "r", "match": { "resources": { "kinds": ["Pod"] } }, "verifyImages": keyless,
    });
    let user = json!([{ "kind": "Users", "name": "a" }]);
    let all = [
        (json!([rule(json!({ "/validate/failureAction": "Deny" }))]), "validate.failureAction"),
        (json!([rule(json!({ "/validate/deny": {} }))]), "validate.pattern"),
        (json!([rule(json!({ "/verifyImages": keyless }))]), "verifyImages"),
        (json!([rule(json!({ "/match/any/0/subjects": user }))]), "match.any[0].subjects.kind"),
        (
            json!([rule(json!({ "/match/any/0/resources/kinds": ["a/b/c/d/e"] }))]),
            "match.any[0].resources.kinds",
        ),
        (json!([rule(json!({ "/match/any": [{}] }))]), "match"),
        (json!([rule(json!({ "/match/all": [{ "roles": ["a"] }] }))]), "match.all"),
        (json!([rule(json!({ "/match/roles": ["a"] }))]), "match"),
        (json!([only_images]), "verifyImages[0].attestors.entries.keyless"),
    ];
    for (rules, field) in all {
        let policy = json!({
            "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": { "name": "p" },
            "spec": { "rules": rules },
        });
        let told = refused(&policy.to_string());
        assert!(told.contains(&format!("spec.rules[0].{field}")), "{told}");
    }
    let text = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  \
                validationFailureAction: Enforced\n  rules: []\n";
    assert!(refused(text).contains("Enforced"));
    let twice = text.replace("Enforced", "Enforce") + "  rules: []\n";
    assert!(refused(&twice).contains("rules"), "{}", refused(&twice));
    let twice = r#"{"apiVersion": "kyverno.io/v1", "kind": "Policy", "kind": "Policy"}"#;
    assert!(refused(twice).contains("kind"));
}

#[test]
fn attestors_that_cannot_be_asked_are_refused_when_they_are_read() {
    let refused = |image: Value| {
        let policy = json!({
            "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": { "name": "p" },
            "spec": { "rules": [{
                "name": "r", "match": { "any": [{ "resources": { "kinds": ["Pod"] } }] },
                "verifyImages": [image],
            }]},
        });
        read(&policy.to_string()).unwrap_err().to_string()
    };
    let keys = |more: Value| {
        let mut keys = json!({ "publicKeys": of("one") });
        keys.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "keys": keys })
    };
    let keyless = |more: Value| {
        let mut keyless = json!({ "issuer": "i", "subject": "s" });
        keyless.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "keyless": keyless })
    };
    for (entry, field) in [
        (json!({ "certificates": { "cert": "c" } }), "certificates"),
        (keys(json!({ "kms": "awskms:///a" })), "keys.kms"),
        (keys(json!({ "secret": { "name": "a", "namespace": "b" } })), "keys.secret"),
        (keys(json!({ "publicKeys": "k8s://a/b" })), "keys.publicKeys"),
        (keys(json!({ "publicKeys": "https://a.example/key" })), "keys.publicKeys"),
        (keys(json!({ "publicKeys": "{{ a.data.key }}" })), "keys.publicKeys"),
        (keys(json!({ "signatureAlgorithm": "sha512" })), "keys.signatureAlgorithm"),
        (keys(json!({ "rekor": { "pubkey": "k" } })), "rekor.pubkey"),
        (keys(json!({ "ctlog": { "pubkey": "k" } })), "ctlog.pubkey"),
        (keys(json!({ "ctlog": { "tsaCertChain": "c" } })), "ctlog.tsaCertChain"),
        (keyless(json!({ "roots": "c" })), "keyless.roots"),
        (keyless(json!({ "additionalExtensions": { "a": "b" } })), "keyless.additionalExtensions"),
    ] {
        let told =
            refused(json!({ "imageReferences": ["*"], "attestors": [{ "entries": [entry] }] }));
        assert!(told.contains(&format!("verifyImages[0].attestors.entries.{field}")), "{told}");
    }
    let told = refused(json!({ "imageReferences": ["*"], "key": "k8s://a/b" }));
    assert!(told.contains("keys.publicKeys"), "{told}");
}

#[test]
fn an_unscored_policy_refuses_and_is_reported_as_a_warning() {
    let text = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: p\n  \
                annotations: {policies.kyverno.io/scored: 'false'}\nspec:\n  \
                validationFailureAction: Enforce\n  rules:\n  - name: r\n    match: {any: \
                [{resources: {kinds: [Pod]}}]}\n    validate: {deny: {}}\n";
    let said = answers(&read(text).unwrap(), &Request::create(pod(json!({}), "a")));
    assert!(said.iter().all(|own| own.outcome == Outcome::Warn && own.refuses()), "{said:?}");
}

#[test]
fn a_part_of_a_resource_is_of_its_kind_and_namespace() {
    let request = json!({
        "kind": { "group": "", "version": "v1", "kind": "PodExecOptions" },
        "resource": { "group": "", "version": "v1", "resource": "pods" },
        "subResource": "exec", "operation": "CONNECT", "namespace": "shop", "name": "web",
        "object": { "apiVersion": "v1", "kind": "PodExecOptions", "command": ["sh"] },
    });
    let request: Request = serde_json::from_value(request).unwrap();
    for (kind, expected) in [("Pod/exec", 1), ("Pod", 0), ("v1/Pod/exec", 1), ("P*/exec", 1)] {
        let mut rules = pods(json!({ "deny": {} }));
        rules[0]["match"]["any"][0]["resources"] =
            json!({ "kinds": [kind], "namespaces": ["shop"] });
        assert_eq!(answers(&policy(rules, json!({})), &request).len(), expected, "{kind}");
    }
}

#[test]
fn an_element_that_cannot_be_decided_is_an_error() {
    let rules = pods(json!({ "foreach": [{
        "list": "request.object.spec.containers",
        "preconditions": { "all": [
            { "key": "{{ base64_decode(element.image) }}", "operator": "Equals", "value": "b" },
        ]},
        "deny": {},
    }]}));
    let mut object = pod(json!({}), "a");
    says(
        &policy(rules.clone(), json!({})),
        &Request::create(object.clone()),
        &[("r", Outcome::Error)],
    );
    // One that fails counts for more.
    object["spec"]["containers"] = json!([{ "image": "a" }, { "image": "Yg==" }]);
    says(&policy(rules, json!({})), &Request::create(object), &[("r", Outcome::Fail)]);
}

#[test]
fn roles_that_nobody_knows_are_an_error() {
    let rules = pods(json!({ "deny": { "conditions": { "all": [
        { "key": "admin", "operator": "AnyIn", "value": "{{ request.clusterRoles || `[]` }}" },
    ]}}}));
    let request = Request::create(pod(json!({}), "a"));
    says(&policy(rules, json!({})), &request, &[("r", Outcome::Error)]);
}

#[test]
fn an_exception_counts_for_its_operations() {
    let text = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  \
                rules:\n  - name: r\n    match: {any: [{resources: {kinds: [Pod]}}]}\n    \
                validate: {deny: {}}\n---\napiVersion: kyverno.io/v2\nkind: PolicyException\n\
                metadata: {name: e}\nspec:\n  match: {any: [{resources: {kinds: [Pod], operations: \
                [DELETE]}}]}\n  exceptions: [{policyName: p, ruleNames: [r]}]\n";
    let request = Request::create(pod(json!({}), "a"));
    says(&read(text).unwrap(), &request, &[("r", Outcome::Fail)]);
    let text = text.replace("DELETE", "CREATE");
    says(&read(&text).unwrap(), &request, &[("r", Outcome::Skip)]);
}

#[test]
fn large_and_fine_quantities_are_compared() {
    let rules = pods(json!({ "deny": { "conditions": { "all": [
        { "key": "{{ request.object.metadata.labels.a }}", "operator": "GreaterThan", "value": "1Gi" },
    ]}}}));
    let policies = policy(rules, json!({}));
    for label in ["99.0000000000000000001Gi", "9999999999999999999", "1e19", "1e99"] {
        let request = Request::create(pod(json!({ "a": label }), "a"));
        says(&policies, &request, &[("r", Outcome::Fail)]);
    }
}

#[test]
fn numbers_too_large_for_quantities_are_compared_as_texts() {
    let long = "7".repeat(100);
    for (value, expected) in [(long.clone(), Outcome::Pass), (format!("{long}8"), Outcome::Fail)] {
        let rules = pods(json!({ "deny": { "conditions": { "all": [
            { "key": "{{ request.object.metadata.labels.a }}", "operator": "NotEquals", "value": value },
        ]}}}));
        let request = Request::create(pod(json!({ "a": long }), "a"));
        says(&policy(rules, json!({})), &request, &[("r", expected)]);
    }
}

#[test]
fn the_first_element_that_cannot_be_decided_decides() {
    let images = |condition: Value| {
        let each = json!({ "list": "request.object.spec.containers", "deny": condition });
        policy(pods(json!({ "foreach": [each] })), json!({}))
    };
    let is = |key: &str, value: &str| json!({ "key": key, "operator": "Equals", "value": value });
    let mut object = pod(json!({}), "nginx");
    object["spec"]["containers"] =
        json!([{ "name": "one" }, { "name": "two", "image": "nginx", "tty": true }]);
    let request = Request::of_file(object, Operation::Create);
    let by_image = images(json!({ "conditions": { "all": [is("{{ element.image }}", "nginx")] } }));
    says(&by_image, &request, &[("r", Outcome::Error)]);
    let by_name = images(json!({ "conditions": { "any": [is("{{ element.name }}", "two")] } }));
    says(&by_name, &request, &[("r", Outcome::Fail)]);
}

#[test]
fn an_object_without_images_has_no_variable_of_them() {
    let of_things = |key: &str| {
        let condition = json!({ "key": key, "operator": "Equals", "value": "none" });
        let rule = json!([{
            "name": "r",
            "match": { "any": [{ "resources": { "kinds": ["ConfigMap"] } }] },
            "validate": { "deny": { "conditions": { "all": [condition] } } },
        }]);
        policy(rule, json!({}))
    };
    let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" } });
    let request = Request::of_file(object, Operation::Create);
    says(&of_things("{{ images }}"), &request, &[("r", Outcome::Error)]);
    says(&of_things("{{ images || 'none' }}"), &request, &[("r", Outcome::Fail)]);
}

#[test]
fn an_update_of_which_nobody_knows_what_was_before_is_judged() {
    let denies =
        policy(pods(json!({ "deny": {} })), json!({ "validationFailureAction": "Enforce" }));
    let mut request = Request::of_file(pod(json!({}), "nginx"), Operation::Update);
    says(&denies, &request, &[("r", Outcome::Fail)]);
    // A server's old object counts.
    request.old_object_is_assumed = false;
    says(&denies, &request, &[("r", Outcome::Skip)]);
}

#[test]
fn conditions_of_the_webhook_leave_requests_out() {
    let with = |expression: &str, failure_policy: &str| {
        let conditions = json!([{ "name": "c", "expression": expression }]);
        let webhook = json!({ "failurePolicy": failure_policy, "matchConditions": conditions });
        let spec = json!({ "validationFailureAction": "Enforce", "webhookConfiguration": webhook });
        policy(pods(json!({ "deny": {} })), spec)
    };
    let request = Request::of_file(pod(json!({}), "nginx"), Operation::Create);
    says(&with("object.metadata.name != 'web'", "Fail"), &request, &[]);
    says(&with("object.metadata.name == 'web'", "Fail"), &request, &[("r", Outcome::Fail)]);
    let of_nobody = "!('system:nodes' in request.userInfo.groups)";
    says(&with(of_nobody, "Fail"), &request, &[("r", Outcome::Error)]);
    says(&with(of_nobody, "Ignore"), &request, &[]);
    // That of the webhook goes before the policy's own.
    let both = |of_webhook: Value, own: &str| {
        let conditions = json!([{ "name": "c", "expression": of_nobody }]);
        let webhook = json!({ "failurePolicy": of_webhook, "matchConditions": conditions });
        let spec = json!({ "failurePolicy": own, "webhookConfiguration": webhook });
        policy(pods(json!({ "deny": {} })), spec)
    };
    says(&both(json!("Fail"), "Ignore"), &request, &[("r", Outcome::Error)]);
    says(&both(json!("Ignore"), "Fail"), &request, &[]);
    says(&both(Value::Null, "Ignore"), &request, &[]);
    let spec = json!({ "rules": pods(json!({ "deny": {} })), "webhookConfiguration": {
        "matchConditions": [{ "name": "c", "expression": "object." }]
    }});
    let document = json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": { "name": "p" }, "spec": spec,
    });
    let error = read(&document.to_string()).unwrap_err().to_string();
    assert!(error.contains("spec.webhookConfiguration.matchConditions[0].expression"), "{error}");
}

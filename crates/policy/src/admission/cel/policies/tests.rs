//! Policies of each kind, on small objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use sealift_model::Timestamp;
use serde_json::{Value as Json, json};

use crate::Limits;
use crate::admission::{
    Alone, Answer, Cause, Effect, Operation, Outcome, Policies, Request, Surroundings, Unanswered,
    VerifiedImage, WantedImage,
};

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn load(documents: &[Json]) -> Result<Policies, String> {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": documents}).to_string();
    Policies::load([("a.json", list.as_bytes())], &Limits::default())
        .map_err(|error| error.to_string())
}

fn review(documents: &[Json], request: &Request) -> Vec<Answer> {
    load(documents).unwrap().review(request, &Alone(now()))
}

fn one(documents: &[Json], request: &Request) -> (Outcome, String) {
    let mut answers = review(documents, request);
    assert_eq!(answers.len(), 1, "{answers:?}");
    let answer = answers.pop().unwrap();
    (answer.outcome, answer.message)
}

fn pods() -> Json {
    json!({"resourceRules": [{
        "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"],
        "operations": ["CREATE", "UPDATE"],
    }]})
}

fn policy(spec: Json) -> Json {
    let mut all = json!({"matchConstraints": pods()});
    all.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    json!({
        "apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy",
        "metadata": {"name": "p"}, "spec": all,
    })
}

fn of(expression: &str) -> Json {
    policy(json!({"validations": [{"expression": expression, "message": "no"}]}))
}

fn pod(image: &str) -> Request {
    Request::of_file(
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shop"},
            "spec": {"containers": [{"name": "a", "image": image}]},
        }),
        Operation::Create,
    )
}

fn cron_job(image: &str) -> Request {
    let pod = json!({"spec": {"containers": [{"name": "a", "image": image}]}});
    Request::of_file(
        json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "nightly"},
            "spec": {"jobTemplate": {"spec": {"template": pod}}},
        }),
        Operation::Create,
    )
}

#[test]
fn what_is_not_supported_is_named() {
    let cases = [
        (policy(json!({"more": 1})), "spec: unknown field `more`"),
        (of("object.x +"), "spec.validations[0].expression: column 11"),
        (of("unknown.x"), "undeclared reference to unknown"),
        (of("variables.x"), "undeclared variable x"),
        (
            policy(json!({"validations": [{"expression": "true", "when": "x"}]})),
            "unknown field `when`",
        ),
        (policy(json!({"validationActions": ["Enforce"]})), "unknown variant `Enforce`"),
        (
            json!({"apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy", "spec": {}}),
            "spec.matchConstraints",
        ),
        (
            json!({"apiVersion": "policies.kyverno.io/v1", "kind": "PolicyException", "spec": {"policyRefs": []}}),
            "spec.policyRefs: names no policy",
        ),
    ];
    for (document, expected) in cases {
        let problem = load(&[document]).unwrap_err();
        assert!(problem.contains(expected), "{problem}\nnot {expected}");
    }
}

#[test]
fn selectors_are_those_that_the_api_server_takes() {
    let without = json!({"matchExpressions": [{"key": "app", "operator": "In", "values": []}]});
    let cases = [
        ("ValidatingAdmissionPolicy", json!({"matchConstraints": {"objectSelector": without}})),
        ("ValidatingAdmissionPolicy", json!({"matchConstraints": {"namespaceSelector": without}})),
        (
            "ValidatingAdmissionPolicyBinding",
            json!({"policyName": "p", "paramRef": {"selector": without}}),
        ),
        (
            "ValidatingAdmissionPolicyBinding",
            json!({"policyName": "p", "matchResources": {"objectSelector": without}}),
        ),
    ];
    for (kind, spec) in cases {
        let problem = load(&[json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": kind,
            "metadata": {"name": "p"}, "spec": spec,
        })]);
        let problem = problem.unwrap_err();
        assert!(problem.contains("selector of labels: In of app has no values"), "{problem}");
    }
}

#[test]
fn a_policy_on_pods_is_one_on_what_makes_them() {
    let policies = [of(
        "object.spec.containers.all(c, c.image.startsWith('good/')) && object.metadata.namespace != 'x'",
    )];
    assert_eq!(one(&policies, &pod("good/a")).0, Outcome::Pass);
    assert_eq!(one(&policies, &pod("bad/a")), (Outcome::Fail, "no".into()));
    assert_eq!(one(&policies, &cron_job("good/a")).0, Outcome::Pass);
    assert_eq!(one(&policies, &cron_job("bad/a")).0, Outcome::Fail);
    let mut alone = of("false");
    alone["spec"]["autogen"] = json!({"podControllers": {"controllers": []}});
    assert_eq!(review(&[alone], &cron_job("a")).len(), 0);
}

#[test]
fn an_expression_without_a_value_is_no_yes() {
    let cases = [
        "object.spec.absent == 1",
        "'text'",
        "object.spec.containers[0].image",
        "lists.range(999).all(a, lists.range(999).all(b, lists.range(999).all(c, true)))",
    ];
    for expression in cases {
        let answer = review(&[of(expression)], &pod("a")).pop().unwrap();
        assert_eq!((answer.outcome, answer.effect), (Outcome::Error, Effect::Deny), "{expression}");
        // Kyverno refuses by it whatever the failure policy is.
        let mut ignored = of(expression);
        ignored["spec"]["failurePolicy"] = json!("Ignore");
        let answer = review(&[ignored], &pod("a")).pop().unwrap();
        assert_eq!((answer.outcome, answer.effect), (Outcome::Error, Effect::Deny), "{expression}");
    }
}

#[test]
fn conditions_leave_out_or_err() {
    let with = |condition: &str, failure: &str| {
        policy(json!({
            "matchConditions": [{"name": "a", "expression": condition}],
            "failurePolicy": failure,
            "validations": [{"expression": "false", "messageExpression": "'no ' + object.metadata.name"}],
        }))
    };
    assert_eq!(one(&[with("true", "Fail")], &pod("a")), (Outcome::Fail, "no shop".into()));
    assert_eq!(one(&[with("false", "Fail")], &pod("a")).0, Outcome::Skip);
    assert_eq!(one(&[with("object.x == 1", "Fail")], &pod("a")).0, Outcome::Error);
    assert_eq!(one(&[with("object.x == 1", "Ignore")], &pod("a")).0, Outcome::Skip);
}

#[test]
fn variables_that_ask_for_each_other_end() {
    let mut variables = vec![json!({"name": "v0", "expression": "'aaaaaaaaaaaaaaaa'"})];
    for step in 1..60 {
        let expression = format!("variables.v{0} + variables.v{0}", step - 1);
        variables.push(json!({"name": format!("v{step}"), "expression": expression}));
    }
    let doubling = policy(json!({
        "variables": variables, "validations": [{"expression": "variables.v59 != ''"}],
    }));
    assert_eq!(one(&[doubling], &pod("a")).0, Outcome::Error);
    let mut variables = vec![json!({"name": "v0", "expression": "1"})];
    for step in 1..3_000 {
        let expression = format!("(((variables.v{} + 1)))", step - 1);
        variables.push(json!({"name": format!("v{step}"), "expression": expression}));
    }
    let deep = policy(json!({
        "variables": variables, "validations": [{"expression": "variables.v2999 > 0"}],
    }));
    let (outcome, message) = one(&[deep], &pod("a"));
    assert_eq!(outcome, Outcome::Error);
    assert!(message.contains("levels"), "{message}");
}

#[test]
fn variables_are_not_nested_without_end() {
    let mut variables = vec![json!({"name": "v0", "expression": "1"})];
    let mut validations = Vec::new();
    for step in 1..3_000 {
        let expression = format!("[variables.v{}]", step - 1);
        variables.push(json!({"name": format!("v{step}"), "expression": expression}));
        if step % 50 == 0 {
            validations.push(json!({"expression": format!("size(variables.v{step}) == 1")}));
        }
    }
    let nested = policy(json!({"variables": variables, "validations": validations}));
    let (outcome, message) = one(&[nested], &pod("a"));
    assert_eq!(outcome, Outcome::Error);
    assert!(message.contains("levels"), "{message}");
}

#[test]
fn exceptions() {
    let exception = |spec: Json| {
        let mut all = json!({"policyRefs": [{"name": "p", "kind": "ValidatingPolicy"}]});
        all.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
        json!({
            "apiVersion": "policies.kyverno.io/v1", "kind": "PolicyException",
            "metadata": {"name": "e", "namespace": "n"}, "spec": all,
        })
    };
    let never = of("object.spec.containers.all(c, c.image in exceptions.allowedImages)");
    let whole = exception(
        json!({"matchConditions": [{"name": "a", "expression": "object.metadata.name == 'shop'"}]}),
    );
    let answers = review(&[never.clone(), whole], &pod("a"));
    assert_eq!((answers[0].rule.as_str(), answers[0].outcome), ("exception", Outcome::Skip));
    let other = exception(json!({"matchConditions": [{"name": "a", "expression": "false"}]}));
    assert_eq!(one(&[never.clone(), other], &pod("a")).0, Outcome::Fail);
    // One that cannot be decided decides nothing, or does not apply where that is ignored.
    let broken = exception(json!({"matchConditions": [{"name": "a", "expression": "object.x"}]}));
    assert_eq!(one(&[never.clone(), broken.clone()], &pod("a")).0, Outcome::Error);
    let mut ignoring = never.clone();
    ignoring["spec"]["failurePolicy"] = json!("Ignore");
    assert_eq!(one(&[ignoring, broken], &pod("a")).0, Outcome::Fail);
    let images = exception(json!({"images": ["a"], "reportResult": "pass"}));
    assert_eq!(one(&[never.clone(), images.clone()], &pod("a")).0, Outcome::Pass);
    assert_eq!(one(&[never.clone(), images.clone()], &pod("b")).0, Outcome::Fail);
    let all = exception(json!({}));
    let answers = review(&[never, images, all], &pod("b"));
    assert_eq!((answers[0].rule.as_str(), answers[0].outcome), ("exception", Outcome::Pass));
}

#[test]
fn unscored_policies_warn() {
    let mut policy = of("false");
    policy["metadata"]["annotations"] = json!({"policies.kyverno.io/scored": "false"});
    assert_eq!(one(&[policy], &pod("a")).0, Outcome::Warn);
}

#[test]
fn a_policy_of_a_namespace_is_for_it_alone() {
    let mut policy = of("false");
    policy["kind"] = json!("NamespacedValidatingPolicy");
    policy["metadata"]["namespace"] = json!("team");
    assert!(review(&[policy.clone()], &pod("a")).is_empty());
    policy["metadata"]["namespace"] = json!("default");
    assert_eq!(review(&[policy], &pod("a"))[0].policy, "default/p");
}

struct World;

/// What needs an answer of a cluster that gives none is undecided, and nothing else is.
#[test]
fn a_cluster_that_does_not_answer_decides_nothing() {
    let request = |namespace: &str| {
        let mut pod = pod("a");
        pod.namespace = namespace.into();
        pod
    };
    let asked = |policy: &Json, namespace: &str| {
        let policies = load(std::slice::from_ref(policy)).unwrap();
        policies.review(&request(namespace), &World)[0].outcome
    };
    let mut policy = of("true");
    policy["spec"]["matchConstraints"]["namespaceSelector"] =
        json!({"matchLabels": {"env": "test"}});
    assert_eq!(asked(&policy, "unknown"), Outcome::Error);
    assert_eq!(asked(&policy, "shop"), Outcome::Pass);
    assert_eq!(asked(&of("true"), "unknown"), Outcome::Pass);
    let by_namespace = of("namespaceObject.metadata.labels.env == 'test'");
    assert_eq!(asked(&by_namespace, "unknown"), Outcome::Error);
    assert_eq!(asked(&by_namespace, "shop"), Outcome::Pass);
    // What it has seems not to be there.
    for expression in ["!has(namespaceObject.metadata.labels)", "namespaceObject != null"] {
        assert_eq!(asked(&of(expression), "unknown"), Outcome::Error, "{expression}");
    }
    // The request has the name.
    let by_name = of("namespaceObject.metadata.name == 'unknown'");
    assert_eq!(asked(&by_name, "unknown"), Outcome::Pass);
}

fn silent() -> Unanswered {
    Unanswered::Failed(Cause::of(std::io::Error::other("the cluster does not answer")))
}

impl Surroundings for World {
    fn now(&self) -> Timestamp {
        now()
    }

    fn namespace_labels(&self, name: &str) -> Result<BTreeMap<String, String>, Unanswered> {
        let env = match name {
            "default" => "prod",
            "unknown" => return Err(silent()),
            _ => "test",
        };
        Ok(BTreeMap::from([("env".into(), env.into())]))
    }

    fn object(
        &self,
        _: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Arc<Json>>, Unanswered> {
        match (kind, namespace, name) {
            ("ConfigMap", "default", "limits") => Ok(Some(json!({"data": {"max": "1"}}).into())),
            ("ConfigMap", _, "unknown") => Err(silent()),
            _ => Ok(None),
        }
    }

    fn verify(&self, wanted: &WantedImage) -> Result<VerifiedImage, Unanswered> {
        if !wanted.image.starts_with("signed/") {
            return Err(Unanswered::NotVerified(Cause::of(std::io::Error::other("unsigned"))));
        }
        let statement = json!({"predicate": {"safe": true}});
        let statements = wanted.attestation.iter().map(|_| statement.clone()).collect();
        Ok(VerifiedImage::new("sha256:00", statements))
    }
}

#[test]
fn bindings_give_parameters_and_say_what_follows() {
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "v"},
        "spec": {
            "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
            "matchConstraints": pods(),
            "validations": [{"expression": "size(object.spec.containers) <= int(params.data.max)"}],
        },
    });
    let binding = |name: &str, label: &str| {
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": "b"},
            "spec": {
                "policyName": "v", "paramRef": {"name": name}, "validationActions": ["Deny"],
                "matchResources": {"namespaceSelector": {"matchLabels": {"env": label}}},
            },
        })
    };
    let ask = |documents: &[Json]| -> Vec<(Outcome, Effect)> {
        let answers = load(documents).unwrap().review(&pod("a"), &World);
        answers.iter().map(|answer| (answer.outcome, answer.effect)).collect()
    };
    assert_eq!(ask(&[policy.clone(), binding("limits", "prod")]), [(Outcome::Pass, Effect::Deny)]);
    assert_eq!(ask(&[policy.clone(), binding("none", "prod")]), [(Outcome::Error, Effect::Deny)]);
    assert!(ask(&[policy.clone(), binding("limits", "test")]).is_empty());
    assert_eq!(ask(&[policy]), [(Outcome::Error, Effect::Audit)], "null has no data");
}

#[test]
fn images_are_verified() {
    let policy = |verify: &str, required: bool| {
        json!({
            "apiVersion": "policies.kyverno.io/v1", "kind": "ImageValidatingPolicy",
            "metadata": {"name": "i"},
            "spec": {
                "matchConstraints": pods(),
                "matchImageReferences": [{"glob": "signed/*"}, {"expression": "ref.startsWith('un')"}],
                "validationConfigurations": {"verifyDigest": false, "required": required},
                "attestors": [{"name": "key", "cosign": {"key": {"data": "PEM"}}}],
                "attestations": [{"name": "safe", "intoto": {"type": "https://example.com/safe"}}],
                "validations": [{"expression": verify, "message": "unsigned"}],
            },
        })
    };
    let ask = |verify: &str, required: bool, image: &str| {
        let answers = load(&[policy(verify, required)]).unwrap().review(&pod(image), &World);
        answers.first().map(|answer| answer.outcome)
    };
    let signed = "images.containers.all(i, verifyImageSignatures(i, [attestors.key]) > 0)";
    assert_eq!(ask(signed, true, "signed/a"), Some(Outcome::Pass));
    assert_eq!(ask(signed, true, "unsigned/a"), Some(Outcome::Fail));
    assert_eq!(ask(signed, true, "other/a"), Some(Outcome::Pass), "it is about other images");
    assert_eq!(ask("true", true, "signed/a"), Some(Outcome::Fail), "nothing verified it");
    assert_eq!(ask("true", false, "signed/a"), Some(Outcome::Pass));
    let attested = "images.containers.all(i, \
        verifyAttestationSignatures(i, attestations.safe, [attestors.key]) > 0 \
        && extractPayload(i, attestations.safe).predicate.safe)";
    assert_eq!(ask(attested, true, "signed/a"), Some(Outcome::Pass));
    let unproved = "images.containers.all(i, extractPayload(i, attestations.safe).predicate.safe)";
    assert_eq!(ask(unproved, false, "signed/a"), Some(Outcome::Error));
    let mut ignoring = policy(unproved, false);
    ignoring["spec"]["failurePolicy"] = json!("Ignore");
    let answers = load(&[ignoring]).unwrap().review(&pod("signed/a"), &World);
    assert_eq!((answers[0].outcome, answers[0].effect), (Outcome::Error, Effect::Deny));
    let mut digest = policy(signed, true);
    digest["spec"]["validationConfigurations"] = json!({});
    assert_eq!(one(&[digest], &pod("signed/a")).0, Outcome::Fail, "no digest");
}

#[test]
fn what_nobody_knows_of_the_cluster_is_not_empty() {
    for text in ["!has(namespaceObject.metadata.labels)", "globalContext.Get('a', '') == null"] {
        assert_eq!(one(&[of(text)], &pod("a")).0, Outcome::Error, "{text}");
    }
}

#[test]
fn that_versions_are_not_converted_is_noted() {
    let mut policy = of("true");
    assert_eq!(load(&[policy.clone()]).unwrap().notes(), Vec::<String>::new());
    policy["spec"]["matchConstraints"]["matchPolicy"] = json!("Equivalent");
    assert!(load(&[policy]).unwrap().notes()[0].contains("Equivalent"));
}

#[test]
fn policies_about_json_judge_files_and_no_requests() {
    let spec = json!({
        "evaluation": {"mode": "JSON"},
        "validations": [{"expression": "object.kind != 'CronJob'", "message": "no"}],
    });
    let document = [json!({
        "apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy",
        "metadata": {"name": "p"}, "spec": spec,
    })];
    let mut request = cron_job("a");
    assert_eq!(one(&document, &request), (Outcome::Fail, "no".into()));
    // What it would match is not asked.
    let matching = policy(document[0]["spec"].clone());
    assert_eq!(one(&[matching], &request), (Outcome::Fail, "no".into()));
    request.uid = "705ab4f5".into();
    assert_eq!(review(&document, &request), []);
    assert!(load(&document).unwrap().notes()[0].contains("asked of all files"));
}

#[test]
fn the_request_has_objects_where_kyverno_puts_them() {
    for text in [
        "request.object == object && request.object.kind == 'Pod'",
        "has(request.oldObject) && request.oldObject == null",
        "has(request.options) && request.options == null",
    ] {
        assert_eq!(one(&[of(text)], &pod("a")).0, Outcome::Pass, "{text}");
    }
}

/// The API server's own policies go on after an error that they ignore, and are refused what their
/// bindings lack.
#[test]
fn errors_that_are_ignored_leave_others_their_turn() {
    let policy = |failure: &str, validations: Json| {
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": "v"},
            "spec": {
                "failurePolicy": failure, "matchConstraints": pods(), "validations": validations,
                "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
            },
        })
    };
    let binding = |fields: Json| {
        let mut binding = json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "b"},
            "spec": {"policyName": "v", "validationActions": ["Deny"]},
        });
        binding["spec"].as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        binding
    };
    let ask = |failure, validations: Json, fields: Json| {
        let documents = [policy(failure, validations), binding(fields)];
        let answers = load(&documents).unwrap().review(&pod("a"), &World);
        answers.first().map(|answer| (answer.outcome, answer.effect)).unwrap()
    };
    let errs_then =
        |holds: &str| json!([{"expression": "object.nope == 1"}, {"expression": holds}]);
    let plain = || json!({});
    assert_eq!(ask("Ignore", errs_then("false"), plain()), (Outcome::Fail, Effect::Deny));
    assert_eq!(ask("Ignore", errs_then("true"), plain()), (Outcome::Error, Effect::Audit));
    assert_eq!(ask("Fail", errs_then("false"), plain()), (Outcome::Error, Effect::Deny));
    let missing = json!({"paramRef": {"name": "none"}, "validationActions": ["Audit"]});
    let holds = || json!([{"expression": "true"}]);
    assert_eq!(ask("Fail", holds(), missing.clone()), (Outcome::Error, Effect::Deny));
    assert_eq!(ask("Ignore", holds(), missing), (Outcome::Error, Effect::Audit));
}

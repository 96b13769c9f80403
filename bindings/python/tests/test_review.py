"""Reviewing: what admission policies and image rules say of objects."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sealift

POLICY = """
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: labels}
spec:
  validationFailureAction: Enforce
  rules:
    - name: team
      match: {any: [{resources: {kinds: [Pod]}}]}
      validate:
        message: a team is named
        pattern: {metadata: {labels: {team: "?*"}}}
"""
EXCEPTION = """
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: tests, namespace: shop}
spec:
  exceptions: [{policyName: labels, ruleNames: [team]}]
  match: {any: [{resources: {kinds: [Pod], names: [test-*]}}]}
"""
VALUES = """
apiVersion: cli.kyverno.io/v1alpha1
kind: Values
globalValues: {request.operation: DELETE}
"""
RULES = "[admission]\nregistries = ['registry.example/*']\n"


def pod(name: str, **labels: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": labels},
        "spec": {"containers": [{"name": "web", "image": "docker.example/web:1"}]},
    }


@pytest.fixture(scope="module")
def policies() -> sealift.AdmissionPolicies:
    return sealift.AdmissionPolicies({"policy.yaml": POLICY}, offline=True)


def test_rows_are_typed_data(policies: sealift.AdmissionPolicies) -> None:
    review = policies.review(pod("web"))
    assert not review and not review.allowed
    (row,) = review.rows
    assert (row.policy, row.rule, row.outcome, row.effect) == ("labels", "team", "fail", "deny")
    assert (row.kind, row.namespace, row.name) == ("Pod", "shop", "web")
    assert (row.api_version, row.policy_kind) == ("v1", "ClusterPolicy")
    assert "a team is named" in row.message and "a team is named" in review.refusals[0]
    assert pickle.loads(pickle.dumps(row)) == row
    assert "a team is named" in review.render("table")
    assert json.loads(review.render("json"))["summary"]["fail"] == 1
    assert "<testsuite" in review.render("junit")
    again = pickle.loads(pickle.dumps(review))
    assert again == review and hash(again) == hash(review) and not again.allowed
    with pytest.raises(ValueError, match="read from JSON"):
        again.render("table")
    with pytest.raises(ValueError, match="not a review"):
        sealift.Review.from_json("{}")
    assert policies.review(pod("web", team="a")).allowed


def test_texts_have_many_objects(policies: sealift.AdmissionPolicies) -> None:
    text = "".join("---\n" + json.dumps(pod("web-" + str(at))) + "\n" for at in range(3))
    assert [row.name for row in policies.review(text).rows] == ["web-0", "web-1", "web-2"]
    assert policies.review(text.encode()).rows == policies.review(text).rows
    assert policies.review(pod("web"), operation="DELETE").allowed


def test_a_review_is_answered(policies: sealift.AdmissionPolicies) -> None:
    request = {
        "uid": "u-1",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "name": "web",
        "namespace": "shop",
        "operation": "CREATE",
        "object": pod("web"),
    }
    asked = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    answer = policies.review(asked).response()
    assert answer["response"]["uid"] == "u-1" and not answer["response"]["allowed"]
    assert "a team is named" in answer["response"]["status"]["message"]
    assert policies.review(pod("web")).response() is None
    with pytest.raises(ValueError, match="judged alone"):
        policies.review(f"---\n{json.dumps(asked)}\n---\n{json.dumps(pod('web'))}\n")
    with pytest.raises(ValueError, match="v1beta1"):
        policies.review({**asked, "apiVersion": "admission.k8s.io/v1beta1"})


def test_exceptions_and_what_stands_in_for_a_cluster(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "other.yaml").write_text("kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n")
    (tmp_path / "exception").write_text(EXCEPTION)
    (tmp_path / "values").write_text(VALUES)
    policies = sealift.AdmissionPolicies([tmp_path], exceptions=[tmp_path / "exception"])
    assert any("other.yaml" in note for note in policies.notes)
    assert policies.review(pod("test-1")).allowed and not policies.review(pod("web")).allowed
    policies = sealift.AdmissionPolicies([tmp_path / "policy.yaml"], cluster=[tmp_path / "values"])
    assert policies.review(pod("web")).allowed


def test_image_rules_apply_to_every_image(tmp_path: Path) -> None:
    rules = tmp_path / "sealift.toml"
    rules.write_text(RULES)
    policies = sealift.AdmissionPolicies(image_rules=rules, offline=True)
    refused = policies.review(pod("web"))
    assert not refused.allowed and "docker.example/web" in refused.refusals[0]
    assert [row.policy_kind for row in refused.rows] == ["ImageRules"]


def test_what_is_wrong_is_named(policies: sealift.AdmissionPolicies, tmp_path: Path) -> None:
    with pytest.raises(sealift.PolicyError) as nothing:
        sealift.AdmissionPolicies()
    assert "everything would be admitted" in str(nothing.value)
    with pytest.raises(sealift.PolicyError) as field:
        sealift.AdmissionPolicies({"p.yaml": POLICY.replace("pattern:", "patern:")})
    assert "patern" in str(field.value)
    with pytest.raises(sealift.PolicyError) as missing:
        sealift.AdmissionPolicies([tmp_path / "none.yaml"])
    assert str(missing.value.file).endswith("none.yaml")
    with pytest.raises(ValueError, match="which registry is meant"):
        sealift.AdmissionPolicies({"p.yaml": POLICY}, username="a", password="b")
    with pytest.raises(ValueError, match="'operation'"):
        policies.review(pod("web"), operation="create")
    for timeout in (-1, 1e19):
        with pytest.raises(ValueError, match="'timeout'"):
            policies.review(pod("web"), timeout=timeout)
    with pytest.raises(ValueError, match="no object"):
        policies.review("")
    with pytest.raises(TypeError, match="a mapping"):
        policies.review(7)  # type: ignore[arg-type]


BESIDE = ("values", "userinfo", "cluster", "context", "mocks", "params")


def test_a_review_is_ended_by_who_asked(tmp_path: Path) -> None:
    rules = tmp_path / "sealift.toml"
    (tmp_path / "cosign.pub").write_text(sealift.generate_key_pair(b"").public)
    rules.write_text("[admission]\nkey = 'cosign.pub'\ninsecure-ignore-tlog = true\n")
    # A registry that takes connections and never answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        policies = sealift.AdmissionPolicies(image_rules=rules, registry=host, insecure=True)
        object_ = pod("web")
        object_["spec"]["containers"][0]["image"] = f"{host}/web:1"
        ended: list[float] = []
        cancel = sealift.Cancel()

        def later(end: Callable[[], None]) -> None:
            def now() -> None:
                ended.append(time.monotonic())
                end()

            threading.Timer(0.3, now).start()

        later(cancel.cancel)
        with pytest.raises(sealift.CancelledError):
            policies.review(object_, cancel=cancel, timeout=20)
        assert time.monotonic() - ended.pop() < 0.5
        # What is started in the background has it ignored.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            later(lambda: os.kill(os.getpid(), signal.SIGINT))
            with pytest.raises(KeyboardInterrupt):
                policies.review(object_, timeout=20)
            assert time.monotonic() - ended.pop() < 0.5
        finally:
            signal.signal(signal.SIGINT, before)


def test_a_text_that_is_wrong_is_named_with_its_line() -> None:
    def refused(policies: dict[str, str]) -> sealift.PolicyError:
        with pytest.raises(sealift.PolicyError) as error:
            sealift.AdmissionPolicies(policies, offline=True)
        return error.value

    rego = refused({"b.rego": "package a\n", "a.rego": "package x\n\ndeny contains x if {"})
    assert (rego.file, rego.line) == ("a.rego", 3)
    assert rego.message.startswith("a.rego:3:")
    none = refused({})
    assert (none.file, none.line) == (None, None)
    assert none.message.startswith("no policies")


def test_policies_of_the_data(data: Path) -> None:
    cases = sorted(path for path in (data / "policies/kyverno").iterdir() if path.is_dir())
    rows = exact = 0
    wrong = []
    for case in cases:
        exceptions = [case / "exceptions.yaml"] if (case / "exceptions.yaml").exists() else []
        around = [case / f"{name}.yaml" for name in BESIDE if (case / f"{name}.yaml").exists()]
        policies = sealift.AdmissionPolicies(
            [case / "policy.yaml"],
            exceptions=exceptions,
            cluster=around,
            offline=True,
            as_of="2026-11-21T12:00:00Z",
        )
        lines = [line.split("\t") for line in (case / "expected.tsv").read_text().splitlines()]
        table = [dict(zip(lines[0], line)) for line in lines[1:]]
        columns = ("policy", "rule", "kind", "namespace", "name", "result", "operation")
        expected = Counter(tuple(row[column] for column in columns) for row in table)
        text = (case / "resources.yaml").read_bytes()
        found: Counter[tuple[str, ...]] = Counter()
        for operation in {row["operation"] for row in table}:
            for row in policies.review(text, operation=operation or None).rows:
                policy = row.policy.rsplit("/")[-1]
                about = (policy, row.rule, row.kind, row.namespace, row.name)
                found[(*about, row.outcome, operation)] += 1
        rows += sum(expected.values())
        exact += sum((expected & found).values())
        if found != expected:
            wrong.append(case.name)
    print(
        f"dataset kyverno (Python): {len(cases)} cases, {len(cases) - len(wrong)} exact, "
        f"0 excepted, 0 skipped; {exact} of {rows} rows"
    )
    assert cases and not wrong


def test_reviews_of_the_data_are_answered(
    data: Path, policies: sealift.AdmissionPolicies
) -> None:
    files = sorted((data / "policies/admission-reviews").glob("*.json"))
    for file in files:
        asked = json.loads(file.read_text())
        review = policies.review(asked)
        answer = review.response()
        assert answer["response"]["uid"] == asked["request"]["uid"], file.name
        assert answer["response"]["allowed"] == review.allowed, file.name
    count = len(files)
    print(f"dataset admission-reviews (Python): {count} cases, {count} exact, 0 excepted, 0 skipped")
    assert files

"""Images in a registry: signed, attested, verified, scanned."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sealift
from conftest import ROOT
from registry import PASSWORD, USER, Registry


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as registry:
        registry.put_layout(ROOT / "examples/image", "1.0")
        yield registry
        registry.shutdown()


def test_an_image_is_signed_and_attested(registry: Registry) -> None:
    image = f"{registry.host}/shop:1.0"
    keys = sealift.generate_key_pair(b"secret")
    private, public = keys.private.encode(), keys.public.encode()
    signed = sealift.sign_image(
        image, key=private, key_password=b"secret", annotations={"stage": "test"},
        username=USER, password=PASSWORD, insecure=True,
    )
    assert signed.digest == registry.tags["1.0"]
    proved = sealift.verify_image(
        image, key=public, insecure_ignore_tlog=True, username=USER, password=PASSWORD,
        insecure=True,
    )
    assert proved.digest == signed.digest and len(proved.signatures) == 1
    asked: dict[str, Any] = {
        "key": public, "insecure_ignore_tlog": True, "username": USER, "password": PASSWORD,
        "insecure": True,
    }
    assert sealift.verify_image(image, annotations={"stage": "test"}, **asked).signatures
    with pytest.raises(sealift.VerificationError) as unclaimed:
        sealift.verify_image(image, annotations={"stage": "release"}, **asked)
    assert unclaimed.value.check == "claims"
    # What is no part of a signature cannot be asked of one.
    untyped: Any = sealift
    with pytest.raises(TypeError, match="predicate_type"):
        untyped.verify_image(image, predicate_type="slsaprovenance1", **asked)
    with pytest.raises(TypeError, match="annotations"):
        untyped.verify_attestation(image, annotations={"stage": "test"}, **asked)

    sealift.attest(
        image, b'{"tested": true}', "https://example.com/tests/v1", key=private,
        key_password=b"secret", username=USER, password=PASSWORD, insecure=True,
    )
    attested = sealift.verify_attestation(
        image, predicate_type="https://example.com/tests/v1", key=public, insecure_ignore_tlog=True,
        username=USER, password=PASSWORD, insecure=True,
    )
    assert attested.digest == signed.digest
    # As in cosign, a type that is not named is `custom`.
    with pytest.raises(sealift.VerificationError) as other_type:
        sealift.verify_attestation(image, **asked)
    assert other_type.value.check == "predicate-type"
    sealift.attest(
        image, b'{"builder": {"id": "https://a.example"}, "buildType": "https://a.example/t"}',
        "slsaprovenance", key=private, key_password=b"secret", username=USER, password=PASSWORD,
        insecure=True,
    )
    with pytest.raises(sealift.VerificationError) as built:
        sealift.verify_attestation(
            image, predicate_type="slsaprovenance", builder="https://b.example", **asked
        )
    assert built.value.check == "builder"
    other = sealift.generate_key_pair(b"").public.encode()
    with pytest.raises(sealift.VerificationError):
        sealift.verify_image(
            image, key=other, insecure_ignore_tlog=True, username=USER, password=PASSWORD, insecure=True
        )


VERIFYING = """
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: signed}
spec:
  validationFailureAction: Enforce
  rules:
    - name: by-us
      match: {any: [{resources: {kinds: [Pod]}}]}
      verifyImages:
        - imageReferences: ["*"]
          mutateDigest: true
          attestors:
            - entries:
                - keys:
                    publicKeys: |-
                      KEY
                    rekor: {ignoreTlog: true}
                    ctlog: {ignoreSCT: true}
"""


def test_reviews_verify_images_in_their_registry(registry: Registry, tmp_path: Path) -> None:
    image = f"{registry.host}/shop:1.0"
    keys = sealift.generate_key_pair(b"secret")
    key = keys.public.strip().replace("\n", "\n" + " " * 22)
    access: dict[str, Any] = {"username": USER, "password": PASSWORD, "insecure": True}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"containers": [{"name": "web", "image": image}]},
    }
    request = {
        "uid": "u",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "namespace": "shop",
        "operation": "CREATE",
        "object": pod,
    }
    asked = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    texts = {"signed.yaml": VERIFYING.replace("KEY", key)}

    def policies(**options: Any) -> sealift.AdmissionPolicies:
        return sealift.AdmissionPolicies(texts, **options)

    unsigned = policies(registry=registry.host, **access).review(asked)
    assert not unsigned.allowed
    sealift.sign_image(image, key=keys.private.encode(), key_password=b"secret", **access)
    signed = policies(registry=registry.host, **access).review(asked)
    assert signed.allowed, signed.refusals
    signed_digest = registry.tags["1.0"]
    patch = json.loads(base64.b64decode(signed.response()["response"]["patch"]))
    assert patch[0]["value"] == f"{image}@{signed_digest}"
    assert not policies(offline=True).review(asked).allowed
    # What is meant for another registry does not go to this one.
    assert not policies(registry="registry.example", **access).review(asked).allowed

    with pytest.raises(ValueError, match="which registry is meant"):
        policies(**access)

    rules = tmp_path / "sealift.toml"
    (tmp_path / "cosign.pub").write_text(keys.public)
    rules.write_text("[admission]\nkey = 'cosign.pub'\ninsecure-ignore-tlog = true\n")
    ruled = sealift.AdmissionPolicies(image_rules=rules, registry=registry.host, **access)
    assert ruled.review(pod).allowed, ruled.review(pod).refusals
    (tmp_path / "cosign.pub").write_text(sealift.generate_key_pair(b"").public)
    ruled = sealift.AdmissionPolicies(image_rules=rules, registry=registry.host, **access)
    assert not ruled.review(pod).allowed


def test_credentials_are_what_the_caller_gives(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = f"{registry.host}/shop:1.0"
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    kept = tmp_path / "config.json"
    kept.write_text(json.dumps({"auths": {registry.host: {"auth": login}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(sealift.RegistryError) as refused:
        sealift.scan_image(image, insecure=True)
    assert refused.value.status == 401
    assert sealift.scan_image(image, auth_file=kept, insecure=True).packages
    with pytest.raises(sealift.RegistryError, match="refused"):
        sealift.scan_image("registry.example/shop:1.0", proxy="http://127.0.0.1:1")


def test_an_engine_is_asked_where_it_is_named() -> None:
    with pytest.raises(sealift.RegistryError, match="engine"):
        sealift.scan_image("docker-daemon:sealift.example/none:0")


def test_a_kept_database_is_fetched_once(tmp_path: Path, example: str) -> None:
    mirror = ROOT / "examples/advisories"
    first = sealift.Database.kept(tmp_path, ["Debian:12"], mirror=str(mirror))
    again = sealift.Database.kept(tmp_path, ["Debian:12"], mirror=str(mirror), offline=True)
    assert first.to_dict() == again.to_dict()
    with pytest.raises(sealift.DatabaseError):
        sealift.Database.kept(tmp_path / "none", ["Debian:12"], offline=True)

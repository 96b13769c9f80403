"""Images in a registry: signed, attested, verified, scanned."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

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
        image, key=public, ignore_tlog=True, username=USER, password=PASSWORD, insecure=True
    )
    assert proved.digest == signed.digest and len(proved.signatures) == 1

    sealift.attest(
        image, b'{"tested": true}', "https://example.com/tests/v1", key=private,
        key_password=b"secret", username=USER, password=PASSWORD, insecure=True,
    )
    attested = sealift.verify_attestation(
        image, predicate_type="https://example.com/tests/v1", key=public, ignore_tlog=True,
        username=USER, password=PASSWORD, insecure=True,
    )
    assert attested.digest == signed.digest
    other = sealift.generate_key_pair(b"").public.encode()
    with pytest.raises(sealift.VerificationError):
        sealift.verify_image(
            image, key=other, ignore_tlog=True, username=USER, password=PASSWORD, insecure=True
        )


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

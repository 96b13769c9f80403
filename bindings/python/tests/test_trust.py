"""Verifying, signing and deciding."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

import sealift
from conftest import ROOT


class Log(BaseHTTPRequestHandler):
    """A transparency log that has nothing."""

    asked = 0

    def do_POST(self) -> None:
        Log.asked += 1
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_an_entry_that_does_not_lie_beside_a_signature_is_asked_of_the_log(tmp_path: Path) -> None:
    keys = sealift.generate_key_pair(b"secret")
    private, root = tmp_path / "a.key", tmp_path / "root.json"
    private.write_text(keys.private)
    root.write_text('{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}')
    bundle = sealift.sign_blob(b"content", key=private, key_password=b"secret")
    signature = json.loads(bundle)["messageSignature"]["signature"].encode()
    log = HTTPServer(("127.0.0.1", 0), Log)
    threading.Thread(target=log.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{log.server_port}"

    def refused(**given: Any) -> str:
        with pytest.raises(sealift.VerificationError) as error:
            sealift.verify_blob(b"content", signature, key=keys.public.encode(), **given)
        assert error.value.check == "transparency-log"
        return str(error.value)

    refused(trusted_root=root, rekor_url=place)
    assert Log.asked == 1
    refused(trusted_root=root, rekor_url=place, offline=True)
    # Without a trusted root no log is trusted.
    refused(rekor_url=place)
    assert Log.asked == 1
    assert "cannot be asked" in refused(trusted_root=root, rekor_url="http://127.0.0.1:1")
    log.shutdown()
    with pytest.raises(ValueError, match="rekor_url"):
        sealift.verify_blob(b"content", signature, key=keys.public.encode(), rekor_url="no URL")


def test_what_is_signed_is_verified(tmp_path: Path) -> None:
    keys = sealift.generate_key_pair(b"secret")
    private, public = tmp_path / "a.key", keys.public.encode()
    private.write_text(keys.private)
    bundle = sealift.sign_blob(b"content", key=private, key_password=b"secret").encode()
    proved = sealift.verify_bundle(b"content", bundle, key=public, insecure_ignore_tlog=True)
    assert proved.key_fingerprint and proved.checks
    assert pickle.loads(pickle.dumps(proved)) == proved
    with pytest.raises(sealift.VerificationError) as other:
        sealift.verify_bundle(b"contend", bundle, key=public, insecure_ignore_tlog=True)
    assert other.value.check in ("signature", "artifact-digest")
    with pytest.raises(sealift.VerificationError) as unlogged:
        sealift.verify_bundle(b"content", bundle, key=public)
    assert unlogged.value.check == "transparency-log"
    signature = json.loads(bundle)["messageSignature"]["signature"].encode()
    blob: dict[str, Any] = {"key": public, "insecure_ignore_tlog": True}
    untyped: Any = sealift
    assert sealift.verify_blob(b"content", signature, **blob).checks
    for name, value in {"annotations": {"a": "b"}, "check_content": True, "builder": "b"}.items():
        with pytest.raises(TypeError, match=name):
            untyped.verify_blob(b"content", signature, **blob, **{name: value})
    with pytest.raises(TypeError, match="annotations"):
        untyped.verify_bundle(b"content", bundle, annotations={"a": "b"}, **blob)
    with pytest.raises(sealift.VerificationError) as no_statement:
        sealift.verify_bundle(b"content", bundle, predicate_type="vuln", **blob)
    assert no_statement.value.check == "predicate-type"
    with pytest.raises(sealift.SigningError):
        sealift.sign_blob(b"content", key=private, key_password=b"wrong")
    assert "PRIVATE" not in repr(keys)


def test_who_must_have_signed_is_asked_for(example: str) -> None:
    with pytest.raises(ValueError, match="who must have signed"):
        sealift.verify_image(example)
    with pytest.raises(ValueError, match="one of them is missing"):
        sealift.verify_image(example, certificate_identity="a@b.example")
    key = sealift.generate_key_pair(b"").public.encode()
    with pytest.raises(sealift.VerificationError) as unsigned:
        sealift.verify_image(example, key=key, insecure_ignore_tlog=True)
    assert unsigned.value.check == "signature-present"
    assert str(unsigned.value.digest).startswith("sha256:")


def test_the_gate_explains_itself(
    tmp_path: Path, example: str, database: sealift.Database
) -> None:
    decision = sealift.Gate(allow_incomplete=True).admit(example, database=database)
    assert decision.verdict == "fail" and not decision
    assert any("CVE-2021-44228" in reason.text for reason in decision.reasons)
    assert decision.text.startswith("FAIL")
    assert decision.report is not None and decision.report.findings
    assert pickle.loads(pickle.dumps(decision)) == decision
    policy = tmp_path / "sealift.toml"
    policy.write_text("[gate]\nfail-onn = []\n")
    with pytest.raises(sealift.PolicyError) as wrong:
        sealift.Gate(policy)
    assert (str(wrong.value.file), wrong.value.line) == (str(policy), 2)
    with pytest.raises(ValueError, match="HIGH,CRITICAL"):
        sealift.Gate(fail_on=["HIGH"])
    gate: Any = sealift.Gate()
    for filters in ("ignore_unfixed", "exclude_base", "severities"):
        with pytest.raises(TypeError, match=filters):
            gate.admit(example, **{filters: True})
    key = tmp_path / "a.pub"
    key.write_text(sealift.generate_key_pair(b"").public)
    signed = sealift.Gate(key=key, insecure_ignore_tlog=True, fail_on=[], warn_on=[], allow_incomplete=True)
    reasons = signed.admit(example, database=database).reasons
    assert [reason.about for reason in reasons if reason.action == "fail"] == ["requirement"]


def test_signed_images_of_the_data(data: Path) -> None:
    folder = data / "sigstore/signed-images"
    lines = (folder / "cases.tsv").read_text().splitlines()
    names = lines[0].split("\t")
    exact = cases = 0
    for line in lines[1:]:
        case = dict(zip(names, line.split("\t")))
        if case["check"] != "signature" or case["expect"] not in ("pass", "fail"):
            continue
        if case["annotation"] not in ("", "-"):
            continue
        cases += 1
        image = f"oci:{folder / case['layout']}@{case['digest']}"
        key = folder / "keys" / Path(case["key"]).name
        wanted = case["expect"] == "pass" and case["expect_content"] != "fail"
        try:
            found = sealift.verify_image(image, key=key, insecure_ignore_tlog=True).digest == case["digest"]
        except sealift.SealiftError:
            found = False
        exact += found == wanted
    print(f"dataset signed-images (Python): {cases} cases, {exact} exact, 0 excepted, 0 skipped")
    assert cases and exact == cases


def test_images_of_the_data(data: Path) -> None:
    tables = sorted((data / "images/expected").glob("*.tsv"))
    for table in tables:
        archive = data / "images/docker-archive" / f"{table.stem}.tar"
        layout = f"oci:{data / 'images/oci'}:{table.stem}"
        image = f"docker-archive:{archive}" if archive.exists() else layout
        found = {(one.name, one.version) for one in sealift.scan_image(image).packages}
        lines = [line.split("\t") for line in table.read_text().splitlines()]
        rows = [dict(zip(lines[0], line)) for line in lines[1:]]
        installed = {
            (row["name"], row["version"]) for row in rows if row["evidence"] == "installed"
        }
        assert installed and not installed - found, table.stem
    print(f"dataset images (Python): {len(tables)} cases, {len(tables)} exact, 0 excepted, 0 skipped")
    assert tables


def test_the_module_says_what_it_has() -> None:
    assert all(hasattr(sealift, name) for name in sealift.__all__)
    table = (ROOT / "docs/api.md").read_text()
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")]
    named = [cell.strip().strip("`") for row in rows[1:] for cell in [row[3]]]
    stub = (ROOT / "bindings/python/python/sealift/_native.pyi").read_text()
    for name in named:
        if name.startswith("sealift."):
            name, _, argument = name.rstrip("=)").partition("(")
            place: object = sealift
            for part in name.split(".")[1:]:
                place = getattr(place, part)
            assert f"    {argument}: " in stub or not argument, argument


def test_the_readme_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "cosign.pub").write_text(sealift.generate_key_pair(b"").public)
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "bindings/python/README.md").read_text()
    for part in text.split("```python\n")[1:]:
        exec(compile(part.split("```")[0], "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "CVE-2021-44228 CRITICAL" in printed and "signature-present" in printed
    assert "DS-0002 HIGH Dockerfile:2" in printed
    assert "False [('" in printed and "registry.example/web:latest has no version" in printed


def test_the_example_script(example: str, database: sealift.Database, tmp_path: Path) -> None:
    key = tmp_path / "a.pub"
    key.write_text(sealift.generate_key_pair(b"").public)
    run = check_script(example, key, database)
    assert run.returncode == 1
    assert run.stdout.startswith("not verified (signature-present)")


def test_the_example_script_on_signed_images(data: Path, database: sealift.Database) -> None:
    folder = data / "sigstore/signed-images"
    run = check_script(
        f"oci:{folder / 'p256-bundle'}@{digest_of(folder, 'p256-bundle')}",
        folder / "keys/ecdsa-p256.pub",
        database,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "is signed by the key" in run.stdout and "PASS" in run.stdout


def digest_of(folder: Path, name: str) -> str:
    lines = (folder / "cases.tsv").read_text().splitlines()
    return next(line.split("\t")[4] for line in lines if line.startswith(f"{name}\t"))


def check_script(
    image: str, key: Path, database: sealift.Database
) -> subprocess.CompletedProcess[str]:
    script = [sys.executable, str(ROOT / "examples/python/check.py")]
    command = [*script, image, str(key), str(database.path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)

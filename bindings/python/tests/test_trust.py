"""Verifying, signing and deciding."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import sealift
from conftest import ROOT


def test_what_is_signed_is_verified(tmp_path: Path) -> None:
    keys = sealift.generate_key_pair(b"secret")
    private, public = tmp_path / "a.key", keys.public.encode()
    private.write_text(keys.private)
    bundle = sealift.sign_blob(b"content", key=private, key_password=b"secret").encode()
    proved = sealift.verify_bundle(b"content", bundle, key=public, ignore_tlog=True)
    assert proved.key_fingerprint and proved.checks
    assert pickle.loads(pickle.dumps(proved)) == proved
    with pytest.raises(sealift.VerificationError) as other:
        sealift.verify_bundle(b"contend", bundle, key=public, ignore_tlog=True)
    assert other.value.check in ("signature", "artifact-digest")
    with pytest.raises(sealift.VerificationError) as unlogged:
        sealift.verify_bundle(b"content", bundle, key=public)
    assert unlogged.value.check == "transparency-log"
    with pytest.raises(sealift.SigningError):
        sealift.sign_blob(b"content", key=private, key_password=b"wrong")
    assert "PRIVATE" not in repr(keys)


def test_who_must_have_signed_is_asked_for(example: str) -> None:
    with pytest.raises(ValueError, match="who must have signed"):
        sealift.verify_image(example)
    with pytest.raises(ValueError, match="one of them is missing"):
        sealift.verify_image(example, identity="a@b.example")
    key = sealift.generate_key_pair(b"").public.encode()
    with pytest.raises(sealift.VerificationError) as unsigned:
        sealift.verify_image(example, key=key, ignore_tlog=True)
    assert unsigned.value.check == "signature-present"
    assert str(unsigned.value.digest).startswith("sha256:")


def test_the_gate_explains_itself(
    tmp_path: Path, example: str, database: sealift.Database
) -> None:
    decision = sealift.Gate(allow_incomplete=True).check(example, database=database)
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
    key = tmp_path / "a.pub"
    key.write_text(sealift.generate_key_pair(b"").public)
    signed = sealift.Gate(key=key, ignore_tlog=True, fail_on=[], warn_on=[], allow_incomplete=True)
    reasons = signed.check(example, database=database).reasons
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
            found = sealift.verify_image(image, key=key, ignore_tlog=True).digest == case["digest"]
        except sealift.SealiftError:
            found = False
        exact += found == wanted
    print(f"dataset signed-images (Python): {cases} cases, {exact} exact, 0 excepted, 0 skipped")
    assert cases and exact == cases


def test_images_of_the_data(data: Path) -> None:
    import json

    layout = data / "images/oci"
    index = json.loads((layout / "index.json").read_text())
    tag = "org.opencontainers.image.ref.name"
    tags = [one["annotations"][tag] for one in index["manifests"]]
    exact = 0
    for name in tags:
        report = sealift.scan_image(f"oci:{layout}:{name}")
        exact += bool(report.packages) and report.digest is not None
    print(f"dataset images (Python): {len(tags)} cases, {exact} exact, 0 excepted, 0 skipped")
    assert tags and exact == len(tags)


def test_the_module_says_what_it_has() -> None:
    assert all(hasattr(sealift, name) for name in sealift.__all__)
    table = (ROOT / "docs/api.md").read_text()
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")]
    named = [cell.strip().strip("`") for row in rows[1:] for cell in [row[3]]]
    for name in named:
        if name.startswith("sealift."):
            place: object = sealift
            for part in name.split(".")[1:]:
                place = getattr(place, part)


def test_the_readme_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "cosign.pub").write_text(sealift.generate_key_pair(b"").public)
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "bindings/python/README.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "CVE-2021-44228 CRITICAL" in printed and "signature-present" in printed

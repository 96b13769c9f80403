"""Checking configuration files."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

import sealift
from conftest import ROOT

DOCKERFILE = "FROM alpine:3.22\nLABEL a=worse\nUSER root\n"
CHECK = """# METADATA
# title: Words
# custom:
#   id: OWN-0001
#   severity: HIGH
#   input:
#     selector:
#       - type: dockerfile
package user.words

deny contains res if {
    some command in input.Stages[_].Commands
    command.Value[1] == data.words.bad
    res := result.new(sprintf("%s is bad", [command.Value[1]]), command)
}
"""
DATA = "words: {bad: worse}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    return tmp_path


def test_failures_are_typed_data(folder: Path) -> None:
    report = sealift.scan_config(folder)
    assert not report.packages and not report.findings
    # As of the command: the same files give the same bytes on any day.
    assert "JudgedOn" not in report.to_dict()["Metadata"]
    user = next(found for found in report.misconfigurations if found.id == "DS-0002")
    assert (user.path, user.kind, user.severity) == ("Dockerfile", "dockerfile", "HIGH")
    assert (user.status, user.start_line, user.end_line) == ("FAIL", 3, 3)
    assert user.title and user.description and user.message and user.resolution
    assert pickle.loads(pickle.dumps(user)) == user
    assert "DS-0002" in repr(user)
    for name in ("table", "json", "sarif", "junit", "markdown"):
        assert "DS-0002" in report.render(name), name
    again = sealift.Report.from_json(report.to_json())
    assert again.misconfigurations == report.misconfigurations


def test_what_passes_and_what_does_not_count_is_listed_where_that_is_asked(folder: Path) -> None:
    ignored = folder / "ignored"
    ignored.write_text("DS-0002\n")
    rows = sealift.scan_config(folder, ignore_files=[ignored]).misconfigurations
    assert "DS-0002" not in {row.id for row in rows}
    rows = sealift.scan_config(
        folder, ignore_files=[ignored], include_non_failures=True
    ).misconfigurations
    assert {"FAIL", "PASS", "EXCEPTION"} == {row.status for row in rows}
    exception = next(row for row in rows if row.status == "EXCEPTION")
    assert exception.id == "DS-0002" and "ignored" in str(exception.ignored_by)
    policy = folder / "ignore.rego"
    policy.write_text('package trivy\nignore { input.ID == "DS-0002" }\n')
    rows = sealift.scan_config(folder, ignore_policies=[policy]).misconfigurations
    assert "DS-0002" not in {row.id for row in rows}


def test_checks_in_rego_are_texts_or_files(folder: Path) -> None:
    of_texts = sealift.scan_config(
        folder, checks={"words.rego": CHECK}, check_data={"words.yaml": DATA}, severities=["HIGH"]
    )
    messages = {row.id: row.message for row in of_texts.misconfigurations}
    assert messages["OWN-0001"] == "worse is bad"
    kept = folder / "checks"
    kept.mkdir()
    (kept / "words.rego").write_text(CHECK)
    (kept / "words.yaml").write_text(DATA)
    of_files = sealift.scan_config(
        folder, checks=[kept], check_data=[kept], severities=["HIGH"], skip_dirs=["checks"]
    )
    assert of_files.misconfigurations == of_texts.misconfigurations
    elsewhere = {"words.rego": CHECK.replace("user.words", "ours.words")}
    assert any("ours.words" in note for note in sealift.scan_config(folder, checks=elsewhere).notes)
    named = sealift.scan_config(
        folder, checks=elsewhere, check_namespaces=["ours"], check_data={"words.yaml": DATA}
    )
    assert "OWN-0001" in {row.id for row in named.misconfigurations}
    broken = sealift.scan_config(folder, checks={"words.rego": CHECK.replace("some", "sum")})
    assert any("did not run" in row.message for row in broken.diagnostics)


def test_kinds_patterns_and_variables(tmp_path: Path) -> None:
    (tmp_path / "image.docker").write_text(DOCKERFILE)
    assert not sealift.scan_config(tmp_path).misconfigurations
    patterns = ["dockerfile:.*[.]docker"]
    assert sealift.scan_config(tmp_path, file_patterns=patterns).misconfigurations
    none = sealift.scan_config(tmp_path, file_patterns=patterns, kinds=["terraform"])
    assert not none.misconfigurations
    bucket = 'variable "open" {}\nresource "aws_db_instance" "a" {\n  publicly_accessible = var.open\n}\n'
    (tmp_path / "main.tf").write_text(bucket)
    ids = set()
    for value in ("true", "false"):
        (tmp_path / f"{value}.tfvars").write_text(f"open = {value}\n")
        rows = sealift.scan_config(tmp_path, tf_vars=[tmp_path / f"{value}.tfvars"])
        ids.add(frozenset(row.id for row in rows.misconfigurations))
    assert len(ids) == 2


def test_folders_are_checked_beside_their_packages(folder: Path) -> None:
    (folder / "requirements.txt").write_text("Django==3.2\n")
    assert not sealift.scan_fs(folder).misconfigurations
    for scan in (sealift.scan_fs, sealift.scan_rootfs):
        report = scan(folder, misconfig=True, kinds=["dockerfile"], skip_files=["none"])
        assert [package.name for package in report.packages] == ["Django"]
        assert "DS-0002" in {row.id for row in report.misconfigurations}
    with pytest.raises(TypeError, match="'kinds'"):
        sealift.scan_fs(folder, kinds=["dockerfile"])
    with pytest.raises(TypeError, match="'misconfig'"):
        sealift.scan_image("oci:none", misconfig=True)  # type: ignore[call-arg]


def test_what_is_wrong_is_named(folder: Path) -> None:
    with pytest.raises(ValueError, match="'kinds'.*dockerfile"):
        sealift.scan_config(folder, kinds=["Dockerfile"])
    with pytest.raises(ValueError, match="no kind of files"):
        sealift.scan_config(folder, file_patterns=["x:.*"])
    with pytest.raises(FileNotFoundError):
        sealift.scan_config(folder, checks=[folder / "none.rego"])
    with pytest.raises(TypeError, match="'checks'"):
        sealift.scan_config(folder, checks=7)  # type: ignore[arg-type]
    with pytest.raises(sealift.PolicyError) as data:
        sealift.scan_config(folder, checks={"a": CHECK}, check_data={"some.yaml": "[]"})
    assert data.value.file == "some.yaml"
    with pytest.raises(FileNotFoundError):
        sealift.scan_config(folder / "none")
    with pytest.raises(TypeError, match="'database'"):
        sealift.scan_config(folder, database="x")  # type: ignore[call-arg]


def excepted(kind: str) -> set[str]:
    """The cases that the library's own suite excepts, each with a reason there."""
    listed = ROOT / f"crates/misconfig/tests/dataset/{kind}.txt"
    lines = listed.read_text().splitlines()
    return {line.split(":")[0] for line in lines if not line.startswith("#")}


@pytest.mark.parametrize(
    ("kind", "file"), [("dockerfile", "Dockerfile"), ("kubernetes", "manifest.yaml")]
)
def test_files_of_the_data(data: Path, kind: str, file: str) -> None:
    cases = sorted(path for path in (data / "misconfig" / kind).iterdir() if path.is_dir())
    left_out = excepted(kind)
    exact = 0
    for case in cases:
        report = sealift.scan_config(
            case / file, kinds=[kind], trivy_lines=True, as_of="2026-08-21T00:00:00Z"
        )
        found = {
            (row.id, row.severity, str(row.start_line or "-"), str(row.end_line or "-"))
            for row in report.misconfigurations
        }
        lines = [line.split("\t") for line in (case / "expected.tsv").read_text().splitlines()]
        expected = {
            (line[0], line[1], line[3], line[4])
            for line in lines
            if line[2] == "fail" and not line[0].startswith(("#", "kics:"))
        }
        assert found == expected or case.name in left_out, case.name
        exact += found == expected
    excepted_here = len(cases) - exact
    print(
        f"dataset misconfig-{kind} (Python): {len(cases)} cases, {exact} exact, "
        f"{excepted_here} excepted, 0 skipped"
    )
    assert cases and json.loads(report.to_json())["SchemaVersion"] == 2

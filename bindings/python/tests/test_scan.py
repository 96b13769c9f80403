"""Scanning: results as data, progress, cancelling, errors."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import sealift
from conftest import ROOT


def test_findings_are_typed_data(example: str, database: sealift.Database) -> None:
    report = sealift.scan_image(example, database=database)
    assert report.artifact_type == "container_image"
    assert report.artifact_name == example[len("oci:") :]
    assert "CVE-2021-44228" in {finding.id for finding in report.findings}
    assert sum(report.counts.values()) == len(report.findings)
    for value in [report, *report.findings, *report.packages, *report.diagnostics]:
        again = pickle.loads(pickle.dumps(value))
        assert again == value and hash(again) == hash(value)
        assert json.loads(value.to_json()) == value.to_dict()
        assert repr(value).startswith(type(value).__name__ + "(")
    log4j = next(it for it in report.findings if it.id == "CVE-2021-44228")
    assert (log4j.severity, log4j.status) == ("CRITICAL", "fixed")
    assert log4j != report.findings[0] or log4j is report.findings[0]
    assert report.to_dict()["SchemaVersion"] == 2


def test_a_report_says_whether_it_is_whole(
    example: str, database: sealift.Database, tmp_path: Path
) -> None:
    report = sealift.scan_image(example, database=database)
    assert report.matched and report.complete
    assert report.coverage is not None and "npm" in report.coverage["with"]
    assert report.undetermined == len(report.to_dict().get("Undetermined", []))
    (tmp_path / "Dockerfile").write_text("FROM alpine\n")
    checked = sealift.scan_config(tmp_path)
    assert checked.complete and not checked.matched
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text("ID=debian\nVERSION_ID=12\n")
    partial = sealift.scan_rootfs(tmp_path, database=database)
    assert partial.matched and not partial.complete
    for one in (report, checked, partial):
        again = pickle.loads(pickle.dumps(one))
        assert again.complete == one.complete and again.coverage == one.coverage


def test_a_snapshot_for_github_names_its_commit(example: str) -> None:
    report = sealift.scan_image(example)
    commit = {"sha": "a" * 40, "ref": "refs/heads/main"}
    render: Any = report.render
    snapshot = json.loads(render("github", **commit, correlator="scan", job_id="7"))
    assert (snapshot["sha"], snapshot["ref"]) == ("a" * 40, "refs/heads/main")
    assert snapshot["job"] == {"correlator": "scan", "id": "7"}
    with pytest.raises(TypeError, match="'sha'"):
        report.render("github")
    with pytest.raises(TypeError, match="'sha'"):
        report.render("json", sha="a" * 40)


def test_without_a_database_packages_are_listed(example: str) -> None:
    report = sealift.scan_image(example)
    assert report.packages and not report.findings
    assert (report.matched, report.complete) == (False, False)
    assert (report.coverage, report.undetermined) == (None, 0)
    assert json.loads(report.render("sarif"))["version"] == "2.1.0"
    with pytest.raises(ValueError, match="only JSON is left"):
        pickle.loads(pickle.dumps(report)).render("sarif")


def test_folders_and_documents(tmp_path: Path, example: str) -> None:
    (tmp_path / "requirements.txt").write_text("Django==3.2\n")
    assert [it.name for it in sealift.scan_fs(tmp_path).packages] == ["Django"]
    assert not sealift.scan_rootfs(tmp_path).findings
    document = tmp_path / "sbom.json"
    document.write_text(sealift.scan_image(example).render("cyclonedx"))
    assert sealift.scan_sbom(document).packages


def test_progress_is_told(example: str) -> None:
    told: list[sealift.Progress] = []
    sealift.scan_image(example, progress=told.append)
    assert told and told[-1].bytes == told[-1].total_bytes > 0


def test_an_exception_in_the_callback_ends_the_scan(example: str) -> None:
    def refuse(_: sealift.Progress) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        sealift.scan_image(example, progress=refuse)


def test_cancelled(example: str) -> None:
    cancel = sealift.Cancel()
    cancel.cancel()
    with pytest.raises(sealift.CancelledError):
        sealift.scan_image(example, cancel=cancel)


def test_errors_have_fields(tmp_path: Path, example: str) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        sealift.Database.open(tmp_path / "none.db")
    assert str(missing.value.filename).endswith("none.db")
    (tmp_path / "foreign.db").write_text("no database")
    with pytest.raises(sealift.DatabaseError) as foreign:
        sealift.scan_image(example, database=tmp_path / "foreign.db")
    assert foreign.value.path is not None and foreign.value.path.endswith("foreign.db")
    with pytest.raises(sealift.LimitExceeded) as limit:
        sealift.scan_image(example, limits={"max_document_bytes": 10})
    assert (limit.value.limit, limit.value.max) == ("max_document_bytes", 10)
    assert pickle.loads(pickle.dumps(limit.value)).limit == "max_document_bytes"
    (tmp_path / "x.py").write_text("")
    with pytest.raises(sealift.ScanError) as unread:
        sealift.scan_fs(tmp_path / "x.py")
    assert unread.value.path == str(tmp_path / "x.py")
    untyped: Any = sealift.scan_image
    with pytest.raises(TypeError, match="'dtabase'"):
        untyped(example, dtabase="x")
    with pytest.raises(TypeError, match="'threads'"):
        untyped(example, threads="two")
    with pytest.raises(ValueError, match="'severities'"):
        sealift.scan_image(example, severities=["BAD"])


def test_limits_days_and_bases(example: str, database: sealift.Database, tmp_path: Path) -> None:
    with pytest.raises(sealift.LimitExceeded) as layers:
        sealift.scan_image(example, limits={"max_layers": 1})
    assert (layers.value.limit, layers.value.max) == ("max_layers", 1)
    with pytest.raises(ValueError, match='"max_layer"; there are max_layer_bytes, .*max_link_hops'):
        sealift.scan_image(example, limits={"max_layer": 1})
    with pytest.raises(ValueError, match="too large"):
        sealift.scan_image(example, limits={"max_archive_depth": 2**40})
    report = sealift.scan_image(
        example, database=database, base=example, as_of="2026-01-31", created="2026-01-30"
    )
    described = report.to_dict()
    assert described["Metadata"]["JudgedOn"] == "2026-01-31"
    assert described["CreatedAt"] == "2026-01-30T00:00:00Z"
    assert all(package.base == "named" for package in report.packages)
    listed = tmp_path / "bases.json"
    listed.write_text('{"bases": []}')
    admitted = sealift.Gate(fail_on=[], as_of="2026-01-31").admit(example, bases=listed)
    assert admitted.to_dict()["JudgedOn"] == "2026-01-31"
    with pytest.raises(ValueError, match="'as_of'.*2026-01-31 or"):
        sealift.scan_image(example, as_of="soon")


def test_a_changed_byte_is_named(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "image"
    shutil.copytree(ROOT / "examples/image", folder)
    layer = max((folder / "blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(layer.read_bytes())
    content[len(content) // 2] ^= 1
    layer.write_bytes(bytes(content))
    with pytest.raises(sealift.DigestMismatch) as changed:
        sealift.scan_image(f"oci:{folder}")
    assert changed.value.expected == f"sha256:{layer.name}" != changed.value.actual


def test_threads_share_one_database(example: str, database: sealift.Database) -> None:
    reports: list[sealift.Report] = []

    def scan() -> None:
        reports.append(sealift.scan_image(example, database=database, threads=1))

    threads = [threading.Thread(target=scan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(reports)) == 1 and len(reports) == 4


INTERRUPTED = """
import sealift, sys
print("ready", flush=True)
try:
    sealift.scan_rootfs(sys.argv[1], progress=lambda _: None)
except KeyboardInterrupt:
    sys.exit(17)
"""


def test_an_interrupt_is_answered(tmp_path: Path) -> None:
    # A pipe that nobody writes to would hang a scan; a wide folder takes long enough.
    for number in range(20_000):
        (tmp_path / f"{number}.json").write_text("{}")
    command = [sys.executable, "-c", INTERRUPTED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.1)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        status = process.wait(timeout=30)
    # The folder may have been read already.
    assert status in (17, 0)
    assert time.monotonic() - sent < 2


def test_the_command_is_the_same() -> None:
    command = [sys.executable, "-m", "sealift", "version"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert sealift.__version__ in printed
    wrong = subprocess.run([*command[:-1], "nothing"], capture_output=True, check=False)
    assert wrong.returncode == 2

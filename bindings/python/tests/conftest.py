"""What the tests share: the example image and a database of the example advisories."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import sealift

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def example() -> str:
    return f"oci:{ROOT / 'examples/image'}:demo"


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> sealift.Database:
    output = tmp_path_factory.mktemp("database") / "advisories.db"
    return sealift.Database.build(ROOT / "examples/advisories", output)


@pytest.fixture(scope="session")
def data() -> Path:
    folder = os.environ.get("SEALIFT_TESTDATA")
    if not folder:
        print("skipped: no test data")
        pytest.skip("no test data")
    return Path(folder)

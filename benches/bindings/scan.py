"""Scans IMAGE against DATABASE and writes the report to OUTPUT."""

import sys
from pathlib import Path

import sealift

image, database, output = sys.argv[1:]
report = sealift.scan_image(image, database=database)
Path(output).write_text(report.to_json())

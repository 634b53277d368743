from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.benchmarks.child import ChildError, measure, timed

HOLDING = "held = bytearray(200_000_000)\nfor _ in range(10):\n    held.count(1)\n"
IN_A_CHILD = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', sys.argv[1]])\n"
REPORTING = """
import time
from tests.benchmarks.child import report
report(20, 3.0, time.time(), packs=2)
"""


def test_a_process_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ChildError, match=r"exited with 1:(.|\n)*no such peer"):
        timed([sys.executable, "-c", "raise SystemExit('no such peer')"], tmp_path, {})


def test_memory_is_that_of_children_too(tmp_path: Path) -> None:
    spent = timed([sys.executable, "-c", IN_A_CHILD, HOLDING], tmp_path, {})
    assert spent.megabytes > 200
    assert 0 < spent.cpu_seconds < 2 * spent.seconds


def test_what_a_process_reports_becomes_a_run(tmp_path: Path) -> None:
    (tmp_path / "reporting.py").write_text(REPORTING)
    run = measure("a peer", "reporting", [], tmp_path)
    assert (run.name, run.fits, run.seconds, run.figures) == ("a peer", 20, 3.0, {"packs": 2})
    assert 0 < run.start_seconds < run.total_seconds
    assert run.megabytes > 1


def test_where_users_keep_their_runs_is_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://theirs")
    code = "import os; raise SystemExit('MLFLOW_TRACKING_URI' in os.environ)"
    timed([sys.executable, "-c", code], tmp_path, {})

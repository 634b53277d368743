"""Hundreds of trials of a made-up objective through the whole path, on every backend."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.sweeps.durability.conftest import NewPlace
from tests.sweeps.durability.loads import BACKENDS, load_of
from tests.sweeps.durability.places import Place, check_healthy

pytestmark = pytest.mark.slow

TRIALS = 400
MEGABYTES = 500
WITH_TENSORFLOW = 1300  # Hyperband's oracle imports it: 860 MB before the first trial
LOOKS = (("ls",), ("status",), ("best",))
SWEEPS = "from sweeps.cli.app import main; main()"


def python(place: Place, *arguments: str) -> str:
    """A Python process in the place; what it says, which must be without an error."""
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=place.folder,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "MLFLOW_TRACKING_URI": place.uri,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


def run(place: Place) -> tuple[int, float]:
    """The sweep to its end, MLflow included; megabytes at most, and seconds."""
    before = time.monotonic()
    driver = ("-m", "tests.sweeps.driver")
    said = python(place, *driver, "run", "sweep.yaml", "made-up")
    row = place.row
    assert row is not None
    if row.unsent:  # a machine that is busy otherwise
        python(place, *driver, "sync", row.sweep_id, "made-up")
    peak = re.search(r"^peak (\d+)$", said, re.MULTILINE)
    assert peak is not None
    return int(peak[1]), time.monotonic() - before


@pytest.mark.timeout(1800)
def test_hundreds_of_trials(
    new_place: NewPlace, record_property: Callable[[str, object], None]
) -> None:
    loads = [load_of(backend, TRIALS) for backend in BACKENDS]
    places = [new_place(document) for document, _ in loads]
    with ThreadPoolExecutor(2) as pool:
        spent = list(pool.map(run, places))
    for backend, place, (_, trials), (peak, seconds) in zip(
        BACKENDS, places, loads, spent, strict=True
    ):
        check_healthy(place, trials)
        line = f"{trials} trials, {peak} MB, {seconds:.0f} s, {trials / seconds:.0f} trials/s"
        record_property(backend, line)
        print(f"{backend}: {line}")
        assert peak < (WITH_TENSORFLOW if backend == "hyperband" else MEGABYTES)
    for look in LOOKS:
        before = time.monotonic()
        python(places[-1], "-c", SWEEPS, *look, "--store", "store")
        print(f"sweeps {look[0]}: {time.monotonic() - before:.2f} s")

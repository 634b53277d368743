"""Each thing measured runs in a process of its own, and reports through a file."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Run
from tests.benchmarks.memory import PeakMemory

ROOT = Path(__file__).resolve().parents[2]
LAST_WORDS = 2000
REPORT = "BENCHMARK_REPORT"
"""Environment variable: the file that a measured process writes what it measured to."""

STARTED = "BENCHMARK_STARTED"
"""Environment variable: `time.time()` when it was started; the system keeps whole seconds only."""

QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PYTHONPATH": str(ROOT),
}


@dataclass(frozen=True)
class Spent:
    """Time that passed, time that was computed on all cores together, and peak memory."""

    seconds: float
    cpu_seconds: float
    megabytes: float


class ChildError(RuntimeError):
    """A measured process failed; the message holds the end of what it wrote."""


def measure(name: str, module: str, arguments: Sequence[str], folder: Path, **env: str) -> Run:
    """Run `python -m module arguments` in that folder, and return what it reported.

    Raises ChildError when it fails.
    """
    report = folder / "report.json"
    command = [sys.executable, "-m", module, *arguments]
    spent = timed(command, folder, {**env, REPORT: str(report)})
    found = json.loads(report.read_text())
    return Run(
        name=name,
        fits=found["fits"],
        seconds=found["seconds"],
        start_seconds=found["start_seconds"],
        total_seconds=spent.seconds,
        megabytes=spent.megabytes,
        cpu_seconds=spent.cpu_seconds,
        figures=found["figures"],
    )


def timed(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Spent:
    """What a command took from its start to its end, all its children included.

    Raises ChildError when it exits with anything but 0.
    """
    log = folder / "log.txt"
    cpu_before = _cpu_seconds_of_children()
    with log.open("ab") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=_surroundings(env), stdout=output, stderr=output
        )
        try:
            with PeakMemory(process.pid) as memory:
                code = process.wait()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
        seconds = time.perf_counter() - started
    if code:
        raise ChildError(f"{' '.join(command)} exited with {code}:\n{_end_of(log)}")
    return Spent(seconds, _cpu_seconds_of_children() - cpu_before, memory.megabytes)


def report(fits: int, seconds: float, started: float, **figures: Any) -> None:
    """Called in the measured process: what it measured.

    `started` is `time.time()` just before the first measured fit.
    """
    found = {
        "fits": fits,
        "seconds": seconds,
        "start_seconds": started - float(os.environ[STARTED]),
        "figures": figures,
    }
    Path(os.environ[REPORT]).write_text(json.dumps(found, allow_nan=False))


def _cpu_seconds_of_children() -> float:
    """Of all that have ended so far, and of those that they waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _surroundings(env: Mapping[str, str]) -> dict[str, str]:
    """This process's variables but for those that say where users keep runs and programs."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "SWEEPS_"))
    }
    return {**ours, **QUIET, STARTED: repr(time.time()), **env}


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-LAST_WORDS:]

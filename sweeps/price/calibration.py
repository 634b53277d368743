"""Has a price found in a process of its own, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from sweeps.executors.import_path import handing_over
from sweeps.executors.where import Where
from sweeps.price.figures import Disk, Price
from sweeps.sweep import Sweep
from sweeps.trainers.fused.program_cache import kept

SECONDS = 10.0
"""How long packs are tried, beyond what it takes to start."""

LAST_WORDS = 400
LEAVING = 5.0
"""Seconds that the process has for ending its workers when it is told to end."""


class NoPriceError(Exception):
    """There is no price; the message says why in one line.

    `refused` is whether a run of the sweep would end at the same.
    """

    def __init__(self, message: str, *, refused: bool) -> None:
        super().__init__(message)
        self.refused = refused


def calibrated(sweep: Sweep, where: Where, *, new_store: bool, seconds: float = SECONDS) -> Price:
    """Train a little of the sweep, for about so many seconds, and add up.

    Once more where programs were compiled in it: a run finds them compiled, and is so much sooner
    done. Nothing is written to the sweep's ledger or to its MLflow store. Raises NoPriceError.
    """
    began, before = time.monotonic(), kept().programs
    asked = {
        "document": dict(sweep.document),
        "where": asdict(where),
        "new_store": new_store,
        "seconds": seconds,
    }
    found = _found(asked)
    if kept().programs > before:
        found = _found(asked)
    return replace(found, calibration=time.monotonic() - began)


def _found(asked: Mapping[str, object]) -> Price:
    """What a process finds, in a folder that is removed with all that it made."""
    with tempfile.TemporaryDirectory(prefix="sweeps-price-") as made:
        folder = Path(made)
        (folder / "asked.json").write_text(json.dumps({**asked, "started": time.time()}))
        log = _run(folder)
        return _read(folder, log)


def _run(folder: Path) -> Path:
    """Run the process to its end; it is ended with its workers if this one is interrupted."""
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sweeps.price.child", str(folder)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=handing_over(os.environ),
            start_new_session=True,
        )
        try:
            process.wait()
        except BaseException:
            process.terminate()
            raise
        finally:
            assert process.stdin is not None, "it was made with a pipe"
            process.stdin.close()
            try:
                process.wait(LEAVING)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    return log


def _read(folder: Path, log: Path) -> Price:
    file = folder / "price.json"
    if not file.exists():
        words = log.read_text(errors="replace").strip().splitlines()
        last = words[-1][:LAST_WORDS] if words else "it said nothing"
        raise NoPriceError(f"the calibration ended early: {last}", refused=False)
    found = json.loads(file.read_text())
    if "error" in found:
        raise NoPriceError(found["error"]["message"], refused=True)
    return price_from(found["price"])


def price_from(plain: Mapping[str, object]) -> Price:
    """A price from what `Price.to_dict` made of it."""
    fields = dict(plain)
    disk = dict(fields["disk"])  # type: ignore[call-overload]
    disk.pop("total")
    fields |= {"disk": Disk(**disk), "notes": tuple(fields["notes"])}  # type: ignore[arg-type]
    return Price(**fields)  # type: ignore[arg-type]

"""A fuzzer over the reader of sweep files: whatever stands in one, it is read or refused politely.

    python -m tests.sweeps.fuzz --seconds 60 --seed 0 --keep FOLDER

A file, `--set` texts or a description in Python go in; a sweep comes out, whose plan is made as
well, or one line of text. Anything else is a finding: another exception, a text of several lines,
one that a terminal might obey, a call of many seconds, or memory that is not given back.
"""

from __future__ import annotations

import argparse
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from search_spaces import SpaceError
from sweeps.errors import SweepFileError
from sweeps.plan import plan_sweep
from sweeps.reading.sweep import read_sweep
from sweeps.reading.sweep_file import SweepFile
from sweeps.sweep import Sweep
from tests.sweeps.mutations import Mutator

READ_SECONDS = 5.0
PLAN_SECONDS = 20.0
"""Of processor time. Generous: these tell a hang from slowness, and the machine may be slow."""
MOST_MEMORY = 400 * 1024
"""Kilobytes on top of what the process needs before it begins."""


class TooLongError(Exception):
    """A call took more processor time than it may."""


@dataclass
class Findings:
    """What was tried, and what was found; each kind of finding is kept once."""

    tried: int = 0
    sweeps: int = 0
    plans: int = 0
    slowest: float = 0.0
    found: dict[str, bytes] = field(default_factory=dict)

    def note(self, what: str, data: bytes) -> None:
        """Keep a finding unless one like it is known."""
        if what not in self.found:
            self.found[what] = data
            print(f"FOUND {what}: {data[:200]!r}", flush=True)


def fuzz(seconds: float, seed: int, folder: Path) -> Findings:
    """Try damaged sweep files for so long."""
    mutator, findings, file = Mutator(seed), Findings(), folder / "s.yaml"
    heard = signal.signal(signal.SIGVTALRM, _too_long)
    allowed = _memory() + MOST_MEMORY
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            findings.tried += 1
            data, read = _input(mutator, findings.tried, file)
            with _watched(findings, data, READ_SECONDS):
                sweep, source = read()
                findings.sweeps += 1
                _plan(sweep, source, findings, data)
            if _memory() > allowed:
                findings.note(f"memory above {allowed} kB", data)
                allowed = _memory() + MOST_MEMORY
    finally:
        signal.signal(signal.SIGVTALRM, heard)
    return findings


Read = Callable[[], tuple[Sweep, SweepFile | None]]


def _input(mutator: Mutator, number: int, file: Path) -> tuple[bytes, Read]:
    """What to try next: its text, for the record, and the call that reads it."""
    if number % 5 == 0:
        tree = mutator.tree()
        return repr(tree).encode("utf-8", "backslashreplace"), lambda: (read_sweep(tree), None)
    data = mutator.file()
    overrides = mutator.overrides() if number % 7 == 0 else []
    file.write_bytes(data)

    def read() -> tuple[Sweep, SweepFile | None]:
        source = SweepFile.open(file, overrides)
        return source.sweep(), source

    return data + repr(overrides or "").encode(), read


def _plan(sweep: Sweep, source: SweepFile | None, findings: Findings, data: bytes) -> None:
    with _watched(findings, data, PLAN_SECONDS):
        if source is None:
            plan_sweep(sweep)
        else:
            with source.blamed():
                plan_sweep(sweep)
        findings.plans += 1


@contextmanager
def _watched(findings: Findings, data: bytes, seconds: float) -> Iterator[None]:
    """Note whatever comes out that is not one of the two polite errors."""
    started = time.process_time()
    before = signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    except (SweepFileError, SpaceError) as error:
        text = str(error)
        if not text.isprintable() or not text or len(text) > 2_000:
            findings.note(f"not a printable line: {text[:80]!r}", data)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        frame = traceback.extract_tb(error.__traceback__)[-1]
        findings.note(f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}", data)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, *before)
        findings.slowest = max(findings.slowest, time.process_time() - started)


def _too_long(number: int, frame: FrameType | None) -> None:
    raise TooLongError


def _memory() -> int:
    """The most kilobytes that were resident so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> int:
    """Fuzz for some seconds; findings are written to the folder to keep them in."""
    parser = argparse.ArgumentParser(description="A fuzzer over the reader of sweep files.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for what is found")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        findings = fuzz(chosen.seconds, chosen.seed, Path(folder))
    print(
        f"{findings.tried:,} inputs in {chosen.seconds:.0f} s, "
        f"{findings.tried / chosen.seconds:.0f} a second: {findings.sweeps:,} sweeps read, "
        f"{findings.plans:,} planned, the slowest call {findings.slowest:.1f} s, "
        f"{_memory() // 1024} MB, {len(findings.found)} findings"
    )
    for number, (what, data) in enumerate(findings.found.items()):
        print(f"  {what}")
        if chosen.keep:
            chosen.keep.mkdir(parents=True, exist_ok=True)
            (chosen.keep / f"{chosen.seed}-{number}").write_bytes(what.encode() + b"\n" + data)
    return 1 if findings.found else 0


if __name__ == "__main__":
    sys.exit(main())

"""What a long-lived process holds, looked at again and again, and whether it grows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import linear_regression, median

import psutil

EVERY = 2.0
WARM_UP = 60.0
"""Seconds of a process's life that do not count: pools and caches fill."""

LONG_ENOUGH = 300.0
"""Seconds that an hour is told from."""


@dataclass(frozen=True)
class Sample:
    """One look. `seconds` since the process was first looked at, memory is in MB of 10**6 bytes."""

    seconds: float
    megabytes: float
    threads: int
    files: int


@dataclass
class Life:
    """One process of the service, from its start until it was killed."""

    pid: int
    samples: list[Sample] = field(default_factory=list)

    def settled(self) -> list[Sample]:
        return [sample for sample in self.samples if sample.seconds >= WARM_UP]

    def slope(self, what: str) -> float | None:
        """How much more an hour, by least squares; None for a life too short to tell."""
        settled = self.settled()
        if len(settled) < 2 or settled[-1].seconds - settled[0].seconds < LONG_ENOUGH:
            return None
        hours = [sample.seconds / 3600 for sample in settled]
        return linear_regression(hours, [getattr(sample, what) for sample in settled]).slope

    @property
    def lines(self) -> Iterator[str]:
        settled = self.settled() or self.samples
        if not settled:
            return
        yield f"process {self.pid}, looked at for {self.samples[-1].seconds:.0f} s"
        for what, unit in (("megabytes", " MB"), ("threads", ""), ("files", "")):
            values = [getattr(sample, what) for sample in settled]
            third = max(1, len(values) // 3)
            slope = self.slope(what)
            grows = "too short to tell" if slope is None else f"{slope:+.1f}{unit} an hour"
            yield (
                f"  {what}: {median(values[:third]):.0f} in its first third, "
                f"{median(values[-third:]):.0f} in its last, {max(values):.0f} at most, {grows}"
            )


class Sampler:
    """Looks at one process at a time, in a thread; `lives` are those that were looked at."""

    def __init__(self) -> None:
        self.lives: list[Life] = []
        self._process: psutil.Process | None = None
        self._begun = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def follow(self, pid: int) -> None:
        """Look at this one from now on."""
        self.lives.append(Life(pid))
        self._begun = time.monotonic()
        self._process = psutil.Process(pid)

    def close(self) -> Sequence[Life]:
        self._over.set()
        self._thread.join()
        return self.lives

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            process = self._process
            if process is None:
                continue
            try:
                with process.oneshot():
                    sample = Sample(
                        time.monotonic() - self._begun,
                        process.memory_info().rss / 1e6,
                        process.num_threads(),
                        process.num_fds(),
                    )
            except psutil.Error:
                self._process = None
            else:
                self.lives[-1].samples.append(sample)

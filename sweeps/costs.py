"""What a pack's training took besides wall time, measured in the process that trained it."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import parent_process
from pathlib import Path
from typing import Any

from sweeps import checkpoints
from sweeps.checkpoints import CheckpointError
from sweeps.clock import wall_ms
from sweeps.executors.placement import SHARE, VISIBLE
from sweeps.problem import Problem
from sweeps.tasks.no_rows import NoRows
from sweeps.trainers.under_way import paths_of
from sweeps.trial import Cost, Fit, Outcome, Span

CPU = "cpu"
MEGABYTE = 2**20


@dataclass(frozen=True)
class Memory:
    """Megabytes that are resident in this process now, and the most that ever were."""

    now: float
    most: float


class Meter:
    """Counts from when it is made, which is right before the fits are trained.

    In a sweep without workers the processor time holds that of whatever else this process does.
    """

    def __init__(self, fits: Sequence[Fit]) -> None:
        self._before = {_place_of(fit): _epochs_before(fit) for fit in fits}
        if parent_process() is not None:
            # In a worker nobody else looks at the mark.
            _forget_peak()
        self._memory = memory()
        self._cores = _core_seconds()
        self._began = time.monotonic()
        self._began_ms = wall_ms()

    def costed(self, outcomes: Sequence[Outcome], problem: Problem) -> list[Outcome]:
        """The outcomes with their cost: times by their share of the seconds."""
        seconds = time.monotonic() - self._began
        cores = _core_seconds() - self._cores
        peak, (device, gpus) = self._peak(), trained_on()
        spans = (Span(worker(), self._began_ms, wall_ms()),)
        whole = sum(outcome.seconds for outcome in outcomes)
        costed = []
        for outcome in outcomes:
            share = outcome.seconds / whole if whole > 0 else 1 / len(outcomes)
            examples = self._examples(outcome, problem)
            cost = Cost(cores * share, seconds * gpus * share, peak, device, examples, spans)
            costed.append(replace(outcome, cost=cost))
        return costed

    def _peak(self) -> float:
        """The most since the beginning, as far as that can be told: at its ends, or above."""
        after = memory()
        return after.most if after.most > self._memory.most else max(after.now, self._memory.now)

    def _examples(self, outcome: Outcome, problem: Problem) -> int:
        epochs = int(outcome.metrics.get("epochs", 0)) or _longest(outcome)
        if isinstance(problem.task, NoRows) or not epochs:
            return 0
        fit = outcome.fit
        before = self._before[_place_of(fit)]
        return max(0, epochs - before) * _rows(problem, fit.fold, fit.repeat)


def trained_on() -> tuple[str, float]:
    """The device that this process trains on, and how many GPUs it has: (`cpu`, 0.0) if none.

    Only libraries that are imported by now can have used one. A worker has a part of one GPU.
    """
    if os.environ.get(VISIBLE) == "":
        return CPU, 0.0
    names = _gpus_of_jax() or _gpus_of_tensorflow()
    share = os.environ.get(SHARE)
    if share is not None:
        return names[0] if names else f"GPU {os.environ.get(VISIBLE, '')}".rstrip(), float(share)
    return (names[0], float(len(names))) if names else (CPU, 0.0)


def worker() -> str:
    """Which process this is, among those of all machines that train a sweep."""
    return f"{platform.node()} {os.getpid()}"


def memory() -> Memory:
    """Of this process."""
    with suppress(OSError):
        return _memory_told_by(Path("/proc/self/status").read_text())
    import resource

    import psutil

    unit = 1 if sys.platform == "darwin" else 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE
    return Memory(psutil.Process().memory_info().rss / MEGABYTE, most)


def _memory_told_by(status: str) -> Memory:
    """What Linux says of a process."""
    found = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", status, re.MULTILINE))
    return Memory(int(found["VmRSS"]) / 1024, int(found["VmHWM"]) / 1024)


def _forget_peak() -> None:
    """Have the system's mark of the most memory begin anew; see proc(5). Not all systems can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _core_seconds() -> float:
    """Of this process, and of those that it has started and waited for."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def _epochs_before(fit: Fit) -> int:
    """The epochs that the fit has behind it before it is trained."""
    kept = [_epoch_of(path) for path in paths_of([fit])]
    return max((epoch for epoch in kept if epoch <= fit.budget), default=0)


def _epoch_of(path: str) -> int:
    try:
        state = checkpoints.state(Path(path))
    except CheckpointError:  # a trainer takes it for none as well
        return 0
    return 0 if state is None else int(state.get("epoch", 0))


def _longest(outcome: Outcome) -> int:
    """The epochs in the history of a fit that failed."""
    return max((len(values) for values in outcome.history.values()), default=0)


def _place_of(fit: Fit) -> tuple[int, int, int]:
    return fit.trial.number, fit.repeat, fit.fold


@lru_cache(maxsize=4096)
def _rows(problem: Problem, fold: int, repeat: int) -> int:
    """How many rows a fit trains on."""
    return len(problem.data(fold, repeat).train.y)


def _gpus_of_jax() -> list[str]:
    """The GPUs that JAX has taken; asked before, it would take them."""
    bridge: Any = sys.modules.get("jax._src.xla_bridge")
    if bridge is None or not bridge.backends_are_initialized():
        return []
    devices = sys.modules["jax"].devices()
    return [one.device_kind for one in devices if one.platform in {"gpu", "cuda", "rocm"}]


def _gpus_of_tensorflow() -> list[str]:
    """The GPU that TensorFlow trains on, which is the first it sees."""
    config: Any = getattr(sys.modules.get("tensorflow"), "config", None)
    if config is None:
        return []
    details = config.experimental.get_device_details
    return [
        details(one).get("device_name", "GPU") for one in config.list_physical_devices("GPU")[:1]
    ]

"""What training took, as its process measures it."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sweeps import checkpoints, costs
from sweeps.clock import wall_ms
from sweeps.costs import Meter, memory, trained_on
from sweeps.executors.placement import SHARE, VISIBLE
from sweeps.executors.processes import Processes
from sweeps.trial import Fit, Keeping, Outcome, Trial
from tests.sweeps.trainers.fitting import problem_on

FIT = Fit(Trial(0, {}), fold=0, repeat=0, seed=0, budget=9)
ROWS = len(problem_on().data(0, 0).train.y)


def outcome(fit: Fit = FIT, seconds: float = 1.0, epochs: int = 9) -> Outcome:
    return Outcome(fit, {"epochs": float(epochs)}, {}, seconds)


def cost_of(fit: Fit, came: Outcome) -> Any:
    (costed,) = Meter([fit]).costed([came], problem_on())
    assert costed.cost is not None
    return costed.cost


def test_times_go_to_fits_by_their_seconds() -> None:
    other = replace(FIT, fold=1)
    meter = Meter([FIT, other])
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    one, two = meter.costed([outcome(), outcome(other, 3.0)], problem_on())
    assert one.cost is not None
    assert two.cost is not None
    assert two.cost.core_seconds == pytest.approx(3 * one.cost.core_seconds)
    assert one.cost.core_seconds + two.cost.core_seconds >= 0.05
    assert one.cost.peak_mb == two.cost.peak_mb


def test_outcomes_that_took_no_time_share_alike() -> None:
    fits = [FIT, replace(FIT, fold=1)]
    costed = Meter(fits).costed([outcome(fit, 0.0) for fit in fits], problem_on())
    assert costed[0].cost == costed[1].cost


def test_it_is_noted_who_trained_when() -> None:
    before = wall_ms()
    ((worker, began, ended),) = cost_of(FIT, outcome()).spans
    assert before <= began <= ended <= wall_ms()
    assert worker.endswith(str(os.getpid()))


def test_examples_are_rows_by_epochs_without_those_before(tmp_path: Path) -> None:
    assert cost_of(FIT, outcome(epochs=6)).examples == 6 * ROWS
    parents, own = tmp_path / "parents.npz", tmp_path / "own.npz"
    checkpoints.save(parents, {"w": np.zeros(3)}, {"epoch": 3})
    on = replace(FIT, resume_from=str(parents), keeping=Keeping(str(own)))
    assert cost_of(on, outcome(on, epochs=9)).examples == 6 * ROWS
    checkpoints.save(own, {"w": np.zeros(3)}, {"epoch": 7})
    assert cost_of(on, outcome(on, epochs=9)).examples == 2 * ROWS
    own.write_bytes(b"torn")
    assert cost_of(on, outcome(on, epochs=9)).examples == 6 * ROWS


def test_a_fit_that_failed_trained_on_what_its_history_shows() -> None:
    failed = Outcome(FIT, {}, {"loss": (1.0, 2.0)}, 1.0)
    assert cost_of(FIT, failed).examples == 2 * ROWS


def _large(megabytes: int) -> float:
    meter = Meter([FIT])
    held = np.ones(megabytes * 2**17)
    del held
    (costed,) = meter.costed([outcome()], problem_on())
    assert costed.cost is not None
    return costed.cost.peak_mb


def test_a_worker_tells_the_most_memory_of_each_pack_by_itself() -> None:
    executor = Processes(1, {})
    try:
        peaks = [executor.submit(_large, size).result(timeout=60) for size in (1, 200, 1)]
    finally:
        executor.shutdown()
    assert peaks[1] - peaks[0] > 150
    assert peaks[1] - peaks[2] > 150


def test_memory_is_known_without_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    told = memory()
    monkeypatch.setattr(costs, "_memory_told_by", lambda _: (_ for _ in ()).throw(OSError()))
    assert memory().now == pytest.approx(told.now, rel=0.2)
    assert memory().most >= memory().now * 0.8


def test_the_processor_where_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (SHARE, VISIBLE):
        monkeypatch.delenv(name, raising=False)
    assert trained_on() == ("cpu", 0.0)
    monkeypatch.setenv(VISIBLE, "")
    monkeypatch.setenv(SHARE, "1")
    assert trained_on() == ("cpu", 0.0)


def _gpu(kind: str) -> SimpleNamespace:
    return SimpleNamespace(platform="gpu", device_kind=kind)


def test_a_gpu_is_told_by_its_name_and_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SHARE, raising=False)
    monkeypatch.delenv(VISIBLE, raising=False)
    ready = SimpleNamespace(backends_are_initialized=lambda: True)
    jax = SimpleNamespace(devices=lambda: [_gpu("H900"), _gpu("H900")])
    monkeypatch.setitem(sys.modules, "jax", jax)
    monkeypatch.setitem(sys.modules, "jax._src.xla_bridge", ready)
    assert trained_on() == ("H900", 2.0)
    monkeypatch.setenv(SHARE, "0.25")
    monkeypatch.setenv(VISIBLE, "3")
    assert trained_on() == ("H900", 0.25)
    monkeypatch.setitem(sys.modules, "jax._src.xla_bridge", None)
    assert trained_on()[0] == "GPU 3", "set aside, whatever is trained"


def test_jax_is_not_made_to_take_a_gpu_by_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SHARE, raising=False)
    idle = SimpleNamespace(backends_are_initialized=lambda: False)
    monkeypatch.setitem(sys.modules, "jax._src.xla_bridge", idle)
    monkeypatch.setitem(sys.modules, "jax", None)
    assert trained_on() == ("cpu", 0.0)

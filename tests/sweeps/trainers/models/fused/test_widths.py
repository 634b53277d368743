from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sweeps.trainers.models.fused.tracing import Traced
from sweeps.trainers.models.fused.widths import MEMORY, width_of


def of_size(parameters: int) -> Any:
    return SimpleNamespace(trainable_variables=[SimpleNamespace(shape=(parameters,))])


@pytest.mark.parametrize(
    ("members", "width"), [(1, 1), (2, 1), (3, 2), (4, 2), (6, 4), (16, 8), (50, 8)]
)
def test_small_models_are_spread_over_a_few_lanes(members: int, width: int) -> None:
    assert width_of(of_size(1000), Traced(), members, on_cpu=True) == width


@pytest.mark.parametrize("threads", ["1", "2", "64"])
def test_however_many_cores_there_are(monkeypatch: pytest.MonkeyPatch, threads: str) -> None:
    monkeypatch.setenv("SWEEPS_THREADS", threads)
    assert width_of(of_size(1000), Traced(), 16, on_cpu=True) == 8


def test_large_ones_and_convolutions_come_alone_on_a_cpu() -> None:
    assert width_of(of_size(100_000), Traced(), 50, on_cpu=True) == 1
    assert width_of(of_size(1000), Traced(convolves=True), 50, on_cpu=True) == 1


def test_elsewhere_the_memory_decides() -> None:
    large = Traced(convolves=True, bytes_each=MEMORY // 20)
    assert width_of(of_size(100_000), large, 50, on_cpu=False) == 16
    assert width_of(of_size(1000), Traced(bytes_each=100), 50, on_cpu=False) == 64
    assert width_of(of_size(1000), Traced(bytes_each=2 * MEMORY), 50, on_cpu=False) == 1

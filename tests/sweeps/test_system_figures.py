from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from sweeps import system_figures
from sweeps.system_figures import Gpus, Machine, SystemFigures
from tracking.records import Metric


class Counting:
    """Says how often it was asked, and lets each sample be awaited."""

    def __init__(self) -> None:
        self.asked = 0
        self.closed = False

    def sample(self) -> Mapping[str, float]:
        self.asked += 1
        return {"cpu_utilization_percentage": float(self.asked), "gpu_0_power_usage_watts": 250.0}

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    moments: Iterator[int] = iter(range(1_020_000, 2_000_000, 10_000))
    monkeypatch.setattr(system_figures, "now_ms", lambda: next(moments))


@pytest.mark.usefixtures("clock")
def test_samples_have_mlflows_names_growing_steps_and_times_of_their_own() -> None:
    sampler, third = Counting(), threading.Event()
    taken: list[Sequence[Metric]] = []

    def put(sample: Sequence[Metric]) -> None:
        taken.append(sample)
        if len(taken) == 3:
            third.set()

    figures = SystemFigures(put, 1_000_000, print, lambda: sampler, seconds=0.001)
    assert third.wait(20)
    figures.close()
    figures.close()
    assert sampler.closed
    assert len(taken) == sampler.asked
    assert taken[0] == [
        Metric("system/cpu_utilization_percentage", 1.0, 20, 1_020_000),
        Metric("system/gpu_0_power_usage_watts", 250.0, 20, 1_020_000),
    ]
    assert [sample[0].step for sample in taken[:3]] == [20, 30, 40]


@pytest.mark.usefixtures("clock")
def test_a_sweep_that_is_over_at_once_has_one_sample() -> None:
    taken: list[Sequence[Metric]] = []
    SystemFigures(taken.append, 1_000_000, print, Counting).close()
    assert len(taken) == 1


def test_a_machine_that_tells_nothing_is_said_and_ends_nothing() -> None:
    said: list[str] = []

    def none() -> Counting:
        raise PermissionError("/proc/stat")

    taken: list[Sequence[Metric]] = []
    SystemFigures(taken.append, 1_000_000, said.append, none).close()
    assert said == ["no more figures of the machine: PermissionError: /proc/stat"]
    assert taken == []


def test_a_machine_tells_of_its_processors_and_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gpus, "found", classmethod(lambda _: None))
    machine = Machine()
    sample = machine.sample()
    machine.close()
    assert set(sample) == {
        "cpu_utilization_percentage",
        "system_memory_usage_megabytes",
        "system_memory_usage_percentage",
    }
    assert 0 < sample["system_memory_usage_percentage"] < 100
    assert sample["system_memory_usage_megabytes"] > 10


class NvmlError(Exception):
    pass


class Nvml:
    """Two made-up GPUs, of which the second tells nothing of its power."""

    NVMLError = NvmlError
    shut = False

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802 - NVML's names
        return 2

    def nvmlDeviceGetHandleByIndex(self, number: int) -> int:  # noqa: N802
        return number

    def nvmlDeviceGetUtilizationRates(self, device: int) -> Any:  # noqa: N802
        return SimpleNamespace(gpu=40 + device)

    def nvmlDeviceGetMemoryInfo(self, device: int) -> Any:  # noqa: N802
        return SimpleNamespace(used=2e9, total=8e9)

    def nvmlDeviceGetPowerUsage(self, device: int) -> int:  # noqa: N802
        if device == 1:
            raise NvmlError("not supported")
        return 120_000

    def nvmlDeviceGetEnforcedPowerLimit(self, device: int) -> int:  # noqa: N802
        return 480_000

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.shut = True


def test_gpus_tell_of_use_memory_and_power() -> None:
    nvml = Nvml()
    gpus = Gpus(nvml)
    assert gpus.sample() == {
        "gpu_0_utilization_percentage": 40,
        "gpu_0_memory_usage_megabytes": 2000.0,
        "gpu_0_memory_usage_percentage": 25.0,
        "gpu_0_power_usage_watts": 120.0,
        "gpu_0_power_usage_percentage": 25.0,
        "gpu_1_utilization_percentage": 41,
        "gpu_1_memory_usage_megabytes": 2000.0,
        "gpu_1_memory_usage_percentage": 25.0,
    }
    gpus.close()
    assert nvml.shut


def test_the_names_are_mlflows_own() -> None:
    import inspect

    from mlflow.system_metrics.metrics import cpu_monitor, gpu_monitor

    known = inspect.getsource(cpu_monitor) + inspect.getsource(gpu_monitor)
    for name in [*Machine().sample(), *Gpus(Nvml()).sample()]:
        word = name.replace("gpu_0_", "").replace("gpu_1_", "")
        assert f'{word}"' in known, name

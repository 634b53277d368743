"""What the coordinator's machine does while a sweep runs: sampled by a thread, for the parent run.

Names and units are those of MLflow's own system metrics, so that its page for them shows ours:
`system/cpu_utilization_percentage` and its siblings (mlflow.system_metrics).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from sweeps.clock import now_ms
from tracking.records import Metric

EVERY_SECONDS = 10.0
PREFIX = "system/"
MEGABYTE = 1e6


class Sampler(Protocol):
    """Looks at the machine, from one thread."""

    def sample(self) -> Mapping[str, float]:
        """Figures by name, without the prefix; means since the last call where that can be."""

    def close(self) -> None:
        """Let go of the devices."""


class SystemFigures:
    """Samples every `seconds` and once in the end, and hands each sample to `put`.

    A figure's step is the age of the sweep in seconds, so that steps grow over its sessions. The
    sampler is opened on the thread, since that may take a while; when it fails, that is said, and
    there are no more figures.
    """

    def __init__(
        self,
        put: Callable[[Sequence[Metric]], None],
        created_ms: int,
        say: Callable[[str], None],
        sampler: Callable[[], Sampler] | None = None,
        seconds: float = EVERY_SECONDS,
    ) -> None:
        self._put = put
        self._created_ms = created_ms
        self._say = say
        self._sampler = sampler or Machine
        self._seconds = seconds
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeps-figures", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take the last sample, and stop. May be called again."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._sample(self._sampler())
        except Exception as error:  # noqa: BLE001 - no sweep ends for want of these figures
            self._say(f"no more figures of the machine: {type(error).__name__}: {error}")

    def _sample(self, sampler: Sampler) -> None:
        try:
            while not self._closed.wait(self._seconds):
                self._take(sampler)
            self._take(sampler)
        finally:
            sampler.close()

    def _take(self, sampler: Sampler) -> None:
        figures = sampler.sample()
        at_ms = now_ms()
        step = max(0, at_ms - self._created_ms) // 1000
        self._put([Metric(PREFIX + name, value, step, at_ms) for name, value in figures.items()])


class Machine:
    """The machine's processors and memory, and its NVIDIA GPUs where there are any."""

    def __init__(self) -> None:
        import psutil

        self._system = psutil
        self._system.cpu_percent()  # the mean that the first sample tells begins here
        self._gpus = Gpus.found()

    def sample(self) -> Mapping[str, float]:
        """Processors, memory, and each GPU's."""
        memory = self._system.virtual_memory()
        return {
            "cpu_utilization_percentage": self._system.cpu_percent(),
            "system_memory_usage_megabytes": memory.used / MEGABYTE,
            "system_memory_usage_percentage": memory.used / memory.total * 100,
            **(self._gpus.sample() if self._gpus is not None else {}),
        }

    def close(self) -> None:
        """Let go of the GPUs."""
        if self._gpus is not None:
            self._gpus.close()


class Gpus:
    """NVIDIA's GPUs, asked through NVML: the package nvidia-ml-py of the extra `gpu`."""

    def __init__(self, nvml: Any) -> None:
        self._nvml = nvml
        numbers = range(nvml.nvmlDeviceGetCount())
        self._devices = {number: nvml.nvmlDeviceGetHandleByIndex(number) for number in numbers}

    @classmethod
    def found(cls) -> Gpus | None:
        """The machine's GPUs; None without the package, or without a driver that answers."""
        try:
            import pynvml
        except ImportError:
            return None
        try:
            pynvml.nvmlInit()
            return cls(pynvml)
        except pynvml.NVMLError:
            return None

    def sample(self) -> Mapping[str, float]:
        """Use, memory and power of each; what a device does not tell is left out."""
        figures: dict[str, float] = {}
        for number, device in self._devices.items():
            for ask in (self._use, self._memory, self._power):
                try:
                    told = ask(device)
                except self._nvml.NVMLError:
                    continue
                figures |= {f"gpu_{number}_{name}": value for name, value in told.items()}
        return figures

    def close(self) -> None:
        """Let go of the driver."""
        self._nvml.nvmlShutdown()

    def _use(self, device: Any) -> Mapping[str, float]:
        return {"utilization_percentage": self._nvml.nvmlDeviceGetUtilizationRates(device).gpu}

    def _memory(self, device: Any) -> Mapping[str, float]:
        memory = self._nvml.nvmlDeviceGetMemoryInfo(device)
        return {
            "memory_usage_megabytes": memory.used / MEGABYTE,
            "memory_usage_percentage": memory.used / memory.total * 100,
        }

    def _power(self, device: Any) -> Mapping[str, float]:
        watts = self._nvml.nvmlDeviceGetPowerUsage(device) / 1000
        limit = self._nvml.nvmlDeviceGetEnforcedPowerLimit(device) / 1000
        return {"power_usage_watts": watts, "power_usage_percentage": watts / limit * 100}

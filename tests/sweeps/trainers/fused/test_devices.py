from __future__ import annotations

from dataclasses import dataclass

import pytest

from sweeps import cores
from sweeps.trainers.fused import devices
from sweeps.trainers.fused.devices import Device


@dataclass(frozen=True)
class Found:
    """A device as JAX describes it."""

    platform: str
    device_kind: str


@dataclass(frozen=True)
class Jax:
    """As much of JAX as is asked."""

    found: tuple[Found, ...]

    def local_devices(self) -> list[Found]:
        return list(self.found)


def test_accelerators_go_by_their_names_and_a_cpu_has_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jax = Jax((Found("gpu", "NVIDIA H200"), Found("cpu", "cpu")))
    monkeypatch.setattr(devices, "load", lambda: jax)
    monkeypatch.setenv(cores.THREADS, "3")
    assert devices.devices() == [Device("gpu", "NVIDIA H200"), Device("cpu", "CPU", 3)]

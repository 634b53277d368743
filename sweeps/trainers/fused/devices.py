"""What JAX can train on."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps import cores
from sweeps.trainers.fused.jax_import import load


@dataclass(frozen=True)
class Device:
    """One device. `platform` is JAX's word (`cpu`, `gpu`, `tpu`), `cores` None but for a CPU."""

    platform: str
    name: str
    cores: int | None = None


def devices() -> list[Device]:
    """The devices that the fused trainer would use here; starting them takes a second.

    Raises whatever JAX raises when it cannot be imported or finds nothing to run on.
    """
    return [
        Device("cpu", "CPU", cores.threads())
        if device.platform == "cpu"
        else Device(device.platform, device.device_kind)
        for device in load().local_devices()
    ]

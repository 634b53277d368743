"""What JAX can train on, and whether it misses a GPU."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from pathlib import Path

from sweeps.cli.finding import Finding
from sweeps.executors.environment import standing
from sweeps.trainers.choose import trainer_for
from sweeps.wording import count

DRIVER = Path("/proc/driver/nvidia/version")
FOR_CUDA_13 = 580
"""NVIDIA's first driver for CUDA 13."""


def devices() -> Finding:
    """The devices that the fused trainer would use; JAX is started."""
    from sweeps.trainers.fused import devices as fused

    try:
        with standing(trainer_for("auto").environment):
            found = fused.devices()
    except Exception as error:  # noqa: BLE001 - JAX and its plugins may raise anything
        reason = f"{type(error).__name__}: {error}"
        trouble = f"JAX cannot be used ({reason}): install keras-sweeps again in a new environment"
        return Finding("devices", "none", [], trouble)
    said = ", ".join(
        device.name if device.cores is None else f"{device.name}, {count(device.cores, 'core')}"
        for device in found
    )
    hint = None if any(device.platform == "gpu" for device in found) else _missed()
    return Finding("devices", said, [asdict(device) for device in found], hint=hint)


def _missed() -> str | None:
    """How JAX could have the NVIDIA GPU whose driver is here, unless somebody told it not to."""
    if os.environ.get("JAX_PLATFORMS") or not DRIVER.exists():
        return None
    version = re.search(r"Kernel Module .*?\s(\d+)\.\d", DRIVER.read_text())
    extra = "cuda13" if version and int(version[1]) >= FOR_CUDA_13 else "cuda12"
    return f"there is an NVIDIA driver, but JAX does not use it: pip install 'jax[{extra}]'"

"""Where lanes are trained: on several devices, and on a GPU where there is one."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from sweeps.cores import THREADS
from sweeps.trainers.fused.jax_import import load
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.trainer import Pack
from tests.sweeps.trainers.fitting import DEEP, fit_of, problem_on

FITS = [fit_of({**DEEP, "width": 9 + width}, seed=width) for width in range(70)]

TRAIN = """
import json
from sweeps.trainers.fused import compiled
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.trainer import Pack
from tests.sweeps.trainers.fitting import problem_on
from tests.sweeps.trainers.fused.test_devices import FITS

outcomes = FusedFit().train(Pack(tuple(FITS)), problem_on(), None)
devices = sorted({str(device) for _, _, device in compiled._PROGRAMS})
print(json.dumps([devices, [outcome.history["loss"] for outcome in outcomes]]))
"""


def trained_with(**environment: str) -> tuple[list[str], list[list[float]]]:
    """Devices that were used and losses, from a process with these variables."""
    done = subprocess.run(
        [sys.executable, "-c", TRAIN],
        env={**os.environ, THREADS: "2", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    devices, losses = json.loads(done.stdout.splitlines()[-1])
    return devices, losses


@pytest.mark.slow
def test_lanes_are_spread_over_devices_and_come_to_the_same() -> None:
    """Two made-up CPU devices stand for two GPUs."""
    one, expected = trained_with(XLA_FLAGS="--xla_force_host_platform_device_count=1")
    two, losses = trained_with(XLA_FLAGS="--xla_force_host_platform_device_count=2")
    assert len(one) == 1
    assert len(two) == 2
    assert losses == expected


def test_a_gpu_comes_to_the_same_as_the_cpu() -> None:
    jax = load()
    kinds = sorted({device.platform for device in jax.devices()})
    if kinds == ["cpu"]:
        pytest.skip("needs a GPU: JAX sees only a CPU here")
    _, expected = trained_with(JAX_PLATFORMS="cpu")
    outcomes = FusedFit().train(Pack(tuple(FITS)), problem_on(), None)
    for outcome, losses in zip(outcomes, expected, strict=True):
        assert outcome.history["loss"] == pytest.approx(losses, rel=1e-3)

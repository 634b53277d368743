"""The machine that the figures come from."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import psutil

from tests.benchmarks.figures import Machine

PACKAGES = (
    "keras-sweeps",
    "jax",
    "jaxlib",
    "keras",
    "keras-tuner",
    "mlflow",
    "numpy",
    "optuna",
    "scikeras",
    "scikit-learn",
    "tensorflow",
)
GPUS = (
    "import jax, json\n"
    "print(json.dumps([d.device_kind for d in jax.devices() if d.platform != 'cpu']))"
)


def this_machine() -> Machine:
    """Looked at before anything is measured; JAX is asked for GPUs in a process of its own."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        megabytes=psutil.virtual_memory().total // 10**6,
        gpus=_gpus(),
        system=platform.platform(),
        python=platform.python_version(),
        packages={name: found for name in PACKAGES if (found := _version(name))},
        load_before=os.getloadavg()[0],
        date=datetime.now().astimezone().isoformat(timespec="seconds"),
    )


def has(package: str) -> bool:
    """Whether it is installed; nothing is imported."""
    return find_spec(package) is not None


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _gpus() -> list[str]:
    if not has("jax"):
        return []
    asked = subprocess.run([sys.executable, "-c", GPUS], capture_output=True, text=True, check=True)
    names: list[str] = json.loads(asked.stdout)
    return names


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None

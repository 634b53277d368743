"""The GPUs that `--gpus` may name, and whether TensorFlow can use them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict

from sweeps.cli.finding import Finding
from sweeps.executors import gpus
from sweeps.executors.gpus import Gpu
from sweeps.wording import size

SECONDS = 120.0
"""TensorFlow may take as long to start where it is not in the file cache."""

COUNT = "import tensorflow; print(len(tensorflow.config.list_physical_devices('GPU')))"


def gpus_here() -> Finding:
    """All that the driver shows. Where there are any, TensorFlow is started to ask it as well.

    What JAX uses is told with the other devices.
    """
    found = gpus.seen()
    facts = [asdict(gpu) for gpu in found]
    if not found:
        return Finding("GPUs", f"none that {gpus.TOOL} shows", facts)
    said = ", ".join(_words(gpu) for gpu in found)
    hint = None
    if not _used_by_tensorflow():
        hint = (
            "TensorFlow uses no GPU: models that it trains stay on the CPU, networks of a sweep "
            "file do anyway: pip install 'tensorflow[and-cuda]'"
        )
    return Finding("GPUs", said, facts, hint=hint)


def _words(gpu: Gpu) -> str:
    memory = "" if gpu.megabytes is None else f", {size(gpu.megabytes * 2**20)}"
    return f"{gpu.names[0]}: {gpu.model}{memory}"


def _used_by_tensorflow() -> bool:
    """In a process of its own: once started, it would take memory of each GPU here."""
    try:
        asked = subprocess.run(
            [sys.executable, "-c", COUNT],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0 and asked.stdout.strip() not in ("", "0")

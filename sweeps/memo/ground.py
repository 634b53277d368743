"""What all trials of a session have in common that decides their figures: the ground of memo keys.

Two sessions have one ground exactly when equal fits come to equal figures in both, to rounding: the
same rows and folds, seed, code, metrics, trainer, versions and kind of device.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweeps.executors.where import Where
from sweeps.installed import version_installed
from sweeps.memo.devices import device_at
from sweeps.parts import Parts
from sweeps.problem import Problem
from sweeps.provenance import own_code
from sweeps.pruning.choose import steps_for
from sweeps.sweep import Sweep
from sweeps.tasks.user_rows import UserRows
from sweeps.user_code.digest import Code, code_of, own_digest
from sweeps.user_code.loaded import is_what_runs

FORMAT = "memo-1"

PACKAGES = (
    *("keras", "tensorflow", "jax", "jaxlib", "torch"),
    *("numpy", "scipy", "scikit-learn", "pandas", "keras-tuner", "scikeras"),
)
"""Whose versions figures may depend on."""

VARIABLES = (
    *("KERAS_BACKEND", "JAX_PLATFORMS", "JAX_ENABLE_X64", "JAX_DEFAULT_MATMUL_PRECISION"),
    *("XLA_FLAGS", "TF_XLA_FLAGS", "TF_ENABLE_ONEDNN_OPTS", "TF_DETERMINISTIC_OPS"),
    *("NVIDIA_TF32_OVERRIDE", "TF_FORCE_GPU_ALLOW_GROWTH"),
)
"""Of the environment: what decides how figures are computed."""


@dataclass(frozen=True)
class Ground:
    """`digest` is of what the search's trials share, `confirming` of what confirmations do.

    `code` is the user's own, where there is any.
    """

    digest: str
    confirming: str
    code: Code | None


def ground_of(parts: Parts, place: Where) -> Ground | None:
    """The session's ground; None where what a trial comes to hangs on more than can be seen.

    That is on a device that nobody knows the name of; under a pruner, which ends trials by what
    others have done; for functions, which may read anything; and for code whose text does not tell
    what it depends on.
    """
    sweep = parts.sweep
    if sweep.subject.kind == "function" or steps_for(sweep) is not None:
        return None
    device = device_at(place)
    if device is None:
        return None
    paths = list(own_code(sweep))
    code = code_of(paths, sweep.folder) if paths else None
    if paths and (code is None or not _is_what_runs(code, parts, place)):
        return None
    shared = _described(sweep) | {
        "rows": _rows(parts.problem),
        "split": parts.split_hash,
        "code": None if code is None else code.digest,
        "surroundings": _surroundings(device),
    }
    return Ground(_hash(shared), _hash([shared, sweep.evaluate.repeats]), code)


def _described(sweep: Sweep) -> dict[str, Any]:
    """What the sweep file says that figures depend on, but for the space and how it is searched."""
    evaluate = asdict(sweep.evaluate)
    for searched in ("repeats", "confirm_top", "confirm_repeats"):
        del evaluate[searched]
    return {
        "format": FORMAT,
        "task": [sweep.task.name, dict(sweep.task.options)],
        "subject": [sweep.subject.kind, sweep.subject.path, dict(sweep.subject.options)],
        "objectives": [objective.metric for objective in sweep.objectives],
        "evaluate": evaluate,
        "trainer": sweep.trainer,
        "seed": sweep.seed,
    }


def _is_what_runs(code: Code, parts: Parts, place: Where) -> bool:
    """Whether the files are what is going to be imported.

    Nodes of a cluster may have files of their own. This process may have imported a module before
    its file was changed.
    """
    if place.executor == "ray":
        return False
    if place.count(parts.trainer):
        return True
    return all(is_what_runs(name, source.file) for name, source in code.sources.items())


def _rows(problem: Problem) -> list[Any]:
    """What tells the task's rows from others, and how they are weighed and scaled."""
    task = problem.task
    own = task.kept if isinstance(task, UserRows) else None
    said = None if own is None else [own.scale, repr(own.columns)]
    weights = repr(task.rows(0).class_weights)
    return [task.digest(), task.kind, task.outputs, task.features, task.classes, weights, said]


def _surroundings(device: str) -> dict[str, Any]:
    """Versions, device, and settings of the libraries."""
    return {
        "own": own_digest(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "device": device,
        "versions": {name: version_installed(name) for name in PACKAGES},
        "variables": {name: os.environ.get(name) for name in VARIABLES},
        "keras": _keras_settings(),
    }


def _keras_settings() -> str | None:
    """What the user's `keras.json` says, which every backend reads."""
    home = os.environ.get("KERAS_HOME")
    file = (Path(home) if home else Path.home() / ".keras") / "keras.json"
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _hash(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=repr).encode()).hexdigest()

"""The space of an existing KerasTuner function, found out in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sweeps.discovery.narrowing import narrowed
from sweeps.discovery.presence import check_present
from sweeps.discovery.source import asks_for_hp, first_parameter
from sweeps.errors import SweepError
from sweeps.executors.import_path import handing_over
from sweeps.executors.secrecy import without_secrets
from sweeps.reading.section import Section
from sweeps.reading.subject import OWN_CODE, folder_of
from sweeps.user_code.user_code import check_path

SECONDS = 300.0
"""How long recording may take."""

# -P: the working folder is not where a model's module is looked for.
COMMAND = (sys.executable, "-P", "-m", "sweeps.discovery.child")

Record = Callable[[str, str, object], dict[str, Any]]
"""From a model's `module:name`, its folder and the backend that a sweep file gives, to its space.
Raises SweepError."""


def recorded_space(
    path: str,
    folder: str,
    keras: object,
    seconds: float = SECONDS,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, Any]:
    """The `space` of a model that is built from KerasTuner's `hp`, recorded in a process.

    `environ` is the environment of that process, which has `seconds`. Raises SweepError for code
    that fails or cannot be recorded, or takes longer than that.
    """
    from sweeps.trainers.models.backend_choice import backend_for

    environment = {
        **handing_over(without_secrets(environ)),
        "KERAS_BACKEND": backend_for(path, folder, keras),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    with tempfile.TemporaryDirectory(prefix="sweeps-") as scratch:
        answer = Path(scratch) / "answer.json"
        try:
            child = subprocess.run(
                [*COMMAND, path, folder, str(answer)],
                env=environment,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"{path} took over {seconds:g} s to be recorded: write `space` instead"
            raise SweepError(message, ("model",)) from error
        return _read(answer, path, child)


def completed(document: Any, folder: str, record: Record = recorded_space) -> Any:
    """The description with what only the user's code says: a model's space, what a function takes.

    Raises SweepError for code that fails or cannot be recorded.
    """
    if not isinstance(document, Mapping):
        return document
    where = folder_of(Section.of(document, ()), folder)
    for key in OWN_CODE:
        if key in document:
            _check_there(document[key], (key, "path"), where)
    _check_there(document.get("task"), ("task", "load"), where)
    if "function" in document:
        return _with_takes(document, where)
    if "model" in document:
        return _with_space(document, where, record)
    return document


def _check_there(given: Any, place: tuple[str, str], folder: str) -> None:
    """Refuse code that is not there; what is no path at all is left to be refused by its reader."""
    key, option = place
    if isinstance(given, Mapping) and option in given:
        check_present(check_path(given[option], place), folder, place)
    elif isinstance(given, str) and key != "task":
        check_present(check_path(given, (key,)), folder, (key,))


def _with_takes(document: Mapping[str, Any], folder: str) -> Mapping[str, Any]:
    """An Optuna objective is told by its parameter `trial`, unless the description says."""
    function = document["function"]
    given = function if isinstance(function, Mapping) else {"path": function}
    if "takes" in given:
        return document
    path = check_path(given.get("path"), ("function",))
    if first_parameter(path, folder) != "trial":
        return document
    return {**document, "function": {**given, "takes": "trial"}}


def _with_space(document: Mapping[str, Any], folder: str, record: Record) -> Mapping[str, Any]:
    """What is written under `space` goes first: `epochs` and `batch_size`, or a range narrowed."""
    written = document.get("space", {})
    model = document["model"]
    path = model.get("path") if isinstance(model, Mapping) else model
    if not isinstance(written, Mapping):
        return document
    checked = check_path(path, ("model",))
    built_from_hp = asks_for_hp(checked, folder)
    if built_from_hp is False or (built_from_hp is None and written):
        return document
    keras = model.get("keras") if isinstance(model, Mapping) else None
    return {**document, "space": narrowed(record(checked, folder, keras), written)}


def _read(answer: Path, path: str, child: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    if not answer.exists():
        last = child.stderr.strip().rpartition("\n")[2]
        message = f"{path}: its process ended with exit code {child.returncode}: {last}"
        raise SweepError(message, ("model",))
    told: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    if "error" in told:
        raise SweepError(told["error"], ("model",), lines=told["lines"])
    found: dict[str, Any] = told["space"]
    return found

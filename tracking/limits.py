"""What an MLflow store takes: names, lengths, batch sizes.

The figures and the rules for names are those of `mlflow.utils.validation` in MLflow 3. What does
not fit is changed as little as possible, and the run says so in two tags: `sweeps.shortened` names
the values that were cut, `sweeps.not_finite` the metrics whose NaN or infinite values were left
out.
"""

from __future__ import annotations

import hashlib
import math
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from tracking.records import Metric

NAME_LENGTH = 250
PARAM_LENGTH = 6000
TAG_LENGTH = 8000
METRICS_PER_CALL = 1000
ENTRIES_PER_CALL = 100
CALL_CHARACTERS = 200_000
"""One call stays far below MLflow's 1 MB, whatever its text takes as UTF-8 and in JSON."""

FOLDER_BYTES = 200
"""File systems take 255 in a name."""
TOLD_BY_THEIR_END = ("sweeps.traceback",)
"""Tags whose end is kept when they are cut: a traceback says last what went wrong."""

_UNFIT = re.compile(r"[^/\w.\- :]")


@dataclass(frozen=True)
class Call:
    """What one `log_batch` call carries."""

    metrics: tuple[Metric, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()


def calls(
    params: Mapping[str, str], tags: Mapping[str, str], metrics: Sequence[Metric]
) -> Iterator[Call]:
    """Cut what a run is given into calls that an MLflow store takes, in the given order."""
    finite = [metric for metric in metrics if math.isfinite(metric.value)]
    notes = _notes(params, tags, metrics)
    fitted = [
        Metric(fitting_name(metric.name), metric.value, metric.step, metric.timestamp_ms)
        for metric in finite
    ]
    for some_metrics, some_params, some_tags in zip_longest(
        _slices(fitted, METRICS_PER_CALL),
        _entries(params, PARAM_LENGTH),
        _entries({**tags, **notes}, TAG_LENGTH),
        fillvalue=(),
    ):
        yield Call(tuple(some_metrics), tuple(some_params), tuple(some_tags))


def fitting_name(name: str) -> str:
    """Return `name` where MLflow takes it; else a readable one that ends in a hash of it.

    MLflow takes letters of any script, digits, `_ - . / :` and spaces, 250 characters, and nothing
    that changes when it is read as a path.
    """
    plain = _UNFIT.sub("_", name)
    if posixpath.normpath(plain) != plain or plain.startswith(("/", "..")) or plain == ".":
        plain = plain.replace("/", "_").replace(".", "_")
    if plain == name and 0 < len(name) <= NAME_LENGTH:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{plain[: NAME_LENGTH - 9]}-{mark}"


def fitting_value(value: str, length: int, name: str = "") -> str:
    """Return `value`, cut with an ellipsis when it is longer than `length` characters.

    Its beginning stays, or its end when `name` is among those that are told by their end. What a
    database may not take is written as Python would: NUL, and halves of surrogate pairs, as which
    Python reads file names that are not UTF-8.
    """
    value = storable(value)
    if len(value) <= length:
        return value
    if name in TOLD_BY_THEIR_END:
        return "…" + value[len(value) - length + 1 :]
    return value[: length - 1] + "…"


def folder_name(experiment: str) -> str:
    """Return a name that is one folder, whatever the experiment is called."""
    name = re.sub(r"[^\w.-]", "_", experiment).lstrip(".")
    if 0 < len(name.encode()) <= FOLDER_BYTES:
        return name
    mark = hashlib.sha256(storable(experiment).encode()).hexdigest()[:8]
    return f"{name.encode()[:FOLDER_BYTES].decode(errors='ignore')}-{mark}"


def storable(text: str) -> str:
    """Return text that every database and file takes."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\x00")


def _notes(
    params: Mapping[str, str], tags: Mapping[str, str], metrics: Sequence[Metric]
) -> dict[str, str]:
    cut = [name for name, value in params.items() if len(value) > PARAM_LENGTH]
    cut += [name for name, value in tags.items() if len(value) > TAG_LENGTH]
    left_out = {metric.name: None for metric in metrics if not math.isfinite(metric.value)}
    notes = {"sweeps.shortened": ", ".join(cut), "sweeps.not_finite": ", ".join(left_out)}
    return {name: text for name, text in notes.items() if text}


def _entries(values: Mapping[str, str], length: int) -> Iterator[list[tuple[str, str]]]:
    """Slice into calls by number of entries and by characters."""
    some: list[tuple[str, str]] = []
    characters = 0
    for name, value in values.items():
        entry = (fitting_name(name), fitting_value(value, length, name))
        characters += len(entry[0]) + len(entry[1])
        if some and (len(some) == ENTRIES_PER_CALL or characters > CALL_CHARACTERS):
            yield some
            some, characters = [], len(entry[0]) + len(entry[1])
        some.append(entry)
    if some:
        yield some


def _slices(metrics: Sequence[Metric], size: int) -> Iterator[Sequence[Metric]]:
    for start in range(0, len(metrics), size):
        yield metrics[start : start + size]

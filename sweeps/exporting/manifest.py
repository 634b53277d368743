"""What stands beside an exported model, so that it can be used without the sweep."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sweeps.exporting.inputs import PIPELINE, InputsSpec
from sweeps.tasks.task import Kind
from sweeps.trial import Config

FILE = "export.json"
VERSION = 1
LARGEST = 2**26
"""Bytes of a manifest; nobody's columns have so many words."""


class ExportError(ValueError):
    """A folder that is no export, or not as it was written; one line says which."""


@dataclass(frozen=True)
class Manifest:
    """An export's own description.

    `files` are names by what they hold, `digests` the SHA-256 of every file. `metrics` are those of
    the refitted model; `score` is what the trial had in the sweep, with `config`. `classes` are the
    labels in the order of the outputs; empty for a regression. `logits` tells that a model's
    outputs are no probabilities yet. `subject` and `folder` name the user's code, which is imported
    only where a model holds classes of theirs.
    """

    sweep: str
    trial: int
    config: Config
    objective: str
    score: float
    kind: Kind
    classes: tuple[str, ...]
    files: Mapping[str, str]
    metrics: Mapping[str, float]
    epochs: int
    inputs: InputsSpec | None
    keras: str | None = None
    logits: bool = False
    trusted: tuple[str, ...] = ()
    subject: str = ""
    folder: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the manifest, with the digests of every file in the folder."""
        digests = {file.name: _digest(file) for file in sorted(folder.iterdir())}
        content = {"version": VERSION, **asdict(self), "digests": digests}
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (folder / FILE).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of an export whose files are as they were written.

        Raises ExportError otherwise: nothing of the folder is loaded then.
        """
        content = _content(folder)
        if content.pop("version", None) != VERSION:
            raise ExportError(f"{folder} was exported by another version of this program")
        try:
            if content["inputs"] is not None:
                content["inputs"] = InputsSpec(**_with_tuples(content["inputs"]))
            manifest = cls(**_with_tuples(content))
            manifest._check(folder)
        except (TypeError, KeyError, AttributeError) as error:
            raise ExportError(f"{folder} is no export: {FILE} is not as one is") from error
        return manifest

    def _check(self, folder: Path) -> None:
        """Every file that is loaded stands in the folder itself, and is as it was written."""
        for name, digest in self.digests.items():
            file = folder / name
            if Path(name).name != name or not file.is_file() or _digest(file) != digest:
                raise ExportError(f"{file} is not as it was exported, so nothing is loaded")
        loaded = set(self.files.values())
        if self.inputs is not None and self.inputs.form == "table" and not self.inputs.raw:
            loaded.add(PIPELINE)
        for name in sorted(loaded - set(self.digests)):
            raise ExportError(f"{folder / name} was not exported, so nothing is loaded")


def _content(folder: Path) -> dict[str, Any]:
    try:
        text = _text(folder / FILE)
        content = json.loads(text)
    except OSError as error:
        reason = error.strerror or error
        raise ExportError(f"{folder} is no export: {FILE} cannot be read: {reason}") from error
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{folder} is no export: {FILE} is no JSON") from error
    if not isinstance(content, dict):
        raise ExportError(f"{folder} is no export: {FILE} is not as one is")
    return content


def _text(file: Path) -> str:
    if file.stat().st_size > LARGEST:
        raise OSError(errno.EFBIG, "it is too large")
    return file.read_text(encoding="utf-8")


def _with_tuples(content: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has lists alone."""
    return {name: tuple(v) if isinstance(v, list) else v for name, v in content.items()}


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

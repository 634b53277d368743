"""What stands beside an exported model, so that it can be used without the sweep."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sweeps.exporting.inputs import InputsSpec
from sweeps.tasks.task import Kind

FILE = "export.json"
VERSION = 1


class ExportError(ValueError):
    """A folder that is no export, or not as it was written; one line says which."""


@dataclass(frozen=True)
class Manifest:
    """An export's own description.

    `files` are names by what they hold, `digests` their SHA-256 by name. `metrics` are those of the
    refitted model; `score` is what the trial had in the sweep. `classes` are the labels in the
    order of the outputs; empty for a regression. `subject` and `folder` name the user's code, which
    is imported only where a model holds classes of theirs.
    """

    sweep: str
    trial: int
    objective: str
    score: float
    kind: Kind
    classes: tuple[str, ...]
    files: Mapping[str, str]
    metrics: Mapping[str, float]
    epochs: int
    inputs: InputsSpec | None
    keras: str | None = None
    trusted: tuple[str, ...] = ()
    subject: str = ""
    folder: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the manifest, with the digests of every file in the folder."""
        digests = {file.name: _digest(file) for file in sorted(folder.iterdir()) if file.is_file()}
        content = {"version": VERSION, **asdict(self), "digests": digests}
        (folder / FILE).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of an export whose files are as they were written.

        Raises ExportError otherwise: nothing of the folder is loaded then.
        """
        try:
            content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ExportError(f"{folder} is no export: {FILE} cannot be read ({error})") from error
        if content.pop("version", None) != VERSION:
            raise ExportError(f"{folder} was exported by another version of this program")
        for name, digest in content["digests"].items():
            file = folder / name
            if Path(name).name != name or not file.is_file() or _digest(file) != digest:
                raise ExportError(f"{file} is not as it was exported, so nothing is loaded")
        if content["inputs"] is not None:
            content["inputs"] = InputsSpec(**_with_tuples(content["inputs"]))
        return cls(**_with_tuples(content))


def _with_tuples(content: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has lists alone."""
    return {name: tuple(v) if isinstance(v, list) else v for name, v in content.items()}


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()

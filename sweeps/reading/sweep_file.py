"""From a sweep file to a `Sweep`, every error with its file, line and column."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from search_spaces import SpaceError
from sweeps.discovery.discover import completed
from sweeps.errors import SweepError, SweepFileError
from sweeps.reading.overrides import Override, overridden
from sweeps.reading.readable_text import LARGEST
from sweeps.reading.strict_yaml import Document, read_yaml
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep


@dataclass(frozen=True)
class SweepFile:
    """A sweep file's content and the overrides on top of it: what errors are traced back to.

    `folder` is the file's own, where modules and tables that it names are looked for.
    """

    document: Document
    overrides: tuple[Override, ...] = ()
    folder: str = ""

    @classmethod
    def open(cls, file: Path, overrides: Sequence[str] = ()) -> SweepFile:
        """Read the file as YAML, and each override as `KEY.KEY=VALUE`. Raises SweepFileError."""
        document = read_yaml(content_of(file), str(file))
        read = tuple(Override.read(text) for text in overrides)
        return cls(document, read, str(file.parent.absolute()))

    def sweep(self) -> Sweep:
        """The sweep that the file describes. Raises SweepFileError."""
        with self.blamed():
            document = overridden(self.document.value, self.overrides)
            return read_sweep(completed(document, self.folder), self.folder)

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Within it, a SpaceError becomes a SweepFileError with the place it comes from."""
        try:
            yield
        except SpaceError as error:
            lines = error.lines if isinstance(error, SweepError) else ""
            raise SweepFileError(self._place(error), _said(error), lines) from error

    def _place(self, error: SpaceError) -> str:
        for override in reversed(self.overrides):
            shared = min(len(error.path), len(override.path))
            inside = shared == len(override.path) or error.path not in self.document.values
            if shared and inside and error.path[:shared] == override.path[:shared]:
                return override.place
        return self.document.place(error.path, about_key=_about_key(error))


def load_sweep(file: Path, overrides: Sequence[str] = ()) -> Sweep:
    """The sweep in a file, with `KEY.KEY=VALUE` overrides in place.

    Raises SweepFileError: one line `FILE:LINE:COL: message`, or `--set …: message` when what is
    wrong came from an override.
    """
    return SweepFile.open(file, overrides).sweep()


def _about_key(error: SpaceError) -> bool:
    return isinstance(error, SweepError) and error.about_key


def _said(error: SpaceError) -> str:
    """The message after the name of what it is about: `width.low: low 300 is above high 256`."""
    named = error.path[:-1] if _about_key(error) else error.path
    name = ".".join(str(part) for part in named).removeprefix("space.")
    return (
        error.message
        if error.message.startswith(f"{name}:") or not name
        else f"{name}: {error.message}"
    )


def content_of(file: Path) -> bytes:
    """The file's bytes, one more than may be read at most.

    Pipes and devices are not opened: they may never begin, and may never end. Raises
    SweepFileError.
    """
    try:
        mode = file.stat().st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            with file.open("rb") as stream:
                return stream.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SweepFileError(str(file), f"cannot be read: {reason}") from error
    except ValueError as error:
        raise SweepFileError(str(file), f"cannot be read: {error}") from error
    raise SweepFileError(str(file), "cannot be read: a pipe or device; write the sweep into a file")

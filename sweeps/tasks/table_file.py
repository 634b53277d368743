"""The file that a table stands in: found, small enough, and what its content hashes to."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.errors import SweepError

Form = Literal["csv", "parquet"]
Stamp = tuple[str, int, int]
"""A file as it stands: path, time of change in ns, bytes. A changed file has another stamp."""

MOST_BYTES = 2**30
ENDINGS = {"csv": (".csv", ".tsv", ".txt"), "parquet": (".parquet", ".pq")}


@dataclass(frozen=True)
class Source:
    """A file with a table, and how it is written.

    `key` is the option that names it, for messages. `text` are columns that are read as they are
    written, so that `007` stays one; `missing` are words that stand for no value, besides those
    that pandas knows (empty, `NA`, `nan`, …).
    """

    path: str
    form: Form
    key: str
    separator: str | None = None
    decimal: str = "."
    encoding: str = "utf-8"
    missing: tuple[str, ...] = ()
    text: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name as messages say it."""
        return Path(self.path).name

    def wrong(self, message: str) -> SweepError:
        """The error for what stands in the file."""
        return SweepError(f"{self.name}{message}", ("task", self.key))


def stamp_of(source: Source) -> Stamp:
    """The file's stamp; nothing is read.

    Raises SweepError for a file that is not there, cannot be a table, or is too large.
    """
    try:
        found = Path(source.path).stat()
    except OSError as error:
        raise SweepError(_not_there(source, error), ("task", source.key)) from error
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or device"
        raise source.wrong(f" is {what}, not a file")
    if found.st_size == 0:
        raise source.wrong(" is empty")
    if found.st_size > MOST_BYTES:
        size = f"{found.st_size / 2**30:,.1f} GiB"
        raise source.wrong(
            f" has {size}, and tables are read up to {MOST_BYTES // 2**30} GiB: "
            "hand over arrays with `task: {load: my_data:load}` instead"
        )
    return source.path, found.st_mtime_ns, found.st_size


def content(source: Source) -> bytes:
    """All bytes of the file."""
    try:
        return Path(source.path).read_bytes()
    except OSError as error:
        raise source.wrong(f" cannot be read: {error.strerror}") from error


@lru_cache(maxsize=16)
def digest_of(stamp: Stamp) -> str:
    """16 hex digits of the file's content, as it was when the stamp was taken."""
    with Path(stamp[0]).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def _not_there(source: Source, error: OSError) -> str:
    if not isinstance(error, FileNotFoundError):
        return f"{shown(source.path)} cannot be read: {error.strerror}"
    folder = Path(source.path).parent
    if not folder.is_dir():
        return f"{shown(source.path)}: there is no folder {shown(str(folder))}"
    near = sorted(one.name for one in folder.iterdir() if one.suffix in ENDINGS[source.form])
    hint = f"; {suggestion(source.name, near)}" if near else ""
    return f"there is no file {shown(source.path)}{hint}"

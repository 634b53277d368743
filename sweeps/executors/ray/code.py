"""The user's modules beside the sweep file, sent to nodes that do not have them."""

from __future__ import annotations

import hashlib
import io
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 2**24
"""16 MiB of Python: more than that is no folder of a sweep's code."""

LEFT_OUT = frozenset({"__pycache__", "site-packages", "node_modules"})

_unpacked: dict[str, Path] = {}


class TooMuchCodeError(ValueError):
    """More Python beside a sweep file than can be sent; the message says how much, and where."""


def packed(folder: Path) -> bytes:
    """The Python files of a folder and those below it, as a zip archive; hidden ones are left out.

    Raises TooMuchCodeError for more than 16 MiB of them.
    """
    archive = io.BytesIO()
    size = 0
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        for file in _modules(folder):
            content = file.read_bytes()
            size += len(content)
            if size > MOST_BYTES:
                raise TooMuchCodeError(
                    f"{folder}: more than {MOST_BYTES >> 20} MB of Python files to send to the "
                    "cluster: put the sweep file and its modules in a folder of their own"
                )
            # The same files make the same bytes, whenever they were written.
            name = zipfile.ZipInfo(file.relative_to(folder).as_posix())
            written.writestr(name, content)
    return archive.getvalue()


def unpack(modules: bytes) -> None:
    """Let this process import them, after all that it finds by itself."""
    digest = hashlib.sha256(modules).hexdigest()
    if digest in _unpacked:
        return
    place = Path(tempfile.mkdtemp(prefix="sweeps-code-"))
    with zipfile.ZipFile(io.BytesIO(modules)) as archive:
        archive.extractall(place)
    _unpacked[digest] = place
    sys.path.append(str(place))


def _modules(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in LEFT_OUT:
            continue
        if path.is_dir() and not path.is_symlink() and not (path / "pyvenv.cfg").exists():
            yield from _modules(path)
        elif path.suffix == ".py" and path.is_file():
            yield path

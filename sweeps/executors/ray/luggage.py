"""Checkpoints of fits on nodes that do not see the coordinator's folder.

Their bytes go along with the call, and come back as they are written.
"""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Outcome

MOST_BYTES = 2**28
"""256 MiB: a checkpoint that is larger needs a folder that nodes and coordinator share."""

LOOK_SECONDS = 1.0
"""How soon a checkpoint of a fit under way is found and sent."""

Send = Callable[[str, bytes], None]
"""Takes a path of the coordinator's and what is to stand there."""


def pack_among(args: tuple[Any, ...]) -> Pack | None:
    """What is to be trained, if the call is one that trains."""
    return next((one for one in args if isinstance(one, Pack)), None)


def folder_of(pack: Pack) -> Path | None:
    """Where the pack's checkpoints are, None where it has none."""
    return next((Path(path).parent for fit in pack.fits for path in _paths(fit)), None)


def packed(pack: Pack) -> dict[str, bytes]:
    """The checkpoints that its fits may go on from. Raises OSError for one that is too large."""
    named = {path for fit in pack.fits for path in _paths(fit) if path != fit.save_to}
    there = (path for path in sorted(named) if Path(path).exists())
    return {path: _content(Path(path)) for path in there}


def put_down(path: str, content: bytes) -> None:
    """Write a file whole or not at all, as it was written on the node."""
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def unpacked(files: Mapping[str, bytes], pack: Pack, send: Send) -> Iterator[Pack]:
    """The pack as its node can train it; what its fits leave is sent, on the way and at the end."""
    with tempfile.TemporaryDirectory(prefix="sweeps-") as folder:
        places = {
            path: Path(folder) / f"{number}.npz"
            for number, path in enumerate(sorted({p for fit in pack.fits for p in _paths(fit)}))
        }
        for path, content in files.items():
            places[path].write_bytes(content)
        written = {p for fit in pack.fits for p in _paths(fit) if p != fit.resume_from}
        sender = _Sender({path: places[path] for path in sorted(written)}, send)
        with sender.looking():
            yield replace(pack, fits=tuple(_moved(fit, places) for fit in pack.fits))
        sender.look()


def at_home(outcomes: Any, pack: Pack) -> Any:
    """The outcomes of the pack's own fits, given those of a moved one."""
    if not isinstance(outcomes, list) or not all(isinstance(one, Outcome) for one in outcomes):
        return outcomes
    return [replace(one, fit=fit) for one, fit in zip(outcomes, pack.fits, strict=True)]


@dataclass
class _Sender:
    """Sends files that are new or were written anew since it last looked."""

    places: Mapping[str, Path]
    send: Send
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._seen = {path: mark for path in self.places if (mark := self._mark(path))}

    def look(self) -> None:
        for path, place in self.places.items():
            mark = self._mark(path)
            if mark is not None and mark != self._seen.get(path):
                self._seen[path] = mark
                self.send(path, _content(place))

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Every now and then within."""
        over = threading.Event()
        thread = threading.Thread(target=self._until, args=(over,), name="sweeps-files")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _until(self, over: threading.Event) -> None:
        while not over.wait(LOOK_SECONDS):
            self.look()

    def _mark(self, path: str) -> tuple[int, int] | None:
        try:
            found = self.places[path].stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino


def _paths(fit: Fit) -> list[str]:
    named = (fit.resume_from, fit.save_to, fit.keeping.path if fit.keeping else None)
    return [path for path in named if path is not None]


def _moved(fit: Fit, places: Mapping[str, Path]) -> Fit:
    def to(path: str | None) -> str | None:
        return None if path is None else str(places[path])

    keeping = fit.keeping and replace(fit.keeping, path=str(places[fit.keeping.path]))
    return replace(fit, resume_from=to(fit.resume_from), save_to=to(fit.save_to), keeping=keeping)


def _content(place: Path) -> bytes:
    size = place.stat().st_size
    if size > MOST_BYTES:
        raise OSError(
            errno.EFBIG,
            f"{place.name}: a checkpoint of {size / 2**20:.0f} MB is too large to be carried "
            f"between nodes (at most {MOST_BYTES / 2**20:.0f}): put the store where all see it",
        )
    return place.read_bytes()

"""A worker as it is on its node: one process, one call at a time, until the coordinator ends it."""

from __future__ import annotations

import os
import pickle
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sweeps.executors import memory, secrecy
from sweeps.executors.process_tree import end_all, started_by
from sweeps.executors.raised import Raised
from sweeps.executors.ray import code
from sweeps.executors.ray.luggage import at_home, pack_among, unpacked
from sweeps.executors.ray.parcel import LAST, Parcel, Word


@dataclass(frozen=True)
class About:
    """A worker that is ready, and the version of this package on its node."""

    node: str
    host: str
    version: str
    gpus: tuple[str, ...]
    pid: int

    @property
    def device(self) -> str:
        """What it shares with others: a GPU, or its node's memory."""
        return " ".join((self.node, *self.gpus))

    @property
    def name(self) -> str:
        """For people."""
        gpus = f" gpu {','.join(self.gpus)}" if self.gpus else ""
        return f"{self.host}{gpus} ({self.pid})"


def own_version() -> str:
    """The version of this package here."""
    try:
        return version("keras-sweeps")
    except PackageNotFoundError:
        return "not installed"


class Served:
    """The actor.

    `environment` holds variables that it has unless its node has set them, `place` those that it
    has in any case; `per_node` is how many of its kind may be on a node.
    """

    def __init__(
        self, environment: Mapping[str, str], place: Mapping[str, str], per_node: int
    ) -> None:
        secrecy.forget()
        for name, value in environment.items():
            os.environ.setdefault(name, value)
        os.environ.update(place)
        self._megabytes = memory.most_megabytes(per_node)

    def about(self) -> About:
        """Where it is."""
        import ray

        context = ray.get_runtime_context()
        gpus = tuple(context.get_accelerator_ids().get("GPU", ()))
        host = ray.util.get_node_ip_address()
        return About(context.get_node_id(), host, own_version(), gpus, os.getpid())

    def sees(self, path: str) -> bool:
        """Whether a file of the coordinator's is here as well."""
        return Path(path).exists()

    def call(self, parcel: Parcel, modules: bytes | None) -> Iterator[Word]:
        """What the call says, the files that it leaves, and its answer, as they come."""
        if modules is not None:
            code.unpack(modules)
        said: queue.SimpleQueue[Word] = queue.SimpleQueue()
        thread = threading.Thread(target=_run, args=(parcel, said), name="sweeps-call", daemon=True)
        thread.start()
        while (word := said.get())[0] not in LAST:
            yield word
        yield word

    def is_due(self) -> bool:
        """Whether it has grown too large to go on."""
        import psutil

        return bool(psutil.Process().memory_info().rss / 2**20 > self._megabytes)

    def end_started(self) -> None:
        """End what the user's code has started: Ray ends this process alone."""
        end_all(started_by(os.getpid()))


def _run(parcel: Parcel, said: queue.SimpleQueue[Word]) -> None:
    """A call's thread. What is no `Exception` ends the process, as it does in any worker."""
    try:
        try:
            said.put(("answer", pickle.dumps(_answer(parcel, said))))
        except Exception as error:  # noqa: BLE001 - raised again where the call came from
            said.put(("raised", pickle.dumps(Raised.of(error))))
    except SystemExit as leaving:
        os._exit(leaving.code if isinstance(leaving.code, int) else 1)


def _answer(parcel: Parcel, said: queue.SimpleQueue[Word]) -> Any:
    def say(what: object) -> None:
        said.put(("said", pickle.dumps(what)))

    def send(path: str, content: bytes) -> None:
        said.put(("file", pickle.dumps((path, content))))

    pack = pack_among(parcel.args)
    if parcel.files is None or pack is None:
        return _called(parcel, say)
    with unpacked(parcel.files, pack, send) as moved:
        args = tuple(moved if one is pack else one for one in parcel.args)
        answer = _called(replace(parcel, args=args), say)
    return at_home(answer, pack)


def _called(parcel: Parcel, say: Callable[[object], None]) -> Any:
    spoken = (say, *parcel.args) if parcel.speaks else parcel.args
    return parcel.fn(*spoken, **parcel.kwargs)

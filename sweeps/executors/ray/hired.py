"""A worker on a node, as the coordinator deals with it. All of it runs in one event loop."""

from __future__ import annotations

import asyncio
import pickle
import signal
import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweeps.executors.executor import ClusterError, WorkerDiedError
from sweeps.executors.raised import Raised, RemoteError
from sweeps.executors.ray import luggage
from sweeps.executors.ray.connection import imported, in_time
from sweeps.executors.ray.parcel import Parcel
from sweeps.executors.ray.served import About, Served, own_version

CALLS = 200
"""After so many a worker is replaced, however large it is."""

END_SECONDS = 2.0
"""What a worker has to end what it has started, and Ray to end the worker."""


@dataclass(frozen=True)
class Post:
    """What a worker is to be: its part of a node, on which (None: any), and what it is told."""

    cpus: int
    gpus: float
    per_node: int
    environment: Mapping[str, str]
    place: Mapping[str, str]
    node: str | None = None


@dataclass
class Hired:
    """A worker that is ready. `calls` counts those it has run."""

    actor: Any
    about: About
    calls: int = 0
    due: bool = False
    _seen: dict[Path, bool] = field(default_factory=dict)

    @classmethod
    async def at(cls, post: Post) -> Hired:
        """Start one, and wait until its node has room for it.

        Raises ClusterError when it cannot work there, WorkerDiedError when it ends meanwhile.
        """
        try:
            actor = await _apart(lambda: _started(post))
        except imported().exceptions.RayError as error:
            raise no_start(error) from error
        try:
            about = await actor.about.remote()
        except imported().exceptions.RayError as error:
            raise no_start(error) from error
        except BaseException:
            in_time(lambda: imported().kill(actor), 0.0)
            raise
        if about.version != own_version():
            forget(actor)
            raise ClusterError(
                f"keras-sweeps is {about.version} on the node {about.host}, and {own_version()} "
                "here: install the same version on both"
            )
        return cls(actor, about)

    async def call(self, parcel: Parcel, modules: Any, hear: Callable[[Any], None]) -> Any:
        """What the function returns there; what it says is heard, its checkpoints are put down.

        Raises RemoteError when it raises there, WorkerDiedError when worker or node end meanwhile.
        """
        ray = imported()
        try:
            words = self.actor.call.options(num_returns="streaming").remote(
                await self._complete(parcel), modules
            )
            async for reference in words:
                kind, content = await reference
                if kind == "said":
                    hear(pickle.loads(content))
                elif kind == "file":
                    await asyncio.to_thread(luggage.put_down, *pickle.loads(content))
                else:
                    return self._ended(kind, pickle.loads(content))
        except ray.exceptions.RayTaskError as error:
            raise RemoteError(Raised.of(error.cause or error)) from error
        except ray.exceptions.RayError as error:
            raise death(error, self.about) from error
        raise WorkerDiedError(f"the worker on {self.about.host} gave no answer", None)

    async def _complete(self, parcel: Parcel) -> Parcel:
        """With the checkpoints that the worker cannot see itself."""
        pack = luggage.pack_among(parcel.args)
        folder = None if pack is None else luggage.folder_of(pack)
        if pack is None or folder is None or await self._sees(folder):
            return parcel
        files = await asyncio.to_thread(luggage.packed, pack)
        return Parcel(parcel.fn, parcel.args, parcel.kwargs, parcel.speaks, files)

    async def _sees(self, folder: Path) -> bool:
        if folder not in self._seen:
            token = folder / f".seen-{uuid.uuid4().hex}"
            folder.mkdir(parents=True, exist_ok=True)
            token.touch()
            try:
                self._seen[folder] = await self.actor.sees.remote(str(token))
            finally:
                token.unlink(missing_ok=True)
        return self._seen[folder]

    def _ended(self, kind: str, content: Any) -> Any:
        self.calls += 1
        if kind == "raised":
            raise RemoteError(content)
        return content

    async def is_due(self) -> bool:
        """Whether it is to be replaced."""
        if self.calls >= CALLS:
            return True
        try:
            return bool(await self.actor.is_due.remote())
        except imported().exceptions.RayError:
            return True

    async def end(self) -> None:
        """End it now, with all that it has started; what it was doing raises WorkerDiedError."""
        with suppress(TimeoutError, imported().exceptions.RayError):
            async with asyncio.timeout(END_SECONDS):
                await self.actor.end_started.options(concurrency_group="control").remote()
        await asyncio.to_thread(forget, self.actor)


def forget(actor: Any) -> None:
    """End a worker from outside, wherever it has come to."""
    in_time(lambda: imported().kill(actor), END_SECONDS)


def death(error: BaseException, about: About) -> WorkerDiedError:
    """How a worker ended: by itself, with its node, or because its node had no more memory.

    A node that goes away has been told to, as far as its workers are concerned.
    """
    said = " ".join(str(error).split())
    exceptions = imported().exceptions
    if isinstance(error, exceptions.OutOfMemoryError) or "running low on memory" in said:
        starved = f"a worker on {about.host} was ended by Ray: its node was low on memory"
        return WorkerDiedError(starved, signal.SIGKILL, out_of_memory=True)
    gone = isinstance(error, exceptions.ActorUnavailableError) or "node has died" in said
    if gone:
        return WorkerDiedError(f"the node {about.host} of the Ray cluster is gone", signal.SIGTERM)
    _, found, detail = said.partition("Worker exit detail: ")
    why = detail.partition(". ")[0] if found else said[:200]
    return WorkerDiedError(f"a worker process on {about.host} ended: {why}", None)


async def _apart(start: Callable[[], Any]) -> Any:
    """An actor, started in a thread of its own: without a head Ray may never come back from that.

    One that nobody waits for any more is ended when it comes.
    """
    starting: Future[Any] = Future()
    starting.set_running_or_notify_cancel()

    def run() -> None:
        try:
            starting.set_result(start())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            starting.set_exception(error)

    threading.Thread(target=run, name="sweeps-ray-hiring", daemon=True).start()
    try:
        return await asyncio.wrap_future(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_end_started)
        raise


def _end_started(starting: Future[Any]) -> None:
    if starting.exception() is None:
        in_time(lambda: imported().kill(starting.result()), 0.0)


def _started(post: Post) -> Any:
    ray = imported()
    options: dict[str, Any] = {
        "num_cpus": post.cpus,
        "num_gpus": post.gpus,
        "max_restarts": 0,
        "max_task_retries": 0,
        "concurrency_groups": {"control": 1},
    }
    if post.node is not None:
        strategies = ray.util.scheduling_strategies
        options["scheduling_strategy"] = strategies.NodeAffinitySchedulingStrategy(post.node, True)
    made = ray.remote(**options)(Served)
    return made.remote(dict(post.environment), dict(post.place), post.per_node)


def no_start(error: BaseException) -> Exception:
    """Why a worker could not be started; one whose node went meanwhile may be elsewhere."""
    said = " ".join(str(error).split())
    if "No module named 'sweeps" in said:
        return ClusterError("keras-sweeps is not installed on the nodes of the Ray cluster")
    if "node has died" in said:
        return WorkerDiedError("a node of the Ray cluster went before its worker was ready", None)
    return ClusterError(f"a worker could not be started on the Ray cluster: {said[:400]}")

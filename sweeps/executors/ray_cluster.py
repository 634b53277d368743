"""A Ray cluster as an executor: calls run in workers that Ray places on its nodes.

Ray decides where a worker is, and nothing else: how often a call is tried, in what order trials are
told and what is kept is the coordinator's, so a cluster that is lost loses what was under way on
it and no more.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor, Future
from typing import Any, Concatenate, ParamSpec, TypeVar

from sweeps import cores
from sweeps.executors.executor import ClusterError, ClusterLostError, Say, Terms, WorkerDiedError
from sweeps.executors.ray.connection import Connection, imported
from sweeps.executors.ray.job import Job
from sweeps.executors.ray.parcel import Parcel
from sweeps.executors.ray.pool import LOOK_SECONDS, Pool
from sweeps.executors.ray.room import NoRoomError, Room, room_for, unused_gpus
from sweeps.executors.ray.sending import Sending

P = ParamSpec("P")
T = TypeVar("T")

KNOCKS = 10
KNOCK_EVERY = 2.0
"""The head is lost when so many knocks, so many seconds apart, found nobody. Heads that are kept
alive by somebody may be back by then."""


def _one_a_core(cores: int) -> int:
    return cores


def _nothing(_line: str) -> None:
    """Say nothing."""


class RayCluster(Executor):
    """Runs calls on the cluster at `address`; None: see `Connection`.

    `workers` is how many there are, None as many as the cluster has room for now. Each takes
    `gpu_share` of a GPU, None for none, and its part of the cores: `processes` says how many
    workers make the most of a node with so many; a cluster that is `shared_by` so many workers of
    several sweeps is cut for all of them. `environment` holds variables that workers have
    unless their nodes have set them. `tell` gets lines for a person, from any thread: that GPUs are
    left unused, that workers wait for room.

    A call whose worker or node dies raises WorkerDiedError, one that takes too long TimedOutError;
    when the head is lost, all raise ClusterLostError.

    Raises ClusterError when the cluster cannot be joined, or has no room.
    """

    def __init__(
        self,
        address: str | None,
        workers: int | None,
        gpu_share: float | None,
        environment: Mapping[str, str],
        processes: Callable[[int], int] = _one_a_core,
        tell: Callable[[str], None] = _nothing,
        shared_by: int | None = None,
    ) -> None:
        self._connection = Connection(address)
        nodes = self._connection.nodes()
        try:
            room = room_for(nodes, workers, gpu_share, processes, shared_by)
        except NoRoomError as error:
            self._connection.close()
            raise ClusterError(str(error)) from error
        if gpu_share is None and (unused := unused_gpus(nodes)) is not None:
            tell(unused)
        self.slots = self.ahead = room.workers
        self.shared = room.shared
        self._sending = Sending(self._put)
        self._lost: ClusterLostError | None = None
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="sweeps-ray", daemon=True
        )
        self._thread.start()
        threads = cores.held_to(room.cpus)
        self._pool: Pool = self._wait(
            _pool(room, {**threads, **environment}, self._connection.answers, tell)
        )
        self._guard = asyncio.run_coroutine_threadsafe(self._watch(), self._loop)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a call for the next free worker. Raises RuntimeError after a shutdown."""
        return self._queued(Terms(), Parcel(fn, args, kwargs, speaks=False))

    def submit_on(
        self,
        terms: Terms,
        fn: Callable[Concatenate[Say, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """The same on terms; its seconds count from when a worker is given the call."""
        return self._queued(terms, Parcel(fn, args, kwargs, speaks=True))

    def _queued(self, terms: Terms, parcel: Parcel) -> Future[Any]:
        if self._closed:
            raise RuntimeError("this cluster was left: it takes no more calls")
        future: Future[Any] = Future()
        try:
            sent, modules = self._sending.prepared(parcel)
        except ClusterLostError as lost:
            future.set_running_or_notify_cancel()
            future.set_exception(lost)
            return future
        self._soon(self._pool.add(Job(future, sent, terms, modules)))
        return future

    def _put(self, one: object) -> Any:
        """A reference to it. Ray ends a process that puts something where its cluster is gone."""
        while self._lost is None and not self._connection.answers():
            time.sleep(LOOK_SECONDS)
        if self._lost is not None:
            raise self._lost
        return imported().put(one)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let workers finish what is queued (or only what runs), and leave the cluster."""
        if self._closed:
            return
        self._closed = True
        if cancel_futures:
            self._loop.call_soon_threadsafe(self._pool.cancel_waiting)
        if wait:
            self._leave()
        else:
            threading.Thread(target=self._leave, name="sweeps-ray-leave", daemon=True).start()

    def kill(self) -> None:
        """End every worker at once; their calls raise WorkerDiedError."""
        if not self._closed and self._lost is None:
            self._wait(self._pool.break_off(WorkerDiedError("the workers were ended", None)))
        self.shutdown()

    def _leave(self) -> None:
        if self._lost is None:
            self._wait(self._pool.close())
        self._guard.cancel()
        self._sending.forget()
        self._connection.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _watch(self) -> None:
        """Give up when there is no head any more: Ray itself would wait for it."""
        missed = 0
        while missed < KNOCKS:
            await asyncio.sleep(KNOCK_EVERY)
            head = await asyncio.to_thread(self._connection.head)
            if head == "another":
                break
            missed = 0 if head == "there" else missed + 1
        self._lost = ClusterLostError(
            f"the head of the Ray cluster at {self._connection.address} is gone; "
            "what was done is kept"
        )
        await self._pool.give_up(self._lost)

    def _wait(self, act: Coroutine[Any, Any, T]) -> T:
        return self._soon(act).result()

    def _soon(self, act: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(act, self._loop)


async def _pool(
    room: Room,
    environment: Mapping[str, str],
    answers: Callable[[], bool],
    tell: Callable[[str], None],
) -> Pool:
    return Pool(room, environment, answers, tell)

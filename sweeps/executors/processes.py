"""Worker processes: spawned, replaced before they grow too large, never outliving their parent.

TensorFlow leaks with every model it builds, so a worker is replaced after a number of calls or when
its resident memory passes a limit. A call that is to have a device alone waits for those beside it,
and they for it; it runs in a new process. Workers are spawned, never forked: a fork of a process in
which TensorFlow or JAX has threads can deadlock.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from sweeps.executors import memory
from sweeps.executors.device import Device
from sweeps.executors.executor import Say, Terms, WorkerDiedError
from sweeps.executors.guard import Guard
from sweeps.executors.placement import Place, places_for, shared_by
from sweeps.executors.worker import Call, Worker

P = ParamSpec("P")
T = TypeVar("T")

CALLS = 200
"""After so many a worker is replaced, however large it is."""


@dataclass(frozen=True)
class _Job:
    """A call, on which terms it runs, and who waits for it.

    Without terms it is a call that has nothing to say.
    """

    future: Future[Any]
    call: Call
    terms: Terms | None


class Processes(Executor):
    """Runs calls in a process at each of the places; each is minded by a thread here.

    Instead of places, a number is so many on nothing in particular. `environment` holds variables
    that workers have unless the user has set them. `calls_per_worker` and `megabytes` (resident,
    per worker; None: its part of this machine's memory) say when a worker is replaced. A call whose
    worker dies raises WorkerDiedError, one that takes longer than it may TimedOutError; the other
    slots are not touched by it.
    """

    def __init__(
        self,
        places: int | Sequence[Place],
        environment: Mapping[str, str],
        calls_per_worker: int = CALLS,
        megabytes: float | None = None,
    ) -> None:
        self._places = places_for(places, None) if isinstance(places, int) else list(places)
        self.slots = len(self._places)
        self.ahead = self.slots
        self._devices = {place.device: Device() for place in self._places if place.device}
        self.shared = shared_by(self._places)
        self._environment = dict(environment)
        self._calls_per_worker = calls_per_worker
        self._megabytes = memory.most_megabytes(self.slots) if megabytes is None else megabytes
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._killed = threading.Event()
        self._closed = False
        self._workers: dict[int, Worker] = {}
        self._lock = threading.Lock()
        self._guard = Guard()
        self._threads = [
            threading.Thread(target=self._mind, args=(slot,), name=f"sweeps-slot-{slot}")
            for slot in range(self.slots)
        ]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a call for the next free worker. `fn` and its arguments are pickled.

        Raises RuntimeError after a shutdown. The future raises WorkerStartError when no worker can
        be started for the call.
        """
        return self._queued((fn, args, kwargs), None)

    def submit_on(
        self,
        terms: Terms,
        fn: Callable[Concatenate[Say, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """The same on terms; its seconds count from when a worker is given the call.

        What the call imports first counts as well; waiting for a worker, or for its start, does
        not. The thread that minds the worker watches the time, so a limit costs nothing besides.
        """
        return self._queued((fn, args, kwargs), terms)

    def _queued(self, call: Call, terms: Terms | None) -> Future[Any]:
        if self._closed:
            raise RuntimeError("these workers were shut down: they take no more calls")
        future: Future[Any] = Future()
        self._jobs.put(_Job(future, call, terms))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let workers finish what is queued (or only what runs) and end."""
        self._closed = True
        if cancel_futures:
            self._cancel_queued()
        for _ in self._threads:
            self._jobs.put(None)
        if wait:
            for thread in self._threads:
                thread.join()
            self._guard.close()

    def kill(self) -> None:
        """End every worker at once; their calls raise WorkerDiedError."""
        self._killed.set()
        self._cancel_queued()
        with self._lock:
            for worker in self._workers.values():
                worker.kill()
        self.shutdown()

    def _cancel_queued(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                job.future.cancel()

    def _mind(self, slot: int) -> None:
        """One slot's thread: hand each job to its worker, replacing the worker when it is due."""
        while (job := self._jobs.get()) is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            with self._place_for(slot, job):
                try:
                    worker = self._worker(slot, _alone(job))
                    name = self._places[slot].name
                    job.future.set_result(worker.call(job.call, job.terms, name))
                except Exception as error:  # noqa: BLE001 - a future carries what the call raised
                    job.future.set_exception(error)
                if self._is_due(slot, job):
                    self._retire(slot)
        self._retire(slot)

    @contextmanager
    def _place_for(self, slot: int, job: _Job) -> Iterator[None]:
        """Within, the slot's device is the job's, or nobody has it alone."""
        device = self._places[slot].device
        if device is None:
            yield
            return
        with self._devices[device].held(alone=_alone(job)):
            if _alone(job):
                self._clear(device)
            yield

    def _clear(self, device: str) -> None:
        """End the workers on a device: what they have kept of its memory is free then."""
        for slot, place in enumerate(self._places):
            if place.device == device:
                self._retire(slot)

    def _is_due(self, slot: int, job: _Job) -> bool:
        worker = self._workers.get(slot)
        return worker is not None and (
            not worker.alive
            or (_alone(job) and self._places[slot].device is not None)
            or worker.calls >= self._calls_per_worker
            or worker.resident_megabytes > self._megabytes
        )

    def _worker(self, slot: int, alone: bool) -> Worker:
        with self._lock:
            if self._killed.is_set():
                raise WorkerDiedError("the workers were ended", None)
            if slot in self._workers:
                return self._workers[slot]
        # Outside the lock: a start takes long enough for `kill` to come in between.
        place = self._places[slot]
        worker = Worker(self._environment, place.alone if alone else place.environment)
        self._guard.watch(worker.pid)
        with self._lock:
            self._workers[slot] = worker
            if self._killed.is_set():
                worker.kill()
        return worker

    def _retire(self, slot: int) -> None:
        with self._lock:
            worker = self._workers.pop(slot, None)
        if worker is not None:
            worker.close()
            self._guard.forget(worker.pid)


def _alone(job: _Job) -> bool:
    return job.terms is not None and job.terms.alone

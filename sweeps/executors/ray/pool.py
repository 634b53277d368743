"""The workers on a cluster, and who of them gets which call. All of it runs in one event loop.

A worker is started when a call waits for one, and kept: what it has imported and compiled serves
the next call. A call that is to have a device alone gets a worker of its own there when those on
that device have gone; until it is done no worker is started, since it could land there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sweeps.executors.executor import (
    ClusterError,
    ClusterLostError,
    TimedOutError,
    WorkerDiedError,
)
from sweeps.executors.placement import hidden, part, whole
from sweeps.executors.ray.hired import Hired, Post
from sweeps.executors.ray.job import Job
from sweeps.executors.ray.room import Room

LOOK_SECONDS = 1.0
"""Between two looks for a head that does not answer."""

ROOM_SECONDS = 30.0
"""A worker that is not there after so long has found no room, rather than being slow to start."""


class Pool:
    """Runs jobs on as many workers as there is room for, each in a slot of its own.

    `answers` is whether the head is there; `say` is told, once, that workers wait for room.
    """

    def __init__(
        self,
        room: Room,
        environment: Mapping[str, str],
        answers: Callable[[], bool],
        say: Callable[[str], None],
    ) -> None:
        self._room = room
        self._answers = answers
        self._say: Callable[[str], None] | None = say
        self._post = Post(
            room.cpus, room.gpus, room.per_node, environment, _told_of_gpus(room.gpus)
        )
        self._jobs: deque[Job] = deque()
        self._workers: dict[int, Hired] = {}
        self._busy: dict[int, Job] = {}
        self._coming = 0
        self._reserved: str | None = None
        self._given_up: ClusterLostError | None = None
        self._changed = asyncio.Condition()
        self._minds = [asyncio.ensure_future(self._mind(slot)) for slot in range(room.workers)]

    async def add(self, job: Job) -> None:
        """Take a job; the next free worker gets it."""
        if self._given_up is not None:
            job.give_up(self._given_up)
            return
        self._jobs.append(job)
        await self._notify()

    def cancel_waiting(self) -> None:
        """Let go of jobs that no worker has begun."""
        while self._jobs:
            self._jobs.popleft().future.cancel()

    async def close(self) -> None:
        """Finish what was added, then end the workers."""
        await self._until(lambda: not self._jobs and not self._busy)
        await self._stop()
        await asyncio.gather(*(worker.end() for worker in self._workers.values()))
        self._workers.clear()

    async def break_off(self, error: Exception) -> None:
        """End everything at once: calls under way raise this."""
        for job in self._busy.values():
            job.fail(error)
        self.cancel_waiting()
        await self._stop()
        await asyncio.gather(*(worker.end() for worker in self._workers.values()))
        self._workers.clear()

    async def give_up(self, error: ClusterLostError) -> None:
        """Every job raises this, begun or not, and added later. Its workers are out of reach."""
        self._given_up = error
        for job in (*self._busy.values(), *self._jobs):
            job.give_up(error)
        self._jobs.clear()
        await self._stop()
        self._workers.clear()

    async def _stop(self) -> None:
        for mind in self._minds:
            mind.cancel()
        await asyncio.gather(*self._minds, return_exceptions=True)

    async def _mind(self, slot: int) -> None:
        """A slot's life: a worker once there is work, and one job after the other."""
        while True:
            await self._until(lambda: self._has_to_do(slot))
            worker = self._workers.get(slot)
            if worker is None:
                await self._hire(slot)
            elif worker.about.device == self._reserved:
                await self._dismiss(slot)
            elif (job := self._taken()) is not None:
                await self._serve(slot, worker, job)
            await self._notify()

    def _has_to_do(self, slot: int) -> bool:
        worker = self._workers.get(slot)
        if worker is None:
            ready = self._coming + len(self._workers) - len(self._busy)
            return self._reserved is None and len(self._jobs) > ready
        return worker.about.device == self._reserved or self._next() is not None

    def _next(self) -> Job | None:
        """The first that may begin: of those that want a device alone, one after the other."""
        jobs = (job for job in self._jobs if self._reserved is None or not self._alone(job))
        return next(jobs, None)

    def _taken(self) -> Job | None:
        job = self._next()
        if job is not None:
            self._jobs.remove(job)
        return job

    def _alone(self, job: Job) -> bool:
        return job.terms.alone and self._room.shared is not None

    async def _hire(self, slot: int) -> None:
        """A worker for the slot; a job is told when none can be started, so that somebody is."""
        self._coming += 1
        waiting = asyncio.get_running_loop().call_later(ROOM_SECONDS, self._tell_of_waiting)
        try:
            self._workers[slot] = await Hired.at(self._post)
        except WorkerDiedError:
            return
        except Exception as error:  # noqa: BLE001 - what it means is for whoever waits
            await self._head()
            job = self._taken()
            if job is not None and job.future.set_running_or_notify_cancel():
                job.fail(error)
        finally:
            waiting.cancel()
            self._coming -= 1

    def _tell_of_waiting(self) -> None:
        if self._say is not None:
            self._say(
                f"waiting for room on the cluster: a worker takes {self._room.of_one} of a node, "
                f"and there are {len(self._workers)} of {self._room.workers} workers so far"
            )
            self._say = None

    async def _dismiss(self, slot: int) -> None:
        worker = self._workers.pop(slot, None)
        if worker is not None:
            await worker.end()

    async def _serve(self, slot: int, worker: Hired, job: Job) -> None:
        if not job.future.set_running_or_notify_cancel():
            return
        self._busy[slot] = job
        try:
            if self._alone(job):
                answer = await self._by_itself(slot, worker, job)
            else:
                answer = await _timed(worker, job)
            job.finish(answer)
        except (WorkerDiedError, TimedOutError, ClusterError) as error:
            await self._head()
            job.fail(error)
            await self._dismiss(slot)
        except Exception as error:  # noqa: BLE001 - a future carries what the call raised
            job.fail(error)
        finally:
            self._busy.pop(slot)
        if slot in self._workers and await worker.is_due():
            await self._dismiss(slot)

    async def _by_itself(self, slot: int, worker: Hired, job: Job) -> Any:
        """Have the job run on a device that all others have left."""
        self._reserved = device = worker.about.device
        try:
            await self._dismiss(slot)
            await self._notify()
            await self._until(lambda: not self._anybody_on(device))
            post = replace(self._post, node=worker.about.node)
            if self._room.gpus:
                post = replace(post, gpus=1.0, place=part(1.0))
            self._workers[slot] = lone = await Hired.at(post)
            return await _timed(lone, job)
        finally:
            self._reserved = None
            await self._dismiss(slot)

    async def _head(self) -> None:
        """Wait for it: what fails because it is gone is not to count, and is given up by others."""
        while not await asyncio.to_thread(self._answers):
            await asyncio.sleep(LOOK_SECONDS)

    def _anybody_on(self, device: str) -> bool:
        return any(worker.about.device == device for worker in self._workers.values())

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(holds)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _told_of_gpus(share: float) -> Mapping[str, str]:
    """What a worker is told; without a share it sees none, whatever its node has."""
    if not share:
        return hidden(())
    return whole() if share == 1.0 else part(share)


async def _timed(worker: Hired, job: Job) -> Any:
    """What a call returns, within the time that it has."""

    def hear(said: Any) -> None:
        if job.terms.hear is not None:
            job.terms.hear(worker.about.name, said)

    seconds = job.terms.seconds
    try:
        async with asyncio.timeout(seconds) as limit:
            return await worker.call(job.parcel, job.modules, hear)
    except TimeoutError as error:
        if seconds is None or not limit.expired():
            raise
        raise TimedOutError(seconds) from error

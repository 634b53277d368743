"""What a queue runner does when it looks: sees what became of jobs, and begins others.

Every change to a job is compared with what was seen of it, and who writes to a sweep is decided by
its lease: several runners on one ledger may look at the same time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from sweeps.clock import wall_ms
from sweeps.lease import surely_dead, this_owner
from sweeps.ledger.jobs import Job, change, jobs
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.standing import Standing, brought_since, explain, give_up, served, standings
from sweeps.service.running.fairness import Queue, Room, choose
from sweeps.service.running.launching import Launcher, Running
from sweeps.service.running.standing import (
    AT_ONCE_MS,
    EXCUSED_PAUSE_MS,
    MOST_TRIES,
    Fate,
    Session,
    fate_of,
    is_over,
    pause_ms,
)
from sweeps.service.running.view import View
from sweeps.service.settings import Settings


@dataclass
class Launched:
    """A coordinator that this runner has launched for a job."""

    running: Running
    job: Job


class Rounds:
    """The work of one queue runner. Used by one thread, but for `here`.

    `here` are the sweeps that were launched and whose end was not seen yet.
    """

    def __init__(
        self, settings: Settings, ledger: Ledger, launcher: Launcher, say: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._launcher = launcher
        self._say = say
        self._me = this_owner()
        self._passed: Counter[str] = Counter()
        self.here: dict[str, Launched] = {}

    def go(self, *, begin: bool) -> View:
        """One look at every job; with `begin`, as many are begun as there is room for."""
        taken = standings(self._ledger, ["running", "held"])
        running = [stands for stands in taken if stands.job.state == "running"]
        self._forget({stands.job.sweep_id for stands in running})
        for stands in taken:
            if stands.job.state == "held" and is_over(stands):
                change(self._ledger, stands.job, state="over")
        left = [stands for stands in running if not self._settled(stands)]
        waiting = jobs(self._ledger, ["waiting"])
        mine = [stands for stands in left if self._is_mine(stands)]
        while begin and (job := self._next(waiting, left, mine)) is not None:
            waiting.remove(job)
            begun = self._begun(job, self._free_gpus(mine))
            if begun is not None:
                left.append(begun)
                mine.append(begun)
        return self._view(waiting, left, mine)

    def anything_ended(self) -> bool:
        """Whether a coordinator that was launched here has ended since the last look."""
        return any(not one.running.alive for one in list(self.here.values()))

    def _forget(self, running: Collection[str]) -> None:
        """Drop what has ended although somebody else has said what becomes of it."""
        for sweep_id, one in list(self.here.items()):
            if sweep_id not in running and not one.running.alive:
                del self.here[sweep_id]

    def _settled(self, stands: Standing) -> bool:
        """Write down what became of a job; False when it goes on, or somebody else was faster."""
        job = stands.job
        fate = fate_of(stands, self._session(job), wall_ms())
        if fate == "leave":
            launched = self.here.get(job.sweep_id)
            if launched is not None and not launched.running.alive:
                del self.here[job.sweep_id]  # somebody else holds the sweep
            return False
        done = self._written_down(stands, fate, self.here.get(job.sweep_id))
        self.here.pop(job.sweep_id, None)  # not before: a ledger that is away is asked again
        return done

    def _written_down(self, stands: Standing, fate: Fate, ended: Launched | None) -> bool:
        job = stands.job
        if fate == "over":
            return change(self._ledger, job, state="over")
        if fate == "held":
            return change(self._ledger, job, state="held", runner=None, tries=0, arguments="{}")
        if fate in ("stop", "cancel"):
            wish = {"wanted": fate, "arguments": "{}", "not_before_ms": 0}
            return change(self._ledger, job, state="waiting", runner=None, **wish)
        if fate == "deliver":
            return self._deliver(job)
        return self._again(stands, ended)

    def _deliver(self, job: Job) -> bool:
        """A session that sends MLflow what it lacks: some are tried, then it is left to others."""
        tries = job.tries + 1 if job.wanted == "deliver" else 0
        if tries >= MOST_TRIES:
            self._say(
                f"MLflow still lacks something of sweep {job.sweep_id}, which has ended: "
                f"`sweeps sync {job.sweep_id}` sends it"
            )
            return change(self._ledger, job, state="over")
        later = wall_ms() + pause_ms(tries) if tries else 0
        waits = {"wanted": "deliver", "arguments": "{}", "tries": tries, "not_before_ms": later}
        return change(self._ledger, job, state="waiting", runner=None, **waits)

    def _session(self, job: Job) -> Session:
        launched = self.here.get(job.sweep_id)
        if launched is not None and launched.job.launched_ms == job.launched_ms:
            return "alive" if launched.running.alive else "gone"
        if job.runner is None or job.runner == self._me or surely_dead(job.runner):
            return "gone"
        return "elsewhere"

    def _again(self, stands: Standing, ended: Launched | None) -> bool:
        """Another session, after a pause if this one died at once, or none after too many such."""
        job = stands.job
        tries, pause = job.tries, 0
        if ended is not None and ended.running.excused:
            pause = EXCUSED_PAUSE_MS
            explain(self._ledger, job, ended.running.last_words)
        elif ended is not None:
            tries = job.tries + 1 if self._died_at_once(stands) else 0
            pause = pause_ms(tries)
            cause = ended.running.last_words or "nobody knows why"
            if tries >= MOST_TRIES:
                return self._given_up(job, tries, cause)
            if tries:
                self._say(f"the coordinator of sweep {job.sweep_id} ended at once: {cause}")
        wanted = "run" if job.wanted == "deliver" else job.wanted
        later = wall_ms() + pause if pause else 0
        waits = {"tries": tries, "not_before_ms": later, "wanted": wanted}
        return change(self._ledger, job, state="waiting", runner=None, **waits)

    def _given_up(self, job: Job, tries: int, cause: str) -> bool:
        self._say(f"sweep {job.sweep_id} is given up after {tries} tries: {cause}")
        why = f"{tries} coordinators in a row ended at once; the last: {cause}"
        return give_up(self._ledger, job, why)

    def _died_at_once(self, stands: Standing) -> bool:
        """Not when it was told to end, lived for long, or has brought anything."""
        since = stands.job.launched_ms or 0
        if stands.state == "interrupted" or wall_ms() >= since + AT_ONCE_MS:
            return False
        return not brought_since(self._ledger, stands.job.sweep_id, since)

    def _is_mine(self, stands: Standing) -> bool:
        """Whether the job takes slots of this runner: it launched it, or adopted it."""
        job = stands.job
        if job.sweep_id in self.here:
            return True
        left_behind = job.runner is not None and surely_dead(job.runner)
        return left_behind and stands.holder is not None

    def _next(
        self, waiting: Sequence[Job], running: Sequence[Standing], mine: Sequence[Standing]
    ) -> Job | None:
        if not waiting:
            return None
        room = self._room(mine)
        choice = choose(self._queue(waiting, running, room), room)
        if choice.job is not None:
            self._passed.update(job.sweep_id for job in choice.passes)
            self._passed.pop(choice.job.sweep_id, None)
        return choice.job

    def _queue(self, waiting: Sequence[Job], running: Sequence[Standing], room: Room) -> Queue:
        in_use: Counter[str] = Counter()
        for stands in running:
            in_use[stands.job.order.owner] += room.needs(stands.job)
        return Queue(tuple(waiting), in_use, served(self._ledger), self._passed, wall_ms())

    def _room(self, mine: Sequence[Standing]) -> Room:
        every, free = self._settings, self._free_gpus(mine)
        cluster = every.cluster is not None
        room = Room(every.slots, len(every.gpus), every.slots, len(free), cluster)
        used = sum(room.needs(stands.job) for stands in mine)
        # What was adopted may be more than there is room for, by a service with fewer slots.
        return replace(room, free_slots=max(0, every.slots - used))

    def _free_gpus(self, mine: Sequence[Standing]) -> list[str]:
        given = {gpu for stands in mine for gpu in stands.job.given}
        return [gpu for gpu in self._settings.gpus if gpu not in given]

    def _begun(self, job: Job, free: Sequence[str]) -> Standing | None:
        """Take a job on and launch its coordinator; None when another runner was faster."""
        wanted = 0 if job.concludes else job.order.gpus
        given = tuple(free[:wanted])
        now = wall_ms()
        mark = {"runner": self._me, "launched_ms": now, "given": json.dumps(given)}
        if not change(self._ledger, job, state="running", **mark):
            return None
        workers = min(job.order.workers, self._settings.slots)
        taken = replace(
            job,
            order=replace(job.order, workers=workers),
            state="running",
            runner=self._me,
            launched_ms=now,
            given=given,
        )
        try:
            launched = self._launcher.launch(taken, given)
        except (OSError, RuntimeError, EOFError) as error:
            why = str(error) or type(error).__name__
            self._say(f"sweep {job.sweep_id} could not be launched: {why}")
            later = wall_ms() + EXCUSED_PAUSE_MS
            change(self._ledger, taken, state="waiting", runner=None, not_before_ms=later)
            return None
        self.here[job.sweep_id] = Launched(launched, taken)
        return Standing(taken, "queued", None, None, 0, begun=False)

    def _view(
        self, waiting: Sequence[Job], running: Sequence[Standing], mine: Sequence[Standing]
    ) -> View:
        room = self._room(mine)
        return View(
            slots=room.slots,
            used=room.slots - room.free_slots,
            gpus={
                gpu: next((one.job.sweep_id for one in mine if gpu in one.job.given), None)
                for gpu in self._settings.gpus
            },
            here=tuple(one.job.sweep_id for one in mine if one.job.sweep_id in self.here),
            adopted=tuple(one.job.sweep_id for one in mine if one.job.sweep_id not in self.here),
            order=tuple(job.sweep_id for job in self._queue(waiting, running, room).ordered()),
        )

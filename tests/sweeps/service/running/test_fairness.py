"""Which job is begun next: simple cases by hand, then whole days of made-up queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeps.ledger.jobs import Job, Order
from sweeps.service.running.fairness import MOST_PASSED, Choice, Queue, Room, choose
from sweeps.service.running.standing import LONGEST_PAUSE_MS

ROOM = Room(slots=4, gpus=1, free_slots=4, free_gpus=1)


def job(name: str, owner: str = "ada", at: int = 0, **order: Any) -> Job:
    return Job(name, Order(owner, "d", **order), submitted_ms=at)


def queue(*waiting: Job, **known: Any) -> Queue:
    nothing: Mapping[str, int] = {}
    return Queue(
        waiting,
        in_use=known.get("in_use", nothing),
        served=known.get("served", nothing),
        passed=known.get("passed", nothing),
        now_ms=known.get("now_ms", 1_000),
    )


def first(found: Queue, room: Room = ROOM) -> str | None:
    chosen = choose(found, room).job
    return None if chosen is None else chosen.sweep_id


def test_what_counts_and_what_counts_before_it() -> None:
    """Each job beats the one behind it by one thing, and loses by all that count for less."""
    begun = replace(job("begun", "ada", at=3), launched_ms=1)
    ranked = [
        replace(job("ends", "ada", at=9, priority=-9), wanted="stop"),
        job("urgent", "ada", at=8, priority=1),
        begun,
        job("few slots", "bob", at=7),
        job("long ago", "cyd", at=6),
        job("earlier", "dan", at=4),
        job("later", "dan", at=5),
    ]
    known = {
        "in_use": {"ada": 4, "bob": 0, "cyd": 1, "dan": 1},
        "served": {"ada": 100, "bob": 100, "cyd": 10, "dan": 20},
    }
    for order in permutations(ranked):
        found = queue(*order, **known).ordered()
        assert [one.sweep_id for one in found] == [one.sweep_id for one in ranked]


def test_nothing_of_nothing() -> None:
    assert choose(queue(), ROOM) == Choice(None)


def test_what_must_not_begin_yet_waits_and_keeps_nobody_waiting() -> None:
    later = replace(job("later", priority=9), not_before_ms=1_001)
    assert first(queue(later)) is None
    assert first(queue(later, job("other"))) == "other"
    assert first(queue(later, now_ms=1_001)) == "later"


def test_a_clock_that_was_set_back_makes_no_pause_longer() -> None:
    far = replace(job("far", priority=9), not_before_ms=1_001 + LONGEST_PAUSE_MS)
    assert first(queue(far)) == "far"


def test_a_smaller_job_of_somebody_else_passes_one_that_does_not_fit() -> None:
    big, own, other = (
        job("big", workers=4),
        job("own", at=1, workers=1),
        job("other", "bob", at=2, workers=2),
    )
    room = replace(ROOM, free_slots=2)
    choice = choose(queue(big, own, other), room)
    assert choice == Choice(other, passes=(big,))
    assert choose(queue(big, own), room) == Choice(None)


def test_what_was_passed_often_enough_is_passed_no_more() -> None:
    big, other = job("big", workers=4), job("other", "bob", at=2)
    room = replace(ROOM, free_slots=2)
    assert first(queue(big, other, passed={"big": MOST_PASSED - 1}), room) == "other"
    assert first(queue(big, other, passed={"big": MOST_PASSED}), room) is None
    by_others = {"in_use": {"ada": 2}, "served": {"ada": 900}}
    assert first(queue(big, other, passed={"big": MOST_PASSED}, **by_others), room) is None
    urgent = job("urgent", "cyd", at=3, priority=1)
    assert first(queue(big, other, urgent, passed={"big": MOST_PASSED}), room) == "urgent"


def test_a_job_with_more_workers_than_there_are_slots_gets_them_all() -> None:
    assert ROOM.needs(job("huge", workers=64)) == 4
    assert first(queue(job("huge", workers=64))) == "huge"


def test_gpus_of_a_cluster_are_its_own_to_give() -> None:
    wanting = queue(job("large", gpus=8))
    assert first(wanting, Room(4, 0, 4, 0, cluster=True)) == "large"
    assert first(wanting, Room(4, 0, 4, 0)) is None


def test_one_that_wants_more_gpus_than_there_are_keeps_nobody_waiting() -> None:
    found = queue(job("never", gpus=2), job("own", at=1), passed={"never": MOST_PASSED})
    assert first(found) == "own"


def test_a_gpu_that_is_taken_is_waited_for() -> None:
    room = replace(ROOM, free_gpus=0)
    assert first(queue(job("gpu", gpus=1)), room) is None
    assert first(queue(job("gpu", gpus=1))) == "gpu"


def test_ending_a_sweep_needs_no_room() -> None:
    full = replace(ROOM, free_slots=0, free_gpus=0)
    ends = replace(job("ends", workers=4, gpus=1), wanted="cancel")
    assert first(queue(job("big", workers=4), ends), full) == "ends"


@dataclass
class Day:
    """A queue that is worked off: every job takes `seconds` once it has begun."""

    room: Room
    waiting: list[Job]
    seconds: Mapping[str, int]
    running: dict[str, tuple[Job, int]] = field(default_factory=dict)
    served: dict[str, int] = field(default_factory=dict)
    passed: Counter[str] = field(default_factory=Counter)
    begun: list[str] = field(default_factory=list)
    now: int = 0

    def work(self) -> None:
        """Until nothing is left."""
        while self.waiting or self.running:
            while self._begin():
                pass
            assert self.running, f"nothing runs, and these wait: {self.waiting}"
            self.now = min(end for _, end in self.running.values())
            self.running = {k: v for k, v in self.running.items() if v[1] > self.now}

    def _begin(self) -> bool:
        jobs = [one for one, _ in self.running.values()]
        room = replace(
            self.room,
            free_slots=self.room.slots - sum(self.room.needs(one) for one in jobs),
            free_gpus=self.room.gpus - sum(one.order.gpus for one in jobs),
        )
        assert room.free_slots >= 0
        assert room.free_gpus >= 0
        in_use: Counter[str] = Counter()
        for one in jobs:
            in_use[one.order.owner] += room.needs(one)
        choice = choose(Queue(self.waiting, in_use, self.served, self.passed, self.now), room)
        if choice.job is None:
            return False
        self.passed.update(one.sweep_id for one in choice.passes)
        self.waiting.remove(choice.job)
        self.begun.append(choice.job.sweep_id)
        self.served[choice.job.order.owner] = len(self.begun)
        self.running[choice.job.sweep_id] = choice.job, self.now + self.seconds[choice.job.sweep_id]
        return True


JOBS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(1, 6),
        st.sampled_from([0, 0, 0, 1, 2]),
        st.sampled_from([0, 0, 0, -1, 2]),
        st.integers(1, 50),
    ),
    max_size=60,
)


def worked(room: Room, jobs: Sequence[tuple[str, int, int, int, int]]) -> Day:
    waiting = [
        job(str(at), owner, at=at, workers=workers, gpus=gpus, priority=priority)
        for at, (owner, workers, gpus, priority, _) in enumerate(jobs)
    ]
    seconds = {str(at): jobs[at][-1] for at in range(len(jobs))}
    day = Day(room, [one for one in waiting if room.can_ever(one)], seconds)
    day.work()
    return day


@settings(deadline=None, max_examples=150, derandomize=True)
@given(JOBS, st.integers(1, 4), st.integers(0, 2))
def test_every_job_begins_once_and_nothing_is_passed_for_ever(
    jobs: list[tuple[str, int, int, int, int]], slots: int, gpus: int
) -> None:
    room = Room(slots, gpus, slots, gpus)
    day = worked(room, jobs)
    assert sorted(day.begun, key=int) == [
        str(at) for at, (_, _, wanted, _, _) in enumerate(jobs) if wanted <= gpus
    ]
    # Others of a higher priority may still go before it; those are no smaller jobs that pass.
    assert max(day.passed.values(), default=0) <= MOST_PASSED + len(
        [one for one in jobs if one[3] > -1]
    )


def test_a_large_job_begins_while_small_ones_keep_coming() -> None:
    small = [("b" if at % 2 else "c", 1, 0, 0, 3 + at % 5) for at in range(200)]
    day = worked(Room(4, 0, 4, 0), [*small[:8], ("a", 4, 0, 0, 10), *small[8:]])
    assert day.begun.index("8") < 40


def test_two_users_share_slots_alike_however_much_one_of_them_submits() -> None:
    jobs = [("a", 1, 0, 0, 10)] * 90 + [("b", 1, 0, 0, 10)] * 10
    day = worked(Room(2, 0, 2, 0), jobs)
    first_twenty = Counter("a" if int(one) < 90 else "b" for one in day.begun[:20])
    assert first_twenty == {"a": 10, "b": 10}


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_of_three_users_each_is_served_in_turn(slots: int) -> None:
    jobs = [(owner, 1, 0, 0, 7) for owner in "aaaabbbbcccc"]
    day = worked(Room(slots, 0, slots, 0), jobs)
    owners = ["abc"[int(one) // 4] for one in day.begun]
    for at in range(0, 12, 3):
        assert set(owners[at : at + 3]) == set("abc")

"""What becomes of a job that was taken on, for everything that may stand in the ledger."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from sweeps.ledger.jobs import Job, Order
from sweeps.ledger.orders import Command
from sweeps.ledger.records import ACTIVE
from sweeps.ledger.standing import Standing
from sweeps.service.running.standing import ELSEWHERE_MS, Fate, Session, fate_of, pause_ms

STATES = (
    *ACTIVE,
    "queued",
    "interrupted",
    "finished",
    "out_of_time",
    "failed",
    "stopped",
    "cancelled",
)
WANTED = ("run", "resume", "retry", "extend", "stop", "cancel", "deliver")
COMMANDS: tuple[Command | None, ...] = (None, "pause", "resume", "stop", "cancel", "interrupt")
SESSIONS: tuple[Session, ...] = ("alive", "gone", "elsewhere")
LAUNCHED = 1_000_000


def standing(
    state: str, wanted: str = "run", holder: str | None = None, command: Command | None = None
) -> Standing:
    job = Job("a", Order("ada", "d"), 0, "running", wanted, launched_ms=LAUNCHED)  # type: ignore[arg-type]
    return Standing(job, state, holder, command, 0, begun=state != "queued")


def expected(state: str, wanted: str, command: Command | None) -> Fate:
    """Of a job whose coordinator is gone, said in another way than the program says it."""
    if state in ("stopped", "cancelled"):
        return "over"
    ended_by_itself = state in ("finished", "out_of_time", "failed")
    if ended_by_itself and wanted in ("run", "deliver"):
        return "over"
    if command in (None, "interrupt") and state in ("pausing", "paused"):
        return "held"
    left: dict[Command | None, Fate] = {"stop": "stop", "cancel": "cancel", "pause": "held"}
    return left.get(command, "again")


@pytest.mark.parametrize("state", STATES)
def test_a_session_that_is_gone(state: str) -> None:
    for wanted, command in product(WANTED, COMMANDS):
        stands = standing(state, wanted, command=command)
        assert fate_of(stands, "gone", LAUNCHED) == expected(state, wanted, command)


@pytest.mark.parametrize("then", ["pause", "stop", "cancel"])
def test_a_wish_outlives_the_session_that_heard_it(then: Command) -> None:
    for state in ("running", "stopping", "interrupted"):
        stands = standing(state)
        stands = replace(stands, job=replace(stands.job, arguments={"then": then}))
        assert fate_of(stands, "gone", LAUNCHED) == expected(state, "run", then)
        interrupted = replace(stands, command="interrupt")
        assert fate_of(interrupted, "gone", LAUNCHED) == expected(state, "run", then)
        assert fate_of(replace(stands, command="resume"), "gone", LAUNCHED) == "again"
    ended = replace(stands, state="finished")
    assert fate_of(ended, "gone", LAUNCHED) == "over"


def test_what_is_held_or_alive_is_left_alone() -> None:
    for state, wanted, session in product(STATES, WANTED, SESSIONS):
        held = standing(state, wanted, holder="host:1:2", command="stop")
        assert fate_of(held, session, LAUNCHED + 10 * ELSEWHERE_MS) == "leave"
        alive = standing(state, wanted, command="cancel")
        assert fate_of(alive, "alive", LAUNCHED + 10 * ELSEWHERE_MS) == "leave"


def test_somebody_elses_launch_is_trusted_for_a_while() -> None:
    for state, wanted in product(STATES, WANTED):
        stands = standing(state, wanted)
        assert fate_of(stands, "elsewhere", LAUNCHED + ELSEWHERE_MS - 1) == "leave"
        late = fate_of(stands, "elsewhere", LAUNCHED + ELSEWHERE_MS)
        assert late == fate_of(stands, "gone", LAUNCHED)


def test_pauses_grow_up_to_a_minute() -> None:
    assert [pause_ms(tries) for tries in range(9)] == [
        *(0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000)
    ]


@pytest.mark.parametrize("state", STATES)
def test_an_end_that_mlflow_was_not_told_of_is_delivered(state: str) -> None:
    for wanted, command in product(WANTED, COMMANDS):
        stands = replace(standing(state, wanted, command=command), delivered=False)
        fate = expected(state, wanted, command)
        assert fate_of(stands, "gone", LAUNCHED) == ("deliver" if fate == "over" else fate)

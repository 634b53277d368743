"""Commands by themselves: how they are heard and acknowledged, and which counts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from sweeps.control import Control, Listener
from sweeps.errors import LedgerError
from sweeps.interrupts import Interrupts
from sweeps.lease import LeaseError


@dataclass
class Heard:
    """A control, and what it showed and said."""

    shown: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.control = Control(Interrupts(self.said.append), self.shown.append, self.said.append)


def test_a_command_is_acknowledged_by_the_state() -> None:
    heard = Heard()
    for command in ("pause", "resume", "STOP "):
        heard.control.obey(command)
    assert heard.shown == ["pausing", "running", "stopping"]
    assert heard.control.wish == "stop"


def test_an_unknown_command_is_answered_and_changes_nothing() -> None:
    heard = Heard()
    heard.control.obey("pause")
    heard.control.obey("puase")
    assert heard.control.wish == "pause"
    assert heard.shown == ["pausing", "pausing"]
    assert "'puase' is no command" in heard.said[-1]


def test_an_interruption_is_what_a_first_signal_is_and_never_a_second() -> None:
    heard = Heard()
    for _ in range(2):
        heard.control.obey("interrupt")
    assert heard.control.interrupted
    assert heard.control.breaking_off
    assert (heard.control.wish, heard.shown) == ("go_on", ["running", "running"])


def test_who_is_deaf_is_not_interrupted_any_more() -> None:
    interrupts = Interrupts(lambda _: None)
    interrupts.deafen()
    interrupts.ask()
    assert interrupts.signal is None


def test_what_is_being_ended_is_not_brought_back() -> None:
    heard = Heard()
    wishes = []
    for command in ("stop", "resume", "pause", "cancel", "stop", "resume"):
        heard.control.obey(command)
        wishes.append(heard.control.wish)
    assert wishes == ["stop"] * 3 + ["cancel"] * 3


def test_a_state_that_cannot_be_written_is_said_and_the_command_counts() -> None:
    def show(state: str) -> None:
        raise LedgerError("the disk is full")

    said: list[str] = []
    control = Control(Interrupts(said.append), show, said.append)
    control.obey("pause")
    assert control.wish == "pause"
    assert "the disk is full" in said[0]


def test_a_listener_goes_on_after_trouble_and_ends_with_the_lease() -> None:
    answers = iter([LedgerError("away"), None, "pause", LeaseError("lost"), "stop"])
    heard: list[str] = []
    over = threading.Event()

    def take() -> str | None:
        answer = next(answers)
        if isinstance(answer, LeaseError):
            over.set()
        if isinstance(answer, Exception):
            raise answer
        return answer

    listener = Listener(take, heard.append, glance_seconds=0.0)
    assert over.wait(10)
    listener.close()
    assert heard == ["pause"]


def test_a_second_pause_finds_a_paused_sweep_paused() -> None:
    heard = Heard()
    heard.control.obey("pause")

    def again(state: str) -> None:
        heard.shown.append(state)
        if heard.shown.count("paused") == 1:
            heard.control.obey("pause")
            heard.control.obey("resume")

    heard.control._show = again
    heard.control.rest()
    assert heard.shown == ["pausing", "paused", "paused", "running"]

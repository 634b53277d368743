"""Somebody who hears what a sender says, and how a test waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from tests.tracking.records_for_tests import sweep, trial
from tests.tracking.scripted_tracker import SOON
from tracking.shipping import Shipper
from tracking.tracker import Tracker


class Listener:
    def __init__(self) -> None:
        self.shipped: list[int] = []
        self.troubles: list[str] = []
        self.commands: list[str] = []
        self.ends = 0
        self.in_trouble = threading.Event()
        self.commanded = threading.Event()

    def on_shipped(self, numbers: Sequence[int]) -> None:
        self.shipped += numbers

    def on_trouble(self, line: str) -> None:
        self.troubles.append(line)
        self.in_trouble.set()

    def on_command(self, text: str) -> None:
        self.commands.append(text)
        self.commanded.set()

    def on_ended(self) -> None:
        self.ends += 1

    def shipper(
        self,
        open_tracker: Callable[[], Tracker],
        pause: float = 0.0,
        may_send: Callable[[], None] | None = None,
    ) -> Shipper:
        return Shipper(
            open_tracker,
            self.on_shipped,
            self.on_trouble,
            on_command=self.on_command,
            on_ended=self.on_ended,
            may_send=may_send,
            pauses=(pause,),
        )


def put_all(shipper: Shipper, trials: int) -> None:
    shipper.put(sweep())
    for number in range(trials):
        shipper.put(trial(number))


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait without a pause in the code under test: the sender has no event for success."""
    done = threading.Event()
    for _ in range(int(SOON / 0.01)):
        if condition():
            return
        done.wait(0.01)
    raise AssertionError("it never came")


def wait_until_shipped(listener: Listener, count: int) -> None:
    wait_until(lambda: len(listener.shipped) >= count)

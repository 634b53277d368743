"""What the first signal does to a service, and the second."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest

from sweeps.service import serving
from sweeps.service.serving import Event, greeting
from sweeps.service.settings import Settings
from sweeps.store import Store


class MadeUpRunner:
    """Takes until it is hurried, or no time at all."""

    def __init__(self, *, quick: bool) -> None:
        self.hurried = threading.Event()
        self.drained: list[float] = []
        self._quick = quick

    def drain(self, seconds: float) -> bool:
        self.drained.append(seconds)
        return self._quick or self.hurried.wait(10)

    def hurry(self) -> None:
        self.hurried.set()


def drained(runner: MadeUpRunner, *numbers: int) -> tuple[int, list[str]]:
    """The exit code, and what was said, when these signals come after the first."""
    events: SimpleQueue[Event] = SimpleQueue()
    for number in numbers:
        events.put(number)
    said: list[str] = []
    parts: Any = SimpleNamespace(runner=runner)
    settings = Settings(Store(Path("/s")), drain_seconds=7.0)
    return serving._drained(parts, events, settings, said.append), said


def test_one_signal_waits_for_what_is_under_way() -> None:
    runner = MadeUpRunner(quick=True)
    code, said = drained(runner)
    assert (code, runner.drained, runner.hurried.is_set()) == (0, [7.0], False)
    assert said[0].startswith("ending: sweeps finish what is under way, for 7 s at most; ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_one_hurries_and_is_the_exit_code(number: int) -> None:
    runner = MadeUpRunner(quick=False)
    code, _ = drained(runner, number)
    assert (code, runner.hurried.is_set()) == (128 + number, True)


def test_signals_become_events_and_one_that_was_ignored_still_is() -> None:
    events: SimpleQueue[Event] = SimpleQueue()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with serving._heard(events):
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGTERM)
            assert events.get(timeout=5) == signal.SIGTERM
            assert events.empty()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_passwords_are_not_said() -> None:
    store = Store(Path("/s"), "postgresql://me:secret@db/sweeps")
    settings = Settings(store, tracking_uri="http://me:secret@mlflow:5000")
    said = "\n".join(greeting(settings, asks=False))
    assert "secret" not in said
    assert "--ledger postgresql://me:***@db/sweeps" in said
    assert "trials are logged to http://mlflow:5000\n" in said


@pytest.mark.parametrize(
    ("chosen", "address"),
    [
        ({}, "http://127.0.0.1:8765"),
        ({"host": "0.0.0.0", "hosts": ("lab", "lab.example.org")}, "http://lab:8765"),
        ({"hosts": ("lab.example.org",), "behind_tls": True}, "https://lab.example.org"),
        ({"hosts": ("::1",)}, "http://[::1]:8765"),
    ],
)
def test_clients_are_told_a_name_that_the_service_answers_to(
    chosen: dict[str, Any], address: str
) -> None:
    said = [*greeting(Settings(Store(Path("/s")), **chosen), asks=False)]
    assert f"to submit: sweeps submit sweep.yaml --server {address}" in said


def test_that_nobody_needs_a_token_is_said_only_while_it_is_so() -> None:
    settings = Settings(Store(Path("/s")))
    free, asked = ("\n".join(greeting(settings, asks=asks)) for asks in (False, True))
    assert free == f"{asked}; nobody needs one before the first is made"

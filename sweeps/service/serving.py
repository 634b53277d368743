"""A service from its start to its end: what it is put together from, and what signals do to it."""

from __future__ import annotations

import errno
import gc
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from queue import Empty, SimpleQueue
from types import FrameType

from sweeps.ledger.ledger import Ledger
from sweeps.service.api_server import ApiServer, listening
from sweeps.service.assembling import Parts, assembled
from sweeps.service.logs import logging_to
from sweeps.service.only_one import ServingError, answers, only_service
from sweeps.service.safe_path import safe_path
from sweeps.service.settings import Settings
from tracking.store_uri import is_server, without_credentials

Say = Callable[[str], None]

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
OBJECTS_BEFORE_COLLECTING = 2_000
DRAINED = "drained"
FELL = "fell"
FORSAKEN = "forsaken"
Event = int | str
"""A signal's number, or that the queue is drained, or that the API's server, or who looks after the
queue, has ended by itself."""

GLANCE_SECONDS = 1.0


def serve(settings: Settings, say: Say) -> int:
    """Serve until a signal; the exit code.

    The first signal interrupts sweeps, which stay in the queue, and waits for them: 0. A second one
    ends what is still there at once: 128 and its number. Raises ServingError, LedgerError or
    TrackingError when the service cannot start.
    """
    events: SimpleQueue[Event] = SimpleQueue()
    with ExitStack() as stack:
        stack.enter_context(safe_path())
        door = stack.enter_context(closing(_door(settings)))
        stack.enter_context(logging_to(sys.stderr))
        settings = replace(settings, port=door.getsockname()[1])
        stack.enter_context(only_service(settings.folder, settings.address))
        stack.enter_context(_heard(events))
        ledger = stack.enter_context(closing(Ledger.open(settings.store.ledger_url)))
        parts = stack.enter_context(assembled(settings, ledger, say))
        _tidy_often()
        return _served(parts, door, events, settings, say)


def _door(settings: Settings) -> socket.socket:
    """The socket that the service is reached at. Raises ServingError when there can be none."""
    try:
        return listening(settings)
    except ServingError as error:
        taken = getattr(error.__cause__, "errno", None) == errno.EADDRINUSE
        if not taken or not answers(settings.address):
            raise
        raise ServingError(
            f"a sweeps service already answers at {settings.address}; another one beside it needs "
            "a --port and a --store of its own"
        ) from error


def _served(
    parts: Parts, door: socket.socket, events: SimpleQueue[Event], settings: Settings, say: Say
) -> int:
    with closing(ApiServer(parts.app, door, settings, lambda: events.put(FELL))) as api:
        parts.runner.start()
        parts.mlflow.start()
        api.start()
        for line in greeting(settings, asks=parts.asks):
            say(line)
        first, trouble = _first(parts, events)
        if trouble is not None:
            say(f"{trouble}; the service ends with it")
        code = _drained(parts, events, settings, say)
        # The server waits for what is under way, and streams end when they are told to.
        parts.streams.close()
    if first == FELL:
        raise ServingError(f"the API at {settings.address} failed: {api.failure}")
    if trouble is not None:
        raise ServingError(trouble)
    return code


def _first(parts: Parts, events: SimpleQueue[Event]) -> tuple[Event, str | None]:
    """Why the service is to end, and what is wrong: None when somebody wants it so.

    Without its queue it would take sweeps that nobody ever runs; another start may do better.
    """
    while True:
        try:
            first = events.get(timeout=GLANCE_SECONDS)
        except Empty:
            if not parts.runner.alive:
                return FORSAKEN, parts.runner.view().trouble or "the queue runner has ended"
        else:
            return first, "the API has ended unexpectedly" if first == FELL else None


def _drained(parts: Parts, events: SimpleQueue[Event], settings: Settings, say: Say) -> int:
    """End in order; the exit code. A second signal hurries."""
    seconds = settings.drain_seconds
    say(f"ending: sweeps finish what is under way, for {seconds:g} s at most; again ends them now")

    def drain() -> None:
        try:
            parts.runner.drain(seconds)
        finally:
            events.put(DRAINED)

    threading.Thread(target=drain, name="drain", daemon=True).start()
    code = 0
    while (event := events.get()) != DRAINED:
        if isinstance(event, int):
            code = 128 + event
            parts.runner.hurry()
    say("ended; what was not finished goes on when the service starts again")
    return code


def greeting(settings: Settings, *, asks: bool) -> Iterator[str]:
    """What an operator reads first. `asks`: nobody does anything without a token."""
    store, at = settings.store, settings.address
    slots = "1 slot" if settings.slots == 1 else f"{settings.slots} slots"
    place = f"--store {store.folder}" if store.ledger is None else f"--ledger {store.place}"
    yield f"sweeps is served at {at}, with {slots}; Ctrl-C ends it"
    yield f"sweeps are kept in {store.place}, what is said of them in {settings.folder}/logs"
    trials = without_credentials(settings.trials_at)
    beside = settings.mlflow and not is_server(trials)
    yield f"trials are logged to {trials}" + ("; MLflow needs some seconds" if beside else "")
    yield f"to submit: sweeps submit sweep.yaml --server {settings.shared_address}"
    yield f"for a token: sweeps token create NAME --role submitter {place}" + (
        "" if asks else "; nobody needs one before the first is made"
    )


def _tidy_often() -> None:
    """Look for cycles as a process does that lives long: every answer leaves some behind.

    Commands hardly ever do, which would let megabytes of them gather here. What was imported stays,
    and is not looked through.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING)


@contextmanager
def _heard(events: SimpleQueue[Event]) -> Iterator[None]:
    """Signals become events; one that was ignored, as SIGHUP under nohup, still is."""

    def heard(number: int, _frame: FrameType | None) -> None:
        events.put(number)

    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, heard)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from sweeps.cli.plain_progress import PlainProgress
from sweeps.client import at_work_looks, queue_said
from sweeps.client.at_work_looks import AtWorkLooks
from sweeps.client.errors import AwayError, NoServiceError, RefusedError
from sweeps.client.looking_on import STAMP, TOLD_OTHERWISE
from sweeps.client.queue_said import QueueLines, waits
from sweeps.client.remote_view import RemoteView
from sweeps.queue_place import QueuePlace
from sweeps.trial import Failure, Result, Trial
from sweeps.watcher import AtWork, Silent, Summary
from tests.sweeps.cli.seen import ROW

PLACE = QueuePlace("ann", 0, "waiting", 3, 0, 1, 0, 0, 0)
ONE = AtWork("worker 0", 1, 7, 7, "fold 2/5", 3, 50, 0.9123, 0.9345)


@dataclass
class Told(Silent):
    """Remembers what it was told."""

    lines: list[str] = field(default_factory=list)
    live: list[int] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def said(self, line: str) -> None:
        self.lines.append(line)

    def training(self, live: Any) -> None:
        self.live.append(len(live))
        if not live:
            self.enough.set()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "waits to begin, 2 before it"),
        ({"position": 1}, "begins next"),
        ({"position": 1_001}, "waits to begin, 1,000 before it"),
        ({"position": None}, "waits to begin"),
        ({"state": "held", "position": None}, "held in the queue until it is resumed"),
        ({"state": "running", "position": None}, "is about to begin"),
    ],
)
def test_a_place_in_words(changed: dict[str, Any], said: str) -> None:
    assert waits(replace(PLACE, **changed)) == said


def test_a_place_is_told_when_it_has_changed_and_not_all_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(queue_said, "clock", lambda: now)
    told = Told()
    lines = QueueLines(told)
    for seconds, position in ((0, 5), (10, 5), (10, 4), (20, 3), (40, 3), (0, None)):
        now += seconds
        lines.say(ROW, replace(PLACE, position=position) if position else None)
    lines.say(ROW, replace(PLACE, state="over"))
    assert told.lines == [
        "small abc234: waits to begin, 4 before it",
        "small abc234: waits to begin, 2 before it",
    ]


def test_what_workers_train_is_told_and_that_nothing_is_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(at_work_looks, "GLANCE", 0.001)
    looks: list[list[AtWork] | Exception] = [
        [],
        [ONE],
        AwayError("away"),
        NoServiceError("a proxy"),
        RefusedError(503, "busy", 1),
        [ONE, ONE],
        [],
    ]

    class View:
        def at_work(self, sweep_id: str) -> list[AtWork]:
            found = looks.pop(0) if looks else []
            if isinstance(found, Exception):
                raise found
            return found

    told = Told()
    with AtWorkLooks(cast(RemoteView, View()), "abc234", told):
        assert told.enough.wait(20)
    assert told.live == [1, 2, 0]


def test_what_a_log_says_of_progress_is_not_said_twice() -> None:
    lines: list[str] = []
    now = 0.0
    progress = PlainProgress(lines.append, lambda: now)
    best = Result(Trial(7, {}), 0.5, {}, {}, 1.0)
    progress.began("abc234", "small", 1_200, 0)
    for step in range(3):
        now = 100.0 * (step + 1)
        progress.finished(best, best)
    now = 1_000.0
    progress.training([ONE, replace(ONE, slot="GPU 0", trials=64, last=70)])
    failure = Failure("diverged", "loss became nan")
    progress.finished(Result(Trial(3, {}), None, {}, {}, 1.0, error=failure), best)
    progress.ended(Summary("abc234", "small", "finished", 3, 1, best, 3.0, 0, ""))
    assert len(lines) >= 7
    title = "small abc234: "
    assert [one for one in lines if not (one.startswith(title) or TOLD_OTHERWISE.match(one))] == []
    for worth_reading in (
        "MLflow is away",
        "2 kinds of trouble",
        "checkpoints are left over: no space",
        "the time was up: 2 of the best 5 were confirmed",
    ):
        assert not TOLD_OTHERWISE.match(worth_reading)
    assert STAMP.sub("", "2026-11-21T15:00:00Z  MLflow is away") == "MLflow is away"

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sweeps.cli.plain_progress import PlainProgress
from sweeps.trial import Failure, Result, Trial
from sweeps.watcher import Summary
from tests.sweeps.watcher_contract import MANY, SINGLE, WatcherContract


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def scored(number: int, score: float = 0.5) -> Result:
    return Result(Trial(number, {}), score, {}, {}, 1.0)


def failed(number: int, message: str = "no") -> Result:
    return Result(Trial(number, {}), None, {}, {}, 1.0, error=Failure("diverged", message))


class Bench:
    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: list[str] = []
        self.progress = PlainProgress(self.lines.append, self.clock)

    def finish(self, trials: int, seconds_each: float, best: Result | None = None) -> None:
        for number in range(trials):
            self.clock.now += seconds_each
            self.progress.finished(scored(number), best)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_first_line(bench: Bench) -> None:
    bench.progress.began("abc234", "small", 2000, 0)
    bench.progress.began("abc234", "small", 2000, 1200)
    bench.progress.began("abc234", "small", None, 0)
    assert bench.lines == [
        "small abc234: 2,000 trials",
        "small abc234: 2,000 trials, 1,200 done before",
        "small abc234: trials until the time is up",
    ]


def test_quick_trials_are_told_of_every_five_seconds(bench: Bench) -> None:
    bench.progress.began("abc234", "small", 100, 0)
    bench.finish(100, 0.25, best=scored(7, 0.94551))
    assert len(bench.lines) == 1 + 5
    assert bench.lines[1] == ("20/100 trials, best 0.9455 (trial 7), 4.0 trials/s, 20 s left")
    assert bench.lines[-1] == "100/100 trials, best 0.9455 (trial 7), 4.0 trials/s"


def test_slow_trials_are_told_of_every_five_percent(bench: Bench) -> None:
    bench.progress.began("abc234", "small", 100, 0)
    bench.finish(100, 6)
    assert len(bench.lines) == 1 + 20
    assert bench.lines[1] == "5/100 trials, 10.0 trials/min, 9 min 30 s left"


def test_very_slow_trials_are_told_of_each(bench: Bench) -> None:
    bench.progress.began("abc234", "small", 600, 0)
    bench.finish(10, 90)
    assert len(bench.lines) == 1 + 10


def test_the_pace_counts_this_session_only(bench: Bench) -> None:
    bench.progress.began("abc234", "small", 1000, 900)
    bench.finish(100, 1.0)
    assert bench.lines[-1].startswith("1,000/1,000 trials")
    assert "1.0 trials/s" in bench.lines[-1]


def test_failures_are_told_of_at_first_and_then_counted(bench: Bench) -> None:
    bench.progress.began("abc234", "small", 1000, 0)
    for number in range(20):
        bench.progress.finished(failed(number, "loss\nis \x1b[2J nan"), None)
    assert len(bench.lines) == 1 + 5
    assert bench.lines[1] == "trial 0 failed, diverged: loss\\nis \\x1b[2J nan"
    assert bench.lines[5].endswith("; others that fail are only counted")


def test_a_sweep_goes_on_when_nobody_reads() -> None:
    calls = 0

    def gone(line: str) -> None:
        nonlocal calls
        calls += 1
        raise BrokenPipeError

    progress = PlainProgress(gone, Clock())
    progress.began("abc234", "small", 1, 0)
    progress.finished(scored(0), None)
    progress.said("a word")
    progress.ended(Summary("abc234", "small", "finished", 1, 0, None, 1.0, 0, ""))
    assert calls == 1


def test_what_is_said_is_one_line(bench: Bench) -> None:
    bench.progress.said("away\x1b[2J\nand back")
    assert bench.lines == ["away\\x1b[2J\\nand back"]


class TestPlainProgress(WatcherContract):
    def watcher(self) -> PlainProgress:
        return PlainProgress()


def test_long_trials_are_told_of_every_minute(bench: Bench) -> None:
    bench.progress.began("abc234", "small", 10, 0)
    for _ in range(100):
        bench.clock.now += 2
        bench.progress.training([SINGLE, MANY])
    bench.progress.training([])
    assert (
        bench.lines[1:]
        == [
            "worker 0: trial 7, fold 2/5, epoch 3/50, now 0.9123, best 0.9345; "
            "[b]worker 1: trials 12-75 (64), epoch 12/50, best 0.91"
        ]
        * 3
    )

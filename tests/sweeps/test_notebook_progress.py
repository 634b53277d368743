from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from sweeps.notebook_progress import SECONDS_BETWEEN, NotebookProgress, progress_here
from sweeps.watcher import SaysOnly
from tests.sweeps.watcher_contract import DONE, FAILED, MANY, SINGLE, WatcherContract, summary


class Bench:
    """A cell: the texts below it, each as it was shown over time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.texts: list[list[str]] = []
        self.progress = NotebookProgress(self._new_text, lambda: self.now)

    def _new_text(self) -> Any:
        self.texts.append([])
        return self.texts[-1].append


class TestNotebookProgress(WatcherContract):
    def watcher(self) -> NotebookProgress:
        return Bench().progress


def test_one_text_shows_trials_slots_and_the_end() -> None:
    bench = Bench()
    bench.progress.began("abc234", "small", 4, 1)
    bench.now += 10
    bench.progress.training([SINGLE, MANY])
    bench.now += 10
    bench.progress.finished(DONE, DONE)
    bench.progress.ended(summary(DONE))
    bench.progress.training([])
    (text,) = bench.texts
    assert text == [
        "small abc234: 1/4 trials",
        "small abc234: 1/4 trials\n"
        "  worker 0: trial 7, fold 2/5, epoch 3/50, now 0.9123, best 0.9345\n"
        "  [b]worker 1: trials 12-75 (64), epoch 12/50, best 0.91",
        "small abc234: 2/4 trials, best 0.5 (trial 0), 3.0 trials/min, 40 s left\n"
        "  worker 0: trial 7, fold 2/5, epoch 3/50, now 0.9123, best 0.9345\n"
        "  [b]worker 1: trials 12-75 (64), epoch 12/50, best 0.91",
        "[red]small abc234: finished, 2 trials (1 failed), 3 s",
    ]


def test_with_several_objectives_there_is_a_front_and_no_best() -> None:
    bench = Bench()
    bench.progress.began("abc234", "small", None, 0)
    bench.now += 10
    bench.progress.finished(DONE, DONE, 3)
    assert "1 trial, 3 on the front, " in bench.texts[0][-1]
    bench.now += 10
    bench.progress.began("xyz234", "next", None, 0)
    bench.progress.finished(FAILED, None)
    assert "front" not in bench.texts[1][-1]


def test_quick_trials_do_not_flood_the_browser() -> None:
    bench = Bench()
    bench.progress.began("abc234", "small", None, 0)
    for _ in range(100):
        bench.now += SECONDS_BETWEEN / 10
        bench.progress.finished(DONE, DONE)
    assert 8 <= len(bench.texts[0]) <= 12


def test_a_script_is_told_what_must_be_read_and_a_notebook_shows_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert isinstance(progress_here(), SaysOnly)
    shown: list[Any] = []

    def display(*what: Any, **how: Any) -> Any:
        shown.append((what, how))
        return SimpleNamespace(update=lambda *what, **how: shown.append((what, how)))

    shell = SimpleNamespace(kernel=None)
    fake: Any = SimpleNamespace(get_ipython=lambda: shell, display=SimpleNamespace(display=display))
    monkeypatch.setitem(sys.modules, "IPython", fake)
    assert isinstance(progress_here(), SaysOnly), "IPython in a terminal"
    shell.kernel = object()
    watcher = progress_here()
    watcher.began("abc234", "small", 4, 0)
    first, second = shown
    assert first == (({"text/plain": ""},), {"raw": True, "display_id": True})
    assert second == (({"text/plain": "small abc234: 0/4 trials"},), {"raw": True})

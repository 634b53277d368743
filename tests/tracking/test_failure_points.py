from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.tracking.records_for_tests import sweep, trial
from tracking import failure_points
from tracking.failure_points import VARIABLE, reach
from tracking.mlflow_tracker import MlflowTracker
from tracking.tracker import TrackingError

Wish = Callable[[str], None]


@pytest.fixture
def wish(monkeypatch: pytest.MonkeyPatch) -> Wish:
    """Switches failure points on, counted from now."""

    def switch(text: str) -> None:
        failure_points._reached.clear()
        monkeypatch.setenv(VARIABLE, text)

    return switch


def test_nothing_happens_unless_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    for name in failure_points.NAMES:
        reach(name)


def test_a_point_raises_every_time_and_others_do_not(wish: Wish) -> None:
    wish("commit:raise")
    for _ in range(2):
        with pytest.raises(OSError, match="'commit' was asked to raise"):
            reach("commit")
    reach("begin")


def test_a_point_raises_on_the_nth_time_only(wish: Wish) -> None:
    wish("begin:raise:3,commit:raise:1")
    reach("begin")
    reach("begin")
    with pytest.raises(OSError, match="'begin'"):
        reach("begin")
    reach("begin")
    with pytest.raises(OSError, match="'commit'"):
        reach("commit")


def test_a_point_is_slow(wish: Wish, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    wish("lease:delay=2.5")
    reach("lease")
    assert slept == [2.5]


def test_a_point_kills() -> None:
    script = (
        "from tracking.failure_points import reach\n"
        "reach('begin'); print('once', flush=True); reach('begin'); print('twice', flush=True)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={VARIABLE: "begin:kill:2"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "once\n")


@pytest.mark.parametrize("text", ["comit:kill", "commit:explode"])
def test_what_is_no_wish_is_an_error_in_the_test(text: str, wish: Wish) -> None:
    wish(text)
    with pytest.raises(ValueError, match=r"failure point|no action"):
        reach("commit")


@pytest.mark.parametrize("point", ["run_creation", "batch", "terminate"])
def test_the_points_of_tracking_are_trouble_like_any_other(
    point: str, store_uri: str, wish: Wish
) -> None:
    tracker = MlflowTracker(store_uri)
    tracker.begin(sweep())
    wish(f"{point}:raise:2")
    with pytest.raises(TrackingError, match=f"trial 1 .* the failure point '{point}'"):
        tracker.log([trial(0), trial(1)])
    tracker.log([trial(0), trial(1)])
    runs = tracker.audit("3f9a2c")
    assert sorted((run.trial, run.status) for run in runs if run.trial is not None) == [
        (0, "FINISHED"),
        (1, "FINISHED"),
    ]
    tracker.close()


@pytest.mark.parametrize("point", ["run_creation", "batch"])
def test_the_points_of_tracking_concern_the_parent_run_too(
    point: str, store_uri: str, wish: Wish
) -> None:
    tracker = MlflowTracker(store_uri)
    wish(f"{point}:raise:1")
    with pytest.raises(TrackingError, match="failure point"):
        tracker.begin(sweep())
    tracker.begin(sweep())
    assert len(tracker.audit("3f9a2c")) == 1
    tracker.close()

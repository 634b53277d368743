from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from tracking.lanes import side_by_side


def test_every_item_is_called_with_once() -> None:
    seen: list[int] = []
    side_by_side(seen.append, range(100), 8)
    assert sorted(seen) == list(range(100))


def test_calls_run_at_once_but_no_more_than_there_are_lanes() -> None:
    together = threading.Barrier(3, timeout=20)

    def meet(_: int) -> None:
        together.wait()

    side_by_side(meet, range(9), 3)
    assert not together.broken


def test_the_first_error_is_raised_and_nothing_else_is_begun() -> None:
    seen: list[int] = []

    def call(number: int) -> None:
        seen.append(number)
        raise ZeroDivisionError(number)

    with pytest.raises(ZeroDivisionError, match="0"):
        side_by_side(call, range(100), 1)
    assert seen == [0]


def test_nothing_is_done_with_nothing() -> None:
    side_by_side(pytest.fail, (), 8)


def test_a_call_that_hangs_does_not_hold_up_the_end_of_the_process() -> None:
    script = (
        "import threading, time\n"
        "from tracking.lanes import side_by_side\n"
        "hung = threading.Event()\n"
        "def hang(_): hung.set(); time.sleep(60)\n"
        "sender = threading.Thread(target=side_by_side, args=(hang, [1], 1), daemon=True)\n"
        "sender.start(); hung.wait()"
    )
    before = time.monotonic()
    subprocess.run([sys.executable, "-c", script], check=True)
    assert time.monotonic() - before < 30

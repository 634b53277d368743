from __future__ import annotations

import io

from rich.console import Console

from sweeps.cli.bar_progress import BarProgress
from tests.sweeps.watcher_contract import DONE, FAILED, MANY, SINGLE, WatcherContract, summary


def terminal(width: int = 120) -> tuple[io.StringIO, Console]:
    text = io.StringIO()
    return text, Console(file=text, force_terminal=True, width=width, color_system=None)


class TestBarProgress(WatcherContract):
    def watcher(self) -> BarProgress:
        return BarProgress(terminal()[1])


def test_the_bar_shows_trials_and_the_best_and_leaves_one_line() -> None:
    text, console = terminal()
    bar = BarProgress(console)
    bar.began("abc234", "[red]small", 4, 1)
    bar.finished(DONE, DONE)
    bar.finished(FAILED, DONE)
    bar.ended(summary(DONE))
    written = text.getvalue()
    assert "[red]small abc234 ━" in written
    assert "1/4 trials" in written
    assert "3/4 trials, best 0.5 (trial 0)" in written
    assert "trial 1 failed, diverged: [bold]nan" in written
    assert written.endswith("[red]small abc234: finished, 2 trials (1 failed), 3 s\n")


def test_with_several_objectives_there_is_a_front_and_no_best() -> None:
    text, console = terminal()
    bar = BarProgress(console)
    bar.began("abc234", "small", 4, 0)
    bar.finished(DONE, DONE, 12)
    bar.ended(summary(DONE))
    assert "1/4 trials, 12 on the front" in text.getvalue()
    assert "best 0.5" not in text.getvalue()


def test_closing_gives_the_cursor_back() -> None:
    text, console = terminal()
    bar = BarProgress(console)
    bar.began("abc234", "small", 4, 1)
    bar.close()
    bar.close()
    assert text.getvalue().rindex("\x1b[?25h") > text.getvalue().rindex("\x1b[?25l")


def test_a_long_name_leaves_room_for_the_rest() -> None:
    text, console = terminal()
    bar = BarProgress(console)
    bar.began("abc234", "long" * 25, 4, 1)
    bar.close()
    assert f"{'long' * 7}lon… abc234 ━" in text.getvalue()
    assert "1/4 trials" in text.getvalue()


def test_what_is_said_does_nothing_to_the_terminal() -> None:
    text, console = terminal()
    BarProgress(console).said("away\x1b[2J\nand back")
    assert text.getvalue() == "away\\x1b[2J\\nand back\n"


def test_slots_at_work_stand_under_the_bar_and_leave_with_it() -> None:
    text, console = terminal()
    bar = BarProgress(console)
    bar.began("abc234", "small", 4, 1)
    bar.training([SINGLE, MANY])
    bar.ended(summary(DONE))
    written = text.getvalue()
    assert "worker 0: trial 7, fold 2/5, epoch 3/50, now 0.9123, best 0.9345" in written
    assert "[b]worker 1: trials 12-75 (64), epoch 12/50, best 0.91" in written
    assert written.endswith("small abc234: finished, 2 trials (1 failed), 3 s\n")


def test_a_narrow_terminal_has_the_figures_under_the_bar() -> None:
    text, console = terminal(width=60)
    bar = BarProgress(console)
    bar.began("abc234", "small", 4, 1)
    bar.finished(DONE, DONE)
    bar.close()
    lines = text.getvalue().splitlines()
    assert any("small abc234 ━" in line and "trials" not in line for line in lines)
    assert any("  2/4 trials, best 0.5 (trial 0)" in line for line in lines)

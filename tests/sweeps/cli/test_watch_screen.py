from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.console import Console, ConsoleDimensions, Group

from sweeps.cli.watch_screen import LEAVE, drawn
from sweeps.reading.sweep import read_sweep
from tests.sweeps.cli.seen import seen
from tests.sweeps.watcher_contract import MANY, SINGLE

SWEEP = read_sweep({"task": "penguins", "space": {"width": [16, 32]}})


def lines(width: int, height: int, **others: object) -> list[str]:
    console = Console(width=width, height=height)
    text = drawn(seen(**others), SWEEP, ConsoleDimensions(width, height))
    with console.capture() as captured:
        console.print(Group(text))
    return captured.get().rstrip("\n").split("\n")


def test_all_of_it_in_a_usual_terminal() -> None:
    told = lines(100, 30, at_work=[SINGLE, MANY])
    assert told[0] == "small abc234: running, by process 12 on here"
    assert told[1].startswith("22/60 trials, 2 failed, best 0.9 (trial 7), ")
    assert "best val_accuracy so far, 3 trials:" in told
    assert "  worker 0: trial 7, fold 2/5, epoch 3/50, now 0.9123, best 0.9345" in told
    assert "  trial 3 failed, diverged: loss became nan" in told
    assert told[-1] == LEAVE
    assert sum("│" in line for line in told) == 12


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("height", [3, 10, 24, 60])
def test_nothing_leaves_the_screen(width: int, height: int) -> None:
    told = lines(width, height, at_work=[SINGLE] * 9, failures=["a long failure " * 20] * 3)
    assert len(told) <= height
    assert all(cell_len(line) <= width for line in told)


def test_a_look_that_is_not_the_last_moments_says_so() -> None:
    told = lines(40, 30, away="no service at http://127.0.0.1:8765: refused")
    assert told[-1] == LEAVE
    shown = "as it was when last seen: no service at http://127.0.0.1:8765: refused"
    assert " ".join(told).endswith(f"{shown}  {LEAVE}")


def test_a_sweep_that_has_only_begun() -> None:
    told = lines(40, 20, curve=[], best=None, failures=[], oldest_ms=None)
    assert told[-1] == LEAVE
    assert not any("so far" in line or "failures" in line for line in told)


def test_what_a_terminal_might_obey_is_shown_as_text() -> None:
    told = lines(100, 30, row={"name": "[red]\x1b[31mx"}, failures=["[bold]\x1b[2Jbad"])
    assert not any("\x1b" in line for line in told)
    assert told[0].startswith("[red]")

"""`sweeps compare`, in the words of a terminal and of a program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sweeps.cli.comparing import _verdict
from sweeps.comparing.contest import Contest
from tests.sweeps.cli.conftest import Command
from tests.sweeps.fakes import FakeTrainer

SWEEP = """\
name: small
task: penguins
space: {width: [1, 2, 3, 4, 5, 6, 7, 8], epochs: 2}
"""


@pytest.fixture
def ran(sweeps: Command, here: Path, trainer: Callable[[FakeTrainer], None]) -> list[str]:
    """Two sweeps of the same configurations."""
    (here / "s.yaml").write_text(SWEEP)
    lines = [sweeps("run", "s.yaml", "--set", f"space.epochs={n}").output for n in (2, 3)]
    return [line.split(":")[0].removeprefix("small ") for line in lines]


def test_files_bests_and_scores_are_compared(sweeps: Command, ran: list[str]) -> None:
    done = sweeps("compare", *ran)
    assert done.exit_code == 0, done.output
    assert "trained in full       8 " in done.stdout
    assert "space.epochs           2 " in done.stdout
    assert "surroundings that differ" not in done.stdout
    assert f"8 configurations that both tried: in val_accuracy {ran[0]} is " in done.stdout
    assert "(sign-flip test, p = " in done.stdout
    assert max(map(len, done.stdout.splitlines()[:-1])) <= 120


def test_programs_get_json(sweeps: Command, ran: list[str]) -> None:
    told = json.loads(sweeps("compare", *ran, "--json").stdout)
    assert [one["sweep_id"] for one in told["sweeps"]] == ran
    assert told["settings"] == {"space.epochs": dict(zip(ran, ("2", "3"), strict=True))}
    (held,) = told["contests"]
    assert (held["first"], held["second"], held["kind"]) == (*ran, "paired")


def test_scores_of_other_rows_are_refused_in_words(sweeps: Command, ran: list[str]) -> None:
    sweeps("run", "s.yaml", "--set", "seed=4")
    done = sweeps("compare", ran[0], "latest")
    assert done.exit_code == 1
    assert "the scores cannot be compared: the rows were split" in done.stdout
    assert "seed" in done.stdout, "the files are compared all the same"


@pytest.mark.parametrize(
    ("typed", "said"), [(("latest",), "two ids or more"), (("latest", "latest"), "named twice")]
)
def test_less_than_two_sweeps_are_refused(
    sweeps: Command, ran: list[str], typed: tuple[str, ...], said: str
) -> None:
    done = sweeps("compare", *typed)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_worse_sweep_is_said_to_be_worse() -> None:
    worse = Contest(0, 1, "paired", 9, -0.02, -0.03, -0.01, 0.004, 0.004)
    assert _verdict(worse, "a", "b", "val_f1", 1) == (
        "9 configurations that both tried: in val_f1 a is worse by 0.02 on average (0.01 to 0.03); "
        "that is hardly chance (sign-flip test, p = 0.004)"
    )
    several = Contest(0, 1, "unpaired", 30, 0.6, 0.4, 0.8, 0.02, 0.06)
    assert _verdict(several, "a", "b", "val_f1", 3) == (
        "a trial of a beats one of b in 60% of pairs (40% to 80%); that may be chance "
        "(Mann-Whitney test, p = 0.02, 0.06 by Holm for 3 tests)"
    )

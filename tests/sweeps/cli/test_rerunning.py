"""`sweeps rerun`, in the words of a terminal and of a program."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.sweeps.cli.conftest import Command
from tests.sweeps.fakes import FakeTrainer


@pytest.fixture
def ran(sweeps: Command, file: str, trainer: Callable[[FakeTrainer], None]) -> str:
    trainer(FakeTrainer(failing=frozenset({2})))
    return sweeps("run", file).output.split(":")[0].removeprefix("small ")


def test_a_trial_that_comes_out_equal(sweeps: Command, ran: str) -> None:
    done = sweeps("rerun", "latest/1")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == f"{ran}/1: bit-equal"
    assert lines[1].startswith("  trained        1 fit of 1 trial in 1 pack, 0 s")
    assert lines[2] == "  figures        3 of 3 are equal to the last bit"
    assert lines[3] == "  changed since  nothing: same versions, device, rows and code"
    assert done.stderr == "training 1 fit of 1 trial in 1 pack\n"


def test_a_trial_that_comes_out_different_ends_with_1(
    sweeps: Command, ran: str, trainer: Callable[[FakeTrainer], None]
) -> None:
    trainer(FakeTrainer(failing=frozenset({1})))
    done = sweeps("rerun", f"{ran}/1")
    assert done.exit_code == 1
    assert f"{ran}/1: different" in done.stdout
    assert "  fold 0, repeat 0: trained then, diverged: loss became nan now" in done.stdout


def test_a_failed_trial_may_fail_again(sweeps: Command, ran: str) -> None:
    done = sweeps("rerun", f"{ran}/2")
    assert done.exit_code == 0
    assert "bit-equal" in done.stdout


def test_a_trial_of_the_memo_names_its_origin(sweeps: Command, file: str, ran: str) -> None:
    sweeps("run", file)
    done = sweeps("rerun", "latest/0")
    assert f"  trained as     {ran}/0, which the memo found" in done.stdout


def test_programs_get_json(sweeps: Command, ran: str) -> None:
    told = json.loads(sweeps("rerun", f"{ran}/0", "--json").stdout)
    assert (told["trial"], told["verdict"], told["differ"]) == (f"{ran}/0", "bit-equal", 0)
    assert told["changed"] == []


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("latest", "which trial of latest? write latest/12"),
        ("latest/9", "has no trial 9: its trials so far are 0 to 2"),
        ("latest/x", "'x' in 'latest/x' is not a trial's number"),
    ],
)
def test_what_is_no_trial_is_refused(sweeps: Command, ran: str, place: str, said: str) -> None:
    done = sweeps("rerun", place)
    assert done.exit_code == 2
    assert said in done.stderr

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweeps import coordinator
from sweeps.cli.store_flags import HERE, StoreFlags
from sweeps.cli.telling import ending_line, exit_code, farewell
from sweeps.lease import LeaseError
from sweeps.watcher import Ending, Summary
from tests.sweeps.cli.conftest import Command
from tests.sweeps.fakes import FakeTrainer

TrainWith = Callable[[FakeTrainer], None]


def test_run_and_resume(sweeps: Command, file: str, trainer: TrainWith) -> None:
    done = sweeps("run", file)
    assert done.exit_code == 0
    first, *progress, ending, best, width, epochs, where = done.output.splitlines()
    sweep_id = first.removeprefix("small ").removesuffix(": 3 trials")
    assert len(sweep_id) == 6
    assert progress[-1].startswith("3/3 trials, best ")
    assert ending.startswith(f"small {sweep_id}: finished, 3 trials, ")
    assert best.startswith("best: trial ")
    assert "val_accuracy 0." in best
    assert width.split()[0] == "width"
    assert epochs.split() == ["epochs", "2"]
    assert where == f"MLflow: memory/{sweep_id}"

    again = sweeps("resume", sweep_id[:4])
    assert again.exit_code == 0
    assert f"small {sweep_id}: 3 trials, 3 done before\n" in again.output
    assert best in again.output
    assert sweeps("resume").exit_code == 0


def test_options_reach_the_run(sweeps: Command, file: str, trainer: TrainWith) -> None:
    done = sweeps("run", file, "--store", "my store", "--set", "search.trials=2")
    assert "finished, 2 trials" in done.output
    assert Path("my store/ledger.db").exists()


@pytest.mark.parametrize(
    ("ending", "unsent", "left"),
    [
        ("finished", 0, []),
        ("finished", 2, ["2 trials wait to be sent to MLflow: sweeps sync"]),
        ("out_of_time", 0, []),
        ("stopped", 0, []),
        ("cancelled", 0, []),
        ("interrupted", 0, ["resume: sweeps resume"]),
    ],
)
def test_what_is_left_to_do_is_said_with_the_command(
    ending: Ending, unsent: int, left: list[str]
) -> None:
    summary = Summary("abc234", "small", ending, 2, 0, None, 61.0, unsent, "")
    flags = StoreFlags(Path("my store"), "postgresql://me:secret@host/sweeps")
    lines = farewell(summary, "val_loss", flags, "https://me:secret@host/")
    ledger = "--ledger 'postgresql://me:***@host/sweeps'"
    options = f"abc234 --store 'my store' {ledger} --tracking-uri https://host/"
    assert lines[2:] == [f"{words} {options}" for words in left]


@pytest.mark.parametrize(
    ("failed", "ways"),
    [
        (0, ["when the cause is mended: sweeps resume abc234"]),
        (
            3,
            [
                "when the cause is mended: sweeps retry abc234 --failed",
                "or go on without those: sweeps resume abc234",
            ],
        ),
    ],
)
def test_a_sweep_with_one_cause_of_failure_says_it_and_the_ways_on(
    failed: int, ways: list[str]
) -> None:
    cause = "user_error: no\x1b[2J file\nhere"
    summary = Summary("abc234", "small", "failed", 0, failed, None, 1.0, 0, "", cause=cause)
    first, _, _, *last = farewell(summary, "val_loss", HERE, None)
    if failed:
        assert last.pop(0) == "what failed: sweeps logs abc234"
    assert first == "cause: user_error: no\\x1b[2J file\\nhere"
    assert last == ways
    assert exit_code(summary) == 1


@pytest.mark.parametrize(
    ("ending", "done", "code"),
    [
        ("stopped", 2, 0),
        ("stopped", 0, 1),
        ("cancelled", 2, 1),
        ("failed", 2, 1),
        ("finished", 0, 0),
        ("out_of_time", 2, 0),
    ],
)
def test_exit_codes(ending: Ending, done: int, code: int) -> None:
    assert exit_code(Summary("abc234", "small", ending, done, 0, None, 1.0, 0, "")) == code


def test_trials_that_were_never_trained_are_told_of() -> None:
    summary = Summary("abc234", "small", "stopped", 2, 1, None, 9.0, 0, "", cancelled=4)
    line = "small abc234: stopped for good, 3 trials (1 failed), 4 never trained, 9 s"
    assert ending_line(summary) == line


def test_passwords_are_not_repeated(sweeps: Command, file: str, trainer: TrainWith) -> None:
    done = sweeps("run", file, "--tracking-uri", "https://me:secret@host/")
    assert done.exit_code == 0
    assert "secret" not in done.output


def test_a_sweep_whose_trials_all_fail_has_failed(
    sweeps: Command, file: str, trainer: TrainWith
) -> None:
    trainer(FakeTrainer(failing=frozenset({0, 1, 2})))
    done = sweeps("run", file)
    assert done.exit_code == 1
    assert "trial 1 failed, diverged: loss became nan\n" in done.output
    assert "3 trials (3 failed)" in done.output
    assert "no trial has a score\n" in done.output


def test_one_score_is_enough(sweeps: Command, file: str, trainer: TrainWith) -> None:
    trainer(FakeTrainer(failing=frozenset({0, 1})))
    done = sweeps("run", file)
    assert done.exit_code == 0
    assert "best: trial 2" in done.output


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (None, 130)]
)
def test_interruptions_have_their_exit_codes(
    sweeps: Command, file: str, monkeypatch: pytest.MonkeyPatch, number: int | None, code: int
) -> None:
    def interrupted(sweep: Any, *, watcher: Any, **_: Any) -> Summary:
        summary = Summary(
            "abc234", sweep.name, "interrupted", 2, 0, None, 61.0, 3, "", signal=number
        )
        watcher.ended(summary)
        return summary

    monkeypatch.setattr(coordinator, "run", interrupted)
    done = sweeps("run", file)
    assert done.exit_code == code
    assert done.output == (
        "small abc234: interrupted, 2 trials, 1 min 1 s\n"
        "no trial has a score\n"
        "MLflow: sweeps ui abc234\n"
        "3 trials wait to be sent to MLflow: sweeps sync abc234\n"
        "resume: sweeps resume abc234\n"
    )


def test_a_sweep_that_another_process_runs(
    sweeps: Command, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: Any, **__: Any) -> Summary:
        raise LeaseError("sweep abc234 is being run by process 7 on here")

    monkeypatch.setattr(coordinator, "run", held)
    done = sweeps("run", file)
    assert (done.exit_code, done.stderr) == (1, "sweep abc234 is being run by process 7 on here\n")


def test_what_is_wrong_with_a_file_is_told_before_anything_starts(
    sweeps: Command, here: Path
) -> None:
    Path("s.yaml").write_text("task: penguins\nspace: {width: 0}\n")
    done = sweeps("run", "s.yaml")
    assert done.exit_code == 2
    assert done.stderr.startswith("s.yaml:2:16: width: 0 is too small")
    assert not Path(".sweeps").exists()


def test_resume_without_sweeps(sweeps: Command, here: Path) -> None:
    done = sweeps("resume")
    assert done.exit_code == 2
    assert done.stderr == f"no sweeps in {here}/.sweeps yet; try `sweeps run FILE`\n"
    assert not Path(".sweeps").exists()

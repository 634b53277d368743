from __future__ import annotations

import json
from pathlib import Path

import pytest

from sweeps.cli.failures import alike
from sweeps.lease import Claim
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep_file import load_sweep
from sweeps.trial import Failure, Part, Pruned, Reason, Result, Trial
from tests.sweeps.cli.conftest import Command
from tests.sweeps.cli.test_listing import ran as ran

TRACE = 'Traceback (most recent call last):\n\tFile "x.py"\x1b[2J\nOSError: no'


def failed(number: int, reason: Reason, message: str, trace: str = "") -> Result:
    failure = Failure(reason, message, trace)
    other = Failure(reason, message, "another trace")
    fine = Part(1, 0, {"val_accuracy": 0.5}, {}, 1.0)
    parts = (Part(0, 0, {}, {}, 1.0, error=failure), fine, Part(2, 0, {}, {}, 1.0, error=other))
    trial = Trial(number, {"width": 16 + number, "epochs": 2}, budget=2)
    return Result(trial, None, {}, {}, 3.0, parts=parts, error=failure)


@pytest.fixture
def claim(ledger: Ledger, file: str) -> Claim:
    """Trials 0, 2, 3 and 4 have failed, 1 has a score, 5 has begun."""
    claim = ledger.create(load_sweep(Path(file)), {})
    results = [
        failed(0, "user_error", "no such\nfile", TRACE),
        Result(Trial(1, {"width": 1}), 0.5, {"val_accuracy": 0.5}, {}, 1.0),
        *(failed(number, "diverged", f"loss is nan in epoch {number}") for number in (2, 3, 4)),
    ]
    ledger.begin(claim, [*(result.trial for result in results), Trial(5, {}, parent=2)], {})
    ledger.commit(claim, [(result, 1) for result in results], {}, 1.0)
    return claim


def test_those_that_failed_alike_are_told_together(sweeps: Command, claim: Claim) -> None:
    done = sweeps("logs")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        f"small {claim.sweep_id}: of 6 trials 4 failed",
        "diverged, such as: loss is nan in epoch 2",
        "  3 trials: 2-4",
        "user_error: no such\\nfile",
        "  1 trial: 0",
        f"one of them whole: sweeps logs {claim.sweep_id}/2",
    ]
    assert json.loads(sweeps("logs", claim.sweep_id, "--json").stdout)[1] == {
        "reason": "user_error",
        "message": "no such\nfile",
        "differ": False,
        "trials": [0],
    }


def test_a_failed_trial_is_told_whole(sweeps: Command, claim: Claim) -> None:
    done = sweeps("logs", "latest/0")
    assert done.exit_code == 0
    title, *rest = done.output.splitlines()
    assert title == f"small {claim.sweep_id}, trial 0: failed, user_error: no such\\nfile"
    said = "\n".join(rest)
    assert "  attempt   1\n" in said
    assert "  training  3 s\n" in said
    assert "configuration:\n  width   16\n  epochs  2\n" in said
    parts = (
        "2 of 3 parts failed:\n  fold 0, repeat 0: user_error: no such\\nfile\n  fold 2, repeat 0"
    )
    assert parts in said
    trace = "traceback:\n  Traceback (most recent call last):\n      File"
    assert trace in said
    assert said.endswith('"x.py"\\x1b[2J\n  OSError: no\ntraceback:\n  another trace')


def test_a_failed_trial_as_json(sweeps: Command, claim: Claim) -> None:
    found = json.loads(sweeps("logs", f"{claim.sweep_id[:4]}/0", "--json").stdout)
    assert found["error"] == {
        "reason": "user_error",
        "message": "no such\nfile",
        "traceback": TRACE,
    }
    assert (found["state"], found["config"]) == ("failed", {"width": 16, "epochs": 2})
    assert [part["error"] is None for part in found["parts"]] == [False, True, False]


def test_trials_that_did_not_fail(sweeps: Command, claim: Claim) -> None:
    done = sweeps("logs", "latest/1").output
    assert f"small {claim.sweep_id}, trial 1: done\n" in done
    assert "  score     0.5\n" in done
    assert "figures:\n  val_accuracy  0.5\n" in done
    begun = sweeps("logs", "latest/5").output
    assert f"small {claim.sweep_id}, trial 5: running\n" in begun
    assert "  continues  trial 2\n" in begun
    assert json.loads(sweeps("logs", "latest/5", "--json").stdout)["error"] is None


def test_a_sweep_without_failures(sweeps: Command, ran: str, ledger: Ledger) -> None:
    claim = ledger.create(load_sweep(Path("s.yaml")), {})
    ledger.begin(claim, [Trial(0, {})], {})
    done = sweeps("logs", claim.sweep_id)
    assert done.output == f"small {claim.sweep_id}: of 1 trial none has failed\n"
    assert json.loads(sweeps("logs", claim.sweep_id, "--json").stdout) == []


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("latest/x", "'x' in 'latest/x' is not a trial's number: write latest/12\n"),
        ("latest/1/2", "'1/2' in 'latest/1/2' is not a trial's number: write latest/12\n"),
        ("latest/", "'' in 'latest/' is not a trial's number: write latest/12\n"),
        ("latest/²", "'²' in 'latest/²' is not a trial's number: write latest/12\n"),
        ("latest/" + "9" * 40, "is not a trial's number: write latest/12\n"),
        ("latest/6", "has no trial 6: its trials so far are 0 to 5\n"),
    ],
)
def test_trials_that_are_not_there(sweeps: Command, claim: Claim, place: str, said: str) -> None:
    done = sweeps("logs", place)
    assert done.exit_code == 2
    assert done.stderr.endswith(said)
    assert len(done.stderr.splitlines()) == 1


def test_very_many_failures_stay_readable(sweeps: Command, ledger: Ledger, file: str) -> None:
    claim = ledger.create(load_sweep(Path(file)), {})
    many = [failed(n, "diverged", "loss is nan") for n in range(0, 200, 2)]
    odd = [failed(n, "crashed", "odd" * n) for n in range(1, 61, 2)]
    results = sorted(many + odd, key=lambda result: result.trial.number)
    ledger.begin(claim, [result.trial for result in results], {})
    ledger.commit(claim, [(result, 1) for result in results], {}, 1.0)
    lines = sweeps("logs").output.splitlines()
    assert lines[2] == "  100 trials: 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22 and 88 others"
    assert lines[-2] == "11 more kinds of failure; --json has them all"
    assert len(lines) == 1 + 2 * 20 + 2


def test_failures_are_alike_when_they_differ_in_numbers() -> None:
    found = alike(
        [
            failed(0, "crashed", "worker 12 died"),
            failed(1, "crashed", "worker 13 died"),
            failed(2, "timed_out", "worker 13 died"),
        ]
    )
    assert [(each.trials, each.differ) for each in found] == [([0, 1], True), ([2], False)]


def test_a_pruned_trial_is_no_failure_and_says_where_it_ended(
    sweeps: Command, ledger: Ledger, file: str
) -> None:
    claim = ledger.create(load_sweep(Path(file)), {})
    reported = tuple((step, 0.1) for step in range(1, 14))
    ended = Result(
        Trial(0, {"width": 4}),
        None,
        {"val_accuracy": 0.1},
        {},
        3.0,
        error=Failure("pruned", "pruned at epoch 13 with val_accuracy 0.1, 0.25 too little"),
        pruned=Pruned(13, 0.1, 0.25),
        reported=reported,
    )
    ledger.begin(claim, [ended.trial], {})
    ledger.commit(claim, [(ended, 1)], {}, 1.0)
    said = sweeps("logs", claim.sweep_id).output
    assert said == (f"small {claim.sweep_id}: of 1 trial none has failed; 1 trial was pruned\n")
    title, *rest = sweeps("logs", f"{claim.sweep_id}/0").output.splitlines()
    assert ended.error is not None
    assert title == f"small {claim.sweep_id}, trial 0: {ended.error.message}"
    told = ", ".join(f"{step}: 0.1" for step, _ in reported[1:])
    assert f"  on the way  … {told}" in rest
    found = json.loads(sweeps("logs", f"{claim.sweep_id}/0", "--json").stdout)
    assert found["state"] == "pruned"
    assert found["pruned"] == {"step": 13, "value": 0.1, "margin": 0.25}
    assert found["reported"] == [[step, value] for step, value in reported]

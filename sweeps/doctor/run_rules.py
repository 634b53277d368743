"""What must be so of the runs of trials: one for each trial that was sent, and right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sweeps.doctor.runs import Runs, TrialRun
from sweeps.doctor.violation import Fault, Mend
from sweeps.ledger.evidence import KeptTrial
from tracking.doubles import is_unfinished


def run_faults(
    runs: Runs, kept: Mapping[int, KeptTrial], *, held: bool, end_sent: bool
) -> Iterator[Fault]:
    """Everything that is wrong with the runs of trials.

    With `held`, somebody runs the sweep: what is on its way is left out. With `end_sent`, MLflow
    was told that nobody does: it shows no trial as if it were being trained.
    """
    for number in sorted({*kept, *runs.of_trials}):
        some = runs.of_trials.get(number, ())
        trial = kept.get(number)
        if trial is not None and trial.shipped:
            yield from _sent(number, some)
        elif not held:
            yield from _unsent(number, trial, some, end_sent)


def _sent(number: int, runs: Sequence[TrialRun]) -> Iterator[Fault]:
    if not runs:
        said = "no run, though it was sent"
        yield Fault("runs", said, number, Mend(resend=(number,)), "MLflow")
        return
    yield from _doubles(number, runs)
    anew = Mend(remove=(runs[0].facts.run_id,), resend=(number,))
    for difference in runs[0].differences:
        mend = anew if difference.in_mlflow else None
        yield Fault(difference.rule, difference.said, number, mend, "MLflow")


def _unsent(
    number: int, trial: KeptTrial | None, runs: Sequence[TrialRun], end_sent: bool
) -> Iterator[Fault]:
    if not runs:
        return
    if trial is None:
        yield _foreign("a run of a trial that the ledger does not have", number, runs)
    elif trial.state == "cancelled" or (trial.state == "running" and trial.attempt == 1):
        # One with more attempts may have failed, and been sent, before it was tried again.
        if not all(is_unfinished(run.facts) for run in runs):
            yield _foreign(f"a run, though the trial is {trial.state} in the ledger", number, runs)
            return
        yield from _shown(number, runs, end_sent)
    else:
        yield from _shown(number, runs, end_sent)


def _shown(number: int, runs: Sequence[TrialRun], end_sent: bool) -> Iterator[Fault]:
    """What trials without a result may have: one run, of how far they have come."""
    yield from _doubles(number, runs)
    if end_sent and any(is_unfinished(run.facts) and not run.facts.ended for run in runs):
        said = "shown as if it were being trained"
        yield Fault("status", said, number, Mend(end=True), "MLflow")


def _foreign(said: str, number: int, runs: Sequence[TrialRun]) -> Fault:
    return Fault("runs", said, number, _removed(runs), "MLflow")


def _doubles(number: int, runs: Sequence[TrialRun]) -> Iterator[Fault]:
    if len(runs) > 1:
        yield Fault("doubles", "more than one run", number, _removed(runs[1:]), "MLflow")


def _removed(runs: Sequence[TrialRun]) -> Mend:
    return Mend(remove=tuple(run.facts.run_id for run in runs))

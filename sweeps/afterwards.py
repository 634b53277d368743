"""What is made of a sweep when its training has ended: a simple model beside it, and a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sweeps.chosen import Surroundings
from sweeps.drawing import drawn
from sweeps.executors.executor import Say, Slots, Terms
from sweeps.executors.inline import Inline
from sweeps.lease import Claim
from sweeps.ledger.ledger import Ledger
from sweeps.parts import Parts
from sweeps.problem import Problem
from sweeps.sweep import Evaluate
from sweeps.tasks.no_rows import NoRows
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Trial
from sweeps.trust.baseline import Baseline
from sweeps.trust.simple_models import measure
from tracking.records import Artifact

LONGEST_SECONDS = 300.0
"""What a simple model may take: somebody waits for the end."""


def artifacts_of(
    parts: Parts, around: Surroundings, ledger: Ledger, claim: Claim, executor: Slots
) -> Sequence[Artifact]:
    """The report's files. Workers measure and, by default, draw: this process goes on sending.

    Ctrl-C leaves what is missing to the next session.
    """
    try:
        keep_baseline(parts.problem, ledger, claim, executor, around.watcher.said)
    except KeyboardInterrupt:
        executor.kill()
        return ()
    if around.report is None:
        return ()
    folder = around.store.reports(claim.sweep_id)
    drawer = Inline({}) if around.draws_here else executor
    return drawn(around.report, ledger, claim.sweep_id, folder, drawer, around.watcher.said)


def keep_baseline(
    problem: Problem, ledger: Ledger, claim: Claim, executor: Slots, say: Callable[[str], None]
) -> None:
    """Measure what a simple model comes to on the trials' rows, unless that is known.

    One that cannot be measured is said and no more.
    """
    row = ledger.sweep(claim.sweep_id)
    repeats = problem.evaluate.repeats
    if row.confirmed:
        repeats += problem.evaluate.confirm_repeats
    if isinstance(problem.task, NoRows) or not row.done:
        return
    if _covers(ledger.baseline(claim.sweep_id), _places(problem.evaluate, repeats)):
        return
    try:
        baseline = executor.submit_on(
            Terms(LONGEST_SECONDS), _measured, problem, _pack(problem.evaluate)
        ).result()
    except Exception as error:  # noqa: BLE001 - what a library raises hides nothing of the sweep
        say(f"no simple model to compare with: {type(error).__name__}: {error}")
        return
    if baseline is not None:
        ledger.keep_baseline(claim, baseline.to_json())


def _covers(text: str | None, places: Iterable[tuple[int, int]]) -> bool:
    """Whether what is kept was measured on all of these folds and repeats."""
    if text is None:
        return False
    return {(part.fold, part.repeat) for part in Baseline.from_json(text).parts}.issuperset(places)


def _places(evaluate: Evaluate, repeats: int) -> list[tuple[int, int]]:
    folds = range(max(1, evaluate.folds))
    return [(fold, repeat) for repeat in range(repeats) for fold in folds]


def _pack(evaluate: Evaluate) -> Pack:
    """Says whose rows are needed to whoever takes them to another machine."""
    nothing = Trial(0, {})
    places = _places(evaluate, evaluate.repeats + evaluate.confirm_repeats)
    return Pack(tuple(Fit(nothing, fold, repeat, seed=0, budget=0) for fold, repeat in places))


def _measured(_say: Say, problem: Problem, _pack: Pack) -> Baseline | None:
    return measure(problem)

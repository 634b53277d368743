"""A sweep's runs in MLflow, sorted out: the parent, and each trial's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweeps.doctor.content_rules import Difference, differences
from sweeps.doctor.expected import Expected
from tracking.records import RunFacts
from tracking.wording import PARENT_TAG


@dataclass(frozen=True)
class TrialRun:
    """One run of a trial, and in what it is not what it must be."""

    facts: RunFacts
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Runs:
    """A sweep's runs. The first of `parents`, and of a trial's, is the one to keep."""

    parents: tuple[RunFacts, ...]
    of_trials: Mapping[int, tuple[TrialRun, ...]]


def sorted_out(found: Sequence[RunFacts], expected: Mapping[int, Expected], objective: str) -> Runs:
    """The runs as what they are; `expected` are the contents they must have, by trial number."""
    children = [run for run in found if run.trial is not None]
    named = Counter(run.tags.get(PARENT_TAG) for run in children)
    parents = sorted(
        (run for run in found if run.trial is None),
        key=lambda run: (-named[run.run_id], run.started_ms, run.run_id),
    )
    parent_id = parents[0].run_id if parents else None
    of_trials: dict[int, list[TrialRun]] = {}
    for run in children:
        assert run.trial is not None
        right = expected.get(run.trial)
        wrong = () if right is None else tuple(differences(run, right, objective, parent_id))
        of_trials.setdefault(run.trial, []).append(TrialRun(run, wrong))
    return Runs(
        tuple(parents),
        {number: tuple(sorted(runs, key=_preference)) for number, runs in of_trials.items()},
    )


def _preference(run: TrialRun) -> tuple[bool, bool, int, str]:
    """What is right comes first, then what has ended, then what is older."""
    facts = run.facts
    return bool(run.differences), facts.ended_ms is None, facts.started_ms, facts.run_id

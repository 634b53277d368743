"""All that is said when sweeps are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sweeps.comparing.contest import Contest, contests
from sweeps.comparing.settings import Row, differences
from sweeps.comparing.side import Side

IN_WORDS = {
    "metric": "they are judged by different metrics",
    "goal": "one wants the metric high, another low",
    "task": "they are of different tasks",
    "rows": "they had different rows of the task",
    "split": "the rows were split into training and validation or test rows otherwise",
}


ADAPTIVE = ("optuna", "hyperband")
"""Backends whose trials depend on those before them."""


@dataclass(frozen=True)
class Comparison:
    """`settings` are the keys of the files that differ, `surroundings` versions, data and code.

    `refused` says why scores are not compared; then there are no `contests`.
    """

    sides: Sequence[Side]
    settings: Sequence[Row]
    surroundings: Sequence[Row]
    refused: str | None
    contests: Sequence[Contest]

    @property
    def caveat(self) -> str | None:
        """What a test takes for granted that is not so; None where there is nothing of the kind."""
        backends = {side.found.sweep.search.backend for side in self.sides}.intersection(ADAPTIVE)
        if not backends or all(contest.kind == "paired" for contest in self.contests):
            return None
        who = " and ".join(sorted(backends))
        return (
            f"{who} chose trials by what came before, and the test takes all for independent: "
            "it is too sure. What is better at searching, `sweeps race` says"
        )


def compared(sides: Sequence[Side]) -> Comparison:
    """Hold the sweeps against each other."""
    refused = refusal(sides)
    return Comparison(
        sides,
        differences([side.found.sweep.document for side in sides]),
        differences([_surroundings(side) for side in sides]),
        refused,
        contests([side.scores for side in sides]) if refused is None else (),
    )


def refusal(sides: Sequence[Side]) -> str | None:
    """Why the scores of these sweeps say nothing about each other; None where they do."""
    whole = all(side.provenance is not None for side in sides)
    first, *others = [_judged_by(side, whole=whole) for side in sides]
    for what, words in IN_WORDS.items():
        values = [first[what], *(other[what] for other in others)]
        if len(set(map(str, values))) > 1:
            shown = dict.fromkeys(map(str, values)) if what in ("metric", "goal", "task") else {}
            return words + (f" ({', '.join(shown)})" if shown else "")
    return None


def _judged_by(side: Side, *, whole: bool) -> dict[str, Any]:
    """What must be equal for scores to be compared.

    Unless it is kept of the `whole` lot which rows they had, the sweep files must do.
    """
    sweep, kept = side.found.sweep, side.provenance if whole else None
    evaluate = sweep.evaluate
    drawn = [sweep.objective.split, evaluate.folds, evaluate.validation, evaluate.first, sweep.seed]
    return {
        "metric": sweep.objective.metric,
        "goal": sweep.objective.goal,
        "task": sweep.task.label,
        "rows": None if kept is None else kept.rows,
        "split": drawn if kept is None else [kept.split],
    }


def _surroundings(side: Side) -> dict[str, Any]:
    kept = side.provenance
    if kept is None:
        return {"provenance": "not kept"}
    facts = {"device": kept.device, "processor": kept.processor, "rows": kept.rows}
    code = {"split": kept.split, "code": kept.code, "own code of keras-sweeps": kept.own}
    return {**facts, **code, **kept.versions}

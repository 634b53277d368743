"""What pictures, tables and notes of one sweep are made of, each worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sweeps import remembering
from sweeps.findings.observed import domains_of
from sweeps.found import Found
from sweeps.reports.residuals import Residuals
from sweeps.reports.scale import Scale, scale_of
from sweeps.trial import Result

if TYPE_CHECKING:
    from sweeps.findings.advice import Advice
    from sweeps.trust.trust import Trust

MOST_DOTS = 600
"""More trials than these are binned or sampled: a chart cannot show them singly."""


@dataclass(frozen=True)
class Material:
    """Everything about a sweep that reports show."""

    found: Found
    residuals: Residuals | None = None

    @cached_property
    def scored(self) -> tuple[Result, ...]:
        """The search's results that have a score, by trial number."""
        return tuple(one for one in self.found.results if one.score is not None)

    @cached_property
    def best(self) -> Result | None:
        """The search's best; None without one, and where several objectives have no best."""
        return remembering.best_of(self.found.sweep, self.scored) if not self.several else None

    @property
    def winner(self) -> Result | None:
        """What is recommended where the best ones were confirmed, else the best; None as `best`."""
        choice = None if self.trust is None else self.trust.choice
        if choice is None:
            return self.best
        return next(one for one in self.found.confirmed if one.trial.number == choice.again)

    @cached_property
    def trust(self) -> Trust | None:
        """What can be trusted; None where there is no single best trial."""
        from sweeps.trust.trust import trust_of

        return None if self.several else trust_of(self.found)

    @cached_property
    def advice(self) -> Sequence[Advice]:
        """What of the space could be better."""
        from sweeps.findings.space_doctor import advice

        return advice(self.found)

    @property
    def winning_trial(self) -> int | None:
        """The winner's number in the search."""
        if self.winner is None:
            return None
        trial = self.winner.trial
        return trial.number if trial.confirms is None else trial.confirms

    @property
    def several(self) -> bool:
        """Whether there are several objectives."""
        return bool(self.found.sweep.further)

    @property
    def metric(self) -> str:
        """The (first) objective's name."""
        return self.found.sweep.objective.metric

    @property
    def maximize(self) -> bool:
        """Whether more of it is better."""
        return self.found.sweep.objective.goal == "maximize"

    @cached_property
    def front(self) -> tuple[Result, ...]:
        """The results that no other one beats by all objectives."""
        from sweeps.pareto import front

        return front(self.found)

    @cached_property
    def by_rank(self) -> tuple[Result, ...]:
        """Those with a score, the best first; of equals the earliest."""
        sign = -1.0 if self.maximize else 1.0
        return tuple(sorted(self.scored, key=lambda one: sign * score_of(one)))

    @cached_property
    def mixture(self) -> str:
        """That scores are of different numbers of epochs, which may matter more.

        Empty where all trials with a score were given as many as each other.
        """
        given = {one.trial.budget for one in self.scored if one.trial.budget is not None}
        if len(given) < 2:
            return ""
        return f"scores after {min(given):,} to {max(given):,} epochs together"

    @cached_property
    def scales(self) -> tuple[Scale, ...]:
        """Of the parameters that vary, in the order of the sweep file."""
        found = domains_of(self.found.sweep.space, self.found.results)
        return tuple(scale_of(name, domain) for name, domain in found.items())

    @cached_property
    def by_importance(self) -> tuple[Scale, ...]:
        """The scales, those that mattered most first; in their own order where nobody can say."""
        weight = {name: -share for name, share in self.importances.items()}
        return tuple(sorted(self.scales, key=lambda scale: weight.get(scale.name, 0.0)))

    @cached_property
    def importances(self) -> Mapping[str, float]:
        """The share of each parameter in what made good trials good; empty if nobody can say."""
        from sweeps.findings.importance import importances

        return importances(self.found)


def score_of(result: Result) -> float:
    """The score of a result that has one."""
    if result.score is None:
        raise ValueError(f"trial {result.trial.number} has no score")
    return result.score

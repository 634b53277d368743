"""Keeps a model that Keras's own `fit` trains: at its end, and on the way there."""

from __future__ import annotations

from sweeps.problem import Problem
from sweeps.trainers.models import past
from sweeps.trainers.models.member import Member
from sweeps.trainers.models.watching import Watch
from sweeps.trainers.under_way import Interval


class Keeper:
    """One that begins to train now."""

    def __init__(self, member: Member, watch: Watch, problem: Problem) -> None:
        self._member, self._watch, self._problem = member, watch, problem
        self._interval = Interval([member.fit])

    def after_epoch(self) -> None:
        """Write what is due now that an epoch has ended. Raises `mishaps.UnwrittenError`.

        The end is kept before `fit` returns, which may put averaged weights in the place of those
        that training would go on from.
        """
        due, keeping = self._interval.is_over(), self._member.fit.keeping
        if self._watch.ends():
            self.at_the_end()
        elif due and keeping is not None:
            past.kept(self._member, self._watch, self._problem, keeping.path)
            self._interval.begin()

    def at_the_end(self) -> None:
        """Write what is to be kept of its end, if it came there."""
        path = self._interval.end_of(self._member.fit)
        if path is not None and self._watch.failure is None:
            past.kept(self._member, self._watch, self._problem, path)

"""Trains a pack of the user's models: together what can be fused, one after the other the rest."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sweeps.problem import Problem
from sweeps.trainers.models.fusing import Fusing, grouped, why_apart
from sweeps.trainers.models.hyperparameters import never_asked_for
from sweeps.trainers.models.keras_import import load
from sweeps.trainers.models.member import Fitted
from sweeps.trainers.models.mishaps import own_code
from sweeps.trainers.models.outcomes import outcome_of
from sweeps.trainers.models.own_fit import trained_by_their_fit
from sweeps.trainers.models.preparing import Prepared, prepared
from sweeps.trainers.models.single import trained_alone
from sweeps.trainers.models.their_callbacks import callbacks_for
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Failure, Fit, Outcome
from sweeps.user_code.user_code import UserCodeError


def trained(
    pack: Pack, problem: Problem, progress: Progress | None, backend: str, fusing: Fusing
) -> list[Outcome]:
    """One outcome per fit, in the pack's order. See `ModelFit.train`."""
    work = _Work(load(backend), problem, progress, TimeLimit(pack.fits))
    outcomes: dict[int, Outcome] = {}
    to_fuse: dict[int, Prepared] = {}
    for place, fit in enumerate(pack.fits):
        started = time.perf_counter()
        ready = prepared(work.keras, fit, problem)
        if isinstance(ready, Failure):
            outcomes[place] = _failed(fit, started, ready)
            continue
        why = None if fusing == "never" else why_apart(ready, problem, backend)
        if why is None and fusing != "never":
            to_fuse[place] = ready
        elif why is not None and fusing == "always":
            refusal = Failure("bad_configuration", f"trainer: fused cannot train this: {why}")
            outcomes[place] = _failed(fit, started, refusal)
        else:
            # Trained at once, so that no more than one such model is held.
            outcomes[place] = work.alone(ready, why)
    places = {id(ready): place for place, ready in to_fuse.items()}
    for group in grouped(list(to_fuse.values())) if to_fuse else ():
        for ready, outcome in zip(group, work.together(group), strict=True):
            outcomes[places[id(ready)]] = outcome
    return work.limit.told([outcomes[place] for place in range(len(pack.fits))])


@dataclass(frozen=True)
class _Work:
    keras: Any
    problem: Problem
    progress: Progress | None
    limit: TimeLimit

    def alone(self, ready: Prepared, why: str | None) -> Outcome:
        """The outcome of a model trained by itself; `why` it was, if anybody may wonder."""
        try:
            callbacks = callbacks_for(self.keras, own_code(self.problem))
        except UserCodeError as error:
            return Outcome(ready.member.fit, {}, {}, ready.seconds, error=error.failure)
        if ready.made.own_fit is not None:
            fitted = trained_by_their_fit(ready, self.problem, self.progress, self.limit, callbacks)
        else:
            fitted = trained_alone(ready.member, self.problem, self.progress, self.limit, callbacks)
        return self._outcome(ready, fitted, "keras", {} if why is None else {"not_fused": why})

    def together(self, group: Sequence[Prepared]) -> list[Outcome]:
        """The outcomes of models that are one program."""
        from sweeps.trainers.models.fused.training import trained_together

        members = [ready.member for ready in group]
        fitted = trained_together(members, self.problem, self.progress, self.limit)
        return [
            self._outcome(ready, one, "fused", {}) for ready, one in zip(group, fitted, strict=True)
        ]

    def _outcome(
        self, ready: Prepared, fitted: Fitted, trainer: str, notes: dict[str, str]
    ) -> Outcome:
        outcome = outcome_of(ready.member, fitted, self.problem, trainer)
        seconds = ready.seconds + outcome.seconds
        idle = never_asked_for(ready.made.hp, ready.member.fit.trial.config)
        idly = {"never_asked_for": ", ".join(idle)} if idle else {}
        return replace(outcome, seconds=seconds, notes={**outcome.notes, **notes, **idly})


def _failed(fit: Fit, started: float, failure: Failure) -> Outcome:
    return Outcome(fit, {}, {}, time.perf_counter() - started, error=failure)

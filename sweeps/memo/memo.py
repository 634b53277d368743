"""Finds trials that were trained before, and says by which key those trained now are found later.

A result that was found is equal to what training would bring, to rounding: fits that are trained in
other company differ in their last digits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from sweeps.discovery.sources import Source
from sweeps.memo.ground import Ground
from sweeps.open_trial import OpenTrial
from sweeps.problem import Problem
from sweeps.trial import Fit, Result, Trial
from sweeps.user_code.loaded import Stamp, stamp_of

Begun = Sequence[tuple[OpenTrial, Sequence[Fit]]]

NOTE = "memo"
"""The word among a result's notes under which it is said where the result comes from."""

Found = tuple[str, int, str]
"""Sweep, number, and result as text."""


class Memo(Protocol):
    """Knows what was trained before."""

    def take(self, begun: Begun, *, anew: bool) -> Mapping[int, Result]:
        """By number, results of trials that need no training; of those asked for `anew` only."""

    def keys(self, results: Iterable[Result]) -> Mapping[int, str]:
        """By number, the keys under which these results are to be found."""

    @property
    def line(self) -> str | None:
        """How many results were found, for a person; None where none was."""


class NoMemo:
    """Knows nothing."""

    line: str | None = None

    def take(self, begun: Begun, *, anew: bool) -> Mapping[int, Result]:  # noqa: ARG002
        """None."""
        return {}

    def keys(self, results: Iterable[Result]) -> Mapping[int, str]:  # noqa: ARG002
        """None."""
        return {}


class LedgerMemo:
    """The memo that is the ledger: `look` finds the oldest trial that is done for each key."""

    def __init__(
        self, ground: Ground, problem: Problem, look: Callable[[Sequence[str]], Mapping[str, Found]]
    ) -> None:
        self._ground = ground
        self._problem = problem
        self._look = look
        self._stamps = _stamps(ground)
        self._as_read = all(one.file.read_bytes() == one.text for one in _sources(ground))
        self._keys: dict[int, str] = {}
        self._taken = 0
        self._found = 0

    @property
    def line(self) -> str | None:
        """`48 of 60 trials were trained before (memo; --no-memo trains them again)`."""
        if not self._found:
            return None
        were = "trial was" if self._taken == 1 else "trials were"
        how = "memo; --no-memo trains them again"
        return f"{self._found:,} of {self._taken:,} {were} trained before ({how})"

    def take(self, begun: Begun, *, anew: bool) -> Mapping[int, Result]:
        """See `Memo`. A trial that may be gone on from is not found where its time is limited.

        What is promoted from such a trial is trained from epoch 0: over the whole chain that is as
        many epochs, but more in one trial.
        """
        self._taken += len(begun)
        if not self._unchanged():
            return {}
        keys = {opened.trial.number: self._key(opened.trial, fits) for opened, fits in begun}
        self._keys |= keys
        if not anew:
            return {}
        trials = {opened.trial.number: opened.trial for opened, fits in begun if _may_be(fits)}
        found = self._look(list(dict.fromkeys(keys[number] for number in trials)))
        results = {
            number: remembered(trial, *found[keys[number]])
            for number, trial in trials.items()
            if keys[number] in found
        }
        self._found += len(results)
        return results

    def keys(self, results: Iterable[Result]) -> Mapping[int, str]:
        """See `Memo`: of those that are done, as long as the code is what it was."""
        numbered = {result.trial.number: result for result in results}
        taken = {number: self._keys.pop(number, None) for number in numbered}
        if not self._unchanged():
            return {}
        return {
            number: key
            for number, key in taken.items()
            if key is not None and numbered[number].state == "done"
        }

    def _key(self, trial: Trial, fits: Sequence[Fit]) -> str:
        """Of what is trained: which network, how long, on which rows from which seeds."""
        spec = self._problem.subject.read(trial.config)
        ground = self._ground.digest if trial.confirms is None else self._ground.confirming
        drawn = [[fit.fold, fit.repeat, fit.seed, fit.budget] for fit in fits]
        what = json.dumps([ground, spec.identity, spec.epochs, drawn])
        return hashlib.sha256(what.encode()).hexdigest()

    def _unchanged(self) -> bool:
        """Whether the user's files are those that were read when the session began."""
        return self._as_read and _stamps(self._ground) == self._stamps


def _stamps(ground: Ground) -> list[Stamp | None]:
    return [stamp_of(source.file) for source in _sources(ground)]


def _sources(ground: Ground) -> Collection[Source]:
    return () if ground.code is None else ground.code.sources.values()


def _may_be(fits: Sequence[Fit]) -> bool:
    return not any(fit.save_to is not None and fit.seconds is not None for fit in fits)


def remembered(trial: Trial, sweep_id: str, number: int, text: str) -> Result:
    """The trial's result, from that of another one: it was trained there, at that cost."""
    from sweeps.result_json import result_from_json

    result = result_from_json(trial, text)
    notes = {NOTE: f"{sweep_id}/{number}", **result.notes}
    parts = tuple(replace(part, pack=None) for part in result.parts)
    return replace(result, parts=parts, notes=notes, cost=None, epoch_ms={})

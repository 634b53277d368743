"""What is known of a trial that is trained a stage at a time, and has no result yet.

It is kept as the result that the trial would have if it ended here: `reported` says at which steps
it had which values, the parts are those that were trained by then.
"""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.result_json import result_from_json, result_to_json
from sweeps.trial import Fit, Outcome, Part, Result, Trial

TO_THE_END = '"to the end"'
"""Stands in the ledger for a trial that was pruned, and is wanted in full after all."""


@dataclass(frozen=True)
class Known:
    """A trial's `past`, None before its first stage is over; `to_the_end`: it is pruned no more."""

    past: Result | None = None
    to_the_end: bool = False


def known_from(trial: Trial, text: str | None) -> Known:
    """What the ledger has of a trial's stages. Raises ValueError or KeyError for a torn text."""
    if text is None:
        return Known()
    if text == TO_THE_END:
        return Known(to_the_end=True)
    return Known(result_from_json(trial, text))


def text_of(past: Result) -> str:
    """What the ledger keeps of a trial that goes on."""
    return result_to_json(past)


def outcomes_of(past: Result, fits: dict[tuple[int, int], Fit]) -> dict[tuple[int, int], Outcome]:
    """The outcomes that `past` was put together from, by repeat and fold, as far as they matter.

    What is summed or put together over the parts is the first one's.
    """
    outcomes = {
        (part.repeat, part.fold): _outcome(fits[part.repeat, part.fold], part)
        for part in past.parts
    }
    first, *_ = outcomes.values()
    whole = Outcome(
        fit=first.fit,
        metrics=first.metrics,
        history=first.history,
        seconds=first.seconds,
        confusion=first.confusion,
        trainer=past.trainer,
        notes=past.notes,
        cost=past.cost,
        epoch_ms=past.epoch_ms,
        counted_seconds=first.counted_seconds,
        pack=first.pack,
    )
    return {**outcomes, (first.fit.repeat, first.fit.fold): whole}


def _outcome(fit: Fit, part: Part) -> Outcome:
    return Outcome(
        fit,
        part.metrics,
        part.history,
        part.seconds,
        part.confusion,
        counted_seconds=part.counted_seconds,
        pack=part.pack,
    )

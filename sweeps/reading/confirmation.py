"""How often a configuration is trained: in the search, and when the best of it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.errors import SweepError
from sweeps.reading.section import Section
from sweeps.sweep import Sweep

MOST_FITS = 10_000
MOST_CONFIRMED = 1000
CONFIRM_REPEATS = 10
"""Enough for an interval that says something."""

PLACE = ("evaluate", "confirm_top")


@dataclass(frozen=True)
class Repeats:
    """Of the search, and of the confirmation of its `top` best configurations (0: of none)."""

    search: int
    top: int = 0
    confirm: int = 0


def read_repeats(section: Section, folds: int) -> Repeats:
    """`repeats`, or with `confirm_top` beside it `search_repeats`, `repeats` being the other."""
    if "confirm_top" not in section.values:
        if "search_repeats" in section.values:
            why = (
                "is for a search whose best is confirmed: write `repeats`, or add `confirm_top: 5`"
            )
            raise section.wrong("search_repeats", why)
        return Repeats(_repeats(section, "repeats", 1, 1, folds))
    return Repeats(
        search=_repeats(section, "search_repeats", 1, 1, folds),
        top=section.whole("confirm_top", 1, low=1, high=MOST_CONFIRMED),
        confirm=_repeats(section, "repeats", CONFIRM_REPEATS, 2, folds),
    )


def _repeats(section: Section, key: str, default: int, low: int, folds: int) -> int:
    repeats = section.whole(key, default, low=low, high=MOST_FITS)
    if max(1, folds) * repeats > MOST_FITS:
        why = f"repeats of {folds} folds are more than {MOST_FITS:,} fits for every trial"
        raise section.wrong(key, why)
    return repeats


def check_confirmation(sweep: Sweep) -> None:
    """Raise SweepError where nothing could be confirmed."""
    if not sweep.evaluate.confirm_top:
        return
    if sweep.defined_as_it_runs:
        why = "an Optuna objective asks for other values each time it runs"
        raise SweepError(f"no configuration can be trained once more: {why}; leave it out", PLACE)
    endless = bool(sweep.space.continuous) and sweep.search.backend in ("random", "optuna")
    if endless and sweep.search.trials is None and sweep.budget.epochs is None:
        message = (
            "the search goes on until the time is up, and then nothing is confirmed: "
            "set `search.trials`"
        )
        raise SweepError(message, PLACE)

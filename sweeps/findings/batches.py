"""Batches that are larger than what a fit is trained on."""

from __future__ import annotations

from statistics import median

from search_spaces import Choice, Float, Int
from search_spaces.domains import Domain
from sweeps.findings.advice import Advice
from sweeps.findings.observed import Observed
from sweeps.found import Found

NAME = "batch_size"


def large_batches(found: Found, seen: Observed) -> list[Advice]:
    """A line when some batch sizes are above the rows of a fit: they all mean one batch."""
    rows = rows_of_a_fit(found, seen)
    domain = seen.domains.get(NAME)
    if rows is None or domain is None:
        return []
    above = _above(domain, rows)
    if above is None:
        return []
    text = (
        f"{NAME}: {above} is more than the {rows:,} rows that a fit is trained on, which is one "
        f"batch; stay at {rows:,} or below"
    )
    return [Advice("batch", text)]


def rows_of_a_fit(found: Found, seen: Observed) -> int | None:
    """How many rows there are in training, those of the fold and for validation left out.

    By what trials have cost, which is known wherever the rows themselves are; None where it is not.
    """
    fits = max(1, found.sweep.evaluate.folds) * found.sweep.evaluate.repeats
    known = [
        result.cost.examples / (result.metrics["epochs"] * fits)
        for result in seen.results
        if result.cost is not None
        and result.cost.examples > 0
        and result.trial.parent is None
        and result.metrics.get("epochs", 0) > 0
    ]
    return round(median(known)) if known else None


def _above(domain: Domain, rows: int) -> str | None:
    """The values above, in words; of a range, if a tenth of it is."""
    if isinstance(domain, Choice):
        large = [
            value
            for value in domain.choices
            if isinstance(value, int | float) and not isinstance(value, bool) and value > rows
        ]
        return ", ".join(f"{value:,}" for value in sorted(large)) or None
    if isinstance(domain, Int | Float) and domain.high > rows:
        return f"what lies above {rows:,}" if domain.low <= rows else f"all from {domain.low:,}"
    return None

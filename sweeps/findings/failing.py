"""Failures that gather in one region of a space."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from search_spaces import Choice
from search_spaces.values import Value, identity
from sweeps.findings.advice import Advice
from sweeps.findings.axes import in_order
from sweeps.findings.chance import at_least
from sweeps.findings.observed import domains_of
from sweeps.findings.wording import written
from sweeps.found import Found
from sweeps.trial import Result

NOT_ITS_OWN = ("pruned", "infrastructure")
"""Reasons that say nothing about a region where trials fail."""

FEWEST = 5
"""With fewer failures nothing is said."""

INSIDE = 0.7
"""So many of the region's trials fail at least,"""
OF_ALL = 0.7
"""and so many of all failures lie in it,"""
CHANCE = 1e-4
"""and chance brings that about no more often, for any region that was looked at."""

MOST_CUTS = 500
"""Places where a range is cut, to look at what lies beyond."""


@dataclass(frozen=True)
class Region:
    """Values of one parameter: what they are in words, how many trials have them and fail."""

    name: str
    words: str
    way_out: str
    trials: int
    failed: int


def where_it_fails(found: Found) -> list[Advice]:
    """A line for the region of one parameter that most failures lie in, where most trials fail."""
    counted = [one for one in found.results if _reason(one) not in NOT_ITS_OWN]
    failed = [one for one in counted if one.error is not None]
    if len(failed) < FEWEST or len(failed) == len(counted):
        return []
    regions = list(_regions(found, counted))
    telling = {
        region: _chance(region, len(failed), len(counted)) * len(regions)
        for region in regions
        if region.failed >= INSIDE * region.trials and region.failed >= OF_ALL * len(failed)
    }
    if not telling:
        return []
    region = min(telling, key=telling.__getitem__)
    return [_told(region, failed, len(counted))] if telling[region] < CHANCE else []


def _reason(result: Result) -> str | None:
    return None if result.error is None else result.error.reason


def _told(region: Region, failed: Sequence[Result], counted: int) -> Advice:
    reason, _ = Counter(map(_reason, failed)).most_common(1)[0]
    only = len({_reason(one) for one in failed}) == 1
    verb = "diverged" if only and reason == "diverged" else "failed"
    elsewhere = f"{len(failed) - region.failed} of {counted - region.trials} elsewhere"
    of = f"{region.failed} of {region.trials} trials {verb}, {elsewhere}"
    return Advice("failures", f"{region.name} {region.words}: {of}: {region.way_out}")


def _chance(region: Region, failed: int, counted: int) -> float:
    return at_least(region.failed, region.trials, failed, counted)


def _regions(found: Found, results: Sequence[Result]) -> Iterator[Region]:
    for name, domain in domains_of(found.sweep.space, results).items():
        tried = [
            (one.trial.config[name], one.error is not None)
            for one in results
            if name in one.trial.config
        ]
        if isinstance(domain, Choice) and in_order(domain) is None:
            yield from _choices(name, domain, tried)
        else:
            yield from _ends(name, isinstance(domain, Choice), tried)


def _choices(name: str, domain: Choice, tried: Sequence[tuple[Value, bool]]) -> Iterator[Region]:
    for choice in domain.choices:
        its_own = [bad for value, bad in tried if identity(value) == identity(choice)]
        way_out = f"leave {written(choice)} out"
        yield Region(name, written(choice), way_out, len(its_own), sum(its_own))


def _ends(name: str, choice: bool, tried: Sequence[tuple[Value, bool]]) -> Iterator[Region]:
    """What lies from some value on, up or down; no more than `MOST_CUTS` of them each."""
    for word, bound, downwards in (("up", "high", False), ("down", "low", True)):
        ordered = sorted(tried, key=lambda pair: _number(pair[0]), reverse=downwards)
        failed_before = [0, *accumulate(int(bad) for _, bad in ordered)]
        cuts = [at for at in range(1, len(ordered)) if ordered[at][0] != ordered[at - 1][0]]
        for at in cuts[:: max(1, len(cuts) // MOST_CUTS)]:
            last_good = written(ordered[at - 1][0])
            way_out = "leave those out" if choice else f"set `{bound}` to {last_good}"
            words = f"from {written(ordered[at][0])} {word}"
            failed = failed_before[-1] - failed_before[at]
            yield Region(name, words, way_out, len(ordered) - at, failed)


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0

"""Constraints that refuse most of a space."""

from __future__ import annotations

import random
from collections import Counter

from search_spaces import Space
from sweeps.findings.advice import Advice

DRAWS = 400
"""Points that are looked at: a share is known to 5 %, in a few hundredths of a second."""

MUCH = 0.55
"""More than half, and not by the chance of the draws."""


def mostly_refused(space: Space) -> list[Advice]:
    """A line when more than half of the points that a search may draw are refused."""
    if not space.params:
        return []
    rng = random.Random("space doctor")
    found = Counter(space.refusal(space.draw(rng)) for _ in range(DRAWS))
    refused = DRAWS - found.pop(None, 0)
    if refused < MUCH * DRAWS:
        return []
    reason, times = found.most_common(1)[0]
    most = f"by {reason}" if times == refused else f"{times / refused:.0%} of them by {reason}"
    text = f"constraints refuse {refused / DRAWS:.0%} of the points, {most}: narrow the ranges"
    return [Advice("refused", text)]

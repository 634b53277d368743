"""Which fits were trained together: marks on their outcomes, from which a pack is put together.

A figure's last digits depend on the company in which a network is trained, so who trains one again
needs all of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sweeps.trainers.trainer import Pack
from sweeps.trial import Outcome

Member = tuple[int, int, int]
"""A fit among those of a sweep: trial, repeat, fold."""

DIGITS = 10
"""Of a pack's name: of 10,000 packs two have one name once in 20,000 sweeps."""


def name_of(members: Iterable[Member]) -> str:
    """The name of the pack of these fits, in its order. It says whether one is missing."""
    text = json.dumps([list(member) for member in members])
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def marked(outcomes: Sequence[Outcome], pack: Pack) -> list[Outcome]:
    """The pack's outcomes, each with its name and the own position in it: `3f9a01c2d4.17`."""
    name = name_of((fit.trial.number, fit.repeat, fit.fold) for fit in pack.fits)
    return [replace(one, pack=f"{name}.{at}") for at, one in enumerate(outcomes)]


def read_mark(mark: str) -> tuple[str, int]:
    """(the pack's name, the position in it)."""
    name, _, position = mark.partition(".")
    return name, int(position)

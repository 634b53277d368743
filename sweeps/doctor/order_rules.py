"""What must be so of a sweep's trials together: their numbers, waves and parents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sweeps.doctor.violation import Fault
from sweeps.ledger.evidence import KeptTrial
from sweeps.ledger.records import ENDED


def order_faults(kept: Sequence[KeptTrial]) -> Iterator[Fault]:
    """Everything that is wrong with how trials, by number, stand to each other."""
    yield from _numbers(kept)
    yield from _waves(kept)
    by_number = {one.number: one for one in kept}
    for one in kept:
        parent = one.trial.parent
        if parent is not None:
            yield from _parent(one, by_number.get(parent))


def _numbers(kept: Sequence[KeptTrial]) -> Iterator[Fault]:
    there = {one.number for one in kept}
    for number in range(max(there, default=-1)):
        if number not in there:
            yield Fault("numbers", "missing in the ledger, though later ones are there", number)
    for number in sorted(there):
        if number < 0:
            yield Fault("numbers", "numbers count from 0", number)


def _waves(kept: Sequence[KeptTrial]) -> Iterator[Fault]:
    """Waves grow with the numbers; nothing is asked for before the wave before was told."""
    if not kept:
        return
    if kept[0].wave != 0:
        yield Fault("waves", "the first wave is not wave 0", kept[0].number)
    for before, after in pairwise(kept):
        if after.wave - before.wave not in (0, 1):
            yield Fault("waves", "the wave does not follow on from that before", after.number)
    last = kept[-1].wave
    for one in kept:
        if one.told_failed and one.wave >= last:
            said = "told to the search as failed for good, though nothing was asked for since"
            yield Fault("waves", said, one.number)
        if one.wave < last and one.state not in ENDED and not one.told_failed:
            said = f"{one.state}, though trials of a later wave rest on its result"
            yield Fault("waves", said, one.number)


def _parent(one: KeptTrial, parent: KeptTrial | None) -> Iterator[Fault]:
    """A trial goes on with an earlier one that has a score: the same network, trained longer."""
    if parent is None or parent.number >= one.number or parent.wave >= one.wave:
        yield Fault("parents", "continues a trial that is not an earlier one", one.number)
        return
    if parent.state != "done":
        yield Fault("parents", "continues a trial without a score", one.number)
    if dict(parent.trial.config) != dict(one.trial.config):
        yield Fault("parents", "continues a trial of another configuration", one.number)
    shorter, longer = parent.trial.budget, one.trial.budget
    if shorter is None or (longer is not None and longer <= shorter):
        yield Fault("parents", "continues a trial of as many epochs or more", one.number)

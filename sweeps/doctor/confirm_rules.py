"""What must be so of the confirmations of a search's best configurations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sweeps.backends.confirming import Confirm, key_of
from sweeps.backends.hyperband import most_epochs
from sweeps.doctor.violation import Fault
from sweeps.ledger.evidence import KeptTrial
from sweeps.sweep import Sweep
from sweeps.trial import Trial

RULE = "confirmations"


def confirm_faults(sweep: Sweep, state: str, kept: Sequence[KeptTrial]) -> Iterator[Fault]:
    """Everything that is wrong with which trials are confirmed, and by which."""
    by_number = {one.number: one for one in kept}
    confirming = [one for one in kept if one.trial.confirms is not None]
    for one in confirming:
        yield from _about(one, by_number)
    yield from _repeats(confirming)
    top = sweep.evaluate.confirm_top
    for wave, count in Counter(one.wave for one in confirming).items():
        if count > top:
            first = next(one.number for one in confirming if one.wave == wave)
            said = f"one of {count:,} confirmations at once, where {top:,} are the most"
            yield Fault(RULE, said, first)
    if state == "finished":
        yield from _missing(sweep, kept)


def part_faults(kept: KeptTrial, sweep: Sweep) -> Iterator[Fault]:
    """The parts of a trial are the search's, or those that are for confirmations."""
    wanted = sweep.evaluate.repeats_of(kept.trial)
    parts = () if kept.result is None else kept.result.parts
    if any(part.repeat not in wanted for part in parts):
        yield Fault(RULE, "has repeats of seeds that are not for such a trial", kept.number)


def _about(one: KeptTrial, by_number: Mapping[int, KeptTrial]) -> Iterator[Fault]:
    """A confirmation trains an earlier trial of the search once more, which has a score."""
    confirmed = by_number.get(one.trial.confirms or 0)
    if confirmed is None or confirmed.number >= one.number or confirmed.wave >= one.wave:
        yield Fault(RULE, "confirms a trial that is not an earlier one", one.number)
        return
    if confirmed.trial.confirms is not None:
        yield Fault(RULE, "confirms a confirmation", one.number)
    if confirmed.state != "done":
        yield Fault(RULE, "confirms a trial without a score", one.number)
    if key_of(confirmed.trial.config) != key_of(one.trial.config):
        yield Fault(RULE, "confirms a trial of another configuration", one.number)
    if confirmed.trial.budget != one.trial.budget or one.trial.parent is not None:
        yield Fault(RULE, "is not trained in full as the trial that it confirms", one.number)
    if one.state == "pruned":
        yield Fault(RULE, "pruned, though confirmations are trained in full", one.number)


def _repeats(confirming: Sequence[KeptTrial]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for one in confirming:
        number = first.setdefault(key_of(one.trial.config), one.number)
        if number != one.number:
            yield Fault(RULE, f"the configuration of confirmation {number} once more", one.number)


def _missing(sweep: Sweep, kept: Sequence[KeptTrial]) -> Iterator[Fault]:
    """Of a sweep that is finished, each of the best has been confirmed."""
    confirmed = {key_of(one.trial.config) for one in kept if one.trial.confirms is not None}
    longest = most_epochs(sweep.space) if sweep.search.backend == "hyperband" else None
    confirm = Confirm(sweep.evaluate.confirm_top, batch=1, longest=longest)
    for trial in confirm.best(_ranked(sweep, kept)):
        if key_of(trial.config) not in confirmed:
            yield Fault(RULE, "among the best, but never confirmed", trial.number)


def _ranked(sweep: Sweep, kept: Sequence[KeptTrial]) -> list[Trial]:
    scored = [
        (sweep.objective.minimised(one.score), one.number, one.trial)
        for one in kept
        if one.trial.confirms is None and one.score is not None
    ]
    return [trial for _, _, trial in sorted(scored, key=lambda each: each[:2])]

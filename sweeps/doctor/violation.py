"""What may be wrong with a sweep, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Place = Literal["ledger", "MLflow"]

SHOWN = 5
"""Trials that a line names; of others it says how many there are."""


@dataclass(frozen=True)
class Mend:
    """What brings MLflow back to what the ledger says.

    Runs to `remove`, trials to send again, and whether the sweep's end is sent again.
    """

    remove: tuple[str, ...] = ()
    resend: tuple[int, ...] = ()
    end: bool = False


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a trial, or with the sweep where `trial` is None.

    `rule` is one word for programs, `said` a sentence that fits every trial with the same fault.
    `mend` is None for what must not be mended unasked: the ledger, and what rests on a wrong one.
    """

    rule: str
    said: str
    trial: int | None = None
    mend: Mend | None = None
    place: Place = "ledger"


@dataclass(frozen=True)
class Violation:
    """A rule that is broken, with all the trials that break it in the same way. See `Fault`."""

    rule: str
    said: str
    trials: tuple[int, ...] = ()
    mend: Mend | None = None
    place: Place = "ledger"

    @property
    def line(self) -> str:
        """For a person."""
        line = f"{self.place}: {self.said}"
        return f"{line}: {numbers(self.trials)}" if self.trials else line


def together(faults: Iterable[Fault]) -> tuple[Violation, ...]:
    """Faults that are alike as one violation each, in the order in which they come up."""
    alike: dict[tuple[str, str, str, bool], list[Fault]] = {}
    for fault in faults:
        key = fault.place, fault.rule, fault.said, fault.mend is None
        alike.setdefault(key, []).append(fault)
    return tuple(_one(some) for some in alike.values())


def _one(alike: Sequence[Fault]) -> Violation:
    first = alike[0]
    trials = sorted({fault.trial for fault in alike if fault.trial is not None})
    mends = [fault.mend for fault in alike if fault.mend is not None]
    mend = merged(mends) if mends else None
    return Violation(first.rule, first.said, tuple(trials), mend, first.place)


def mendable(faults: Sequence[Fault]) -> list[Fault]:
    """The faults, but none to be mended that rests on what is wrong in the ledger itself.

    A trial that the ledger has wrong is not sent again, and neither is the end of its sweep: what
    MLflow has may be all that is right.
    """
    wrong = {fault.trial for fault in faults if fault.mend is None}

    def rests(fault: Fault) -> bool:
        return fault.trial in wrong or bool(wrong and fault.mend and fault.mend.end)

    return [replace(fault, mend=None) if rests(fault) else fault for fault in faults]


def merged(mends: Sequence[Mend]) -> Mend:
    """All of them as one."""
    remove = dict.fromkeys(run_id for mend in mends for run_id in mend.remove)
    resend = {number for mend in mends for number in mend.resend}
    return Mend(tuple(remove), tuple(sorted(resend)), any(mend.end for mend in mends))


def numbers(trials: Sequence[int]) -> str:
    """`trial 3`, `trials 3, 4, 5, 6, 7 and 12 more`."""
    named = ", ".join(map(str, trials[:SHOWN]))
    more = f" and {len(trials) - SHOWN:,} more" if len(trials) > SHOWN else ""
    return f"trial{'' if len(trials) == 1 else 's'} {named}{more}"

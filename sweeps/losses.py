"""What becomes of a pack that brought no outcomes: trained again, or failed with a reason.

A pack of many is cut in halves, so that of many fits only the one that ends its worker is lost. A
single fit is tried `MOST_TRIES` times where the machine may be to blame; what the same call would
raise again fails at once. Work that was broken off from outside is repeated as it was. What found
too little memory beside others is trained once more, with the device to itself.
"""

from __future__ import annotations

import errno
import signal
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sweeps.executors.executor import ClusterError, ClusterLostError, TimedOutError, WorkerDiedError
from sweeps.executors.placement import Shared
from sweeps.executors.raised import raised_by
from sweeps.executors.worker import WorkerStartError
from sweeps.trainers.breakdown import is_about_memory
from sweeps.trainers.trainer import Pack
from sweeps.trial import Failure, Fit, Outcome

MOST_TRIES = 3
"""How often a trial is tried when its process dies or the machine fails."""

FROM_OUTSIDE = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
"""A worker ended by one of these was told to end, by a person or by a guard of the memory."""

UNTIL_MENDED = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""Trouble that trying again does not end: somebody has to free or mend a disk."""


class StarvedError(RuntimeError):
    """Fits found too little memory beside what else was on their device."""

    def __init__(self, fits: Sequence[Fit]) -> None:
        super().__init__(f"{len(fits)} found too little memory beside others")


class StuckError(RuntimeError):
    """The machine is in a state in which nothing can go on; the message says what to mend."""


@dataclass(frozen=True)
class Verdict:
    """Packs to train in place of a lost one, in this order, and outcomes of what has failed.

    `charged` tells whether the new attempt counts towards a trial's tries.
    """

    again: Sequence[Pack] = ()
    charged: bool = False
    failed: Sequence[Outcome] = ()


def starved_of(pack: Pack, outcomes: Sequence[Outcome], shared: Shared | None) -> list[Outcome]:
    """Those that lacked memory while others may have had some of it.

    Where that is the machine's, nobody who was told so had less for others' sake.
    """
    if pack.alone or shared != "gpus":
        return []
    return [it for it in outcomes if it.error is not None and it.error.reason == "out_of_memory"]


def judge(
    pack: Pack,
    error: Exception,
    tries: Mapping[int, int],
    *,
    broken_off: bool,
    worked: bool,
    shared: Shared | None = None,
) -> Verdict:
    """What to do about a pack that `error` has ended; `tries` are those so far, by trial.

    `broken_off`: the whole sweep is being ended. `worked`: some pack was trained before, so that
    workers can be started in principle; otherwise a WorkerStartError or ClusterError is raised
    again, a ClusterLostError always. `shared`: what others may have had a part of. Raises
    StuckError when nothing can go on until somebody has mended the machine.
    """
    if isinstance(error, StarvedError):
        return _by_itself(pack)
    if isinstance(error, WorkerDiedError):
        return _of_the_dead(pack, error, tries, broken_off=broken_off, shared=shared)
    if isinstance(error, TimedOutError):
        return _cut(pack) or _failed(pack, Failure("timed_out", str(error)))
    if isinstance(error, ClusterLostError):
        raise error
    if isinstance(error, WorkerStartError | ClusterError):
        if not worked:
            raise error
        return _once_more(pack, tries, Failure("infrastructure", str(error)))
    return _of_the_raised(pack, error, tries, shared=shared)


def _of_the_dead(
    pack: Pack,
    error: WorkerDiedError,
    tries: Mapping[int, int],
    *,
    broken_off: bool,
    shared: Shared | None,
) -> Verdict:
    if broken_off:
        return Verdict(again=[pack])
    if error.signal in FROM_OUTSIDE:
        return _once_more(pack, tries, Failure("infrastructure", str(error)))
    if not error.out_of_memory:
        return _cut(pack) or _once_more(pack, tries, Failure("crashed", str(error)))
    failure = Failure("out_of_memory", str(error))
    if pack.alone:
        return _cut(pack) or _failed(pack, failure)
    return _cut(pack) or (_by_itself(pack) if shared else _once_more(pack, tries, failure))


def _of_the_raised(
    pack: Pack, error: Exception, tries: Mapping[int, int], *, shared: Shared | None
) -> Verdict:
    raised = raised_by(error)
    said = str(raised)
    if raised.errno in UNTIL_MENDED:
        raise StuckError(f"{said}; what was done is kept") from error
    if raised.is_os_error:
        return _once_more(pack, tries, Failure("infrastructure", said, raised.trace))
    if not is_about_memory(raised.kind, raised.message):
        return _cut(pack) or _failed(pack, Failure("crashed", said, raised.trace))
    if shared == "gpus" and not pack.alone:
        return _cut(pack) or _by_itself(pack)
    return _cut(pack) or _failed(pack, Failure("out_of_memory", said, raised.trace))


def numbers_of(packs: Collection[Pack]) -> list[int]:
    """The trials that the packs have fits of."""
    return sorted({fit.trial.number for pack in packs for fit in pack.fits})


def _cut(pack: Pack) -> Verdict | None:
    middle = len(pack.fits) // 2
    halves = (pack.fits[:middle], pack.fits[middle:])
    return Verdict([replace(pack, fits=half) for half in halves]) if middle else None


def _by_itself(pack: Pack) -> Verdict:
    return Verdict(again=[replace(pack, alone=True)])


def _once_more(pack: Pack, tries: Mapping[int, int], failure: Failure) -> Verdict:
    """The pack again, unless one of its trials has used up its tries."""
    if max(tries.get(number, 0) for number in numbers_of([pack])) + 1 < MOST_TRIES:
        return Verdict(again=[pack], charged=True)
    return _cut(pack) or _failed(pack, failure)


def _failed(pack: Pack, failure: Failure) -> Verdict:
    return Verdict(failed=[Outcome(fit, {}, {}, 0.0, error=failure) for fit in pack.fits])

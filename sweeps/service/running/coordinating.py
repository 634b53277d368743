"""What a coordinator's process does for a job. It is the same wherever that process is."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import cast

from sweeps import coordinator
from sweeps.cli.plain_progress import PlainProgress
from sweeps.coordinator import FinalError
from sweeps.errors import LedgerAwayError
from sweeps.executors import secrecy
from sweeps.executors.executor import ClusterError, ClusterLostError
from sweeps.executors.where import NO_GPU
from sweeps.lease import LeaseError
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.jobs import Job
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.standing import give_up
from sweeps.ledger.tokens import any_there
from sweeps.options import Around, Options
from sweeps.reading.sweep import read_sweep
from sweeps.service.admission.admit import check_admitted
from sweeps.service.settings import Allowed, Settings
from sweeps.store import Store
from sweeps.watcher import Summary

AWAY = 75
"""The exit code of a session that ended because the ledger's server or the cluster was away, and
that is tried again for as long as it takes: EX_TEMPFAIL of sysexits.h."""

FAILED = 1

DELIVERY_SECONDS = 60.0
"""How long MLflow is waited for, of a sweep that has ended without it."""

BUGS = (KeyError, IndexError, UnicodeError)
"""What no refusal is raised as, although Python takes it for a LookupError or a ValueError."""

NOTHING = Allowed()

Say = Callable[[str], None]


@dataclass(frozen=True)
class Work:
    """A job, where its sweep is kept and logged, and what it is trained on.

    `gpus` are those of this machine that it was given; `address` is that of a Ray cluster which
    trains it instead, and is shared by as many workers as the service has `slots`. With
    `own_tracking`, MLflow is the service's own, which asks for tokens with `auth`, or once there
    are any. `allowed` is what the sweep may name by now.
    """

    job: Job
    store: Store
    tracking_uri: str
    gpus: tuple[str, ...] = ()
    address: str | None = None
    own_tracking: bool = False
    auth: bool = False
    allowed: Allowed = NOTHING
    slots: int | None = None

    @classmethod
    def of(cls, job: Job, settings: Settings, gpus: tuple[str, ...] = ()) -> Work:
        """As the operator wants it."""
        address = None if settings.cluster is None else settings.cluster.address
        return cls(
            job,
            settings.store,
            settings.trials_at,
            gpus,
            address,
            own_tracking=settings.tracking_uri is None,
            auth=settings.auth,
            allowed=settings.allowed,
            slots=settings.slots,
        )


def coordinate(work: Work, say: Say) -> int:
    """Do what the job wants of its sweep; the exit code of the process.

    What cannot be done stands in the ledger afterwards, so that nobody tries it again. Processes
    that are started for the user's code have no secret of the service in their environment.
    """
    secrecy.hide(secrecy.secrets_in(os.environ))
    try:
        _check_still_allowed(work)
        summary = _carried_out(work, say)
    except (LedgerAwayError, ClusterError, ClusterLostError) as error:
        say(str(error))
        return AWAY
    except (LeaseError, FinalError) as error:
        say(str(error))
        return 0
    except BUGS:
        return _told_of_bug(say)
    except (ValueError, LookupError) as error:
        return _refused(work, error, say)
    except Exception:  # noqa: BLE001 - what is wrong with the program is told in its log
        return _told_of_bug(say)
    if summary is None:
        return 0
    lost = summary.ending == "interrupted" and summary.cause is not None
    return AWAY if lost else 0


def _told_of_bug(say: Say) -> int:
    for line in traceback.format_exc().splitlines():
        say(line)
    return FAILED


def _check_still_allowed(work: Work) -> None:
    """Raise SweepError for a sweep that is to be trained, and names what it may not any more."""
    if not work.job.concludes:
        with closing(Ledger.open(work.store.ledger_url)) as ledger:
            check_admitted(read_sweep(ledger.document(work.job.sweep_id)), work.allowed)


def _carried_out(work: Work, say: Say) -> Summary | None:
    """What came of it; None where the sweep itself stays as it was."""
    job, options = work.job, _options(work, say)
    match job.wanted:
        case "retry":
            return coordinator.retry(job.sweep_id, job.arguments.get("reasons"), **options)
        case "extend":
            return coordinator.extend(job.sweep_id, job.arguments["trials"], **options)
        case "stop":
            return coordinator.conclude(job.sweep_id, "stopped", **_around(options))
        case "cancel":
            return coordinator.conclude(job.sweep_id, "cancelled", **_around(options))
        case "deliver":
            coordinator.sync(job.sweep_id, seconds=DELIVERY_SECONDS, **_around(options))
            return None
        case _:
            return coordinator.resume(job.sweep_id, **options)


def _options(work: Work, say: Say) -> Options:
    from sweeps.reports.sweep_report import sweep_report

    order = work.job.order
    options: Options = {
        "store": work.store,
        "watcher": PlainProgress(say),
        "tracking_uri": work.tracking_uri,
        "report": sweep_report,
        "draws_here": True,
        "launched_ms": work.job.launched_ms,
        "memo": order.memo,
        "obeys_mlflow": work.own_tracking and _asks_for_tokens(work),
        # Never in this process: the user's code runs in those of trials alone.
        "workers": max(1, order.workers),
    }
    if work.address is not None:
        share = order.gpu_share or (1.0 if order.gpus else None)
        options |= {"executor": "ray", "address": work.address, "gpu_share": share}
        options["shared_by"] = work.slots
    elif work.gpus:
        options |= {"gpus": work.gpus, "gpu_share": order.gpu_share}
    else:
        options["gpus"] = NO_GPU
    return options


def _asks_for_tokens(work: Work) -> bool:
    """Whether nobody writes to the service's MLflow without a token."""
    if work.auth:
        return True
    with closing(Ledger.open(work.store.ledger_url)) as ledger:
        return any_there(ledger)


def _around(options: Options) -> Around:
    """Without where fits are trained: nothing is."""
    wanted = Around.__optional_keys__
    return cast(Around, {name: value for name, value in options.items() if name in wanted})


def _refused(work: Work, error: ValueError | LookupError, say: Say) -> int:
    """What cannot be is written down: that the sweep failed, or that a wish of it is dropped."""
    said = str(error.args[0]) if error.args else type(error).__name__
    say(said)
    with closing(Ledger.open(work.store.ledger_url)) as ledger:
        seen = ledger_jobs.job_of(ledger, work.job.sweep_id)
        if seen is None or seen.state != "running" or seen.launched_ms != work.job.launched_ms:
            return FAILED
        if seen.wanted in ("retry", "extend"):
            ledger_jobs.change(ledger, seen, wanted="run", arguments="{}")
        else:
            give_up(ledger, seen, said)
    return FAILED

"""What becomes of a job that was taken on, judged by what stands in the ledger.

The same rule holds after a crash of the service, a restart, and the end of a coordinator.
"""

from __future__ import annotations

from typing import Literal

from sweeps.ledger.records import FINAL
from sweeps.ledger.standing import Standing

Session = Literal["alive", "gone", "elsewhere"]
"""Of a coordinator: whether this runner's lives, or is surely gone, or somebody else's may live."""

Fate = Literal["leave", "over", "again", "held", "stop", "cancel", "deliver"]
"""`again` waits for its next session, `held` until somebody resumes it; `stop` and `cancel` are
wishes that a session did not live to obey, and that the next one carries out. `deliver` has ended,
and MLflow lacks something of it."""

RESTING = ("pausing", "paused")

ENDED = (*FINAL, "finished", "out_of_time", "failed")
"""States of a sweep that needs nobody."""

AS_IT_IS = ("run", "deliver")
"""Wishes that a sweep which has ended leaves nothing of."""

ELSEWHERE_MS = 60_000
"""How long somebody else's launch is trusted to come to a lease, in milliseconds."""

AT_ONCE_MS = 60_000
"""A session that was shorter, and brought nothing, died at once."""

MOST_TRIES = 5
"""Sessions in a row that may do so."""

LONGEST_PAUSE_MS = 60_000
EXCUSED_PAUSE_MS = 10_000


def fate_of(stands: Standing, session: Session, now_ms: int) -> Fate:
    """What becomes of a job whose state is `running`."""
    job = stands.job
    if stands.holder is not None or session == "alive":
        return "leave"
    if session == "elsewhere" and now_ms < (job.launched_ms or 0) + ELSEWHERE_MS:
        return "leave"
    if is_over(stands):
        return "over" if stands.delivered else "deliver"
    # Whoever interrupted it wanted nothing of the sweep itself.
    left = None if stands.command == "interrupt" else stands.command
    resting = "pause" if stands.state in RESTING else None
    match left or job.arguments.get("then") or resting:
        case "stop" | "cancel" as wish:
            return wish
        case "pause":
            return "held"
        case _:
            return "again"


def is_over(stands: Standing) -> bool:
    """Whether nobody runs the sweep, and nothing is wanted of it any more."""
    done = stands.state in FINAL or (stands.state in ENDED and stands.job.wanted in AS_IT_IS)
    return done and stands.holder is None


def pause_ms(tries: int) -> int:
    """How long a job waits after so many sessions that died at once: 1 s, then twice as long."""
    return 0 if tries == 0 else min(LONGEST_PAUSE_MS, 1000 * 2 ** (tries - 1))

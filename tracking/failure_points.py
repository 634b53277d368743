"""Named places where a test makes the program fail: killed, raising, or slow.

Every place where a crash could lose or double something calls `reach` with its name. That does
nothing unless the variable SWEEPS_FAILURE_POINTS is set, as in `commit:kill:3,batch:delay=0.5`:
comma-separated `NAME:ACTION`, or `NAME:ACTION:N` to act on the N-th time only (counted in each
process). Actions: `kill` (SIGKILL to this process), `raise` (OSError), `delay=SECONDS`.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter

VARIABLE = "SWEEPS_FAILURE_POINTS"

NAMES = (
    "begin",
    "dispatch",
    "commit",
    "after_commit",
    "run_creation",
    "batch",
    "terminate",
    "checkpoint",
    "lease",
)

_reached: Counter[str] = Counter()
_counting = threading.Lock()


def reach(name: str) -> None:
    """Note that the place was reached, and do there what the test asked for."""
    wishes = os.environ.get(VARIABLE)
    if wishes is None:
        return
    with _counting:
        _reached[name] += 1
        times = _reached[name]
    for wish in wishes.split(","):
        place, action, *on = wish.split(":")
        if place not in NAMES:
            raise ValueError(f"{VARIABLE}: {place!r} is no failure point; there are {NAMES}")
        if place == name and (not on or int(on[0]) == times):
            _act(name, action)


def _act(name: str, action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "raise":
        raise OSError(f"the failure point {name!r} was asked to raise")
    elif action.startswith("delay="):
        time.sleep(float(action.removeprefix("delay=")))
    else:
        raise ValueError(f"{VARIABLE}: {action!r} is no action; write kill, raise or delay=SECONDS")

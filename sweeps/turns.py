"""How long a thread may compute while others wait for their turn."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

SHORT_SECONDS = 0.0005
"""A tenth of what Python allows. Each worker's thread needs several turns to hand over its next
call, and the sender to MLflow computes without a pause: the worker would wait for each of them."""


@contextmanager
def short_turns() -> Iterator[None]:
    """Within, threads of this process take short turns."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, SHORT_SECONDS))
    try:
        yield
    finally:
        sys.setswitchinterval(before)

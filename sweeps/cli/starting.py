"""Ctrl-C while a command starts."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """Within it Ctrl-C ends the process at once, as SIGTERM does, until a sweep takes signals.

    Python would raise KeyboardInterrupt wherever it is: in the middle of an import that is lost, or
    comes out as an error of some package. Nothing is to be put in order before a sweep has begun.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)

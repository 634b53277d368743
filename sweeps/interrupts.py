"""Ctrl-C and SIGTERM while a sweep runs: the first asks for an orderly end, the second for now."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

WATCHED = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Within `with Interrupts(say) as interrupts`, the first signal sets `interrupts.signal`.

    It is acknowledged at once through `say`, since what runs may take long to finish. The second
    raises KeyboardInterrupt wherever the main thread is. Outside the main thread, where Python lets
    nobody set handlers, signals keep their meaning and `signal` stays None.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.signal: int | None = None
        self._say = say
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._take) for number in WATCHED}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number
        self._say("stopping when the trials in flight are done; once more stops at once")

"""Ctrl-C, SIGTERM and a closed terminal while a sweep runs.

The first asks for an orderly end, the second for one at once.
"""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

WATCHED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HEARD = "stopping as soon as what is under way is done; once more stops at once"


class Interrupts:
    """Within `with Interrupts(say) as interrupts`, the first signal sets `interrupts.signal`.

    It is acknowledged at once through `say`, since what is under way may take long. The second
    raises KeyboardInterrupt wherever the main thread is, and so does `break_off`, within
    `with interrupts.breakable(end)`. Outside the main thread, where Python lets nobody set
    handlers, signals keep their meaning, `signal` stays None and `break_off` calls `end`.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.signal: int | None = None
        self._say = say
        self._before: dict[int, Any] = {}
        # A handler may run in the middle of a write, so it must not write itself: a thread does.
        # Only a SimpleQueue may be filled from a handler that interrupts its own put.
        self._words: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._end: Callable[[], None] | None = None
        self._broken_off = False
        self._deaf = False
        self._speaker = threading.Thread(target=self._speak, name="sweeps-interrupts", daemon=True)

    def __enter__(self) -> Interrupts:
        self._speaker.start()
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
        self._words.put(None)
        self._speaker.join()

    @contextmanager
    def breakable(self, end: Callable[[], None]) -> Iterator[None]:
        """Within it, `break_off` ends what the main thread does; `end` is for other threads."""
        self._end = end
        try:
            yield
        finally:
            self._end = None

    def ask(self) -> None:
        """What the first signal does, from any thread."""
        if self.signal is None and not self._deaf:
            self.signal = signal.SIGTERM
            self._words.put(HEARD)

    def deafen(self) -> None:
        """Take no more signals: the end that they ask for has come."""
        self._deaf = True

    def break_off(self) -> None:
        """End at once what is under way, from any thread; nothing once that is over."""
        if self._end is None:
            return
        self._broken_off = True
        main = threading.main_thread().ident
        if self._before and main is not None:
            signal.pthread_kill(main, signal.SIGINT)
        else:
            self._end()

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self._deaf:
            return
        if self._broken_off and self.signal is None:
            # That was our own signal, or comes down to the same; the next is a person's first.
            self._broken_off = False
            if self._end is not None:
                raise KeyboardInterrupt
            return
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number
        self._words.put(HEARD)

    def _speak(self) -> None:
        while (words := self._words.get()) is not None:
            self._say(words)

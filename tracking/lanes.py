"""Calls side by side, on threads that never hold up the end of the process.

The threads of `concurrent.futures` are waited for when the interpreter ends, and a call to a server
that hangs would be waited for with them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def side_by_side(call: Callable[[Item], None], items: Iterable[Item], lanes: int) -> None:
    """Call with every item, up to `lanes` at once, and return when all calls have ended.

    Once a call has raised, no other is begun; its error is raised here.
    """
    waiting = deque(items)
    errors: list[BaseException] = []

    def work() -> None:
        while not errors:
            try:
                item = waiting.popleft()
            except IndexError:
                return
            try:
                call(item)
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
                errors.append(error)

    threads = [
        threading.Thread(target=work, name=f"tracking-lane-{number}", daemon=True)
        for number in range(min(lanes, len(waiting)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]

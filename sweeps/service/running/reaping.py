"""One at a time where processes are started with `multiprocessing`, or asked how they ended.

It looks at all of them when it starts one, and of two threads that read the same exit code one gets
another.
"""

from __future__ import annotations

import threading
from multiprocessing.process import BaseProcess

REAPING = threading.Lock()


def begin(process: BaseProcess) -> None:
    """Start a process that is forked from the fork server, and that itself where none lives yet.

    Raises OSError, or EOFError when the fork server ends meanwhile.
    """
    with REAPING:
        process.start()

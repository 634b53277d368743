"""Nothing of the folder that a service was started in is imported.

Python begins with that folder first on its import path, where a `random.py` or a folder named as a
package would become part of every coordinator.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

VARIABLE = "PYTHONSAFEPATH"
OURS = "service"
"""Any text means yes to Python; this one that the operator has not said it."""


@contextmanager
def safe_path() -> Iterator[None]:
    """Within it, whatever Python this process begins has not the working folder on its path.

    Entered before there are threads, and left after them: the environment is one for all, and who
    reads it while it changes fails.
    """
    if VARIABLE in os.environ:
        yield
        return
    os.environ[VARIABLE] = OURS
    try:
        yield
    finally:
        leave_to_others()


def leave_to_others() -> None:
    """In a process that has begun so: programs that it starts are begun as ever."""
    if os.environ.get(VARIABLE) == OURS:
        del os.environ[VARIABLE]


def left_to_others(environ: Mapping[str, str]) -> dict[str, str]:
    """The same of an environment for users' code, whose programs are to find their neighbours."""
    ours = environ.get(VARIABLE) == OURS
    return {name: text for name, text in environ.items() if not (ours and name == VARIABLE)}

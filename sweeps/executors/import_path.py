"""A Python that is begun for the user's code imports from where this one does, and no further on.

Programs that the user's code starts there may be another Python, or one with packages of its own:
they are to have the import path that the user gave, and not that of this process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

VARIABLE = "PYTHONPATH"
USERS = "SWEEPS_USERS_PYTHONPATH"
"""The variable with what the user had in the other; Python takes empty as unset."""


def handing_over(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that is to `take_over` this one's import path."""
    path = os.pathsep.join(filter(None, sys.path))
    return {**environ, VARIABLE: path, USERS: environ.get(VARIABLE, "")}


def take_over() -> None:
    """In a process that was begun so, before the user's code is: Python has read the path."""
    users = os.environ.pop(USERS, None)
    if users:
        os.environ[VARIABLE] = users
    elif users is not None:
        os.environ.pop(VARIABLE, None)

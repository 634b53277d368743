"""Options that a sweep file gives a task beside its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweeps.errors import SweepError
from sweeps.reading.section import Section


def options_of(given: Mapping[str, Any], known: tuple[str, ...]) -> Section:
    """The options of a task whose rows belong to no groups.

    Raises SweepError for an option that the task does not have.
    """
    if "groups" in given:
        message = "the rows of this task belong to no groups; leave it out"
        raise SweepError(message, ("evaluate", "groups"))
    return Section(given, ("task",)).only(known)

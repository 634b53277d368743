"""How large a submitted sweep may be, so that whoever reads it, and keeps it, has time for others.

What else a text may hold is bounded where it is read (`strict_yaml`, `Space`, `Section`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweeps.census import size_of
from sweeps.errors import SweepError, SweepFileError
from sweeps.plan import check_allowed
from sweeps.reading.overrides import Override
from sweeps.reading.strict_yaml import Document, read_yaml
from sweeps.sweep import Sweep

LARGEST = 200_000
"""Bytes of a file."""
MOST_VALUES = 5_000
"""Values of a file. Reading them takes half a second."""

MOST_OVERRIDES = 100
LONGEST_OVERRIDES = 20_000
"""Characters of all of them."""

MOST_TRIALS = 1_000_000
MOST_BATCH = 10_000
"""Trials that are kept in one transaction, which others wait for."""

MOST_LOOKED_AT = 20_000
"""Parameters and constraints of all points that are looked at, which takes a tenth of a second."""

NO_BYTES = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Halves of characters that stand for no byte of a command line: JSON may hold them, no text."""


def document_in(text: bytes, name: str) -> Document:
    """The file's content. Raises SweepFileError for too much of it as well."""
    if len(text) > LARGEST:
        message = f"more than {LARGEST:,} bytes; a service takes no larger sweep file"
        raise SweepFileError(f"{name}:1:1", message)
    return read_yaml(text, name, MOST_VALUES)


def overrides_in(given: Sequence[str]) -> tuple[Override, ...]:
    """Each `KEY.KEY=VALUE`, read. Raises SweepFileError for too much of them as well."""
    if len(given) > MOST_OVERRIDES or sum(map(len, given)) > LONGEST_OVERRIDES:
        message = (
            f"{len(given):,} of them with {sum(map(len, given)):,} characters; a service takes "
            f"{MOST_OVERRIDES} with {LONGEST_OVERRIDES:,}: write them into the file"
        )
        raise SweepFileError("--set", message)
    return tuple(Override.read(NO_BYTES.sub("\udcff", text)) for text in given)


def check_bounds(sweep: Sweep) -> None:
    """Raise SweepError for more trials than a service keeps, and where no point is allowed.

    The latter is told here of small spaces only: of others, by the process that is to run them.
    """
    search, points = sweep.search, sweep.space.count
    if search.batch is not None and search.batch > MOST_BATCH:
        message = f"{search.batch:,} at once; a service takes {MOST_BATCH:,} at most"
        raise SweepError(message, ("search", "batch"))
    if search.trials is not None and search.trials > MOST_TRIALS:
        message = f"{search.trials:,} trials; a service takes {MOST_TRIALS:,} at most"
        raise SweepError(message, ("search", "trials"))
    if search.trials is None and points is not None and points > MOST_TRIALS:
        message = f"{points:,} points; a service takes {MOST_TRIALS:,}: cap them with `trials`"
        raise SweepError(message, ("search",))
    if points is not None and points * size_of(sweep.space) <= MOST_LOOKED_AT:
        check_allowed(sweep)

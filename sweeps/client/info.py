"""What a service says of a sweep, read into records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sweeps import wire
from sweeps.client.errors import NoServiceError
from sweeps.ledger.records import SweepRow
from sweeps.queue_place import QueuePlace


@dataclass(frozen=True)
class Info:
    """A sweep as a service tells of it: `expected` trials in all (None: unknown), and its job."""

    row: SweepRow
    expected: int | None
    job: QueuePlace | None


def info_from(fields: Mapping[str, Any]) -> Info:
    """From a SweepInfo; what this version does not know is left out."""
    job = fields["job"]
    return Info(wire.row_from(fields), fields["expected"], None if job is None else _place(job))


def _place(fields: Mapping[str, Any]) -> QueuePlace:
    return QueuePlace(**{name: fields[name] for name in QueuePlace.__dataclass_fields__})


@contextmanager
def understood(url: str) -> Iterator[None]:
    """Within it, an answer that lacks what is looked for in it is that of another version."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoServiceError(
            f"the service at {url} is of another version than this command: its answer is not as "
            f"expected ({type(error).__name__}: {error})"
        ) from error

"""What a call raised, told alike whether it ran in this process or in a worker."""

from __future__ import annotations

import traceback
from dataclasses import dataclass


@dataclass(frozen=True)
class Raised:
    """An exception as plain data: its class cannot always cross from a worker, what it says can.

    `kind` is the name of its class and `trace` the whole traceback as text. `errno` is the number
    of an OSError (ENOSPC, EROFS, ...), None where it has none or where `is_os_error` is false.
    """

    kind: str
    message: str
    trace: str
    is_os_error: bool = False
    errno: int | None = None

    def __str__(self) -> str:
        """As the last line of a traceback has it."""
        return f"{self.kind}: {self.message}" if self.message else self.kind

    @classmethod
    def of(cls, error: BaseException) -> Raised:
        """An exception that was caught here."""
        return cls(
            kind=type(error).__name__,
            message=str(error),
            trace="".join(traceback.format_exception(error)),
            is_os_error=isinstance(error, OSError),
            errno=error.errno if isinstance(error, OSError) else None,
        )


class RemoteError(RuntimeError):
    """A call raised in its worker: the message is what it raised, a note is the traceback."""

    def __init__(self, raised: Raised) -> None:
        super().__init__(str(raised))
        self.raised = raised
        self.add_note(raised.trace)


def raised_by(error: BaseException) -> Raised:
    """What the call itself raised, given the exception that came out of its future."""
    return error.raised if isinstance(error, RemoteError) else Raised.of(error)

"""What the API answers when something is wrong: RFC 9457, in the words of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FAILED = 1
BAD_INPUT = 2
"""Exit codes of a command that meets such an answer."""


@dataclass(eq=False)
class ProblemError(Exception):
    """An answer of the kind `application/problem+json`.

    `detail` is a line for a person; `lines` is what may follow it, as a traceback of the user's own
    code; `exit_code` is what the command line ends with.
    """

    status: int
    detail: str
    exit_code: int = BAD_INPUT
    headers: Mapping[str, str] = field(default_factory=dict)
    lines: str = ""

    def __str__(self) -> str:
        return self.detail

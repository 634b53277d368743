"""A call as it travels to a node, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["said", "file", "answer", "raised"]
Word = tuple[Kind, bytes]
"""What a worker says: something of the call's, a file that it left, its answer or what it raised.
The bytes are pickled."""

LAST: frozenset[Kind] = frozenset({"answer", "raised"})


@dataclass(frozen=True)
class Parcel:
    """A call: a function and its arguments, and whether it has something to say.

    `files` are those that its fits go on from, by the coordinator's path, where the node does not
    see them itself; None where it does.
    """

    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    speaks: bool
    files: Mapping[str, bytes] | None = None

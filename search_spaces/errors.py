"""The one exception that a search space raises about its description."""

from __future__ import annotations

LONGEST = 600
"""Characters of a message that are shown: what a person reads of a long value."""

Path = tuple[str | int, ...]
"""Where in the description a value stands: mapping keys and list positions, outermost first."""


class SpaceError(ValueError):
    """A description that cannot be a search space.

    `path` points into the description that was read, so that a reader of files can name the line;
    `message` names the value, what was expected and the way out. The text is one line.
    """

    def __init__(self, message: str, path: Path = ()) -> None:
        self.message = message
        self.path = path
        where = ".".join(str(part) for part in path)
        super().__init__(one_line(f"{where}: {message}" if where else message))


def one_line(text: str) -> str:
    """The text as `printable` makes it, without its middle where it is too long to be read."""
    line = printable(text)
    if len(line) <= LONGEST:
        return line
    return f"{line[: LONGEST * 2 // 3]} … {line[-LONGEST // 3 :]}"


def printable(text: str) -> str:
    """The text on one line, with everything a terminal might obey written as an escape."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)

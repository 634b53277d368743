"""The one exception that a search space raises about its description."""

from __future__ import annotations

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
        super().__init__(printable(f"{where}: {message}" if where else message))


def printable(text: str) -> str:
    """The text on one line, with everything a terminal might obey written as an escape."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)

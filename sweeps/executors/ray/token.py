"""Which token Ray would show a cluster, looked up as Ray does it, without Ray."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Token:
    """A cluster's token, and where it stands: the name of a variable, or of a file."""

    text: str
    place: str


class NoTokenError(ValueError):
    """Ray is told to show a token, and there is none."""


def token_in(environ: Mapping[str, str]) -> Token | None:
    """The token; None where Ray is told to show none, or has none and was told nothing.

    Raises NoTokenError.
    """
    mode = environ.get("RAY_AUTH_MODE", "").lower()
    if mode not in ("", "token"):
        return None
    found = _found(environ)
    if found is None and mode == "token":
        raise NoTokenError("RAY_AUTH_MODE=token wants RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH")
    return found


def _found(environ: Mapping[str, str]) -> Token | None:
    given = environ.get("RAY_AUTH_TOKEN")
    if given:
        return Token(given, "RAY_AUTH_TOKEN")
    named = environ.get("RAY_AUTH_TOKEN_PATH")
    file = Path(named) if named else Path.home() / ".ray" / "auth_token"
    try:
        kept = file.read_text().strip()
    except OSError:
        return None
    return Token(kept, str(file)) if kept else None

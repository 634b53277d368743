"""Addresses of ledgers as people type them: made whole, and shown without what is secret."""

from __future__ import annotations

import re
from pathlib import Path

_SQLITE = "sqlite:///"
_HEROKU = "postgres://"
"""What several hosts of databases hand out, and SQLAlchemy does not know."""

_LOGIN = re.compile(r"^([\w+.-]+://[^/?#@:]*):.*@", re.DOTALL)
"""Greedy: a password may hold any character, an @ as well."""
_SECRET_OPTION = re.compile(r"([?&](?:\w*password|passfile)=)[^&]*", re.IGNORECASE)
_HIDDEN = "***"


def absolute(url: str) -> str:
    """The address whole: an SQLite file's path absolute, PostgreSQL by the name SQLAlchemy knows.

    A change of folder then changes nothing.
    """
    if url.startswith(_HEROKU):
        return "postgresql://" + url.removeprefix(_HEROKU)
    file = file_of(url)
    return url if file is None else f"{_SQLITE}{file}{_options(url)}"


def file_of(url: str) -> Path | None:
    """The file of an SQLite ledger; None for every other ledger, and for one in memory."""
    name = url.removeprefix(_SQLITE).partition("?")[0]
    if not url.startswith(_SQLITE) or name in ("", ":memory:"):
        return None
    return Path(name).absolute()


def shown(url: str) -> str:
    """The address without its password, fit to be shown; the user's name stays.

    What is no address (a line of `name=value` pairs, say) is not shown where it may hold secrets.
    """
    if "://" not in url and any(sign in url for sign in "=@:"):
        return _HIDDEN
    return _SECRET_OPTION.sub(rf"\g<1>{_HIDDEN}", _LOGIN.sub(rf"\g<1>:{_HIDDEN}@", url))


def secrets(url: str) -> list[str]:
    """The parts of an address that must not be shown, the longest first.

    Of a password with an @ in it, which belongs there as %40, every piece counts.
    """
    found = [match.group(0)[len(match.group(1)) :] for match in _SECRET_OPTION.finditer(url)]
    login = _LOGIN.match(url)
    if login is not None:
        password = login.group(0)[len(login.group(1)) + 1 : -1]
        found += [password, *password.split("@")]
    return sorted({one for one in found if one}, key=len, reverse=True)


def _options(url: str) -> str:
    _, mark, options = url.partition("?")
    return mark + options

"""Where a service is, and with what token it is spoken to."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sweeps.client.errors import AddressError

SERVER = "SWEEPS_SERVER"
TOKEN = "SWEEPS_TOKEN"
"""The environment variables for whoever types no address, and for tokens, which nobody types."""

LONGEST_TOKEN = 500
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Address:
    """Where a service's API is: `url` without a slash at its end."""

    url: str
    secure: bool
    loopback: bool

    @classmethod
    def of(cls, typed: str) -> Address:
        """From what was typed, as in `https://sweeps.example.org`. Raises AddressError."""
        parts = _split(typed)
        host = parts.hostname or ""
        return cls(typed.strip().rstrip("/"), parts.scheme == "https", _is_loopback(host))

    def trust(self, token: str | None) -> None:
        """Raise AddressError where a token would be read by whoever is on the way."""
        if token is not None and not (self.secure or self.loopback):
            raise AddressError(
                f"{self.url} is not https: a token is not sent where others can read it; write "
                f"https://, or leave {TOKEN} and --token-file out"
            )


def token_from(file: Path | None, warn: Callable[[str], None]) -> str | None:
    """The token in the file, or in SWEEPS_TOKEN; None without either. Raises AddressError."""
    if file is None:
        return _checked(os.environ.get(TOKEN), TOKEN)
    try:
        with file.open(encoding="utf-8") as stream:
            if os.fstat(stream.fileno()).st_mode & OTHERS:
                warn(f"others may read {file}, which holds a token: chmod 600 {file}")
            read = stream.read(LONGEST_TOKEN + 2)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise AddressError(f"--token-file: {file} cannot be read: {reason}") from error
    token = _checked(read, f"--token-file: {file}")
    if token is None:
        raise AddressError(f"--token-file: {file} is empty")
    return token


def _checked(text: str | None, place: str) -> str | None:
    token = (text or "").strip()
    if not token:
        return None
    if len(token) > LONGEST_TOKEN or not (
        token.isascii() and token.isprintable() and " " not in token
    ):
        raise AddressError(f"{place}: that is no token, which is one word such as swp_…")
    return token


def _split(typed: str) -> SplitResult:
    try:
        parts = urlsplit(typed.strip())
        port = parts.port
    except ValueError as error:
        raise AddressError(f"{typed!r} is not the address of a service: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise AddressError(
            f"{typed!r} is not the address of a service, as in http://127.0.0.1:8765 or "
            "https://sweeps.example.org"
        )
    if parts.username is not None or parts.password is not None:
        raise AddressError(
            f"the address of {parts.hostname} has a name or password in it: put a token into "
            f"{TOKEN} or a file for --token-file instead"
        )
    if parts.query or parts.fragment:
        raise AddressError(f"{typed!r} goes on after its path: leave out what follows ? or #")
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""From a plain value to whom a sweep tells of its events."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any, cast, get_args
from urllib.parse import urlsplit

from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.reading.section import Section
from sweeps.sweep import Event, Notify

EVENTS: tuple[Event, ...] = get_args(Event)
MOST = 10
LONGEST = 2_000

IN_ENVIRONMENT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""An address that stands in a variable of the environment, so that no file holds it."""

Path = tuple[str | int, ...]


def read_notify(top: Section) -> tuple[Notify, ...]:
    """Those under `notify`, one or a list of them; nobody by default."""
    given = top.values.get("notify", [])
    if not isinstance(given, list):
        return (_read(given, ("notify",)),)
    if len(given) > MOST:
        raise SweepError(f"{len(given)} to be told; {MOST} at most", ("notify",))
    return tuple(_read(each, ("notify", position)) for position, each in enumerate(given))


def without_addresses(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The description as others may see it: of who is told, the hosts and the programs only.

    The rest of an address that is written out, and what a program is given, may be secrets.
    """
    if "notify" not in document:
        return document
    given = document["notify"]
    several = given if isinstance(given, list) else [given]
    hidden = [_without_address(each) for each in several]
    return {**document, "notify": hidden if isinstance(given, list) else hidden[0]}


def _without_address(one: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = dict(one)
    if "webhook" in one:
        shown["webhook"] = host_of(one["webhook"])
    if "command" in one:
        given = one["command"]
        words = shlex.split(given) if isinstance(given, str) else given
        if len(words) > 1:
            shown["command"] = [words[0], "…"]
    return shown


def host_of(webhook: str) -> str:
    """The address fit to be shown: its path may be all the secret there is."""
    if IN_ENVIRONMENT.fullmatch(webhook):
        return webhook
    parts = urlsplit(webhook)
    return f"{parts.scheme}://{parts.hostname or ''}/…"


def trouble_with(address: str) -> str | None:
    """Why nothing can be sent to an address; None when it looks well. Never shows it."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is not an address that begins with https:// or http://"
    if not address.isascii() or not address.isprintable() or " " in address:
        return "has characters that an address cannot have"
    if parts.username is not None or parts.password is not None:
        return "has a name or password in it, which this program would not send"
    return None


def _read(given: Any, path: Path) -> Notify:
    if not isinstance(given, Mapping):
        raise SweepError("write `command: …` or `webhook: …` under it", path)
    section = Section.of(given, path).only(("command", "webhook", "on"))
    if "command" not in section.values and "webhook" not in section.values:
        raise SweepError("says nobody: write `command: …` or `webhook: …`", path)
    return Notify(_command(section), _webhook(section), _events(section))


def _command(section: Section) -> tuple[str, ...]:
    value = section.values.get("command", [])
    path = (*section.path, "command")
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError as error:
            raise SweepError(f"{shown(section.values['command'])}: {error}", path) from error
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise SweepError(f"{shown(value)} is not a command: write a text, or a list of texts", path)
    if "command" in section.values and not (value and value[0].strip()):
        raise SweepError("is empty: write a program and what it is given", path)
    if any("\0" in word for word in value) or sum(map(len, value)) > LONGEST:
        raise SweepError(f"is no command, or over {LONGEST:,} characters long", path)
    return tuple(value)


def _webhook(section: Section) -> str | None:
    """Messages never repeat an address, which may be a secret."""
    value = section.values.get("webhook")
    if "webhook" not in section.values:
        return None
    path = (*section.path, "webhook")
    if not isinstance(value, str) or len(value) > LONGEST:
        raise SweepError("is not an address", path)
    if IN_ENVIRONMENT.fullmatch(value):
        return value
    trouble = trouble_with(value)
    if trouble is not None:
        way_out = "write ${NAME}, and put the address into that variable of the environment"
        raise SweepError(f"{trouble}; or {way_out}", path)
    return value


def _events(section: Section) -> tuple[Event, ...]:
    value = section.values.get("on", list(EVENTS))
    listed = value if isinstance(value, list) else [value]
    path = (*section.path, "on")
    for event in listed:
        if event not in EVENTS:
            raise SweepError(f"{shown(event)} is none of {', '.join(EVENTS)}", path)
    if not listed:
        raise SweepError(f"is empty: write some of {', '.join(EVENTS)}, or leave it out", path)
    return tuple(dict.fromkeys(cast(list[Event], listed)))

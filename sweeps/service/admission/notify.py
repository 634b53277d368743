"""Whom a submitted sweep may tell of its events: programs and hosts that the operator listed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from search_spaces.errors import Path as Place
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.reading.notify import IN_ENVIRONMENT, host_of, read_notify, trouble_with
from sweeps.reading.section import Section
from sweeps.service.settings import Allowed

PORTS = {"http": 80, "https": 443}


def check_notify(document: Mapping[str, Any], allowed: Allowed) -> None:
    """Raise SweepError for a command or an address that is not listed.

    A command is a listed program by its whole path and nothing more: what it is told stands on its
    standard input, and arguments could make anything of it. An address has a listed host and its
    scheme's own port, or that of a listed `host:port`; of one in a variable of the environment it
    is never told whether there is such a variable, nor what it holds.
    """
    given = document.get("notify", [])
    several = isinstance(given, list)
    for position, one in enumerate(read_notify(Section.of(document, ()))):
        place: Place = ("notify", position) if several else ("notify",)
        if one.command:
            _check_command(one.command, (*place, "command"), allowed.notify_commands)
        if one.webhook is not None and not is_listed(one.webhook, allowed.notify_hosts):
            raise SweepError(
                f"{host_of(one.webhook)} is on none of the hosts that this service may tell: "
                "its operator would have to list it, `--notify-host`",
                (*place, "webhook"),
            )


def _check_command(command: Sequence[str], place: Place, listed: Sequence[str]) -> None:
    program, *arguments = command
    if program not in listed or not program.startswith("/"):
        message = (
            f"{shown(program)} is not among the programs that this service may tell: "
            f"its operator would have to list it by its whole path, `--notify-command`"
        )
        raise SweepError(message, place)
    if arguments:
        message = f"a service gives {shown(program)} no arguments: leave them out"
        raise SweepError(message, place)


def is_listed(webhook: str, hosts: Sequence[str]) -> bool:
    """Whether an address, or that in the variable, is on one of the hosts."""
    variable = IN_ENVIRONMENT.fullmatch(webhook)
    address = os.environ.get(variable[1], "") if variable else webhook
    if trouble_with(address) is not None:
        return False
    parts = urlsplit(address)
    return any(_is_host(parts, listed) for listed in hosts)


def _is_host(parts: SplitResult, listed: str) -> bool:
    """Compared as addresses are: `[::1]:8080` has brackets, a name may be in any case."""
    known = urlsplit(f"//{listed}")
    usual = PORTS.get(parts.scheme)
    wanted = usual if known.port is None else known.port
    return parts.hostname == known.hostname and (parts.port or usual) == wanted

"""Ways to tell somebody: a command that is run, an address that JSON is sent to."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Protocol

from sweeps.notifying.messages import Message
from sweeps.reading.notify import IN_ENVIRONMENT, host_of, trouble_with
from sweeps.sweep import Event, Notify

LIMIT = 5.0
"""Seconds that one message may take, to one of those who are told."""


class UnsentError(RuntimeError):
    """Somebody could not be told; the message says why, in one line without an address."""


class Sender(Protocol):
    """Somebody who is told."""

    @property
    def name(self) -> str:
        """Who that is, fit to be shown."""

    def trouble(self) -> str | None:
        """Why nobody can be told, as far as that is known beforehand."""

    def send(self, message: Message) -> None:
        """Tell a message, within the limit. Raises UnsentError."""


@dataclass(frozen=True)
class Command:
    """A program that is run with the message on its standard input; no shell is between.

    `SWEEPS_EVENT`, `SWEEPS_ID`, `SWEEPS_NAME`, `SWEEPS_TEXT` and `SWEEPS_STATE` are in its
    environment. What it prints goes nowhere; after the limit it is killed, with all its children.
    """

    words: tuple[str, ...]
    limit: float = LIMIT

    @property
    def name(self) -> str:
        """The program's; its arguments may be secrets."""
        return self.words[0]

    def trouble(self) -> str | None:
        """That there is no such program."""
        return None if shutil.which(self.words[0]) else "there is no such program here"

    def send(self, message: Message) -> None:
        """Run it."""
        try:
            program = subprocess.Popen(
                self.words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | _variables(message),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise UnsentError(getattr(error, "strerror", None) or str(error)) from error
        try:
            program.communicate(message.json, timeout=self.limit)
        except subprocess.TimeoutExpired as error:
            os.killpg(program.pid, signal.SIGKILL)
            program.communicate()
            raise UnsentError(f"it took longer than {self.limit:g} s and was ended") from error
        if program.returncode:
            raise UnsentError(f"it ended with {program.returncode}")


@dataclass(frozen=True)
class Webhook:
    """An address that gets the message as JSON, by POST. Redirections are not followed."""

    given: str
    limit: float = LIMIT

    @property
    def name(self) -> str:
        """The host, or the variable that the address stands in."""
        return host_of(self.given)

    def trouble(self) -> str | None:
        """That the variable is not set, or has no address in it."""
        variable = IN_ENVIRONMENT.fullmatch(self.given)
        if variable and not os.environ.get(variable[1]):
            return "the variable is not set"
        return trouble_with(self._address)

    def send(self, message: Message) -> None:
        """Post it."""
        if (trouble := self.trouble()) is not None:
            raise UnsentError(trouble)
        heads = {"Content-Type": "application/json", "User-Agent": "keras-sweeps"}
        request = urllib.request.Request(self._address, message.json, heads, method="POST")
        try:
            with urllib.request.build_opener(_NoDetours).open(request, timeout=self.limit):
                return
        except urllib.error.HTTPError as error:
            error.close()
            raise UnsentError(f"it answered {error.code}") from None
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise UnsentError(type(reason).__name__) from None

    @property
    def _address(self) -> str:
        variable = IN_ENVIRONMENT.fullmatch(self.given)
        return os.environ.get(variable[1], "") if variable else self.given


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """What is sent goes to the address that was given, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def senders(notify: tuple[Notify, ...]) -> list[tuple[Sender, tuple[Event, ...]]]:
    """All who are told, and of what."""
    found: list[tuple[Sender, tuple[Event, ...]]] = []
    for one in notify:
        if one.command:
            found.append((Command(one.command), one.on))
        if one.webhook is not None:
            found.append((Webhook(one.webhook), one.on))
    return found


def troubles(notify: tuple[Notify, ...]) -> list[str]:
    """A line for each of those who cannot be told, as far as that is known beforehand."""
    return [
        f"notify: {sender.name}: {trouble}"
        for sender, _ in senders(notify)
        if (trouble := sender.trouble()) is not None
    ]


def _variables(message: Message) -> Mapping[str, str]:
    return {
        "SWEEPS_EVENT": message.event,
        "SWEEPS_ID": str(message.fields["sweep"]),
        "SWEEPS_NAME": str(message.fields["name"]),
        "SWEEPS_TEXT": message.text,
        "SWEEPS_STATE": str(message.fields.get("state", "running")),
    }

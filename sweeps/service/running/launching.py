"""Coordinators: one for each sweep that runs. Who launches them, and what is known of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sweeps.ledger.jobs import Job


class Running(Protocol):
    """A coordinator that was launched, wherever it is. None of this waits for it.

    What became of the sweep stands in the ledger; this tells only what cannot be seen there.
    """

    @property
    def alive(self) -> bool:
        """Whether it may still write to the sweep, as far as can be told from here."""

    @property
    def excused(self) -> bool:
        """Whether it ended because something was away that every sweep needs: ledger, cluster."""

    @property
    def last_words(self) -> str:
        """Why it ended, in a line for a person; empty where nobody knows."""

    def terminate(self) -> None:
        """Ask for its end at once: the sweep stays resumable."""

    def kill(self) -> None:
        """End it without asking."""


class Launcher(Protocol):
    """Starts coordinators."""

    def launch(self, job: Job, gpus: Sequence[str]) -> Running:
        """A coordinator for what the job wants, on those GPUs of this machine.

        Raises OSError, RuntimeError or EOFError when none can be started at the moment.
        """

    def close(self) -> None:
        """Let go of what coordinators are started with; those that run go on."""

"""Where sweeps keep their state: a folder, `.sweeps` here by default, and a ledger in it or not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sweeps.ledger import address as ledger_address

VARIABLE = "SWEEPS_LEDGER"
"""The environment variable with the ledger's address, for whoever gives none."""


@dataclass(frozen=True)
class Store:
    """A folder with the checkpoints and the reports of its sweeps, and their ledger.

    `ledger` is the SQLAlchemy address of one that is kept elsewhere; None for the folder's own.
    """

    folder: Path
    ledger: str | None = None

    @classmethod
    def at(cls, folder: Path | None = None, ledger: str | None = None) -> Store:
        """The store in `folder`, or in `.sweeps` under the working folder.

        Without an address of a ledger that in `SWEEPS_LEDGER` is taken, and without that the
        ledger is an SQLite file in the folder.
        """
        url = ledger or os.environ.get(VARIABLE) or None
        place = (folder if folder is not None else Path(".sweeps")).absolute()
        return cls(place, None if url is None else ledger_address.absolute(url))

    @property
    def ledger_url(self) -> str:
        """The SQLAlchemy address of the ledger; it may hold a password."""
        return self.ledger or f"sqlite:///{self.folder / 'ledger.db'}"

    @property
    def ledger_file(self) -> Path | None:
        """The file of an SQLite ledger, None for one on a server."""
        return ledger_address.file_of(self.ledger) if self.ledger else self.folder / "ledger.db"

    @property
    def place(self) -> str:
        """Where the sweeps are, fit to be shown: the folder, or the ledger's address."""
        return ledger_address.shown(self.ledger) if self.ledger else str(self.folder)

    def checkpoints(self, sweep_id: str) -> Path:
        """The folder of a sweep's checkpoints; it may not exist yet."""
        return self.folder / "checkpoints" / sweep_id

    def reports(self, sweep_id: str) -> Path:
        """The folder of a sweep's plots and tables; it may not exist yet."""
        return self.folder / "reports" / sweep_id

    def drawn(self, sweep_id: str) -> Path:
        """The folder of the same as a service draws them, of a sweep that may not have ended."""
        return self.folder / "service" / "reports" / sweep_id

    def at_work(self, sweep_id: str) -> Path:
        """The file that says what a sweep's workers train; there is none when nobody runs it."""
        return self.folder / "at_work" / f"{sweep_id}.json"

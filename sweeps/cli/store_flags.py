"""`--store` and `--ledger`: both options of every command that opens a store, said in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from sweeps import ledger_address
from sweeps.store import VARIABLE, Store


@dataclass(frozen=True)
class StoreFlags:
    """What was typed of where sweeps are kept; None for what was left out."""

    folder: Path | None = None
    ledger: str | None = None

    @property
    def chosen(self) -> Store:
        """The store that is meant."""
        return Store.at(self.folder, self.ledger)

    @property
    def words(self) -> list[str]:
        """The same for another command, to be shown: without a password."""
        folder = [] if self.folder is None else ["--store", str(self.folder)]
        ledger = [] if self.ledger is None else ["--ledger", ledger_address.shown(self.ledger)]
        return folder + ledger


HERE = StoreFlags()
StoreOption = StoreFlags
"""The type of the parameter `store` of a command; `flag_groups` makes options of it."""

OPTIONS: Mapping[str, Any] = {
    "folder": Annotated[
        Path | None,
        typer.Option(
            "--store", metavar="FOLDER", help="Where sweeps are kept; .sweeps here when left out."
        ),
    ],
    "ledger": Annotated[
        str | None,
        typer.Option(
            "--ledger",
            metavar="URL",
            help=f"The ledger's database, as in postgresql://USER@HOST/DATABASE; {VARIABLE} or a "
            "file in the store when left out.",
        ),
    ],
}

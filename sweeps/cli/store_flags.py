"""`--store`, `--ledger` and `--server`: where sweeps are, said in one place for every command."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from sweeps.cli.endings import BadInputError
from sweeps.client.address import SERVER, TOKEN
from sweeps.ledger import address as ledger_address
from sweeps.store import VARIABLE, Store


@dataclass(frozen=True)
class StoreFlags:
    """What was typed of where sweeps are kept; None for what was left out.

    `server` and `token_file` are of a service. Here they are only there to be refused: the command
    works on a store of this machine.
    """

    folder: Path | None = None
    ledger: str | None = None
    server: str | None = None
    token_file: Path | None = None

    @classmethod
    def typed(cls, folder: str | None = None, **others: Any) -> StoreFlags:
        """The flags as they were typed; a ledger's address may stand where the folder would."""
        if folder is not None and "://" in folder:
            return cls(**{**others, "ledger": others.get("ledger") or folder})
        return cls(None if folder is None else Path(folder), **others)

    @property
    def service(self) -> str | None:
        """The address of a service: none is asked."""
        return None

    @property
    def chosen(self) -> Store:
        """The store that is meant. Raises BadInputError where that is not this machine's."""
        if self.server is not None:
            raise BadInputError(
                "--server is not for this command, which works on a store of this machine: run it "
                "where the service's store is, with --store or --ledger"
            )
        return Store.at(self.folder, self.ledger)

    @property
    def words(self) -> list[str]:
        """The same for another command, to be shown: without a password."""
        folder = [] if self.folder is None else ["--store", str(self.folder)]
        ledger = [] if self.ledger is None else ["--ledger", ledger_address.shown(self.ledger)]
        return folder + ledger


@dataclass(frozen=True)
class PlaceFlags(StoreFlags):
    """The same of a command that also asks a service."""

    @property
    def service(self) -> str | None:
        """The address of the service that is meant, None for a store of this machine.

        What was typed goes before what SWEEPS_SERVER says. Raises BadInputError for both a store
        and a service.
        """
        store = self.folder is not None or self.ledger is not None
        if store and self.server is not None:
            raise BadInputError("--server goes without --store and --ledger: which is meant?")
        if store:
            return None
        return self.server or os.environ.get(SERVER) or None

    @property
    def chosen(self) -> Store:
        """The store that is meant where no service is."""
        return Store.at(self.folder, self.ledger)

    @property
    def words(self) -> list[str]:
        """The same for another command, to be shown."""
        server = [] if self.server is None else ["--server", self.server]
        token = [] if self.token_file is None else ["--token-file", str(self.token_file)]
        return [*super().words, *server, *token]


@dataclass(frozen=True)
class ServerFlags(PlaceFlags):
    """The same of a command that asks a service and nothing else."""


HERE = StoreFlags()
ANYWHERE = PlaceFlags()
ELSEWHERE = ServerFlags()
StoreOption = StoreFlags
"""The type of the parameter `store` of a command; `flag_groups` makes options of it."""
PlaceOption = PlaceFlags
"""The same of a command that can ask a service."""
ServerOption = ServerFlags
"""The same of a command that always asks one."""

_SERVER = "The service to ask, as in https://sweeps.example.org"

OPTIONS: Mapping[str, Any] = {
    "folder": Annotated[
        str | None,
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
    "server": Annotated[str | None, typer.Option("--server", hidden=True)],
    "token_file": Annotated[Path | None, typer.Option("--token-file", hidden=True)],
}
PLACE_OPTIONS: Mapping[str, Any] = {
    **OPTIONS,
    "server": Annotated[
        str | None,
        typer.Option(
            "--server",
            metavar="URL",
            help=f"{_SERVER}, instead of a store of this machine; {SERVER} when left out.",
        ),
    ],
    "token_file": Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            help=f"A file with the token for the service; the token in {TOKEN} when left out.",
        ),
    ],
}
SERVER_OPTIONS: Mapping[str, Any] = {
    "folder": Annotated[str | None, typer.Option("--store", hidden=True)],
    "ledger": Annotated[str | None, typer.Option("--ledger", hidden=True)],
    "server": Annotated[
        str | None,
        typer.Option("--server", metavar="URL", help=f"{_SERVER}; {SERVER} when left out."),
    ],
    "token_file": PLACE_OPTIONS["token_file"],
}

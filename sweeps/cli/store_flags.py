"""`--store` and `--ledger`: both options of every command that opens a store, said in one place."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

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
PARAMETER = "store"
StoreOption = StoreFlags
"""The type of the parameter `store` of a command; `with_store_flags` makes options of it."""

_Folder = Annotated[
    Path | None,
    typer.Option(
        "--store", metavar="FOLDER", help="Where sweeps are kept; .sweeps here when left out."
    ),
]
_Ledger = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="URL",
        help=f"The ledger's database, as in postgresql://USER@HOST/DATABASE; {VARIABLE} or a file "
        "in the store when left out.",
    ),
]


def with_store_flags(command: Callable[..., None]) -> Callable[..., None]:
    """The command as Typer shall see it: two options in place of its parameter `store`.

    A command without that parameter is returned as it is.
    """
    parameters = inspect.signature(command).parameters
    if PARAMETER not in parameters:
        return command

    @functools.wraps(command)
    def run(*, store: Path | None, ledger: str | None, **others: Any) -> None:
        command(store=StoreFlags(store, ledger), **others)

    hints = get_type_hints(command, include_extras=True)
    seen = []
    for name, parameter in parameters.items():
        if name == PARAMETER:
            seen += [_option("store", _Folder), _option("ledger", _Ledger)]
        else:
            seen.append(parameter.replace(annotation=hints[name]))
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in seen}
    run.__signature__ = inspect.Signature(seen)  # type: ignore[attr-defined]
    return run


def _option(name: str, annotation: Any) -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=None, annotation=annotation)

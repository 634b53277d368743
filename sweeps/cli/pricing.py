"""The price of a sweep on the command line: found out, told, and held against the budget."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from sweeps.cli import price_lines
from sweeps.cli.endings import BAD_INPUT, FAILED, complain
from sweeps.cli.screen import say

if TYPE_CHECKING:
    from sweeps.executors.where import Where
    from sweeps.price.calibration import NoPriceError
    from sweeps.price.figures import Price
    from sweeps.sweep import Sweep

ANNOUNCED = "finding out what it costs, by training a little of it; --no-price leaves that out"


@dataclass(frozen=True)
class Told:
    """A price and what of it is above the budget, or why there is none."""

    price: Price | None
    above: tuple[str, ...] = ()
    error: NoPriceError | None = None

    @property
    def data(self) -> Mapping[str, Any]:
        """For programs."""
        if self.price is None:
            return {"price": {"error": str(self.error)}}
        return {"price": {**self.price.to_dict(), "above_budget": list(self.above)}}

    def end(self, *, as_json: bool) -> None:
        """Tell a person, unless it was told to a program; end with 2 what is refused."""
        if self.price is not None and not as_json:
            say(price_lines.told(self.price))
        for line in self.above:
            complain(line)
        if self.error is not None:
            complain(f"no price: {self.error}")
            raise typer.Exit(BAD_INPUT if self.error.refused else FAILED)
        if self.above:
            raise typer.Exit(BAD_INPUT)


def priced(sweep: Sweep, where: Where) -> Told:
    """The sweep's price there."""
    from sweeps.price.calibration import NoPriceError, calibrated
    from sweeps.price.refusals import above
    from tracking.store_uri import database_file, resolve

    complain(ANNOUNCED)
    uri = resolve(None)
    file = database_file(uri)
    try:
        price = calibrated(sweep, where, new_store=file is not None and not file.exists())
    except NoPriceError as error:
        return Told(None, error=error)
    price = replace(price, notes=(*price.notes, *_untried(file is None)))
    return Told(price, tuple(above(price, sweep.budget)))


def _untried(mlflow_elsewhere: bool) -> list[str]:
    """Stores on servers are not written to, so what they take is not known."""
    from sweeps.store import VARIABLE

    lines = []
    if mlflow_elsewhere:
        lines.append("MLflow was tried with a file: sending to its server may take longer")
    if os.environ.get(VARIABLE):
        lines.append("the ledger was tried as a file: a server's may take longer")
    return lines

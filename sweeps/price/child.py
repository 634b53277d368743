"""The process that finds a price: reads what is asked for, writes the price or why there is none.

`python -m sweeps.price.child FOLDER`, with `asked.json` in the folder; leaves `price.json` there.
It ends when the process that started it does.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from pathlib import Path

from search_spaces import SpaceError
from sweeps.errors import SweepError
from sweeps.executors.import_path import take_over
from sweeps.executors.where import Where
from sweeps.price.rehearsal import Asked, price
from sweeps.price.trying import TooLongError
from sweeps.reading.sweep import read_sweep
from sweeps.user_code.user_code import UserCodeError

ASKED, PRICE = "asked.json", "price.json"
STDIN = 0
TRIES = 100
"""Removals of a folder into which other threads write until this process ends."""


def main(folder: Path) -> None:
    """Find the price."""
    threading.Thread(
        target=_end_with_parent, args=(folder,), name="sweeps-price-parent", daemon=True
    ).start()
    given = json.loads((folder / ASKED).read_text())
    gpus = given["where"]["gpus"]
    place = given["where"] | {"gpus": None if gpus is None else tuple(gpus)}
    asked = Asked(
        sweep=read_sweep(given["document"]),
        where=Where(**place),
        folder=folder,
        new_store=given["new_store"],
        seconds=given["seconds"],
    )
    try:
        found = {"price": price(asked, given["started"]).to_dict()}
    except (SpaceError, SweepError, UserCodeError, ValueError, TooLongError) as error:
        found = {"error": {"message": str(error)}}
    (folder / PRICE).write_text(json.dumps(found))


def _end_with_parent(folder: Path) -> None:
    """The parent holds the other end of standard input, and writes nothing.

    Where it was killed, nobody else removes the folder.
    """
    while os.read(STDIN, 64):  # a buffer of Python's would be in use when Python ends
        pass
    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            break
    os._exit(1)


if __name__ == "__main__":
    take_over()
    main(Path(sys.argv[1]))

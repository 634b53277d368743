"""Takes a data set out of `keras.datasets` and writes it down as plain arrays.

Run in a process of its own: importing Keras takes seconds and hundreds of megabytes, and the ragged
object arrays of the texts many more, which only an end of the process gives back.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]

# No word is left out; without a number, Keras would leave out the one with the highest.
EVERY_WORD = {"num_words": 2**31 - 1}
OPTIONS: Mapping[str, Mapping[str, Any]] = {"imdb": EVERY_WORD, "reuters": EVERY_WORD}

PATIENCE = 20.0
"""Seconds without a byte after which a download is given up; Keras would wait for ever."""


def taken_from_keras(name: str) -> Arrays:
    """The data set's arrays, the train rows first: `train` (1,) says how many those are.

    Downloads what is missing. `y` (rows,) and `x` (rows, …) as Keras has them; texts instead have
    `tokens` (words of all texts, end to end) int32 and `starts` (rows + 1,) int64.
    """
    from keras import datasets

    loader = getattr(datasets, name)
    (x_train, y_train), (x_test, y_test) = loader.load_data(**OPTIONS.get(name, {}))
    held = {"y": np.concatenate([y_train, y_test]), "train": np.array([len(y_train)])}
    if x_train.dtype == object:
        return held | _texts([*x_train, *x_test])
    return held | {"x": np.concatenate([x_train, x_test])}


def _texts(texts: list[list[int]]) -> dict[str, npt.NDArray[Any]]:
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=starts[1:])
    tokens = np.fromiter(chain.from_iterable(texts), np.int32, count=starts[-1])
    return {"tokens": tokens, "starts": starts}


def write(arrays: Arrays, target: Path) -> None:
    """Write the arrays into one file, which is there as a whole or not at all."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def main(name: str, target: str) -> None:
    """Put the data set of that name into that file."""
    socket.setdefaulttimeout(PATIENCE)
    write(taken_from_keras(name), Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:])

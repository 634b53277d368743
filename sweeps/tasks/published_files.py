"""The files that Keras publishes its data sets in: where they lie, and what is in them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from sweeps.errors import SweepError

FILES: Mapping[str, Mapping[str, str]] = {
    "boston_housing": {
        "boston_housing.npz": "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
    },
    "fashion_mnist": {
        "fashion-mnist/train-labels-idx1-ubyte.gz": (
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
        ),
        "fashion-mnist/train-images-idx3-ubyte.gz": (
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
        ),
        "fashion-mnist/t10k-labels-idx1-ubyte.gz": (
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
        ),
        "fashion-mnist/t10k-images-idx3-ubyte.gz": (
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
        ),
    },
    "imdb": {"imdb.npz": "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"},
    "reuters": {"reuters.npz": "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"},
}
"""For each data set its files in the folder `datasets`, and the SHA-256 of each."""


def keras_home() -> Path:
    """The folder that Keras keeps its files in: `$KERAS_HOME`, or `.keras` in the home."""
    named = os.environ.get("KERAS_HOME")
    return Path(named).expanduser() if named else Path.home() / ".keras"


def missing(name: str) -> list[str]:
    """The files of the data set that are not there, relative to Keras's folder.

    Raises SweepError for a file that is there and is not the published one. Keras itself would
    fetch such a file anew, and delete it when that fails.
    """
    absent = []
    for file, published in FILES[name].items():
        path = keras_home() / "datasets" / file
        if not path.is_file():
            absent.append(f"datasets/{file}")
        elif _sha256(path, name) != published:
            raise SweepError(
                f"{name}: {path} ({path.stat().st_size:,} bytes) is broken: it is not the file "
                "that Keras publishes; delete it, and it is downloaded again",
                ("task",),
            )
    return absent


def _sha256(path: Path, name: str) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        message = f"{name}: {path} cannot be read: {error.strerror}"
        raise SweepError(message, ("task",)) from error
